# shellcheck shell=bash
# install.sh without --demo and --test: JMB on a Jitsi host, over from the Bash version, and away again. What is changed in files is decided
# and done by bin/jmb-host (lib/host): this script brings packages and Node, asks, and tells the services.

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

# Whether everyone may run a file, and nobody but root could put another in its place: all the way to it.
is_everyones() {
    local at
    for ((at = 0; at < 100; at++)); do
        [[ $(stat -c '%u %A' -- "$1") =~ ^0\ .*[xt]$ ]] || return 1
        [ "$1" != / ] || return 0
        set -- "$(dirname -- "$1")"
    done
}

# The Node that the programs will run by: www-data must reach it, and it must outlive this clone; else a copy goes under the prefix.
installed_node() {
    local found
    found=$(realpath -- "$(node_path)")
    if [[ $found != "$here"/* ]] && is_everyones "$found"; then
        node_path
    else
        printf '%s/bin/node\n' "$prefix"
    fi
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
        # Only root may look into Prosody's files.
        "$prefix/bin/jmb" check secret || true
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
