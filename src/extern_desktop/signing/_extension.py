"""Says whether the C extension of this room was built here. Without it the Python twins do the same work, slower."""

import importlib
from typing import Final


def _is_built() -> bool:
    try:
        importlib.import_module("extern_desktop.signing._native")
    except ImportError:  # no compiler where the program was installed
        return False
    return True


HAS_NATIVE: Final = _is_built()
