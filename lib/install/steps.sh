# shellcheck shell=bash
# Steps: what is said, what ends with a sentence, and commands that never outlive this script.

say() {
    printf '%s\n' "$*"
}

# Ends the script with a sentence for whoever started it.
fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

# The process group of the step that runs just now.
step_group=

# Runs a command in a process group of its own, so that Ctrl-C and SIGTERM end it with all that it has started.
step() {
    setsid -- "$@" </dev/null &
    step_group=$!
    local status=0
    wait "$step_group" || status=$?
    step_group=
    return "$status"
}

# Like step, but what the command says is shown only when it fails. The first word says what it does.
quiet_step() {
    local what=$1 output status=0
    shift
    say "$what..."
    output=$(mktemp)
    at_end rm -f "$output"
    step "$@" >"$output" 2>&1 || status=$?
    if [ "$status" -ne 0 ]; then
        tail -n 40 "$output" >&2
        fail "this failed with status $status: $*"
    fi
    rm -f "$output"
}

# Commands to run however this script ends, in order.
end_commands=()

# Remembers a command with its words.
at_end() {
    end_commands+=("$(printf '%q ' "$@")")
}

end_step() {
    local group=$step_group
    step_group=
    [ -n "$group" ] || return 0
    # At its very beginning the group is not there yet, but the process is.
    kill -TERM -- "-$group" 2>/dev/null || kill -TERM "$group" 2>/dev/null || return 0
    local tries
    for ((tries = 0; tries < 50; tries++)); do
        group_lives "$group" || return 0
        sleep 0.1
    done
    kill -KILL -- "-$group" 2>/dev/null || true
}

# Whether a process group has a process that is more than a name: whose parent has not asked after it yet.
group_lives() {
    local file line state group
    for file in /proc/[0-9]*/stat; do
        { read -r line <"$file"; } 2>/dev/null || continue
        read -r state _ group _ <<<"${line##*) }"
        if [ "$group" = "$1" ] && [ "$state" != Z ]; then return 0; fi
    done
    return 1
}

end_everything() {
    local status=$? command
    trap '' INT TERM HUP
    end_step
    for command in "${end_commands[@]}"; do
        eval "$command" || true
    done
    exit "$status"
}

trap end_everything EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP
