# shellcheck shell=bash
# Node: the machine's own where it is new enough, else a private one in a folder of the clone, from the npm registry. A release (npm run
# pack) holds one, and everything that is built.

oldest_node=20.16
# The newest line with long support by which better-sqlite3 runs without a fault (CONTRIBUTING.md).
private_node_version=$(sed -n 's/.*"version": "\([^"]*\)".*"private": true.*/\1/p' "$here/lib/install/node_lines.json")
private_npm_version=10.9.9
private_node=$here/.private-node/node_modules/.bin

# Without either, enough of a clone is left for the way back, by what was installed.
is_release() {
    [ ! -e "$here/build.mjs" ] && [ -e "$here/dist/bin/jmb-install" ]
}

# Node 20.16 and 22.3 came with process.getBuiltinModule, which the programs use.
is_new_enough() {
    [ "$("$1" -p 'typeof process.getBuiltinModule' 2>/dev/null)" = function ]
}

# Puts a node that is new enough first in PATH, if there is one; else false. A release is run by its own, and chooses among the others
# itself what the programs are to run by (lib/install/node.ts).
find_node() {
    local folder=$private_node
    if is_release; then folder=$here/node/bin; elif is_new_enough node; then return 0; fi
    if is_new_enough "$folder/node"; then
        PATH=$folder:$PATH
        export PATH
        return 0
    fi
    is_new_enough node
}

# The same, and brings one where there is none, with an npm.
need_node() {
    if is_release; then
        find_node || fail "this release has no Node for this machine ($(uname -m)): take one that was made for it, or install Node $oldest_node or later"
        return 0
    fi
    if find_node && command -v npm >/dev/null; then return 0; fi
    need_packages npm
    if find_node; then return 0; fi
    install_private_node
    find_node || fail "the private Node in $here/.private-node does not run: delete that folder and start again"
}

install_private_node() {
    local machine folder=$here/.private-node
    case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) fail "there is no private Node for $(uname -m): install Node $oldest_node or later yourself" ;;
    esac
    [ -e "$folder" ] || note_brought folder "$folder"
    rm -rf "$folder"
    mkdir -p "$folder"
    printf '{ "private": true }\n' >"$folder/package.json"
    npm_step "Installing a private Node $private_node_version in $folder" "$folder" \
        install --save-exact "node-linux-$machine@$private_node_version" "npm@$private_npm_version"
}

# Runs npm in a folder, as a step that the first word names.
npm_step() {
    local what=$1
    shift
    set_npm_words "$@"
    quiet_step "$what" "${npm_words[@]}"
}

# The words of a command that runs npm in a folder. Node knows its own certificates only: give it those of the machine as well.
set_npm_words() {
    local folder=$1 machine_certificates=/etc/ssl/certs/ca-certificates.crt
    shift
    npm_words=(env "npm_config_nodedir=$(node_headers)")
    if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -r $machine_certificates ]; then
        npm_words+=("NODE_EXTRA_CA_CERTS=$machine_certificates")
    fi
    npm_words+=(npm --prefix "$folder" --no-audit --no-fund --no-update-notifier "$@")
}

# The folder whose include/node has the headers of this node, for packages that are compiled; nothing: npm fetches them.
node_headers() {
    node -p 'const { dirname } = require("path"), root = dirname(dirname(fs.realpathSync(process.execPath)));
        fs.existsSync(root + "/include/node/node_api.h") ? root : ""' 2>/dev/null || true
}

modules_match() {
    node "$here/lib/install/modules_match.mjs"
}

# What node_modules is compiled by.
compilers=(python3 make g++)

# Installs the packages of package-lock.json, if those in node_modules are not the same or were compiled for another node.
need_node_modules() {
    if ! is_release && ! modules_match; then
        need_packages "${compilers[@]}"
        [ -e "$here/node_modules" ] || note_brought folder "$here/node_modules"
        npm_step "Installing the packages of package-lock.json (compiling takes a minute)" "$here" ci
        modules_match || fail "npm ci has left node_modules incomplete"
    fi
}

build() {
    ! is_release || return 0
    [ -e "$here/dist" ] || note_brought folder "$here/dist"
    quiet_step "Building" env -C "$here" node build.mjs
}
