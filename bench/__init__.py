"""The bench of the program. Its parts stand on the program itself and on the test parts under `tests/`."""

import sys
from pathlib import Path

for _folder in ("src", "tests"):
    _place = str(Path(__file__).parents[1] / _folder)
    if _place not in sys.path:
        sys.path.append(_place)
