"""Find key containers and copy one: parsed, its seal checked, copied byte for byte, read back and compared.

The exportable flag is read and never touched; a container that may not leave its carrier is refused with what can be done instead.
"""

from __future__ import annotations

from pathlib import Path

from extern_desktop.jobs.work import Work
from extern_desktop.services.values import CopiedContainer, FoundContainers
from extern_desktop.signing.gost28147 import imito
from extern_desktop.tokens import containers
from extern_desktop.tokens.container_values import CONTAINER_FILES, KeyContainer


def find_containers(place: Path) -> FoundContainers:
    """Containers in a folder or on a drive, whole ones and, with the reason, the others."""
    return FoundContainers(str(place), containers.find_containers(place, mac=imito))


def check_container(folder: Path) -> KeyContainer:
    """One container, its seal checked. Needs no password."""
    return containers.read_container(folder, mac=imito)


def copy_container(source: Path, target_parent: Path, *, work: Work, folder_name: str | None = None) -> CopiedContainer:
    """Copy to a folder or a drive, under the same folder name unless another is given. An existing container is never overwritten."""
    copied = containers.copy_container(source, target_parent, mac=imito, work=work, folder_name=folder_name)
    return CopiedContainer(str(source), str(copied.folder), len(CONTAINER_FILES), copied.source.size_bytes)
