# shellcheck shell=bash
# install.sh without --demo and --test: brings a Node and the built program, and hands over to it (lib/install), which reads the options,
# asks, changes the host's files and takes them back.

prefix=/opt/jitsi-jmb
# The host's files; another folder with --root.
root=/

# The value of an option among words, as `--x v` or `--x=v`; nothing where it is not there.
value_of() {
    local name=$1
    shift
    while [ $# -gt 0 ]; do
        case $1 in
        "$name") printf '%s' "${2:-}" && return ;;
        "$name"=*) printf '%s' "${1#*=}" && return ;;
        esac
        shift
    done
}

has_word() {
    local word=$1 other
    shift
    for other in "$@"; do [ "$other" != "$word" ] || return 0; done
    return 1
}

is_staged() {
    [ "$root" != / ]
}

# The program that changes a host's files: the clone's. The way back must not need a network: what is built or was installed will do.
find_program() {
    local installed=${root%/}$prefix/bin
    program=$here/dist/bin/jmb-install
    if is_release; then need_node && return 0; fi
    if has_word --uninstall "$@"; then
        if ! is_new_enough node && [ -x "$installed/node" ]; then PATH=$installed:$PATH; fi
        if is_new_enough node; then
            [ ! -e "$program" ] || return 0
            if [ -e "$installed/jmb-install" ]; then program=$installed/jmb-install && return 0; fi
        fi
    fi
    # Asked once: Node has to start for each answer.
    local has_node=
    if find_node; then has_node=1; fi
    if is_staged && [ -z "$has_node" ]; then
        fail "there is no Node: with --root nothing is installed, so bring Node $oldest_node or later yourself"
    fi
    if [ -n "$has_node" ] && [ -n "${JMB_DIST_READY:-}" ] && [ -x "$program" ]; then return 0; fi
    if [ -z "$has_node" ] || ! modules_match; then
        is_staged || prepare_bare_host "$@"
        need_node
        need_node_modules
    fi
    if has_word --dry-run "$@"; then build_aside; else build; fi
}

# For a look the clone stays as it is, too.
build_aside() {
    local aside
    aside=$(mktemp -d)
    at_end rm -rf "$aside"
    quiet_step "Building" env -C "$here" node build.mjs "$aside/dist"
    program=$aside/dist/bin/jmb-install
}

on_host() {
    local program
    root=$(realpath -m -- "$(value_of --root "$@")" 2>/dev/null) || root=/
    if ! is_staged; then
        brought=$here/.brought
        # What a run that was killed has left keeps services from starting.
        has_word --dry-run "$@" || [ "$(id -u)" != 0 ] || release_services
    fi
    find_program "$@"
    if has_word --dry-run "$@"; then
        step node "$program" --clone "$here" "$@"
        exit
    fi
    exec node "$program" --clone "$here" "$@"
}

# Where the host has no Node that is new enough, or the clone no packages: what must come before the program can run. Nothing comes for
# an installation that is going to be refused as far as that can be told without a Node, and nothing for a look.
prepare_bare_host() {
    refuse_early "$@"
    list_needs
    if has_word --dry-run "$@"; then
        show_needs
        say "Nothing was changed (--dry-run)."
        exit 0
    fi
    show_needs
    at_end say_what_stays
    has_word --yes "$@" && return 0
    [ -t 0 ] || fail "nobody is there to ask: --yes agrees, --dry-run only shows"
    local answer
    read -r -p "Bring these first? They go again if the installation is refused then. [y/N] " answer
    [[ $answer =~ ^[yYoO] ]] || fail "nothing was changed"
}

# For a try that does not come as far as the program, which takes it away.
say_what_stays() {
    [ ! -s "$brought" ] || say "What came so far stays for the next try, and goes if that is refused."
}

# The first looks of the program (lib/install), for the little that is seen without it.
refuse_early() {
    local word name port
    for word in "$@"; do
        name=${word%%=*}
        [[ $name != --* ]] || usage | grep -qE -- "(^|[^a-z-])$name([^a-z-]|\$)" || fail "there is no option $name; --help lists them all"
    done
    has_word --dry-run "$@" || [ "$(id -u)" = 0 ] || fail "this needs root: sudo ./install.sh"
    if has_word --uninstall "$@"; then
        [ -n "$(ls -A /var/lib/jitsi-jmb 2>/dev/null)" ] ||
            fail "there is nothing to take away: this program has installed nothing below $root"
        return 0
    fi
    compgen -G '/etc/jitsi/meet/*-config.js' >/dev/null ||
        fail "Jitsi Meet is not installed here: /etc/jitsi/meet holds no DOMAIN-config.js. Install jitsi-meet first"
    if [ ! -e /var/lib/jitsi-jmb ] && [ -z "$(value_of --auth "$@")" ] && { has_word --yes "$@" || [ ! -t 0 ]; }; then
        fail "How people sign in (cas, mellon, shib, ldap, sql, oidc): say it with --auth"
    fi
    port=$(value_of --port "$@")
    if (exec 3<>"/dev/tcp/127.0.0.1/${port:-8181}") 2>/dev/null &&
        ! grep -qs "^Listen 127.0.0.1:${port:-8181}\$" /etc/apache2/sites-enabled/jitsi-jmb.conf; then
        fail "port ${port:-8181} is busy: end what listens there, or choose another with --port N"
    fi
}

# Packages, and what npm brings, that are missing.
list_needs() {
    local wanted=(npm) candidate
    from_npm=()
    if ! find_node; then
        candidate=$(LC_ALL=C apt-cache "${no_trace[@]}" policy nodejs 2>/dev/null | sed -n 's/^ *Candidate: //p')
        dpkg --compare-versions "${candidate:-0}" ge $oldest_node ||
            from_npm+=("Node $private_node_version in $here/.private-node (60 MB to download, 200 MB on the disk)")
    fi
    if ! find_node || ! modules_match; then
        wanted+=("${compilers[@]}")
        from_npm+=("the packages of package-lock.json in $here/node_modules (80 MB to download, 250 MB on the disk)")
    fi
    mapfile -t needs < <(missing_of "${wanted[@]}")
}

show_needs() {
    local one
    say "The program needs Node $oldest_node or later and is not built here. These would come before it can say which files it changes:"
    if [ ${#needs[@]} -gt 0 ]; then
        say "Packages        ${needs[*]}"
        say "                $(apt_cost "${needs[@]}")"
    fi
    for one in "${from_npm[@]}"; do say "By npm          $one"; done
    say "Later           Apache and the module that signs people in, where they are missing"
}
