# shellcheck shell=bash
# Debian and Ubuntu packages: only those that are missing, without a question, and no service is started by it.

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
