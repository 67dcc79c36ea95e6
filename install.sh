#!/usr/bin/env bash
# Jitsi Meet Booking: shows itself (--demo), tests itself (--test), else installs itself on a Jitsi host. `./install.sh --help` says how.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/install/steps.sh
. "$here/lib/install/steps.sh"
# shellcheck source=lib/install/packages.sh
. "$here/lib/install/packages.sh"
# shellcheck source=lib/install/node.sh
. "$here/lib/install/node.sh"
# shellcheck source=lib/install/demo.sh
. "$here/lib/install/demo.sh"
# shellcheck source=lib/install/tests.sh
. "$here/lib/install/tests.sh"
# shellcheck source=lib/install/host.sh
. "$here/lib/install/host.sh"

usage() {
    cat <<'END'
Usage:
  ./install.sh --demo [--port N] [--dir DIR] [--fresh]
      Runs JMB in the foreground on http://127.0.0.1:N/ (8080), in an Apache of its own, with sample
      accounts, meetings and a mailbox. DIR (.demo) keeps the data for the next start; --fresh starts anew.
  ./install.sh --test [--full]
      Runs all tests; --full with the slow ones.
  ./install.sh [--auth WAY] [options]
      Installs JMB on this Jitsi host, or brings it up to date. WAY is how people sign in, with what it needs:
        cas     --cas-url https://cas.example.org/cas
        mellon  --idp-metadata FILE|URL
        shib
        ldap    --ldap-url ldaps://ldap.example.org --ldap-base ou=people,dc=example,dc=org
        sql     --sql-file FILE
        oidc    --oidc-issuer URL --oidc-client ID --oidc-secret-file FILE
      --front nginx|apache, --front-page jmb|jitsi (jmb: / leads to the list of meetings), --port N (8181, Apache
      on loopback), --domain NAME (where Jitsi Meet is set up for several), --cgi or --no-fastcgi (each request starts
      its program) or --fastcgi (they stay, as services of systemd: so it is where nothing is said), --yes (no question),
      --dry-run (no change), --root DIR (only files below DIR, no package, no service)
      --replica URL (Litestream copies the database there as it is written: file:///DIR, sftp://USER@HOST/DIR, s3://BUCKET/DIR),
      --standby URL (this is the second host: it waits until 'jmb promote'), --no-replica; apache/two-hosts.md says more
      What is not said is as at the last run.
  ./install.sh --upgrade --auth WAY [options]
      Goes over from the Bash version, with its settings and meetings.
  ./install.sh --uninstall [--purge]
      Puts everything back; --purge with meetings and settings; --dry-run shows what.
--demo and --test install what is missing first, for which they need root.
END
}

# Whether somebody asks what there is to say, wherever the word stands.
asks_for_help() {
    local word
    for word in "$@"; do
        case $word in -h | --help) return 0 ;; esac
    done
    return 1
}

main() {
    if asks_for_help "$@"; then
        usage
        return
    fi
    case ${1:-} in
    --demo) shift && demo "$@" ;;
    --test) shift && run_tests "$@" ;;
    *) on_host "$@" ;;
    esac
}

main "$@"
