# shellcheck shell=bash
# install.sh --test: everything that can be checked without a person; the last line is `N passed, N failed`.

test_packages=(
    apache2-bin nginx                                   # the server, and who stands in front of it
    libaprutil1-ldap libaprutil1-dbd-sqlite3            # ... that signs people in from a directory and a database
    chromium                                            # the browser
    slapd ldap-utils                                    # the directory
    postfix dovecot-imapd                               # the mail server that gives messages to jmb and sends back, the mailbox
    prosody lua5.4 lua-check munin-node                 # rooms that messages go to, their language; who runs the plugin
    python3-icalendar sqlite3                           # readers of calendars and databases that are not ours
    faketime openssl shellcheck
)

# The slow ones need real identity providers and a Debian to install on.
full_test_packages=(
    libapache2-mod-auth-cas libapache2-mod-auth-mellon libapache2-mod-shib libapache2-mod-auth-openidc
    lemonldap-ng libapache2-mod-fcgid liblasso-perl libgd-securityimage-perl perlmagick libmime-tools-perl libemail-sender-perl libio-string-perl
    libstring-random-perl libunicode-string-perl libsoap-lite-perl libconvert-base32-perl libcrypt-openssl-x509-perl
    libcrypt-jwt-perl libnet-ldap-perl libxml-simple-perl debootstrap curl openssh-server iproute2
)

# The tests that are run once more with programs that stay (FastCGI): how requests reach them, who is refused what, and what breaks.
# What pages and mails hold, and what cron does, is the same however the programs are run; the rest says itself how they are.
# With --full those that take longer, too.
as_fastcgi=(tests/e2e/{apache,arguments,nginx,refusals,rooms,story}.test.ts)
full_as_fastcgi=(tests/e2e/{check,disaster,signon,wrong_settings}.test.ts)

run_tests() {
    ! is_release || fail "--test needs a clone of the repository: a release holds no tests"
    local packages=("${test_packages[@]}")
    while [ $# -gt 0 ]; do
        case $1 in
        --full)
            packages+=("${full_test_packages[@]}") as_fastcgi+=("${full_as_fastcgi[@]}")
            export JMB_FULL=1
            ;;
        *) fail "--test knows no $1; it takes --full" ;;
        esac
        shift
    done
    stage packages need_packages "${packages[@]}"
    stage Node need_node
    stage "npm ci" need_test_modules

    results=$(mktemp -d)
    at_end rm -rf "$results"
    ! holds_tests /dev/shm || export TMPDIR=/dev/shm
    cd "$here" || fail "$here is gone"
    passed=0 failed=0
    stage checks run_checks
    stage "rest of compiling" wait_for_compiling
    stage build build
    # Each Node that a test starts would read the machine's certificates, which takes longer than to start.
    unset NODE_EXTRA_CA_CERTS
    stage tests run_vitest
    stage "as FastCGI" run_as_fastcgi
    say "Seconds: $stages"
    say "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

# The process that compiles packages, while the checks that do without them run.
compiling=

# Like need_node_modules. SQLite takes one core a minute.
need_test_modules() {
    ! modules_match || return 0
    need_packages "${compilers[@]}"
    npm_step "Installing the packages of package-lock.json" "$here" ci --ignore-scripts
    compiling_output=$(mktemp)
    at_end rm -f "$compiling_output"
    say "Compiling them..."
    set_npm_words "$here" rebuild
    # With job control a command that is put in the background leads a process group.
    set -m
    "${npm_words[@]}" </dev/null >"$compiling_output" 2>&1 &
    compiling=$!
    set +m
    at_end end_compiling
}

wait_for_compiling() {
    [ -n "$compiling" ] || return 0
    local status=0
    wait "$compiling" || status=$?
    compiling=
    if [ "$status" -ne 0 ] || ! modules_match; then
        tail -n 40 "$compiling_output" >&2
        fail "npm rebuild has left node_modules incomplete (status $status)"
    fi
}

end_compiling() {
    [ -z "$compiling" ] || kill -TERM -- "-$compiling" 2>/dev/null || true
}

# Whether what tests write can be there: in memory they do not wait for the disk. Programs are run from it.
holds_tests() {
    local folder=$1 free try
    free=$(df --output=avail --block-size=1M "$folder" 2>/dev/null | tail -n 1) || return 1
    [ "${free:-0}" -ge 4096 ] && [ "$(stat -c %a "$folder")" = 1777 ] || return 1
    try=$(mktemp "$folder/jmb-XXXXXX") || return 1
    printf '#!/bin/sh\n' >"$try"
    chmod 755 "$try"
    if "$try"; then rm -f "$try"; else rm -f "$try" && return 1; fi
}

# What the stages have taken, in seconds.
stages=

# Runs a part of it all, and remembers what it took.
stage() {
    local what=$1 since=$SECONDS
    shift
    "$@"
    stages+="${stages:+, }$what $((SECONDS - since))"
}

run_checks() {
    check_passes "types" npx tsc --noEmit
    check_passes "lint" npx biome check .
    check_passes "dead code" npx knip
    check_passes "Prosody's module" luacheck --quiet lib/jitsi/prosody
    check_passes "known faults of packages" node lib/build/audit.mjs
    check_passes "shell scripts" shellcheck -x -a install.sh lib/install/apt.sh .ci/run
}

run_as_fastcgi() {
    local file
    for file in "${as_fastcgi[@]}"; do
        [ -e "$file" ] || fail "lib/install/tests.sh names $file, which is not there"
    done
    JMB_WAY=proxy_fcgi run_vitest "${as_fastcgi[@]}"
}

# Counts a check as one test.
check_passes() {
    local what=$1
    shift
    say "Checking $what..."
    if step "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# Runs the tests whose files begin with these words, or all, and counts them. Vitest's exit status says no more than the
# counts, but for errors outside of any test.
run_vitest() {
    local status=0 counts report=$results/vitest.json
    rm -f "$report"
    step npx vitest run --config tests/vitest.config.ts --reporter=default --reporter=json --outputFile.json="$report" "$@" || status=$?
    counts=$(node lib/install/count_tests.mjs "$report" "$status")
    passed=$((passed + ${counts% *})) failed=$((failed + ${counts#* }))
}
