#!/usr/bin/env bash
# For lib/install/packages.ts, packages.sh in a process of its own: apt.sh install|purge|cost NAME…; what comes is written into the file
# $2 before it does, where that is not empty.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=lib/install/steps.sh
. "$here/lib/install/steps.sh"
# shellcheck source=lib/install/packages.sh
. "$here/lib/install/packages.sh"

task=$1 brought=$2
shift 2
case $task in
install) need_packages "$@" ;;
purge) apt_purge "$@" ;;
cost) apt_cost "$@" ;;
*) fail "apt.sh knows no $task" ;;
esac
