# shellcheck shell=bash
# What install.sh is told on a Jitsi host: by options, by an earlier run, or by whoever answers its questions.

prefix=/opt/jitsi-jmb
root=/ yes=no dry_run=no purge=no fastcgi=no what=install auth='' port=8181
# The words for bin/jmb-host: options with a value each, but for --upgrade.
host_words=()
# Whether a run is under way that must be put back if this script ends.
unsettled=no

read_host_options() {
    while [ $# -gt 0 ]; do
        case $1 in
        --yes) yes=yes ;;
        --dry-run) dry_run=yes ;;
        --purge) purge=yes ;;
        --fastcgi) fastcgi=yes && host_words+=(--fastcgi yes) ;;
        --no-fastcgi) fastcgi=no && host_words+=(--fastcgi no) ;;
        --upgrade) what=upgrade && host_words+=(--upgrade) ;;
        --uninstall) what=uninstall ;;
        --*=*)
            set -- "${1%%=*}" "${1#*=}" "${@:2}"
            continue
            ;;
        --root | --auth | --front | --port | --cas-url | --idp-metadata | --oidc-issuer | --oidc-client | --oidc-secret-file | \
            --ldap-url | --ldap-base | --sql-file)
            [ -n "${2:-}" ] || fail "$1 needs a value"
            case $1 in
            --root) root=$(realpath -e -- "$2") || fail "--root: there is no folder $2" ;;
            --auth) auth=$2 ;;
            --port) port=$2 ;;
            esac
            [ "$1" = --root ] || host_words+=("$1" "$2")
            shift
            ;;
        *) fail "there is no option $1; --help lists them all" ;;
        esac
        shift
    done
    host_words+=(--root "$root")
}

is_staged() {
    [ "$root" != / ]
}

# Whether anything is asked of the person in front of the screen.
may_ask() {
    [ "$yes" = no ] && [ "$dry_run" = no ] && [ -t 0 ]
}

is_given() {
    [[ " ${host_words[*]} " = *" $1 "* ]]
}

# What an earlier run was told and this one is not. Another way to sign in begins anew.
recall_options() {
    local file=${root%/}/var/lib/jitsi-jmb/options words=() at
    [ -r "$file" ] || return 0
    mapfile -t words <"$file"
    if [ -n "$auth" ] && [ "$auth" != "${words[1]:-}" ]; then return 0; fi
    for ((at = 0; at + 1 < ${#words[@]}; at += 2)); do
        is_given "${words[at]}" && continue
        host_words+=("${words[at]}" "${words[at + 1]}")
        case ${words[at]} in
        --auth) auth=${words[at + 1]} ;;
        --port) port=${words[at + 1]} ;;
        --fastcgi) fastcgi=${words[at + 1]} ;;
        esac
    done
}

# Files that an earlier run was given are in place.
was_given() {
    [ -e "${root%/}/etc/apache2/jitsi-jmb/$1" ]
}

# Asks for a value that no option gave.
ask_value() {
    local option=$1 question=$2 answer
    ! is_given "$option" || return 0
    may_ask || fail "$question: say it with $option"
    read -r -p "$question: " answer
    [ -n "$answer" ] || fail "$question: nothing was said"
    host_words+=("$option" "$answer")
    if [ "$option" = --auth ]; then auth=$answer; fi
}

ask_sign_in() {
    ask_value --auth "How people sign in (cas, mellon, shib, ldap, sql, oidc)"
    case $auth in
    cas) ask_value --cas-url "Address of the CAS server (https://cas.example.org/cas)" ;;
    mellon) was_given saml/idp.xml || ask_value --idp-metadata "Metadata of the SAML identity provider (file or address)" ;;
    ldap)
        ask_value --ldap-url "Address of the directory (ldaps://ldap.example.org)"
        ask_value --ldap-base "Where people are in it (ou=people,dc=example,dc=org)"
        ;;
    sql) was_given sql.conf || ask_value --sql-file "File with DBDriver and DBDParams of the database" ;;
    oidc)
        ask_value --oidc-issuer "Address of the OpenID provider (https://login.example.org)"
        ask_value --oidc-client "Name of the client there"
        was_given oidc.conf || ask_value --oidc-secret-file "File that holds the client's secret"
        ;;
    shib) ;;
    *) fail "--auth takes cas, mellon, shib, ldap, sql or oidc, not \"$auth\"" ;;
    esac
}
