#!/usr/bin/env bash
# Jitsi Meet Booking: shows itself (--demo), tests itself (--test), installs itself on a Jitsi host. `./install.sh --help` says how.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=install/steps.sh
. "$here/install/steps.sh"
# shellcheck source=install/packages.sh
. "$here/install/packages.sh"
# shellcheck source=install/node.sh
. "$here/install/node.sh"
# shellcheck source=install/demo.sh
. "$here/install/demo.sh"
# shellcheck source=install/tests.sh
. "$here/install/tests.sh"

usage() {
    cat <<'END'
Usage:
  ./install.sh --demo [--port N] [--dir DIR] [--fresh]
      Runs JMB in the foreground on http://127.0.0.1:N/ (8080), in an Apache of its own, with sample
      accounts, meetings and a mailbox. DIR (.demo) keeps the data for the next start; --fresh starts anew.
  ./install.sh --test [--full]
      Runs all tests; --full with the slow ones.
Both install what is missing first, for which they need root.
END
}

main() {
    case ${1:-} in
    --demo) shift && demo "$@" ;;
    --test) shift && run_tests "$@" ;;
    -h | --help) usage ;;
    *) usage >&2 && exit 2 ;;
    esac
}

main "$@"
