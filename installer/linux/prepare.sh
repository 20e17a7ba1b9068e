#!/bin/sh
# Install the system packages that the program, or its tests, need on Debian and Ubuntu. Does nothing when all are there.
# usage: prepare.sh run|test
set -eu

run="python3 python3-venv python3-dev gcc libc6-dev make swig libpcsclite-dev pcscd libccid openssl libssl-dev libp11-kit-dev
     libegl1 libgl1 libdbus-1-3 libfontconfig1 libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1
     libxcb-render-util0 libxcb-shape0 libxcb-xinerama0"
test="opensc xvfb libengine-gost-openssl"
not_everywhere="libengine-gost-openssl"  # an outside judge of our signatures that Debian 13 lacks; tests that need it say so and skip

case "$1" in
    run) wanted=$run ;;
    test) wanted="$run $test" ;;
    *) echo "usage: prepare.sh run|test" >&2; exit 2 ;;
esac

missing=
for package in $wanted; do
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$state" = "install ok installed" ] || missing="$missing $package"
done
if [ -z "$missing" ] || { [ "$missing" = " $not_everywhere" ] && [ -e build/.asked-for-all-packages ]; }; then
    exit 0
fi

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
present=
for package in $missing; do
    if [ "$package" != "$not_everywhere" ] || apt-cache show "$package" >/dev/null 2>&1; then
        present="$present $package"
    fi
done
echo "Installing:$present"
# shellcheck disable=SC2086  # one word a package
[ -z "$present" ] || $as_root apt-get install -y -qq --no-install-recommends $present >/dev/null
mkdir -p build
touch build/.asked-for-all-packages
