# shellcheck shell=bash
# A Jitsi host's packages and services.

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

# Packages enable their Apache module themselves. mod_auth_cas then has Apache not start where it is not set up, and what mod_shib
# puts into conf-enabled has it not start once the module goes. What came that way is switched off again: enabling is a change
# of ours, which goes when we go, and our own files say all that is needed.
install_packages() {
    local name modules=/etc/apache2/mods-enabled confs=/etc/apache2/conf-enabled had_modules had_confs
    [ ${#packages[@]} -gt 0 ] || return 0
    had_modules=$(ls $modules 2>/dev/null || true)
    had_confs=$(ls $confs 2>/dev/null || true)
    need_packages "${packages[@]}"
    for name in auth_cas auth_mellon shib auth_openidc; do
        if [ -e "$confs/$name.conf" ] && ! grep -qx "$name.conf" <<<"$had_confs"; then
            step a2disconf -q -f "$name" || fail "a2disconf $name fails"
        fi
        if [ -e "$modules/$name.load" ] && ! grep -qx "$name.load" <<<"$had_modules"; then
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
        if [ "$how" = module ]; then
            # A Prosody that does not run loads it when it starts.
            systemctl is-active -q "$name" || continue
            say "Loading mod_jmb anew into $name..."
            step node "$host_program" module --root / || refusing="${refusing:+$refusing, }$name"
            continue
        fi
        say "systemctl $how $name..."
        step systemctl "$how" "$name" || refusing="${refusing:+$refusing, }$name"
    done <<<"$1"
    [ -z "$refusing" ]
}
