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
    if has_word --uninstall "$@"; then
        if ! is_new_enough node && [ -x "$installed/node" ]; then PATH=$installed:$PATH; fi
        if is_new_enough node; then
            [ ! -e "$program" ] || return 0
            if [ -e "$installed/jmb-install" ]; then program=$installed/jmb-install && return 0; fi
        fi
    fi
    if is_staged; then
        find_node || fail "there is no Node: with --root nothing is installed, so bring Node $oldest_node or later yourself"
    fi
    if find_node && [ -n "${JMB_DIST_READY:-}" ] && [ -x "$program" ]; then return 0; fi
    if ! find_node || ! modules_match; then
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
