from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extern_desktop.intake.errors import BadFileNameError, FileNameProblem
from extern_desktop.intake.file_names import (
    MAX_NAME_BYTES,
    ReportFileName,
    check_file_name,
    clean_file_name,
    read_report_name,
    shown_name,
    without_ending,
)

GUID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        (
            f"NO_USN_7701_7702_7701234560770101001_20260325_{GUID}.xml",
            ReportFileName("NO_USN", "7701", "7702", "7701234560770101001", "20260325", GUID),
        ),
        ("NO_NDFL6.2_0087_0087_770123456703_20260325_1.XML", ReportFileName("NO_NDFL6.2", "0087", "0087", "770123456703", "20260325", "1")),
        (f"UT_UVISCHSUMNAL_0087_0087_77012345607701AB001_20260325_{GUID}", None),
        ("NO_USN_0087_0087_7701234560770AB001_20260325_1.xml", None),
        ("NO_USN_0087_0087_77012345607701Z1001_20260325_1.xml", ReportFileName("NO_USN", "0087", "0087", "77012345607701Z1001", "20260325", "1")),
        (f"NO_USN_7701_7701_7701234560_20260325_{GUID}.xml", None),
        (f"NO_USN_7701_7701_7701234560770101001_20260325_{GUID}0.xml", None),
        (f"NO_USN_٧701_7701_7701234560770101001_20260325_{GUID}.xml", None),
        ("Декларация.xml", None),
        ("", None),
    ],
)
def test_read_report_name_takes_a_name_apart_or_says_it_is_none(name: str, parts: ReportFileName | None) -> None:
    if name.startswith("UT_UVIS"):
        parts = ReportFileName("UT_UVISCHSUMNAL", "0087", "0087", "77012345607701AB001", "20260325", GUID)

    assert read_report_name(name) == parts


@pytest.mark.parametrize(("name", "stem"), [("a.xml", "a"), ("a.XML", "a"), ("a.xml.xml", "a.xml"), ("a.txt", "a.txt"), ("xml", "xml")])
def test_without_ending_takes_off_one_xml(name: str, stem: str) -> None:
    assert without_ending(name) == stem


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", FileNameProblem.EMPTY),
        (" .. ", FileNameProblem.EMPTY),
        ("я" * 200, FileNameProblem.TOO_LONG),
        ("a\nb.xml", FileNameProblem.CONTROL),
        ("отчёт\u202efdp.exe", FileNameProblem.CONTROL),
        ("отчёт\u200b.xml", FileNameProblem.CONTROL),
        ("\ud800.xml", FileNameProblem.CONTROL),
        ("../отчёт.xml", FileNameProblem.PATH),
        ("C:\\Windows\\отчёт.xml", FileNameProblem.PATH),
        ("отчёт?.xml", FileNameProblem.PATH),
        ("отчёт.xml.", FileNameProblem.PATH),
        ("con.txt", FileNameProblem.RESERVED),
        ("LPT1", FileNameProblem.RESERVED),
        ("aux .xml", FileNameProblem.RESERVED),
    ],
)
def test_check_file_name_that_is_not_safe_is_refused(name: str, problem: FileNameProblem) -> None:
    with pytest.raises(BadFileNameError) as caught:
        check_file_name(name)

    assert caught.value.problem is problem
    assert "\u202e" not in caught.value.shown_name


@pytest.mark.parametrize("name", ["отчёт.xml", "Отчёт (1) № 5.xml", "console.xml", "a" * MAX_NAME_BYTES, ".скрытый"])
def test_check_file_name_that_is_safe_is_given_back(name: str) -> None:
    assert check_file_name(name) == name


def test_shown_name_makes_the_invisible_visible() -> None:
    assert shown_name("отчёт\u202efdp.exe") == "отчёт⟨U+202E⟩fdp.exe"


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("отчёт.xml", "отчёт.xml"),
        ("..\\..\\отчёт.xml", "отчёт.xml"),
        ("/etc/passwd", "passwd"),
        ("отчёт\u202efdp.exe", "отчётfdp.exe"),
        ("a:b*c?.xml. ", "abc.xml"),
        ("con", "report.xml"),
        ("...", "report.xml"),
        ("я" * 300 + ".xml", "я" * 125 + ".xml"),
    ],
)
def test_clean_file_name_keeps_what_is_safe(name: str, cleaned: str) -> None:
    assert clean_file_name(name, fallback="report.xml") == cleaned


@given(st.text(max_size=400))
def test_clean_file_name_of_anything_is_a_name_that_passes_the_check(name: str) -> None:
    assert check_file_name(clean_file_name(name, fallback="report.xml"))
