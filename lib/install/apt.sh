#!/usr/bin/env bash
# For lib/host/packages.ts: what packages.sh does, in a process of its own. apt.sh install NAME…
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
# shellcheck source=lib/install/steps.sh
. "$here/lib/install/steps.sh"
# shellcheck source=lib/install/packages.sh
. "$here/lib/install/packages.sh"

case $1 in
install) shift && need_packages "$@" ;;
esac
