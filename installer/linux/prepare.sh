#!/bin/sh
# Install the system packages that the program, or its tests, need on Debian and Ubuntu. Does nothing when all are there.
# usage: prepare.sh run|test
set -eu

# A choice `a|b` is for a package whose name differs between releases; `a|-` is installed where the release has it.
run="python3 python3-venv python3-dev gcc libc6-dev make swig libpcsclite-dev pcscd libccid openssl libssl-dev libp11-kit-dev
     libegl1 libgl1 libdbus-1-3 libfontconfig1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
     libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libglib2.0-0|libglib2.0-0t64"
# The GOST engine is an outside judge of our signatures. Debian 13 lacks it; the tests that need it say so and skip.
test="opensc xvfb libengine-gost-openssl|-"

case "$1" in
    run) wanted=$run ;;
    test) wanted="$run $test" ;;
    *) echo "usage: prepare.sh run|test" >&2; exit 2 ;;
esac

is_there() { # whether any of the names is installed, or all that this release has were asked for once
    for name in $(echo "$1" | tr '|' ' '); do
        if [ "$name" = - ]; then [ -e build/.asked-for-packages ] && return 0; continue; fi
        state=$(dpkg-query -W -f '${Status}' "$name" 2>/dev/null || true)
        [ "$state" = "install ok installed" ] && return 0
    done
    return 1
}

missing=
for choice in $wanted; do is_there "$choice" || missing="$missing $choice"; done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "This is no Debian or Ubuntu. Install with your system's own means:$missing" >&2
    exit 3
fi
if [ "$(id -u)" = 0 ]; then as_root=; elif command -v sudo >/dev/null; then as_root=sudo; else
    echo "These packages are missing, and only an administrator can install them:$missing" >&2
    exit 3
fi
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get update -qq
chosen=
for choice in $missing; do
    for name in $(echo "$choice" | tr '|' ' '); do
        [ "$name" = - ] && break
        if LC_ALL=C apt-cache policy "$name" | grep -q 'Candidate: [^(]'; then chosen="$chosen $name"; break; fi
        [ "$name" != "$choice" ] || chosen="$chosen $name" # no other name: let apt say what is wrong
    done
done
echo "Installing:$chosen"
# shellcheck disable=SC2086  # one word a package
[ -z "$chosen" ] || $as_root apt-get install -y -qq --no-install-recommends $chosen >/dev/null
[ "$1" = run ] || { mkdir -p build && touch build/.asked-for-packages; }
