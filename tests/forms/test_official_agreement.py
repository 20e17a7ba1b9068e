"""Our description of the form against the authority's own schema: the same verdict on every document, sound or damaged."""

from __future__ import annotations

from collections import Counter

import pytest
from lxml import etree

from extern_desktop.forms.errors import UnreadableReportError
from extern_desktop.forms.library import FormPackage, package, package_of
from extern_desktop.forms.locator import Locator
from extern_desktop.forms.rules import check_rules
from extern_desktop.forms.structure import check_structure, walk_document
from forms.declarations import NORTH_WIND, all_declarations, declaration, with_reorganisation
from forms.mutants import DAMAGES, mutant
from forms.official import SAMPLES, OfficialJudge

MUTANTS_PER_DOCUMENT = 60
FILE_ID = "NO_USN_0087_0087_7701234560770101001_20260325_00000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def usn() -> FormPackage:
    return package("1152017", "5.09")


def _accepts(root: etree._Element) -> bool:
    """Our verdict on the structure."""
    try:
        form = package_of(root).form
    except UnreadableReportError:
        return False
    return not any(True for _ in check_structure(form, root, Locator(root)))


def _broken_rules(usn: FormPackage, root: etree._Element) -> list[bool]:
    found = {finding.rule for _, finding in check_rules(usn.rules, root, usn.form, Locator(root), file_id=FILE_ID)}
    return [rule.id in found for rule in usn.rules]


def _documents() -> list[etree._Element]:
    sample = SAMPLES / "NO_USN_romashka.xml"
    liquidated = [with_reorganisation(declaration(), "0", КПП=NORTH_WIND.kpp), with_reorganisation(declaration(), "0", ИННЮЛ=NORTH_WIND.inn)]
    contents = [*all_declarations(), *liquidated, *([sample.read_bytes()] if sample.is_file() else [])]
    return [etree.fromstring(content) for content in contents]


def test_rules_of_the_package_have_the_codes_of_the_official_conditions(judge: OfficialJudge, usn: FormPackage) -> None:
    assert [rule.code for rule in usn.rules] == [rule.code for rule in judge.asserts]


def test_structure_of_sound_declarations_is_accepted_by_both(judge: OfficialJudge) -> None:
    for root in _documents():
        assert judge.accepts(root), judge.why()
        assert _accepts(root)


@pytest.mark.parametrize("sample", ["NO_BOUPR_romashka.xml", "NO_NDFL6.2_romashka.xml", "NO_RASCHSV_romashka.xml", "EFS1_romashka.xml"])
def test_samples_of_other_forms_are_refused_by_both(judge: OfficialJudge, sample: str) -> None:
    root = etree.fromstring((SAMPLES / sample).read_bytes(), etree.XMLParser(recover=True))

    for document in (root, *(mutant(root, seed)[0] for seed in range(20))):
        assert not judge.accepts(document)
        assert not _accepts(document)


def test_structure_verdicts_on_mutants_are_those_of_the_official_schema(judge: OfficialJudge) -> None:
    verdicts: Counter[bool] = Counter()
    kinds: Counter[str] = Counter()
    for number, original in enumerate(_documents()):
        for seed in range(number * 10_000, number * 10_000 + MUTANTS_PER_DOCUMENT):
            root, damages = mutant(original, seed)
            official = judge.accepts(root)

            assert _accepts(root) is official, (seed, damages, judge.why())
            verdicts[official] += 1
            kinds.update(damage.partition(" ")[0] for damage in damages)

    assert verdicts[True] > 50
    assert verdicts[False] > 400
    assert set(kinds) == set(DAMAGES)


def _edge_values() -> list[str]:
    """Values on both sides of every limit that the form has."""
    lengths = (1, 2, 3, 4, 5, 16, 17, 20, 21, 40, 41, 60, 61, 120, 121, 255, 256, 1000, 1001)
    letters = ["я" * length for length in lengths]
    digits = ["7" * length for length in (*range(1, 16), 20)]
    numbers = ["0.1", "9.9", "9.95", "10.0", "99.9", "99.95", "100.0", "-99.9", "6.50", "28000", "28001", "-28001", "28000.0", "99999", "100000"]
    codes = ["120", "210", "215", "214", "34", "35", "50", "51", "95", "96", "97", "5.09", "5.9", "1152017", "1152016"]
    inns = ["0012345678", "0112345678", "1012345678", "001234567890", "011234567890", "101234567890"]
    kpps = ["770101001", "7701AZ001", "7701az001", "000101001", "010101001", "77010100A", "7701АЯ001"]
    reliefs = ["3462010/123456789012", "3462020/яяяяяяяяяяяя", "3462040/            ", "3462030/123456789012", "3462010/12345678901"]
    days = ["01.01.1900", "31.12.1899", "31.12.2099", "01.01.2100", "29.02.2024", "29.02.2023", "29.02.1900", "30.02.2024", "31.04.2024"]
    years = ["2025", "25", "2025Z", "02025", "20250"]
    return ["", " ", "-1", "+1", "1.", ".1", *letters, *digits, *numbers, *codes, *inns, *kpps, *reliefs, *days, *years]


def test_each_field_takes_and_refuses_the_edge_values_that_the_official_schema_does(judge: OfficialJudge, usn: FormPackage) -> None:
    tried: set[str] = set()
    for root in _documents():
        for place, node in walk_document(usn.form, root):
            if place.path in tried:
                continue
            tried.add(place.path)
            for field in place.fields.values():
                before = node.get(field.name)
                for value in _edge_values():
                    node.set(field.name, value)
                    assert (field.type.broken(value) is None) is judge.accepts(root), (place.path, field.name, value, judge.why())
                del node.attrib[field.name]
                assert judge.accepts(root) is not field.required, (place.path, field.name)
                if before is not None:
                    node.set(field.name, before)
            text = node.text
            for value in _edge_values() if place.value is not None else ():
                node.text = value
                assert place.value is not None
                assert (place.value.broken(value) is None) is judge.accepts(root), (place.path, value, judge.why())
            node.text = text
            assert judge.accepts(root), judge.why()

    assert tried == {place.path for place in usn.form.root.walk()}


def test_each_rule_verdict_on_mutants_is_that_of_its_official_condition(judge: OfficialJudge, usn: FormPackage) -> None:
    seen: Counter[tuple[int, bool]] = Counter()
    for number, original in enumerate(_documents()):
        for seed in range(number * 20_000, number * 20_000 + MUTANTS_PER_DOCUMENT):
            root, damages = mutant(original, seed)
            official = judge.broken(root, FILE_ID)

            assert _broken_rules(usn, root) == official, (seed, damages)
            seen.update(enumerate(official))

    assert all(seen[number, broken] for number in range(len(usn.rules)) for broken in (False, True)), seen
