"""The one style sheet of the window, made from the tokens. It sets colours, edges and paddings; fonts are set in code.

A font named in a style sheet would lose its features (figures in columns), so none is named here. Order matters: `:read-only` before `[state=…]`.
"""

from __future__ import annotations

from collections.abc import Callable

from extern_desktop.ui.theme_tokens import Theme


def style_sheet(t: Theme, px: Callable[[float], int]) -> str:
    """Style sheet of theme `t`; `px` grows a size with the text size."""
    return _surfaces(t) + _buttons(t, px) + _fields(t, px) + _lists(t, px) + _bars_and_menus(t, px)


def _surfaces(t: Theme) -> str:
    inks = {"muted": t.ink_muted, "faint": t.ink_faint, "accent": t.accent, "bad": t.bad.ink, "ok": t.ok.ink, "warn": t.warn.ink, "info": t.info.ink}
    labels = "".join(f'QLabel[ink="{name}"] {{ color: {colour}; }}\n' for name, colour in inks.items())
    banners = "".join(
        f'QFrame[role="banner"][tone="{name}"] {{ background: {t.tone(name).soft}; border: {t.line}px solid '
        f"{t.tone(name).ink if t.line > 1 else t.tone(name).soft}; border-left: 4px solid {t.tone(name).ink}; border-radius: 8px; }}\n"
        for name in ("ok", "warn", "bad", "info", "idle")
    )
    return f"""
    QWidget {{ color: {t.ink}; }}
    QMainWindow, QDialog, #canvas {{ background: {t.canvas}; }}
    #rail {{ background: {t.rail}; border: 0; border-right: {t.line}px solid {t.border}; }}
    #training {{ background: {t.info.soft}; border: 0; border-bottom: {t.line}px solid {t.info.ink}; }}
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: 0; }}
    QLabel {{ background: transparent; }}
    {labels}
    {banners}
    QFrame[role="card"] {{ background: {t.surface}; border: {t.line}px solid {t.border}; border-radius: 10px; }}
    QFrame[role="card"][edge="bad"] {{ border-color: {t.bad.ink}; }}
    QFrame[role="card"][edge="accent"] {{ border: 2px solid {t.accent}; }}
    QFrame[role="card"][edge="chosen"] {{ border: 2px solid {t.accent}; background: {t.selected}; }}
    QFrame[role="card"]:focus {{ border: 2px solid {t.focus}; }}
    QFrame[role="card"][edge="bad"]:focus {{ border: 2px solid {t.bad.ink}; }}
    QFrame[role="sunken"] {{ background: {t.sunken}; border: {t.line}px solid {t.border}; border-radius: 8px; }}
    QFrame[role="rule"] {{ background: {t.border}; border: 0; }}
    """


def _buttons(t: Theme, px: Callable[[float], int]) -> str:
    edge = "dashed" if t.line > 1 else "solid"
    return f"""
    QPushButton {{ min-height: {px(20)}px; padding: 5px 14px; border-radius: 6px;
        border: {t.line}px solid {t.field_border}; background: {t.surface}; color: {t.ink}; }}
    QPushButton:hover {{ background: {t.hover}; }}
    QPushButton:focus {{ border: 2px solid {t.focus}; padding: {5 - 2 + t.line}px {14 - 2 + t.line}px; }}
    QPushButton:disabled {{ color: {t.ink_faint}; background: {t.sunken}; border: {t.line}px {edge} {t.border}; }}
    QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent}; border: {t.line}px solid {t.accent}; }}
    QPushButton[kind="primary"]:hover {{ background: {t.accent_hover}; }}
    QPushButton[kind="primary"]:focus {{ border: 2px solid {t.ink}; }}
    QPushButton[kind="primary"]:disabled {{ background: {t.sunken}; color: {t.ink_faint}; border: {t.line}px {edge} {t.border}; }}
    QPushButton[kind="quiet"] {{ border: {t.line}px solid transparent; background: transparent; color: {t.accent}; padding: 5px 8px; }}
    QPushButton[kind="quiet"]:hover {{ background: {t.hover}; }}
    QPushButton[kind="quiet"]:focus {{ border: 2px solid {t.focus}; padding: 4px 7px; }}
    QPushButton[kind="link"] {{ border: 0; background: transparent; color: {t.accent}; padding: 6px 2px; }}
    QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
    QPushButton[kind="link"]:focus {{ border: 2px solid {t.focus}; border-radius: 4px; padding: 4px 0; }}
    QPushButton[kind="segment"] {{ border-radius: 6px; border-color: {t.border}; }}
    QPushButton[kind="segment"]:checked {{ background: {t.selected}; color: {t.accent}; border: {t.line}px solid {t.accent}; }}
    QPushButton[kind="segment"]:focus {{ border: 2px solid {t.focus}; }}
    """


def _fields(t: Theme, px: Callable[[float], int]) -> str:
    return f"""
    QLineEdit, QComboBox, QPlainTextEdit {{ min-height: {px(20)}px; padding: 5px 10px; border-radius: 6px; background: {t.surface};
        border: {t.line}px solid {t.field_border}; selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
    QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus {{ border: 2px solid {t.focus}; padding: 4px 9px; }}
    QLineEdit:read-only, QPlainTextEdit:read-only {{ background: {t.sunken}; border-color: {t.border}; }}
    QLineEdit[state="bad"] {{ border: 2px solid {t.bad.ink}; background: {t.bad.soft}; padding: 4px 9px; }}
    QLineEdit[state="warn"] {{ border: 2px solid {t.warn.ink}; background: {t.warn.soft}; padding: 4px 9px; }}
    QComboBox {{ padding-right: 28px; combobox-popup: 0; }}
    QComboBox:focus {{ padding-right: 27px; }}
    QComboBox::drop-down {{ border: 0; width: 26px; }}
    QComboBox::down-arrow {{ image: none; }}
    QComboBox QAbstractItemView {{ background: {t.surface}; border: {t.line}px solid {t.field_border};
        selection-background-color: {t.selected}; selection-color: {t.ink}; }}
    """


def _lists(t: Theme, px: Callable[[float], int]) -> str:
    return f"""
    QAbstractItemView {{ background: {t.surface}; border: 0; outline: 0; selection-background-color: {t.selected};
        selection-color: {t.ink}; gridline-color: {t.border}; }}
    QTreeView::item {{ min-height: {px(32)}px; }}
    QTreeView::item:selected {{ background: {t.selected}; color: {t.ink}; }}
    QTreeView::branch {{ background: transparent; }}
    QHeaderView {{ background: transparent; }}
    QHeaderView::section {{ background: {t.sunken}; color: {t.ink_muted}; padding: 8px 10px;
        border: 0; border-bottom: {t.line}px solid {t.border}; }}
    QHeaderView::section:first {{ border-top-left-radius: 9px; }}
    QHeaderView::section:last {{ border-top-right-radius: 9px; }}
    QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
    QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 2px; }}
    QScrollBar::handle {{ background: {t.field_border}; border-radius: 4px; }}
    QScrollBar::handle:vertical {{ min-height: 32px; }}
    QScrollBar::handle:horizontal {{ min-width: 32px; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


def _bars_and_menus(t: Theme, px: Callable[[float], int]) -> str:
    return f"""
    QProgressBar {{ border: {t.line - 1}px solid {t.border}; border-radius: 4px; background: {t.idle.soft}; max-height: 8px; min-height: 8px; }}
    QProgressBar::chunk {{ background: {t.accent}; border-radius: 4px; }}
    QMenu {{ background: {t.surface}; border: {t.line}px solid {t.border}; border-radius: 8px; padding: 6px; }}
    QMenu::item {{ padding: {px(7)}px 28px {px(7)}px 12px; border-radius: 5px; }}
    QMenu::item:selected {{ background: {t.selected}; }}
    QMenu::item:disabled {{ color: {t.ink_muted}; }}
    QMenu::separator {{ height: 1px; background: {t.border}; margin: 6px 8px; }}
    QToolTip {{ background: {t.ink}; color: {t.surface}; border: 0; padding: 6px 8px; }}
    """
