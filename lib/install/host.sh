# shellcheck shell=bash
# shellcheck disable=SC2154 # install.sh sets what this uses
# install.sh without --demo and --test: JMB on a Jitsi host, over from the Bash version, and away again. What is changed in files is decided
# and done by bin/jmb-host (lib/host): this script brings packages and Node, asks, and tells the services.

prefix=/opt/jitsi-jmb
root=/ yes=no dry_run=no purge=no fastcgi=no what=install auth='' port=8181
# The words for bin/jmb-host: options with a value each, but for --upgrade.
host_words=()
# Whether a run is under way that must be put back if this script ends.
unsettled=no

read_host_options() {
    while [ $# -gt 0 ]; do
        case $1 in
        --yes) yes=yes ;;
        --dry-run) dry_run=yes ;;
        --purge) purge=yes ;;
        --fastcgi) fastcgi=yes && host_words+=(--fastcgi yes) ;;
        --no-fastcgi) fastcgi=no && host_words+=(--fastcgi no) ;;
        --upgrade) what=upgrade && host_words+=(--upgrade) ;;
        --uninstall) what=uninstall ;;
        --*=*)
            set -- "${1%%=*}" "${1#*=}" "${@:2}"
            continue
            ;;
        --root | --auth | --front | --port | --cas-url | --idp-metadata | --oidc-issuer | --oidc-client | --oidc-secret-file | \
            --ldap-url | --ldap-base | --sql-file)
            [ -n "${2:-}" ] || fail "$1 needs a value"
            case $1 in
            --root) root=$(realpath -e -- "$2") || fail "--root: there is no folder $2" ;;
            --auth) auth=$2 ;;
            --port) port=$2 ;;
            esac
            [ "$1" = --root ] || host_words+=("$1" "$2")
            shift
            ;;
        *) fail "there is no option $1; --help lists them all" ;;
        esac
        shift
    done
    host_words+=(--root "$root")
}

is_staged() {
    [ "$root" != / ]
}

# Whether anything is asked of the person in front of the screen.
may_ask() {
    [ "$yes" = no ] && [ "$dry_run" = no ] && [ -t 0 ]
}

is_given() {
    [[ " ${host_words[*]} " = *" $1 "* ]]
}

# What an earlier run was told and this one is not. Another way to sign in begins anew.
recall_options() {
    local file=${root%/}/var/lib/jitsi-jmb/options words=() at
    [ -r "$file" ] || return 0
    mapfile -t words <"$file"
    if [ -n "$auth" ] && [ "$auth" != "${words[1]:-}" ]; then return 0; fi
    for ((at = 0; at + 1 < ${#words[@]}; at += 2)); do
        is_given "${words[at]}" && continue
        host_words+=("${words[at]}" "${words[at + 1]}")
        case ${words[at]} in
        --auth) auth=${words[at + 1]} ;;
        --port) port=${words[at + 1]} ;;
        --fastcgi) fastcgi=${words[at + 1]} ;;
        esac
    done
}

# Files that an earlier run was given are in place.
was_given() {
    [ -e "${root%/}/etc/apache2/jitsi-jmb/$1" ]
}

# Asks for a value that no option gave.
ask_value() {
    local option=$1 question=$2 answer
    ! is_given "$option" || return 0
    may_ask || fail "$question: say it with $option"
    read -r -p "$question: " answer
    [ -n "$answer" ] || fail "$question: nothing was said"
    host_words+=("$option" "$answer")
    if [ "$option" = --auth ]; then auth=$answer; fi
}

ask_sign_in() {
    ask_value --auth "How people sign in (cas, mellon, shib, ldap, sql, oidc)"
    case $auth in
    cas) ask_value --cas-url "Address of the CAS server (https://cas.example.org/cas)" ;;
    mellon) was_given saml/idp.xml || ask_value --idp-metadata "Metadata of the SAML identity provider (file or address)" ;;
    ldap)
        ask_value --ldap-url "Address of the directory (ldaps://ldap.example.org)"
        ask_value --ldap-base "Where people are in it (ou=people,dc=example,dc=org)"
        ;;
    sql) was_given sql.conf || ask_value --sql-file "File with DBDriver and DBDParams of the database" ;;
    oidc)
        ask_value --oidc-issuer "Address of the OpenID provider (https://login.example.org)"
        ask_value --oidc-client "Name of the client there"
        was_given oidc.conf || ask_value --oidc-secret-file "File that holds the client's secret"
        ;;
    shib) ;;
    *) fail "--auth takes cas, mellon, shib, ldap, sql or oidc, not \"$auth\"" ;;
    esac
}

# The program that knows a host's files: the clone's.
host_program=$here/dist/bin/jmb-host

jmb_host() {
    local command=$1
    shift
    node "$host_program" "$command" "$@" "${host_words[@]}"
}

# Where this Node is. Without /proc (a bare chroot) it cannot tell by itself.
node_path() {
    local found
    found=$(node -p process.execPath)
    [[ $found = /* ]] || found=$(type -P node)
    printf '%s\n' "$found"
}

# The Node that the programs will run by: one that www-data can reach, so a private one moves under the prefix.
installed_node() {
    local found
    found=$(node_path)
    case $found in
    "$here"/* | /root/* | /home/*) printf '%s/bin/node\n' "$prefix" ;;
    *) printf '%s\n' "$found" ;;
    esac
}

place_node() {
    local found target=$root$prefix/bin/node
    [ "$(installed_node)" = "$prefix/bin/node" ] || return 0
    found=$(node_path)
    cmp -s "$found" "$target" || install -D -m 755 "$found" "$target"
}

need_built_program() {
    if is_staged; then
        command -v node >/dev/null || [ -x "$here/.private-node/node_modules/.bin/node" ] ||
            fail "there is no Node: with --root nothing is installed, so bring Node $oldest_node or later yourself"
    fi
    need_node
    if [ -z "${JMB_DIST_READY:-}" ] || [ ! -x "$here/dist/bin/jmb-host" ]; then
        need_node_modules
        build
    fi
}

# Whether another program than our own Apache listens on our port.
check_port() {
    is_staged && return 0
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null &&
        ! grep -qs "^Listen 127.0.0.1:$port\$" /etc/apache2/sites-enabled/jitsi-jmb.conf; then
        fail "port $port is busy: end what listens there, or choose another with --port N"
    fi
}

# First looks, so that nothing is installed on a host that cannot have it.
install_host() {
    if ! is_staged && [ "$(id -u)" != 0 ] && [ "$dry_run" = no ]; then
        fail "this needs root: sudo ./install.sh"
    fi
    ls "${root%/}"/etc/jitsi/meet/*-config.js >/dev/null 2>&1 ||
        fail "Jitsi Meet is not installed here: ${root%/}/etc/jitsi/meet holds no DOMAIN-config.js. Install jitsi-meet first"
    recall_options
    ask_sign_in
    check_port
    need_built_program
    host_words+=(--node "$(installed_node)")

    local status=0 ahead=()
    if ! is_staged; then
        ahead=(--ahead)
        apache_is_in_service || host_words+=(--apache-idle)
        list_packages
    fi
    jmb_host plan "${ahead[@]}" || status=$?
    if [ "$status" = 3 ]; then return 0; fi
    [ "$status" = 0 ] || exit "$status"
    [ ${#packages[@]} -eq 0 ] || say "Packages        ${packages[*]}"
    if [ "$dry_run" = yes ]; then
        say "Nothing was changed (--dry-run)."
        return 0
    fi
    agree "Change these files? Each is kept as it was for --uninstall."
    install_packages
    change_host
}

# Everything that changes the host's files: it holds, or is put back, whatever ends this script.
change_host() {
    unsettled=yes
    at_end go_back
    if ! jmb_host apply; then
        unsettled=no
        fail "nothing was changed: mend what the line above says and start again"
    fi
    place_node
    if ! is_staged; then
        node=$(installed_node)
        quiet_step "Fitting the programs to this Node" "$node" "$prefix/lib/prepare.js"
        tell_services "$(jmb_host services)" ||
            fail "this does not start with its new files: $refusing (journalctl -u NAME says why); mend that and start again"
        if [ -d /run/systemd/system ]; then
            jmb_host answers || fail "the programs do not answer: mend what the line above says and start again"
        fi
    fi
    jmb_host settle
    unsettled=no
    if is_staged; then
        say "Done below $root. No service was told."
    else
        say "Done. $prefix/bin/jmb check tells whether all is well; ./install.sh --uninstall is the way back."
    fi
}

go_back() {
    local services
    [ "$unsettled" = yes ] || return 0
    unsettled=no
    say "Putting everything back as it was..."
    services=$(jmb_host back) || return 0
    say "Everything was put back."
    is_staged || tell_services "$services" ||
        say "This does not start with its own files either, so for another reason: $refusing"
}

agree() {
    [ "$yes" = no ] || return 0
    [ -t 0 ] || fail "nobody is there to ask: --yes agrees, --dry-run only shows"
    local answer
    read -r -p "$1 [y/N] " answer
    [[ $answer =~ ^[yYoO] ]] || fail "nothing was changed"
}

apache_is_in_service() {
    is_installed apache2 || return 1
    [ ! -d /run/systemd/system ] || systemctl is-enabled -q apache2 2>/dev/null
}

# The packages that are missing.
packages=()

list_packages() {
    local wanted=(apache2) sign_in name
    [ "$fastcgi" = no ] || wanted+=(libapache2-mod-fcgid)
    sign_in=$(jmb_host packages)
    mapfile -t -O ${#wanted[@]} wanted <<<"$sign_in"
    for name in "${wanted[@]}"; do
        [ -z "$name" ] || is_installed "$name" || packages+=("$name")
    done
}

# Packages enable their Apache module themselves, and mod_auth_cas then has Apache not start where it is not set up. What came
# that way is switched off again: enabling it is a change of ours, and goes when we go.
install_packages() {
    local name enabled=/etc/apache2/mods-enabled were
    [ ${#packages[@]} -gt 0 ] || return 0
    were=$(ls $enabled 2>/dev/null || true)
    need_packages "${packages[@]}"
    for name in auth_cas auth_mellon shib auth_openidc; do
        if [ -e "$enabled/$name.load" ] && ! grep -qx "$name.load" <<<"$were"; then
            step a2dismod -q -f "$name" || fail "a2dismod $name fails"
        fi
    done
}

# Tells services of their new files, all of them; lines `service HOW NAME` say whom, other lines are not for this. Those that
# do not start then are in $refusing.
tell_services() {
    local word how name
    refusing=
    [ -d /run/systemd/system ] || return 0
    while read -r word how name; do
        [ "$word" = service ] || continue
        if [ "$how" = disable ]; then
            step systemctl disable --now -q "$name" || true
            continue
        fi
        # The Apache of a host with nginx may be there and out of service.
        if [ "$name" = apache2 ]; then systemctl enable -q apache2 2>/dev/null || true; fi
        systemctl is-enabled -q "$name" 2>/dev/null || continue
        say "systemctl $how $name..."
        step systemctl "$how" "$name" || refusing="${refusing:+$refusing, }$name"
    done <<<"$1"
    [ -z "$refusing" ]
}

upgrade() {
    install_host
}

# The way back must not need a network: what is built here or was installed will do.
need_host_program() {
    local installed=$root$prefix/bin
    if ! is_new_enough node && [ -x "$installed/node" ]; then PATH=$installed:$PATH; fi
    if is_new_enough node; then
        if [ -e "$host_program" ]; then return 0; fi
        host_program=$installed/jmb-host
        if [ -e "$host_program" ]; then return 0; fi
        host_program=$here/dist/bin/jmb-host
    fi
    need_built_program
}

uninstall() {
    is_staged || [ "$(id -u)" = 0 ] || fail "this needs root: sudo ./install.sh --uninstall"
    [ -e "${root%/}/var/lib/jitsi-jmb/host.json" ] || fail "there is nothing to take away: this program has installed nothing below $root"
    need_host_program
    local words=(--root "$root") question="Take JMB away? Meetings and settings stay." said
    if [ "$purge" = yes ]; then
        words+=(--purge)
        question="Take JMB away with all meetings and settings?"
    fi
    said=$(node "$host_program" remove --dry-run "${words[@]}")
    grep -v '^service ' <<<"$said" || true
    if [ "$dry_run" = yes ]; then
        say "Nothing was changed (--dry-run)."
        return 0
    fi
    agree "$question"
    said=$(node "$host_program" remove "${words[@]}")
    is_staged || tell_services "$said" ||
        say "This does not start with its own files of before, so for another reason: $refusing (journalctl -u NAME says why)"
    [ "$purge" = yes ] || say "Meetings stay in /var/www/jitsi-jmb, settings where the list above says \"kept\"; --uninstall --purge takes them as well."
    say "Done. Packages that came with JMB stay: apt-get purge takes those that nobody else needs."
}

on_host() {
    read_host_options "$@"
    "$([ "$what" = install ] && echo install_host || echo "$what")"
}
