# shellcheck shell=bash
# Debian and Ubuntu packages: only those that are missing, without a question, and no service is started by it.

is_installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Installs those of the packages that are missing.
need_packages() {
    local missing=() name
    for name in "$@"; do
        is_installed "$name" || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "${root:-/}" = / ] || fail "these packages are missing, and with --root none is installed: ${missing[*]}"
    command -v apt-get >/dev/null || fail "this needs Debian or Ubuntu, or these by hand: ${missing[*]}"
    [ "$(id -u)" = 0 ] || fail "these packages are missing: as root, apt-get install ${missing[*]}"
    apt_install "${missing[@]}"
}

apt_install() {
    hold_services
    # A run that was interrupted leaves packages that are unpacked and not set up.
    if [ -n "$(dpkg --audit)" ]; then
        quiet_step "Finishing an interrupted installation" env DEBIAN_FRONTEND=noninteractive dpkg --configure -a --force-confold
    fi
    # Without a network what apt already knows may do.
    step env DEBIAN_FRONTEND=noninteractive apt-get update -qq || say "The package lists are as old as they were."
    quiet_step "Installing the packages $*" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold "$@"
    release_services
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
