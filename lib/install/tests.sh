# shellcheck shell=bash
# install.sh --test: everything that can be checked without a person; the last line is `N passed, N failed`.

test_packages=(
    apache2-bin libapache2-mod-fcgid nginx              # the server, and who stands in front of it
    libaprutil1-ldap libaprutil1-dbd-sqlite3            # ... that signs people in from a directory and a database
    chromium                                            # the browser
    slapd ldap-utils                                    # the directory
    postfix dovecot-imapd                               # the mail server that gives messages to jmb and sends back, the mailbox
    prosody lua5.4 lua-check munin-node                 # rooms that messages go to, their language; who runs the plugin
    python3-icalendar sqlite3                           # readers of calendars and databases that are not ours
    openssl shellcheck
)

# The slow ones need real identity providers and a Debian to install on.
full_test_packages=(
    libapache2-mod-auth-cas libapache2-mod-auth-mellon libapache2-mod-shib libapache2-mod-auth-openidc
    lemonldap-ng liblasso-perl libgd-securityimage-perl perlmagick libmime-tools-perl libemail-sender-perl libio-string-perl
    libstring-random-perl libunicode-string-perl libsoap-lite-perl libconvert-base32-perl libcrypt-openssl-x509-perl
    libcrypt-jwt-perl libnet-ldap-perl libxml-simple-perl debootstrap curl
)

run_tests() {
    local packages=("${test_packages[@]}")
    while [ $# -gt 0 ]; do
        case $1 in
        --full) packages+=("${full_test_packages[@]}") && export JMB_FULL=1 ;;
        *) fail "--test knows no $1; it takes --full" ;;
        esac
        shift
    done
    need_packages "${packages[@]}"
    need_node
    need_node_modules
    build

    results=$(mktemp -d)
    at_end rm -rf "$results"
    cd "$here" || fail "$here is gone"
    passed=0 failed=0
    check_passes "types" npx tsc --noEmit
    check_passes "lint" npx biome check .
    check_passes "dead code" npx knip
    check_passes "Prosody's module" luacheck --quiet lib/jitsi/prosody
    check_passes "shell scripts" shellcheck -x -a install.sh lib/install/apt.sh .ci/run
    run_vitest
    # Everything that goes through Apache once more, with programs that stay.
    export JMB_WAY=fcgid
    run_vitest tests/e2e tests/peers/through_apache.test.ts
    say "$passed passed, $failed failed"
    [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
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
