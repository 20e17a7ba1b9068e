"""Who issued the certificate that was met instead of the operator's: the name a technician needs to find the proxy that made it.

It looks at the certificate of a server that was already refused. It sends nothing but a handshake and decides nothing.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from extern_desktop.extern_api.errors import TlsFailedError

_VERSION: Final = 0xA0
_NAMES: Final = (bytes.fromhex("550403"), bytes.fromhex("55040a"))
"""Common name, then organisation."""
_BMP_STRING: Final = 0x1E
_SERIAL_SIGNATURE_ISSUER: Final = 3


def with_issuer(error: TlsFailedError, url: str, timeout_seconds: float) -> TlsFailedError:
    """The same error with the issuer's name, or unchanged when it can't be learned."""
    parts = urlsplit(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((parts.hostname or "", parts.port or 443), timeout_seconds) as line,
            context.wrap_socket(line, server_hostname=parts.hostname) as secured,
        ):
            der = secured.getpeercert(binary_form=True)
    except (OSError, ValueError):
        return error
    return replace(error, issuer=issuer_name(der or b""))


def issuer_name(der: bytes) -> str:
    """Common name of the issuer, else its organisation, else "". DER of X.509 (RFC 5280)."""
    try:
        certificate = next(_items(der))[1]
        fields = [item for item in _items(next(_items(certificate))[1]) if item[0] != _VERSION]
        issuer = fields[_SERIAL_SIGNATURE_ISSUER - 1][1]
        attributes = [tuple(_items(attribute)) for _tag, group in _items(issuer) for _inner, attribute in _items(group)]
        values = {identifier[1]: _text(*value) for identifier, value in attributes}
    except (IndexError, StopIteration, ValueError, RuntimeError):
        return ""
    return next((values[name] for name in _NAMES if values.get(name)), "")


def _items(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each DER value that stands one after another."""
    at = 0
    while at < len(content):
        tag, length, start = content[at], content[at + 1], at + 2
        if length & 0x80:
            width = length & 0x7F
            length, start = int.from_bytes(content[start : start + width], "big"), start + width
        if start + length > len(content):
            raise ValueError("cut short")
        yield tag, content[start : start + length]
        at = start + length


def _text(tag: int, content: bytes) -> str:
    return content.decode("utf-16-be" if tag == _BMP_STRING else "utf-8", "replace")
