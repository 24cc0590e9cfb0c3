#!/usr/bin/env bash
# Brings the programs the tests and the bench compare with: tools/peers.sh [bench]
#
# Stock restic is what every copy must be readable by. Debian 12 carries 0.14, which knows neither
# `rewrite` nor format 2 as it is today, so the package of a newer Debian suite is unpacked (not installed)
# under .peers/, from whatever mirror this machine's own apt is set up with. So is lpac, an LPA for eSIM chips.
# `bench` adds borg (by apt), rustic (by cargo) and kopia (by go). Done already: returns at once.
set -euo pipefail
cd "$(dirname "$0")/.."

peers=$PWD/.peers
newer_suite=trixie
least_restic=0.16
kopia=github.com/kopia/kopia@v0.23.1

fail() { echo "peers: $*" >&2; exit 1; }

restic_version() { "$1" version 2>/dev/null | awk '$1 == "restic" { print $2 }'; }

is_enough() { # whether the version $1 is at least $least_restic
    [ -n "$1" ] && [ "$(printf '%s\n%s\n' "$least_restic" "$1" | sort -V | head -n 1)" = "$least_restic" ]
}

have_restic() { is_enough "$(restic_version "$peers/usr/bin/restic")"; }

link_restic() { # $1: a restic that is on the machine already
    mkdir -p "$peers/usr/bin" && ln -sf "$1" "$peers/usr/bin/restic"
}

# apt with every folder of its own: needs no root and leaves the machine's lists as they are.
private_apt() {
    apt-get -o Dir::State="$work/state" -o Dir::State::status=/var/lib/dpkg/status \
        -o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User= "$@"
}

archive_site() { # the address this machine's apt takes its main suite from
    local codename
    codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
    private_apt --print-uris update 2>/dev/null | sed -n "s#^'\(.*\)/dists/$codename/InRelease'.*#\1#p" | head -n 1
}

unpack_newer() { # $1: suite, $2: where to, then packages
    command -v apt-get >/dev/null || return 1
    local suite=$1 into=$2 site keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    shift 2
    work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
    mkdir -p "$work"/{state,lists/partial,cache/archives/partial}
    site=$(archive_site)
    [ -n "$site" ] && [ -r "$keyring" ] || return 1
    echo "deb [signed-by=$keyring] $site $suite main" >"$work/sources.list"
    local newer=(-o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=-)
    private_apt "${newer[@]}" -qq -o Acquire::Languages=none -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false update &&
        (cd "$work" && private_apt "${newer[@]}" -qq download "$@") &&
        mkdir -p "$into" && for package in "$work"/*.deb; do dpkg-deb -x "$package" "$into" || return 1; done
}

fetch_newer_restic() { unpack_newer "$newer_suite" "$peers" restic; }

runs_lpac() {
    LD_LIBRARY_PATH=$(echo "$peers"/lpac/usr/lib/*/) LPAC_APDU=stdio "$peers/lpac/usr/bin/lpac" version >/dev/null 2>&1
}

# An LPA that others wrote, to hold the simulated eUICC and SM-DP+ against. Only Debian's unstable suite has it,
# which may go on without this machine's libraries, so that its absence is told and not fatal.
get_lpac() {
    runs_lpac && return
    echo "peers: fetching lpac from Debian sid" >&2
    unpack_newer sid "$peers/lpac" lpac libqmi-glib5 libqrtr-glib0 libmbim-glib4 && runs_lpac && return
    rm -rf "$peers/lpac"
    echo "peers: lpac could not be had; the tests that hold the simulated eUICC against it are passed over." >&2
}

install_restic() { # from this machine's own suite, when what it offers is new enough
    [ "$(id -u)" = 0 ] && apt-get -qq update &&
        is_enough "$(apt-cache policy restic | awk '$1 == "Candidate:" { sub(/-.*/, "", $2); print $2 }')" &&
        apt-get -qq install -y restic >/dev/null
}

get_restic() {
    have_restic && return
    local here
    here=$(command -v restic || true)
    if [ -n "$here" ] && is_enough "$(restic_version "$here")"; then link_restic "$here"; return; fi
    echo "peers: fetching restic from Debian $newer_suite" >&2
    fetch_newer_restic && have_restic && return
    echo "peers: that did not work; trying this machine's own suite" >&2
    if install_restic; then link_restic /usr/bin/restic; return; fi
    fail "restic $least_restic or newer could not be had from apt; put one on PATH and run this again."
}

get_bench_peers() {
    if ! command -v borg >/dev/null; then
        [ "$(id -u)" = 0 ] || fail "borg is not installed; run 'apt-get install borgbackup' as root."
        apt-get -qq update && apt-get -qq install -y borgbackup >/dev/null
    fi
    build_rustic || echo "peers: rustic could not be built; the bench goes on without it." >&2
    build_kopia || echo "peers: kopia could not be built; the bench goes on without it." >&2
}

build_rustic() {
    [ -x "$peers/bin/rustic" ] && return
    cargo install --quiet --locked --root "$peers" rustic-rs
}

# As its own main module, so that it gets the versions of libraries that its authors chose.
build_kopia() {
    [ -x "$peers/bin/kopia" ] && return
    local source="$peers/kopia-source" cached
    cached=$(go mod download -json "$kopia" | sed -n 's/^\t"Dir": "\(.*\)",*$/\1/p') && [ -n "$cached" ] || return 1
    rm -rf "$source" && cp -r "$cached" "$source" && chmod -R u+w "$source" &&
        (cd "$source" && go build -ldflags "-X github.com/kopia/kopia/repo.BuildVersion=${kopia##*@v}" -o "$peers/bin/kopia" .) && rm -rf "$source"
}

get_restic
get_lpac
if [ "${1:-}" = bench ]; then get_bench_peers; fi
