# What the scripts of this folder share; sourced with the checkout's root as working directory.
# shellcheck shell=bash

# Totals over all runs, which the end adds up, and what is needed by them.
passed=0 failed=0 skipped=0 broken_runs=0
flaky=()
POLICY_REMOVER=()
LOGS=.ci/target
LOST_JVM='^\[ERROR\] .*(The forked VM terminated|There was a timeout or other error in the fork)'

say() { printf '\n==> %s\n' "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 2; }

# Installs the Debian package of a program that is missing. Arguments: the program, its packages, what it is for.
need() {
    local program=$1 packages=$2 purpose=$3
    PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null && return
    MISSING+=" $packages"
    printf '%-12s missing: installing %s (%s)\n' "$program" "$packages" "$purpose"
}

install_missing() {
    MISSING=
    [[ -n ${HEADROOM_TEST_MEMCACHED:-} ]] \
        || need memcached memcached "real cache nodes for the tests of cache and session"
    [[ -n ${HEADROOM_TEST_MARIADB:-} ]] \
        || need mariadbd "mariadb-server-core mariadb-client-core" "a second database with replication for the router's tests"
    need pgbouncer pgbouncer "a pooler between the queue and its database"
    need faketime faketime "clocks that are hours wrong, for processes of the queue's tests"
    need chromium chromium "opens the example's pages as a visitor would"
    need chromedriver chromium-driver "drives Chromium from the tests"
    [[ -z $MISSING ]] && return

    local as_root=()
    command -v apt-get >/dev/null || die "No apt-get here: please install$MISSING, or give services by environment (core/testkit)."
    if [[ $EUID -ne 0 ]]; then
        command -v sudo >/dev/null || die "Neither root nor sudo: please install$MISSING."
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get -q update || die "apt-get update failed."
    without_starting_services "${as_root[@]}"
    local installed=yes
    # shellcheck disable=SC2086
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qy install --no-install-recommends $MISSING </dev/null || installed=no
    allow_services_again
    [[ $installed == yes ]] || die "apt-get could not install$MISSING."
}

# Debian starts a service when its package is installed; the tests start their own and want no other. A policy-rc.d that says no is
# Debian's way to prevent that; it is taken away again right after, or at the end if the script is told to end meanwhile.
without_starting_services() {
    [[ -e /usr/sbin/policy-rc.d ]] && return
    printf '#!/bin/sh\nexit 101\n' | "$@" tee /usr/sbin/policy-rc.d >/dev/null
    "$@" chmod 755 /usr/sbin/policy-rc.d
    # shellcheck disable=SC2064
    trap "$* rm -f /usr/sbin/policy-rc.d" EXIT
    POLICY_REMOVER=("$@" rm -f /usr/sbin/policy-rc.d)
}

allow_services_again() {
    ((${#POLICY_REMOVER[@]})) || return 0
    "${POLICY_REMOVER[@]}"
    trap - EXIT
}

require_build_tools() {
    command -v mvn >/dev/null || die "Maven is missing: apt-get install maven (3.8 or newer)."
    DEFAULT_JDK=${JAVA_HOME:-}
    if [[ -z $DEFAULT_JDK || ! -x $DEFAULT_JDK/bin/javac ]]; then
        local javac
        javac=$(command -v javac) || die "A JDK is missing: apt-get install openjdk-17-jdk-headless (17 or newer)."
        DEFAULT_JDK=$(dirname "$(dirname "$(readlink -f "$javac")")")
    fi
    (($(java_version "$DEFAULT_JDK") >= 17)) || die "$DEFAULT_JDK is JDK $(java_version "$DEFAULT_JDK"); 17 or newer is needed."
}

# The feature version of a JDK: 17, 25. Nothing if the folder holds none.
java_version() {
    [[ -n $1 && -x $1/bin/javac ]] && "$1/bin/javac" -version 2>&1 | sed -nE 's/^javac ([0-9]+).*/\1/p'
}

# The home of the first JDK of that feature version: from the environment, Maven's toolchains, or where JDKs usually are.
find_jdk() {
    local wanted=$1 home variable
    variable=JAVA_HOME_$wanted
    {
        printf '%s\n' "${!variable:-}"
        sed -nE 's:.*<jdkHome>(.*)</jdkHome>.*:\1:p' ~/.m2/toolchains.xml 2>/dev/null
        printf '%s\n' /usr/lib/jvm/* /opt/*jdk* /opt/java/* ~/.jdks/* ~/.sdkman/candidates/java/*
    } | while read -r home; do
        [[ $(java_version "$home") == "$wanted" ]] && printf '%s\n' "$home" && break
    done | grep .
}

# A test that fails is run again, twice at most, and named as flaky if it passes then: tests that kill and hang real processes meet busy
# machines. Arguments: what this run is, the JDK's home, Maven's arguments. Progress goes to the screen, everything to a log. A failed test does not
# keep the modules behind it from being tested: failures are counted from the reports, and a test JVM that crashed or hung, which leaves
# none, is seen in the log.
run_maven() {
    local title=$1 home=$2 log
    shift 2
    mkdir -p "$LOGS"
    log=$LOGS/$(tr -cs '[:alnum:]' - <<<"$title" | sed 's/-$//').log
    say "$title ($home; everything is in $log)"
    SECONDS=0
    JAVA_HOME=$home MAVEN_OPTS=${MAVEN_OPTS:--Xmx1500m} mvn -B -ntp "-T${THREADS:-3}" -fae -Dmaven.test.failure.ignore=true \
        -Dsurefire.rerunFailingTestsCount=2 -Dfailsafe.rerunFailingTestsCount=2 "$@" </dev/null 2>&1 \
        | tee "$log" \
        | grep --line-buffered -E '^\[(INFO|WARNING)\] (Building Headroom|Tests run:.* -- in|BUILD )|^\[ERROR\]' \
        | sed -uE 's,^(.{240}).*,\1,'
    local status=${PIPESTATUS[0]}
    if ((status != 0)) || grep -qE "$LOST_JVM" "$log"; then
        ((broken_runs += 1))
    fi
    say "$title: Maven ended with $status after $((SECONDS / 60)) min $((SECONDS % 60)) s"
}

reports() {
    find . -path '*/target/*-reports/TEST-*.xml' "$@"
}

forget_reports() {
    reports -delete
}

# Adds what the reports say to passed, failed and skipped.
count_reports() {
    local file line tests bad skip
    while read -r file; do
        line=$(grep -m1 -oE '<testsuite [^>]*>' "$file")
        tests=$(attribute tests "$line")
        bad=$(($(attribute errors "$line") + $(attribute failures "$line")))
        skip=$(attribute skipped "$line")
        ((passed += tests - bad - skip, failed += bad, skipped += skip, 1))
        while read -r line; do
            flaky+=("$line")
        done < <(flaky_tests "$file")
    done < <(reports)
}

# The tests of a report that passed when they were run again, which counts as passed.
flaky_tests() {
    awk '
        function field(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
        /<testcase / { test = field("classname") "." field("name") }
        /<flaky(Failure|Error)[ >]/ && test != "" { print test; test = "" }' "$1"
}

attribute() {
    sed -nE "s/.* $1=\"([0-9]+)\".*/\1/p" <<<"$2"
}

# The last line, and the status: bad if a test failed, if Maven did, or if nothing ran.
conclude() {
    printf '\n'
    ((broken_runs == 0)) || printf '%s run(s) of Maven failed or lost a test JVM: see %s\n' "$broken_runs" "$LOGS"
    ((${#flaky[@]} == 0)) || printf 'Passed only when run again: %s\n' "${flaky[@]}"
    ((passed + failed > 0)) || printf 'No test ran.\n'
    printf '%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
    ((failed == 0 && broken_runs == 0 && passed > 0))
}

# One line for each test: its name, its time, and what went wrong.
test_cases() {
    awk '
        function field(name) { return match($0, " " name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
        function flush() { if (line != "") print line; line = "" }
        /<testcase / { flush(); line = "- " field("name") ": " field("time") " s" }
        /<(failure|error)[ >]/ { line = line ", FAILED" }
        /<skipped/ { line = line ", skipped" }
        END { flush() }' "$1"
}

# A soak test prints what it measured in lines that start with "soak: "; they are the report's body.
write_soak_report() {
    local report=$1 file
    mkdir -p "$(dirname "$report")"
    {
        printf '# Long runs, %s UTC\n\n' "$(date -u '+%Y-%m-%d %H:%M')"
        printf -- '- commit: %s\n' "$(git describe --always --dirty 2>/dev/null || echo unknown)"
        printf -- '- machine: %s × %s, %s of memory\n' "$(nproc)" \
            "$(sed -nE 's/^model name\s*: //p' /proc/cpuinfo | head -n 1)" "$(free -h | awk '/^Mem:/ { print $2 }')"
        printf -- '- JDK: %s\n' "$("$DEFAULT_JDK/bin/java" -version 2>&1 | sed -n 2p)"
        printf -- '- result: %s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
        reports | sort | while read -r file; do
            printf '\n## %s\n\n' "$(basename "$file" .xml | sed 's/^TEST-//')"
            test_cases "$file"
            grep -oE '(^|\[CDATA\[)soak: .*' "$file" | sed -E 's/^(<!\[CDATA\[|\[CDATA\[)?soak: /    /'
        done
    } >"$report"
    say "Report: $report"
}
