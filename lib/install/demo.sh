# shellcheck shell=bash
# install.sh --demo: JMB on this machine alone, to look at.

demo() {
    local port=8080 folder=$here/.demo fresh=()
    while [ $# -gt 0 ]; do
        case $1 in
        --port | --dir)
            [ -n "${2:-}" ] || fail "$1 needs a value"
            if [ "$1" = --port ]; then port=$2; else folder=$(realpath -m -- "$2"); fi
            shift
            ;;
        --port=*) port=${1#*=} ;;
        --dir=*) folder=$(realpath -m -- "${1#*=}") ;;
        --fresh) fresh=(--fresh) ;;
        *) fail "--demo knows no $1; it takes --port N, --dir DIR and --fresh" ;;
        esac
        shift
    done
    [[ $port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535 ]] || fail "--port takes a number from 1 to 65535, not \"$port\""
    if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        fail "port $port is busy: end what listens there, or choose another with --port N"
    fi

    local at=$folder
    while [ ! -e "$at" ]; do at=$(dirname -- "$at"); done
    [ -d "$at" ] || fail "--dir takes a folder, and $at is none: choose another with --dir DIR"
    [ -w "$at" ] || fail "you may not write in $at: choose another folder with --dir DIR"

    need_packages apache2-bin
    need_node
    need_node_modules
    build
    # From here on everything is the demo's own process, which ends all others (tests/demo/main.ts).
    exec node "$here/dist/tests/demo.mjs" --port "$port" --dir "$folder" "${fresh[@]}"
}
