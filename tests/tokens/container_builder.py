"""Opens the training containers again with their key: what the product never does with anybody's container."""

from __future__ import annotations

from pathlib import Path

from extern_desktop.sandbox.training_container import ContainerKey, derive_key
from extern_desktop.signing import der
from extern_desktop.signing.gost28147 import Gost28147


def open_container(folder: Path, key: ContainerKey, password: bytes = b"") -> int:
    """The private number that the container holds; wrong with a wrong password."""
    encrypted = der.read_one((folder / "primary.key").read_bytes()).children()[0].octets()
    mask, salt = (element.octets() for element in der.read_one((folder / "masks.key").read_bytes()).children()[:2])
    masked = int.from_bytes(Gost28147(derive_key(password, salt)).decrypt_blocks(encrypted), "little")
    return masked * pow(int.from_bytes(mask, "little"), -1, key.curve.q) % key.curve.q
