# shellcheck shell=bash
# Debian and Ubuntu packages: only those that are missing, without a question, and no service is started by it. Others that are at
# work with packages (a fresh machine runs its own upgrades) are waited for, and named.

# A file that is told of each package and folder before it comes; empty: none is told.
brought=

note_brought() {
    [ -z "$brought" ] || printf '%s %s\n' "$1" "$2" >>"$brought"
}

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Those of the packages that are missing, a line each.
missing_of() {
    local name
    for name in "$@"; do
        is_installed "$name" || printf '%s\n' "$name"
    done
}

# Installs those of the packages that are missing.
need_packages() {
    local missing
    mapfile -t missing < <(missing_of "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "${root:-/}" = / ] || fail "these packages are missing, and with --root none is installed: ${missing[*]}"
    command -v apt-get >/dev/null || fail "this needs Debian or Ubuntu, or these by hand: ${missing[*]}"
    [ "$(id -u)" = 0 ] || fail "these packages are missing: as root, apt-get install ${missing[*]}"
    apt_install "${missing[@]}"
}

# The messages of apt are read below: they are asked for in English.
apt_words=(env LC_ALL=C.UTF-8 LANGUAGE= DEBIAN_FRONTEND=noninteractive apt-get)

apt_install() {
    hold_services
    # A run that was interrupted leaves packages that are unpacked and not set up.
    if [ -n "$(dpkg --audit)" ]; then
        apt_step "Finishing an interrupted installation" env LC_ALL=C.UTF-8 LANGUAGE= DEBIAN_FRONTEND=noninteractive dpkg --configure -a --force-confold
    fi
    # Without a network what apt already knows may do.
    apt_try "${apt_words[@]}" update -qq || { show_output && say "The package lists are as old as they were."; }
    [ -z "$brought" ] || new_ones "$@" | sed 's/^/package /' >>"$brought"
    apt_step "Installing the packages $*" "${apt_words[@]}" install -y -qq --no-install-recommends \
        -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"
    release_services
}

# Takes packages away with their settings: those that came with a run that then refused. Where others came meanwhile that need
# one, all stay.
apt_purge() {
    local others
    others=$("${apt_words[@]}" -s -qq purge "$@" | sed -nE 's/^(Purg|Remv) ([^ ]*).*/\2/p' | grep -vxF -f <(printf '%s\n' "$@") || true)
    if [ -n "$others" ]; then
        say "These packages need them by now, so they stay: ${others//$'\n'/ }"
        return 0
    fi
    hold_services
    apt_step "Taking away again what came ($#)" "${apt_words[@]}" purge -y -qq -o Dpkg::Use-Pty=0 "$@"
    release_services
}

# The packages that would come with these, and are not there at all, a line each. Nothing is changed, no cache either.
new_ones() {
    "${apt_words[@]}" -s -qq "${no_trace[@]}" --no-install-recommends install "$@" | sed -n 's/^Inst \([^ ]*\) (.*/\1/p'
}

# For a look: no lock, no cache and no log of its plan.
no_trace=(-o Debug::NoLocking=1 -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Dir::Log::Planner= -o Dir::Log::Solver=)

# What these packages would cost, in a line, by what apt knows already.
apt_cost() {
    local said count size disk
    count=$(new_ones "$@" 2>/dev/null | wc -l)
    said=$("${apt_words[@]}" -y "${no_trace[@]}" --print-uris --no-install-recommends install "$@" 2>/dev/null) || true
    size=$(sed -n 's/^Need to get \(.*\) of archives\.$/\1/p' <<<"$said")
    disk=$(sed -n 's/^After this operation, \(.*\) of additional disk space.*/\1/p' <<<"$said")
    if [ -n "$size" ]; then
        printf '%s\n' "$count with all that they need: $size to download, ${disk:-nothing} on the disk"
    else
        printf '%s\n' "apt does not know them yet, and is not updated for a look: apt-get update, then they can be counted"
    fi
}

# Packages start their services when they come in: not now (invoke-rc.d asks this program; 101 forbids).
service_policy=/usr/sbin/policy-rc.d
our_policy='#!/bin/sh
# Written by install.sh of Jitsi Meet Booking while packages come in, and removed after it.
exit 101'

hold_services() {
    [ ! -e $service_policy ] || return 0
    at_end release_services
    printf '%s\n' "$our_policy" >$service_policy
    chmod 755 $service_policy
}

release_services() {
    if [ "$(cat $service_policy 2>/dev/null)" = "$our_policy" ]; then rm -f $service_policy; fi
}

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
