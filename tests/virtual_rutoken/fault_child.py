"""A process of its own that signs on the virtual token, for tests that break it. Prints one JSON line: what each signature ended with.

Arguments: path of the module, number of signatures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from virtual_rutoken.cryptoki import CLASS, GOST256_WITH_HASH, PRIVATE_KEY, Cryptoki


def main() -> None:
    token = Cryptoki(Path(sys.argv[1]))
    token.must("C_Initialize", None)
    session = token.log_in()
    key = token.find(session, {CLASS: PRIVATE_KEY})[0]
    ends = []
    for _ in range(int(sys.argv[2])):
        rv = token.begin("C_SignInit", session, GOST256_WITH_HASH, key)
        ends.append(token.finish("C_Sign", session, b"data")[0].name if rv.name == "OK" else rv.name)
    sys.stdout.write(json.dumps(ends) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
