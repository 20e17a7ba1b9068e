from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from extern_desktop.settings.errors import (
    OptionLockedError,
    OptionValueError,
    PolicyBrokenError,
    SettingsBrokenError,
    SettingsNotSavedError,
    SettingsUnreadableError,
)
from extern_desktop.settings.options import (
    BY_NAME,
    LANGUAGE,
    OPERATOR_API_KEY,
    OPERATOR_API_URL,
    OPERATOR_CLIENT_ID,
    OPTIONS,
    PKCS11_MODULES,
    PROXY,
    SIGNING_CERTIFICATES,
    STAGE,
    SYNCHRONISE_EVERY_MINUTES,
    TEXT_SIZE_PERCENT,
    VIRTUAL_TOKEN_ALLOWED,
    Language,
    Option,
)
from extern_desktop.settings.places import Stage
from extern_desktop.settings.settings import Settings, load_settings, save_settings

PRINT = "0123456789ABCDEF0123456789ABCDEF01234567"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "settings.json"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    return tmp_path / "policy.json"


def write(file: Path, data: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")


def test_load_nothing_there_gives_defaults(file: Path, policy: Path) -> None:
    settings = load_settings(file, policy)

    assert settings.get(LANGUAGE) is Language.RUSSIAN
    assert settings.get(STAGE) is Stage.TRAINING
    assert settings.get(VIRTUAL_TOKEN_ALLOWED) is False
    assert not file.exists()


CHOICES: dict[str, Any] = {
    "language": Language.ENGLISH,
    "text-size-percent": 150,
    "stage": Stage.REAL,
    "operator-api-url": "https://api.example.ru/extern",
    "operator-client-id": "client-7",
    "proxy": "http://proxy.example.ru:3128",
    "pkcs11-modules": (Path("/usr/lib/one.so"), Path("/usr/lib/два.so")),
    "virtual-token-allowed": True,
    "synchronise-every-minutes": 0,
    "signing-certificates": {"7701234560-770101001": PRINT, "770123456703": PRINT},
}


@pytest.mark.parametrize("name", CHOICES)
def test_save_and_load_gives_the_same_value(file: Path, policy: Path, name: str) -> None:
    option: Option[Any] = BY_NAME[name]

    save_settings(file, load_settings(file, policy).with_value(option, CHOICES[name]))

    assert load_settings(file, policy).get(option) == CHOICES[name]


def test_every_option_default_survives_its_own_encoding() -> None:
    for option in OPTIONS:
        assert option.decode(json.loads(json.dumps(option.encode(option.default)))) == option.default
    assert len(BY_NAME) == len(OPTIONS)


def test_secret_option_has_no_place_in_the_file() -> None:
    assert OPERATOR_API_KEY.name not in BY_NAME
    assert OPERATOR_API_KEY.description_id == "option-operator-api-key"


WRONG: list[tuple[Option[Any], Any]] = [
    (LANGUAGE, "de"),
    (LANGUAGE, ["ru"]),
    (TEXT_SIZE_PERCENT, 99),
    (TEXT_SIZE_PERCENT, 151),
    (TEXT_SIZE_PERCENT, "100"),
    (TEXT_SIZE_PERCENT, True),
    (TEXT_SIZE_PERCENT, 110.0),
    (SYNCHRONISE_EVERY_MINUTES, -1),
    (VIRTUAL_TOKEN_ALLOWED, 1),
    (OPERATOR_API_URL, "http://api.example.ru"),
    (OPERATOR_API_URL, "https://user:password@api.example.ru"),
    (OPERATOR_API_URL, "file:///etc/passwd"),
    (OPERATOR_CLIENT_ID, "two words"),
    (PROXY, "http://user:secret@proxy.example.ru"),
    (PROXY, "somewhere"),
    (PKCS11_MODULES, "/usr/lib/one.so"),
    (PKCS11_MODULES, [""]),
    (SIGNING_CERTIFICATES, {"7701234560": PRINT}),
    (SIGNING_CERTIFICATES, {"770123456703": PRINT.lower()}),
    (SIGNING_CERTIFICATES, []),
]


@pytest.mark.parametrize(("option", "value"), WRONG, ids=lambda it: str(getattr(it, "name", it))[:40])
def test_load_wrong_value_of_one_option_stands_at_its_default_and_is_named(file: Path, policy: Path, option: Option[Any], value: Any) -> None:
    write(file, {option.name: value, "synchronise-every-minutes" if option.name != "synchronise-every-minutes" else "theme": 15})

    settings = load_settings(file, policy)

    assert settings.get(option) == option.default
    assert option.name in settings.misunderstood()


@pytest.mark.parametrize(("option", "value"), [(TEXT_SIZE_PERCENT, 151), (OPERATOR_API_URL, "http://api.example.ru"), (PROXY, "x")])
def test_with_value_outside_the_range_is_refused(option: Option[Any], value: Any) -> None:
    with pytest.raises(OptionValueError) as refused:
        Settings().with_value(option, value)

    assert (refused.value.option, refused.value.value) == (option.name, str(value))


def test_loopback_operator_needs_no_tls() -> None:
    assert Settings().with_value(OPERATOR_API_URL, "http://127.0.0.1:8099").get(OPERATOR_API_URL) == "http://127.0.0.1:8099"


def test_save_keeps_names_of_other_versions(file: Path, policy: Path) -> None:
    write(file, {"from-the-future": {"a": [1, None]}, "language": "en"})

    save_settings(file, load_settings(file, policy).with_value(TEXT_SIZE_PERCENT, 125))

    assert json.loads(file.read_text()) == {"from-the-future": {"a": [1, None]}, "language": "en", "text-size-percent": 125}


def test_without_value_goes_back_to_the_default() -> None:
    settings = Settings().with_value(TEXT_SIZE_PERCENT, 125)

    assert settings.without_value(TEXT_SIZE_PERCENT).get(TEXT_SIZE_PERCENT) == 100
    assert settings.get(TEXT_SIZE_PERCENT) == 125


BROKEN = [('{\n  "language": "en"\n  "theme"', 3), ("", 1), ("[1]", 1), ("[" * 200_000, 0), ('{"a": 1' + "0" * 5000 + "}", 0)]


@pytest.mark.parametrize(("text", "line"), BROKEN)
def test_load_broken_file_is_put_aside_and_named(file: Path, policy: Path, text: str, line: int) -> None:
    write(file, text)

    with pytest.raises(SettingsBrokenError) as refused:
        load_settings(file, policy)

    assert refused.value.line == line
    assert refused.value.kept_as.read_text() == text
    assert load_settings(file, policy) == Settings()
    write(file, text)
    with pytest.raises(SettingsBrokenError) as again:
        load_settings(file, policy)
    assert again.value.kept_as != refused.value.kept_as
    assert refused.value.kept_as.read_text() == text


def test_load_file_in_another_encoding_is_put_aside(file: Path, policy: Path) -> None:
    file.parent.mkdir()
    file.write_bytes('{"proxy": "мой"}'.encode("cp1251"))

    with pytest.raises(SettingsBrokenError):
        load_settings(file, policy)


def test_load_folder_in_place_of_the_file_says_so(file: Path, policy: Path) -> None:
    file.mkdir(parents=True)

    with pytest.raises(SettingsUnreadableError):
        load_settings(file, policy)


def test_policy_wins_and_locks(file: Path, policy: Path) -> None:
    write(file, {"text-size-percent": 120, "language": "en"})
    write(policy, {"text-size-percent": 110, "unknown-name": 1})

    settings = load_settings(file, policy)

    assert (settings.get(TEXT_SIZE_PERCENT), settings.get(LANGUAGE)) == (110, Language.ENGLISH)
    assert settings.is_locked(TEXT_SIZE_PERCENT)
    assert not settings.is_locked(LANGUAGE)
    with pytest.raises(OptionLockedError):
        settings.with_value(TEXT_SIZE_PERCENT, 130)
    with pytest.raises(OptionLockedError):
        settings.without_value(TEXT_SIZE_PERCENT)


def test_save_never_writes_the_policys_values(file: Path, policy: Path) -> None:
    write(policy, {"text-size-percent": 110})

    save_settings(file, load_settings(file, policy).with_value(LANGUAGE, Language.ENGLISH))

    assert json.loads(file.read_text()) == {"language": "en"}


@pytest.mark.parametrize(("data", "option"), [("{", ""), ({"text-size-percent": 500}, "text-size-percent")])
def test_policy_broken_is_not_skipped(file: Path, policy: Path, data: object, option: str) -> None:
    write(policy, data)

    with pytest.raises(PolicyBrokenError) as refused:
        load_settings(file, policy)

    assert refused.value.option == option
    assert policy.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_save_is_private_and_leaves_nothing_beside(file: Path) -> None:
    save_settings(file, Settings({"language": "en"}))
    save_settings(file, Settings({"language": "ru"}))

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["settings.json"]


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    if sys.platform == "win32" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    place = tmp_path / "full"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let us mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_save_on_a_full_disk_leaves_the_old_file_whole(full_disk: Path) -> None:
    file = full_disk / "settings.json"
    save_settings(file, Settings({"language": "en"}))

    with pytest.raises(SettingsNotSavedError):
        save_settings(file, Settings({"language": "ru", "from-the-future": "x" * 100_000}))

    assert load_settings(file, full_disk / "no-policy.json").get(LANGUAGE) is Language.ENGLISH
    assert [path.name for path in full_disk.iterdir()] == ["settings.json"]
