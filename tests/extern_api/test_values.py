"""Addresses, and what importing the light modules costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from extern_desktop.extern_api._tls_issuer import issuer_name
from extern_desktop.extern_api.errors import UnsafeAddressError
from extern_desktop.extern_api.values import ApiKey, KeptTokens, OperatorAddress, RefreshToken


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080", "http://localhost:1", "https://127.0.0.1", "http://[::1]:80", "http://127.8.0.9"])
def test_address_of_this_computer_is_loopback(url: str) -> None:
    assert OperatorAddress(url, url, "c", ApiKey("k")).is_loopback


@pytest.mark.parametrize("url", ["https://extern.example", "https://localhost.example", "https://127.0.0.1.example", "https://10.0.0.1"])
def test_address_elsewhere_is_not_loopback(url: str) -> None:
    address = OperatorAddress(url, "http://127.0.0.1:1", "c", ApiKey("k"))

    assert not address.is_loopback
    assert address.host == url.removeprefix("https://")


@pytest.mark.parametrize(
    "url",
    ["http://extern.example", "http://localhost.example", "ftp://127.0.0.1", "file:///etc/passwd", "extern.example", "", "http://127.0.0.1.example"],
)
def test_address_that_is_neither_https_nor_this_computer_is_refused(url: str) -> None:
    for pair in ((url, "https://good.example"), ("https://good.example", url)):
        with pytest.raises(UnsafeAddressError):
            OperatorAddress(*pair, "c", ApiKey("k"))


def test_address_with_a_login_is_refused_without_showing_it() -> None:
    with pytest.raises(UnsafeAddressError) as caught:
        OperatorAddress("https://canary:canary@extern.example", "https://good.example", "c", ApiKey("k"))

    assert caught.value.url == "https://extern.example"


def test_api_key_and_tokens_print_as_a_mask() -> None:
    shown = repr((OperatorAddress("https://a.example", "https://a.example", "c", ApiKey("canary")), KeptTokens(refresh=RefreshToken("canary"))))

    assert "canary" not in shown


def test_light_modules_do_not_load_the_http_library() -> None:
    code = (
        "import sys, extern_desktop.extern_api.values, extern_desktop.extern_api.errors;"
        "print([name for name in ('requests', 'urllib3', 'ssl', 'msgspec', 'truststore') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONPATH": ":".join(sys.path)})

    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("der", [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x02\x01\x00", bytes(range(256))])
def test_issuer_of_bytes_that_are_no_certificate_is_empty(der: bytes) -> None:
    assert issuer_name(der) == ""
