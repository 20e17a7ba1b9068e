from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from extern_desktop.intake.errors import (
    EmptyInputError,
    ForbiddenPart,
    ForbiddenXmlError,
    Limit,
    NotXmlError,
    TooLargeError,
    UnknownEncodingError,
    UnreadableInputError,
    WrongEncodingError,
)
from extern_desktop.intake.xml import MAX_LEVELS, MEBIBYTE, XmlLimits, parse_untrusted, read_untrusted

BOM = b"\xef\xbb\xbf"
TEXT = '<?xml version="1.0" encoding="{}"?>\n<Файл ИдФайл="№ «1» ё">Текст</Файл>'


def _error(content: bytes, *, limits: XmlLimits | None = None) -> UnreadableInputError:
    with pytest.raises(UnreadableInputError) as caught:
        parse_untrusted(content, limits=limits or XmlLimits())
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        TEXT.format("windows-1251").encode("cp1251"),
        TEXT.format("WINDOWS-1251").encode("cp1251"),
        TEXT.format("UTF-8").encode(),
        BOM + TEXT.format("utf-8").encode(),
        BOM + TEXT.partition("\n")[2].encode(),
        TEXT.partition("\n")[2].encode(),
        TEXT.format("utf-8").replace('"', "'").replace("\n", "\r\n").encode(),
    ],
    ids=["cp1251", "cp1251-capitals", "utf8", "utf8-bom", "bom-alone", "nothing-declared", "single-quotes"],
)
def test_parse_untrusted_of_both_encodings_reads_the_same(content: bytes) -> None:
    root = parse_untrusted(content)

    assert (root.tag, root.get("ИдФайл"), root.text) == ("Файл", "№ «1» ё", "Текст")


def test_parse_untrusted_of_an_entity_bomb_is_refused_before_it_is_parsed() -> None:
    entities = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10))
    start = process_time()
    error = _error(f'<?xml version="1.0"?>\n<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]>\n<x>&e9;</x>'.encode())

    assert isinstance(error, ForbiddenXmlError)
    assert (error.kind, error.line) == (ForbiddenPart.DOCUMENT_TYPE, 2)
    assert process_time() - start < 0.5


def test_parse_untrusted_of_an_external_entity_reads_nothing(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("тайна", "utf-8")
    error = _error(f'<!-- a --> <?b?>\n\n<!DOCTYPE x [<!ENTITY s SYSTEM "{secret.as_uri()}">]><x>&s;</x>'.encode())

    assert isinstance(error, ForbiddenXmlError)
    assert (error.kind, error.line) == (ForbiddenPart.DOCUMENT_TYPE, 3)


@pytest.mark.parametrize("content", [b"<x>&lol;</x>", b'<x y="&lol;"/>'])
def test_parse_untrusted_of_an_entity_that_nobody_declared_is_refused(content: bytes) -> None:
    error = _error(content)

    assert isinstance(error, ForbiddenXmlError)
    assert error.kind is ForbiddenPart.UNDECLARED_ENTITY


def test_parse_untrusted_of_the_five_known_entities_and_numbers_reads_them() -> None:
    assert parse_untrusted(b"<x>&lt;&amp;&gt;&quot;&apos;&#8470;</x>").text == "<&>\"'№"


def test_parse_untrusted_of_a_document_type_in_a_comment_is_no_document_type() -> None:
    assert parse_untrusted(b"<!-- <!DOCTYPE x> --><x/>").tag == "x"


@pytest.mark.parametrize("ending", [b"", b"</a>" * 100_000])
def test_parse_untrusted_of_100_000_levels_is_refused(ending: bytes) -> None:
    error = _error(b"<a>" * 100_000 + ending)

    assert isinstance(error, TooLargeError)
    assert (error.limit, error.allowed) == (Limit.DEPTH, MAX_LEVELS)


def test_parse_untrusted_of_as_many_levels_as_are_allowed_reads_them() -> None:
    assert parse_untrusted(b"<a>" * MAX_LEVELS + b"</a>" * MAX_LEVELS).tag == "a"


def test_parse_untrusted_of_60_000_attributes_is_refused_before_it_is_parsed() -> None:
    attributes = b" ".join(b'a%d=""' % number for number in range(60_000))
    error = _error(b"<a " + attributes + b"/>")

    assert isinstance(error, TooLargeError)
    assert (error.limit, error.allowed) == (Limit.ATTRIBUTES, 2_000)


@pytest.mark.parametrize(
    ("content", "limits", "limit"),
    [
        (b"<a>" + b"x" * 100 + b"</a>", XmlLimits(total_bytes=100), Limit.TOTAL),
        (b'<a b="' + b"x" * (MEBIBYTE + 1) + b'"/>', XmlLimits(), Limit.ATTRIBUTE),
        (b"<a>" + b"x" * (MEBIBYTE + 1) + b"</a>", XmlLimits(), Limit.ATTRIBUTE),
        (b"<a>" + b"<b/>" * 50 + b"x" * (MEBIBYTE + 1), XmlLimits(), Limit.ATTRIBUTE),
        (b"<a>" + b"<b/>" * 5_000 + b"</a>", XmlLimits(elements=1_000), Limit.ELEMENTS),
    ],
)
def test_parse_untrusted_over_a_limit_names_the_limit(content: bytes, limits: XmlLimits, limit: Limit) -> None:
    error = _error(content, limits=limits)

    assert isinstance(error, TooLargeError)
    assert error.limit is limit


def test_parse_untrusted_of_long_values_within_the_limits_reads_them() -> None:
    root = parse_untrusted(b'<a b="' + b"x" * 900_000 + b'">' + b"<c>" + b"y=" * 400_000 + b"</c></a>")

    assert len(root.get("b") or "") == 900_000


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        (b"hello", 1, 1),
        (b"<a>\n<b></a>", 2, 8),
        (b"<a", 1, 3),
        ("<Файл ИНН=1/>".encode(), 1, 11),
        (b"<a/>\n<b/>", 2, 1),
        (b'<a b="1" b="2"/>', 1, 15),
        (b"PK\x03\x04zip", 1, 1),
        (b"<a>\x00</a>", 1, 4),
        (b"<a><!DOCTYPE x></a>", 1, 5),
    ],
)
def test_parse_untrusted_of_what_is_no_xml_says_where(content: bytes, line: int, column: int) -> None:
    error = _error(content)

    assert isinstance(error, NotXmlError)
    assert (error.line, error.column) == (line, column)


def test_parse_untrusted_of_a_file_cut_short_anywhere_is_refused() -> None:
    whole = TEXT.format("windows-1251").encode("cp1251")
    for size in range(len(whole)):
        _error(whole[:size])


@pytest.mark.parametrize(
    ("content", "encoding", "position", "line"),
    [
        (TEXT.format("utf-8").encode("cp1251"), "utf-8", 40, 2),
        (TEXT.format("windows-1251").encode(), "windows-1251", 47, 2),
        (BOM + TEXT.format("windows-1251").encode(), "windows-1251", 0, 1),
        (b'<?xml version="1.0" encoding="windows-1251"?>\n<a>\n\xcf\xcf\x98</a>', "windows-1251", 52, 3),
        (b"<a>" + b"x" * MEBIBYTE + b"\xff</a>", "utf-8", MEBIBYTE + 3, 1),
        (b"<a>" + b"x" * (MEBIBYTE - 4) + "я".encode()[:1] + b"</a>", "utf-8", MEBIBYTE - 1, 1),
    ],
    ids=["cp1251-as-utf8", "utf8-as-cp1251", "bom-and-cp1251", "unused-byte", "second-piece", "at-the-seam"],
)
def test_parse_untrusted_of_bytes_in_another_encoding_says_where(content: bytes, encoding: str, position: int, line: int) -> None:
    error = _error(content)

    assert isinstance(error, WrongEncodingError)
    assert (error.encoding, error.position_bytes, error.line) == (encoding, position, line)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.format("utf-16").encode("utf-16"), "utf-16"),
        (TEXT.format("utf-16").encode("utf-16-be"), "utf-16"),
        (TEXT.format("utf-32").encode("utf-32-be"), "utf-32"),
        (TEXT.format("koi8-r").encode("koi8-r", errors="replace"), "koi8-r"),
    ],
)
def test_parse_untrusted_of_an_encoding_no_report_is_in_names_it(content: bytes, encoding: str) -> None:
    error = _error(content)

    assert isinstance(error, UnknownEncodingError)
    assert error.encoding == encoding


@pytest.mark.parametrize("content", [b"", b" \r\n\t", BOM, BOM + b"\n", b"\n" * 100_000])
def test_parse_untrusted_of_nothing_says_so(content: bytes) -> None:
    assert isinstance(_error(content), EmptyInputError)


def test_read_untrusted_of_a_file_within_the_limit_gives_its_bytes(tmp_path: Path) -> None:
    file = tmp_path / "a.xml"
    file.write_bytes(b"<a/>")

    assert read_untrusted(file) == b"<a/>"


def test_read_untrusted_of_200_mb_in_one_attribute_stays_small_and_quick(tmp_path: Path) -> None:
    file = tmp_path / "large.xml"
    with file.open("wb") as target:
        target.write(b'<a b="')
        target.truncate(200 * 1_000_000)

    error, peak_mib, took_seconds = _peak("parse_untrusted(read_untrusted(Path(sys.argv[1])))", file)

    assert error == "TooLargeError(limit=<Limit.TOTAL: 'total-bytes'>, allowed=67108864)"
    assert peak_mib < 200
    assert took_seconds < 2


def test_parse_untrusted_of_60_mb_in_one_attribute_needs_no_more_than_the_bytes(tmp_path: Path) -> None:
    file = tmp_path / "large.xml"
    file.write_bytes(b'<a b="' + b"x" * 60_000_000 + b'"/>')

    error, peak_mib, took_seconds = _peak("parse_untrusted(read_untrusted(Path(sys.argv[1])))", file)

    assert error == "TooLargeError(limit=<Limit.ATTRIBUTE: 'attribute-bytes'>, allowed=1048576)"
    assert peak_mib < 200
    assert took_seconds < 2


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_parse_untrusted_of_a_bomb_and_of_levels_stays_small(tmp_path: Path) -> None:
    bomb, levels = tmp_path / "bomb.xml", tmp_path / "levels.xml"
    entities = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 10))
    bomb.write_text(f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><x>&e9;</x>')
    levels.write_bytes(b"<a>" * 5_000_000)

    for file in (bomb, levels):
        _, peak_mib, took_seconds = _peak("parse_untrusted(read_untrusted(Path(sys.argv[1])))", file)
        assert peak_mib < 100
        assert took_seconds < 2


def _peak(call: str, file: Path) -> tuple[str, float, float]:
    """The error of a call in a child process, the child's peak of memory, and the processor's seconds the call took."""
    if sys.platform != "linux":
        pytest.skip("peak memory is read from /proc")
    program = (
        "import re, sys, time\nfrom pathlib import Path\nfrom extern_desktop.intake.xml import parse_untrusted, read_untrusted\n"
        f"start = time.process_time()\ntry:\n    {call}\nexcept Exception as error:\n    print(repr(error))\n"
        "print(time.process_time() - start)\nprint(re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])"
    )
    source = str(Path(__file__).parents[2] / "src")
    run = subprocess.run([sys.executable, "-c", program, file], env={"PYTHONPATH": source}, capture_output=True, text=True, check=True)
    error, took_seconds, peak_kib = run.stdout.splitlines()
    return error, int(peak_kib) / 1024, float(took_seconds)
