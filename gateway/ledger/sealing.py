# SPDX-License-Identifier: GPL-3.0-or-later
"""Encryption at rest: bodies and octets sealed with keys of the administrator's, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from gateway.ports import Unavailable

_OPEN = b"\0"
_SEALED = b"\1"


class Unsealable(Unavailable):
    """What the ledger has was sealed with a key that is not here, or was altered."""


class Seal:
    """Seals what goes into the ledger.

    Args:
        keys: Fernet keys in base64. The first seals; all of them open, so that a key can be changed. Without any,
            what goes in stays as it is.

    Raises:
        ValueError: this is not a Fernet key.
    """

    def __init__(self, keys: Sequence[str] = ()) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None

    def close(self, plain: bytes) -> bytes:
        """Seal. The first octet of what it gives says whether it is sealed."""
        return _OPEN + plain if self._fernet is None else _SEALED + self._fernet.encrypt(plain)

    def open(self, kept: bytes) -> bytes:
        """Undo `close`; what was put in before there was a key is given as it is.

        Raises:
            Unsealable: no key fits.
        """
        if kept[:1] != _SEALED:
            return kept[1:]
        if self._fernet is None:
            raise Unsealable("the ledger is encrypted: name its key in ledger.encryption_key")
        try:
            return self._fernet.decrypt(kept[1:])
        except InvalidToken as error:
            raise Unsealable("the ledger was encrypted with another key, or has been altered") from error


def new_key() -> str:
    """A fresh key, for a key file."""
    return Fernet.generate_key().decode("ascii")
