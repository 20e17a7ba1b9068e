#!/bin/sh
# Builds the extension beside the Python sources, for work in the source tree. Packages build it through pyproject.toml.
set -eu
cd "$(dirname "$0")"
include=$("${PYTHON:-python3}" -c 'import sysconfig; print(sysconfig.get_paths()["include"])')
exec "${CC:-cc}" -std=c11 -O3 ${CFLAGS:-} -fPIC -shared -Wall -Wextra -Werror -I"$include" module.c streebog.c curve.c \
    -o ../src/extern_desktop/signing/_native.abi3.so
