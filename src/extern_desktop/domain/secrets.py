"""Values that must never be read by anyone but their receiver: PINs, passwords, operator tokens, workspace keys.

They print as a mask everywhere, cannot be pickled, and give their value only to a call that says `reveal`.
"""

from typing import NoReturn

MASK = "••••••"


class Secret:
    """Text that prints as a mask. `reveal()` is called where the value is used, and nowhere else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"{type(self).__name__}({MASK})"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((type(self), self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is never serialised")


class Pin(Secret):
    """A token's PIN. It goes to the token and is forgotten."""

    __slots__ = ()


class Password(Secret):
    """A person's password at the operator."""

    __slots__ = ()


class AccessToken(Secret):
    """A bearer token of the operator."""

    __slots__ = ()
