from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from extern_desktop.forms.errors import BrokenFormPackageError, UnknownFormError
from extern_desktop.forms.library import known_forms, load_package, package
from extern_desktop.forms.locator import Locator, find_node
from extern_desktop.forms.ratio_files import PARSED_NAME, TEXT_NAME, parsed_bytes, read_ratio_file, write_parsed
from extern_desktop.settings.places import resource_folder
from forms.declarations import DIFFERENCE, declaration, with_targeted_funds

FORMS = resource_folder() / "forms"
PACKAGES = sorted(file.parent for file in FORMS.glob("*/form.toml"))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A package that may be spoilt."""
    return Path(shutil.copytree(FORMS / "usn-5.09", tmp_path / "usn-copy"))


def _spoil(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text("utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), "utf-8")


def test_values_and_errors_are_imported_without_xml_and_grammar() -> None:
    modules = "extern_desktop.forms.values, extern_desktop.forms.errors, extern_desktop.intake.errors"
    program = f"import sys, {modules}; print({{'lxml', 'lark', 'stdnum'}} & {{*sys.modules}})"
    source = str(Path(__file__).parents[2] / "src")
    run = subprocess.run([sys.executable, "-c", program], env={"PYTHONPATH": source}, capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "set()"


def test_known_forms_are_described_in_both_languages() -> None:
    assert [(form.knd, form.version, form.short_name, form.file_prefix) for form in known_forms()] == [("1152017", "5.09", "УСН", "NO_USN")]
    assert all(form.name and form.name_en for form in known_forms())


def test_package_of_an_unknown_form_is_refused() -> None:
    with pytest.raises(UnknownFormError):
        package("1152017", "4.00")


def test_package_is_read_once() -> None:
    assert package("1152017", "5.09") is package("1152017", "5.09")


def test_package_names_every_place_and_field_in_both_languages() -> None:
    form = package("1152017", "5.09").form
    places = list(form.root.walk())

    assert len(places) == 38
    assert all(place.title and place.title_en and place.heading.title_en for place in places)
    assert all(field.label and field.label_en for place in places for field in place.fields.values())
    assert all(option.label_en for place in places for field in place.fields.values() for option in field.type.options if option.label)


def test_package_labels_are_not_the_same_twice_in_one_section() -> None:
    seen = set()
    for place in package("1152017", "5.09").form.root.walk():
        for field in place.fields.values():
            key = (place.heading, place.path.rpartition("/")[0] if not place.children else place.path, field.line, field.label)
            assert key not in seen
            seen.add(key)


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_parsed_ratios_of_every_package_are_those_of_its_text(folder: Path) -> None:
    assert (folder / PARSED_NAME).read_bytes() == parsed_bytes(folder), "run python -m extern_desktop.forms.ratio_files"


def test_ratios_of_a_changed_text_are_read_from_the_text(copy: Path) -> None:
    _spoil(copy, TEXT_NAME, "ratio usn-1.1-020 ", "ratio usn-1.1-020-changed ")

    assert read_ratio_file(copy)[0]["id"] == "usn-1.1-020-changed"


def test_ratios_without_a_parsed_file_are_read_from_the_text(copy: Path) -> None:
    kept = read_ratio_file(copy)
    (copy / PARSED_NAME).unlink()

    assert read_ratio_file(copy) == kept


def test_ratios_of_a_text_with_line_ends_of_windows_are_still_the_parsed_ones(copy: Path) -> None:
    text = (copy / TEXT_NAME).read_bytes()
    (copy / TEXT_NAME).write_bytes(text.replace(b"\n", b"\r\n"))
    write_parsed(copy.parent)

    assert (copy / PARSED_NAME).read_bytes() == (FORMS / "usn-5.09" / PARSED_NAME).read_bytes()


def test_ids_of_rules_and_ratios_are_all_different() -> None:
    usn = package("1152017", "5.09")
    ids = [rule.id for rule in usn.rules] + [ratio.id for ratio in usn.ratios]

    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("name", "old", "new", "place"),
    [
        ("structure.toml", 'content = "СвНП Подписант УСН"', 'content = "СвНП Подписант"', "/Файл/Документ"),
        ("structure.toml", 'content = "Документ"', 'content = "Документ )"', "/Файл"),
        ("structure.toml", 'path = "Файл/Документ/СвНП/НПФЛ"', 'path = "Файл/Документ/СвНП/НПФЛ/Х"', "/Файл/Документ/СвНП/НПФЛ/Х"),
        ("structure.toml", '["ПрПодп!", "signer-kind"', '["ПрПодп!", "signer"', "/Файл/Документ/Подписант"),
        ("structure.toml", 'value = "roubles"', 'value = "dollars"', "/Файл/Документ/УСН/СумНалПУ_СмНП/НалПУУменПер"),
        ("structure.toml", 'like = "person"', 'like = "persons"', "/Файл/Документ/СвНП/НПФЛ/ФИО"),
        ("structure.toml", 'lines = ["110", "111", "112", "113"]', 'lines = ["110", "111", "112"]', "/Файл/Документ/УСН/СумНалПУ_НП/РасчНал1/Доход"),
        ("rules.toml", 'context = "СвРеоргЮЛ"', 'context = "СвРеорг"', "usn-reorganised-inn"),
        ("rules.toml", 'look_at = "Подписант/ФИО"', 'look_at = "Подписант/@ФИО"', "usn-signer-name"),
        ("rules.toml", "СвПред or not(@ПрПодп = 2)", "СвПред or not(@ПрПодп = 2", "usn-representative"),
        ("control.ratios", "hold @АвПУКв", "hold @АвПУКвартал", "usn-1.1-020"),
        ("control.ratios", "each Файл", "each each Файл", "control.ratios:11"),
    ],
)
def test_load_package_that_contradicts_itself_is_refused_with_the_place(copy: Path, name: str, old: str, new: str, place: str) -> None:
    _spoil(copy, name, old, new)

    with pytest.raises(BrokenFormPackageError) as caught:
        load_package(copy)

    assert (caught.value.package, caught.value.place) == ("usn-copy", place)


def test_locator_paths_lead_back_to_their_nodes() -> None:
    root = etree.fromstring(with_targeted_funds(declaration(DIFFERENCE)))
    locator = Locator(root)
    paths = [locator.path_of(node) for node in root.iter(etree.Element)]

    assert len(set(paths)) == len(paths)
    assert [find_node(root, path) for path in paths] == list(root.iter(etree.Element))
    assert [locator.turn_of(node) for node in root.iter(etree.Element)] == list(range(len(paths)))


@pytest.mark.parametrize("path", ["/Файл/Нет", "/Документ", "/Файл/Документ/УСН/ОтчетИсп/ОтчетИспКод[3]", ""])
def test_find_node_of_a_path_that_is_not_there_is_none(path: str) -> None:
    assert find_node(etree.fromstring(with_targeted_funds(declaration(DIFFERENCE))), path) is None
