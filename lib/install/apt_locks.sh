# shellcheck shell=bash
# Others that are at work with packages (a fresh machine runs its own upgrades): they are waited for, and named.

# What apt and dpkg lock.
apt_locks=(/var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock /var/cache/apt/archives/lock)
# For how long they are waited for, in seconds.
apt_patience=600

# The id of a process that holds a lock on a file, 0 where it is not of this machine's; nothing where none does. The kernel is asked
# by perl, which is a part of every Debian, and which takes no lock by that.
lock_holder() {
    perl -MFcntl=:DEFAULT -e 'open(my $file, "<", $ARGV[0]) or exit;
        my $lock = pack("s s x![q] q q i x![q]", F_WRLCK, 0, 0, 0, 0);
        fcntl($file, F_GETLK, $lock) or exit;
        my ($type, undef, undef, undef, $pid) = unpack("s s x![q] q q i", $lock);
        print $pid unless $type == F_UNLCK' "$1" 2>/dev/null
}

# Waits until nobody holds one of these locks, and says for whom; false once that took so many seconds.
wait_for_locks() {
    local until=$((SECONDS + $1)) minutes=$((($1 + 59) / 60)) said='' lock holder
    shift
    while :; do
        holder=
        for lock in "$@"; do
            [ -n "$holder" ] || holder=$(lock_holder "$lock")
        done
        [ -n "$holder" ] || return 0
        [ "$SECONDS" -lt "$until" ] || return 1
        if [ "$holder" != "$said" ]; then
            said=$holder
            say "Waiting for $(process_name "$holder"), which is at work with packages: $minutes minutes at most..."
        fi
        sleep 0.5
    done
}

process_name() {
    local name=
    { read -r name <"/proc/$1/comm"; } 2>/dev/null || true
    printf '%s\n' "${name:-another program} (process $1)"
}

# Runs a command of apt or dpkg once it can have the locks; what it says is kept for show_output.
apt_try() {
    local output status until=$((SECONDS + apt_patience))
    output=$(mktemp)
    at_end rm -f "$output"
    for ((;;)); do
        wait_for_locks "$apt_patience" "${apt_locks[@]}" || fail_for_locks
        status=0
        step "$@" >"$output" 2>&1 || status=$?
        # Somebody may have come in between.
        if [ "$status" = 0 ] || ! grep -qE 'Could not get lock|frontend lock was locked' "$output"; then break; fi
        [ "$SECONDS" -lt "$until" ] || fail_for_locks
        sleep 1
    done
    apt_output=$(<"$output")
    rm -f "$output"
    return "$status"
}

fail_for_locks() {
    fail "another program has been at work with packages for $((apt_patience / 60)) minutes: let it end, and start again"
}

show_output() {
    tail -n 40 <<<"$apt_output" >&2
}

# The same; what it says is shown only when it fails, and then this script ends.
apt_step() {
    local what=$1 status=0
    shift
    say "$what..."
    apt_try "$@" || status=$?
    [ "$status" = 0 ] || { show_output && fail "this failed with status $status: $*"; }
}
