"""The anchor of the start: a PySide6 window with a menu and a side bar, and nothing behind it."""

from __future__ import annotations

import sys

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDockWidget, QLabel, QListWidget, QMainWindow


def main() -> int:
    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.menuBar().addMenu("Файл").addAction("Выход")
    side = QDockWidget("Разделы", window)
    places = QListWidget(side)
    places.addItems(["Сегодня", "Календарь", "Отчёты"])
    side.setWidget(places)
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, side)
    window.setCentralWidget(QLabel("Окно", window))
    window.resize(1366, 768)
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
