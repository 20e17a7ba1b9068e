"""Icons, drawn once per name, colour, size and screen ratio.

QtSvg is loaded when the first icon is drawn, not before. The files are Lucide's (ISC) and two of ours, `token` and `token-off`.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap

from extern_desktop.settings.places import resource_folder


@lru_cache(maxsize=128)
def _source(name: str) -> str:
    return (resource_folder() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=2048)
def pixmap(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    """One icon in one colour, `size` logical pixels square, sharp on a screen of this ratio."""
    from PySide6.QtSvg import QSvgRenderer

    source = _source(name).replace("currentColor", colour)
    if size <= 20:
        source = source.replace('stroke-width="2"', 'stroke-width="2.1"')
    image = QPixmap(round(size * ratio), round(size * ratio))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


@lru_cache(maxsize=512)
def icon(name: str, colour: str, size: int = 16, disabled: str = "", ratio: float = 1.0) -> QIcon:
    """An icon for buttons and fields. `disabled` is its colour when the button can't be pressed; empty means the same colour."""
    result = QIcon()
    result.addPixmap(pixmap(name, colour, size, ratio), QIcon.Mode.Normal)
    result.addPixmap(pixmap(name, colour, size, ratio), QIcon.Mode.Selected)
    if disabled:
        result.addPixmap(pixmap(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return result
