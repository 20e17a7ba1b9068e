"""The fields of one section of a form: line code, name, value. A changed value is told once, when the field is left or Enter is pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from extern_desktop.forms.values import Editor, FieldRow
from extern_desktop.ui import theme
from extern_desktop.ui.widgets.basics import label
from extern_desktop.ui.widgets.choice_box import ChoiceBox
from extern_desktop.wording.texts import _t, language

WIDTHS: Final[Mapping[Editor, int]] = {
    Editor.WHOLE_NUMBER: 150,
    Editor.NUMBER: 150,
    Editor.DATE: 130,
    Editor.YEAR: 90,
    Editor.CHOICE: 250,
    Editor.TEXT: 250,
}
"""Width of each kind of field, in pixels at 100 %."""
NARROW: Final = 150
NARROW_LETTERS: Final = 13


@dataclass(frozen=True, slots=True)
class FieldKey:
    """Which field of the document: path of the element and name of the attribute."""

    path: str
    field: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a check says about one field."""

    tone: str
    text: str


def key_of(field: FieldRow) -> FieldKey:
    return FieldKey(field.path, field.field)


def field_name(field: FieldRow) -> str:
    """What the field is called in the language spoken now."""
    name = field.label if language() == "ru" or not field.label_en else field.label_en
    return name or field.field.lstrip("@") or field.path.rpartition("/")[2]


def _width(field: FieldRow) -> int:
    """Wide only where the value is: the name beside it needs the room more."""
    return NARROW if field.editor is Editor.TEXT and len(field.value) <= NARROW_LETTERS else WIDTHS[field.editor]


class FormFields(QWidget):
    """A grid of fields. What can't be changed is grey; what a check complained about has an edge, a shape and its sentence."""

    changed = Signal(object, str)
    """`FieldKey` and the new value."""

    def __init__(self) -> None:
        super().__init__()
        self._fields: dict[FieldKey, tuple[FieldRow, bool]] = {}
        self._edits: dict[FieldKey, QLineEdit | ChoiceBox] = {}
        self._told: dict[FieldKey, str] = {}
        self._notes: dict[FieldKey, QLabel] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 6, 0)
        self._grid.setVerticalSpacing(7)
        self._grid.setHorizontalSpacing(10)
        self._grid.setColumnStretch(1, 1)

    def show_fields(self, fields: Sequence[FieldRow], *, correctable: bool) -> None:
        """Show these fields. Fields that are shown already keep their widgets, so the cursor stays where it is."""
        wanted = {key_of(field): (field, correctable) for field in fields}
        if list(wanted) != list(self._fields) or any(self._fields[key][1] is not correctable for key in wanted):
            self._make(fields, correctable)
        self._fields = wanted
        for field in fields:
            key = key_of(field)
            edit, self._told[key] = self._edits[key], field.value
            if isinstance(edit, ChoiceBox):
                edit.choose(field.value)
            elif edit.text() != field.value and not (edit.hasFocus() and edit.isModified()):
                edit.setText(field.value)
                edit.setCursorPosition(0)

    def show_complaints(self, complaints: Mapping[FieldKey, Complaint]) -> None:
        """Mark the fields that a check complained about."""
        for key, edit in self._edits.items():
            complaint, note = complaints.get(key), self._notes[key]
            state = complaint.tone if complaint else ""
            edit.setAccessibleDescription(complaint.text if complaint else "")
            note.setText(complaint.text if complaint else "")
            note.setVisible(complaint is not None)
            if (edit.property("state") or "") != state:
                edit.setProperty("state", state)
                note.setProperty("ink", state)
                for part in (edit, note):
                    part.style().unpolish(part)
                    part.style().polish(part)

    def edit_of(self, key: FieldKey) -> QLineEdit | ChoiceBox | None:
        """The widget of a field; None when the field is not shown."""
        return self._edits.get(key)

    def jump(self, key: FieldKey) -> bool:
        """Put the cursor into a field and select what is in it; False when the field is not here."""
        edit = self._edits.get(key)
        if edit is None:
            return False
        edit.show()  # a field made a moment ago would be shown later, and only what is shown can have the focus
        edit.setFocus()
        if isinstance(edit, QLineEdit):
            edit.selectAll()
        return True

    def commit(self) -> None:
        """Tell the value of the field that is being typed in."""
        for key, edit in self._edits.items():
            if edit.hasFocus() and isinstance(edit, QLineEdit):
                self._tell(key, edit.text())

    def _make(self, fields: Sequence[FieldRow], correctable: bool) -> None:
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        for number in range(self._grid.rowCount()):
            self._grid.setRowStretch(number, 0)
        self._edits, self._notes, self._told = {}, {}, {}
        for number, field in enumerate(fields):
            key, at = key_of(field), number * 2
            can_change = correctable and field.editable
            self._grid.addWidget(label(field.line, "body", "muted"), at, 0)
            self._grid.addWidget(label(field_name(field), "body", "" if can_change else "muted", wrap=True), at, 1)
            edit = (
                self._make_choice(key, field)
                if field.editor is Editor.CHOICE and field.options and can_change
                else self._make_edit(key, field, can_change)
            )
            edit.setAccessibleName(", ".join(part for part in (field.line, field_name(field)) if part))
            edit.setFixedWidth(theme.px(_width(field)))
            note = label("", "small", "bad", wrap=True)
            note.hide()
            self._grid.addWidget(edit, at, 2)
            self._grid.addWidget(note, at + 1, 1, 1, 2)
            self._edits[key], self._notes[key] = edit, note
        self._grid.setRowStretch(len(fields) * 2, 1)

    def _make_edit(self, key: FieldKey, field: FieldRow, can_change: bool) -> QLineEdit:
        edit = QLineEdit(field.value)
        edit.setFont(theme.font("body"))
        edit.setReadOnly(not can_change)
        edit.setCursorPosition(0)
        if not field.present and can_change:
            edit.setPlaceholderText(_t("required") if field.required else _t("not filled in"))
        edit.editingFinished.connect(lambda: self._tell(key, edit.text()))
        return edit

    def _make_choice(self, key: FieldKey, field: FieldRow) -> ChoiceBox:
        ru = language() == "ru"
        options = [
            (one.value, " — ".join(part for part in (one.value, one.label if ru else one.label_en or one.label) if part)) for one in field.options
        ]
        if field.value not in {value for value, _word in options}:
            options.insert(0, (field.value, field.value or _t("not filled in")))
        box = ChoiceBox(field_name(field), options, field.value)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        box.picked.connect(lambda value: self._tell(key, value))
        return box

    def _tell(self, key: FieldKey, value: str) -> None:
        shown = self._fields.get(key)
        if shown is None or not shown[0].editable or not shown[1] or value == self._told.get(key):
            return
        self._told[key] = value
        QTimer.singleShot(0, self, lambda: self.changed.emit(key, value))
