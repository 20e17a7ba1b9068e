#!/bin/sh
# Write the lock files anew from pyproject.toml. Needs uv. No registry host gets into the files.
set -eu
cd "$(dirname "$0")/.."
compile() { uv pip compile --quiet --python-version 3.11 --generate-hashes --no-header --no-annotate --extra smartcard "$@" pyproject.toml; }
compile --python-platform linux --group build --output-file locks/linux.txt
compile --python-platform linux --group dev --output-file locks/linux-dev.txt
compile --python-platform windows --group build --output-file locks/windows.txt
