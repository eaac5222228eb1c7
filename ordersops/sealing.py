"""Secrets and raw bodies at rest: AES-256-GCM with a key ring.

A sealed value is `1 | length of key id | key id | 12-byte nonce | ciphertext with tag`. The additional data names table,
row and column, so a sealed value copied to another row does not open there (NIST SP 800-38D).
"""

import base64
import binascii
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

VERSION = 1


@lru_cache(maxsize=4)
def _ring(configured: str) -> dict[bytes, AESGCM]:
    ring: dict[bytes, AESGCM] = {}
    for entry in configured.split(","):
        name, _, encoded = entry.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            key = b""
        if not name or len(name) > 40 or len(key) != 32:
            raise ImproperlyConfigured(
                "ORDERSOPS_SEALING_KEYS needs entries such as k2:<32 bytes in base64>, newest first, separated by commas."
            )
        ring[name.encode()] = AESGCM(key)
    return ring


def newest_key() -> bytes:
    """The id of the key that seals from now on."""
    return next(iter(_ring(settings.SEALING_KEYS)))


def seal(plain: bytes, *, context: str) -> bytes:
    """Encrypt under the newest key. `context` is `<table>.<row>.<column>` and is needed again to open."""
    name = newest_key()
    nonce = os.urandom(12)
    return bytes([VERSION, len(name)]) + name + nonce + _ring(settings.SEALING_KEYS)[name].encrypt(nonce, plain, context.encode())


def unseal(sealed: bytes, *, context: str) -> bytes:
    """The plain bytes. Raises ValueError when the key is not in the ring, or the value is not the one sealed for this row."""
    sealed = bytes(sealed)
    if len(sealed) < 2 or sealed[0] != VERSION:
        raise ValueError(f"The sealed value of {context} was changed, or is none.")
    size = sealed[1]
    name, nonce, cipher = sealed[2 : 2 + size], sealed[2 + size : 14 + size], sealed[14 + size :]
    key = _ring(settings.SEALING_KEYS).get(name)
    if key is None:
        raise ValueError(f"The key {name.decode(errors='replace')!r} is not in ORDERSOPS_SEALING_KEYS.")
    try:
        return key.decrypt(nonce, cipher, context.encode())
    except (InvalidTag, ValueError):  # ValueError: cut off within the nonce
        raise ValueError(f"The sealed value of {context} was changed, or belongs to another row.") from None


def key_of(sealed: bytes) -> bytes:
    """The id of the key under which a value is sealed."""
    sealed = bytes(sealed)
    return sealed[2 : 2 + sealed[1]]


class _Opener:
    def __init__(self, field: "SealedField") -> None:
        self.field = field

    def __get__(self, row: models.Model | None, owner: type | None = None) -> Any:
        if row is None:
            return self
        sealed = row.__dict__.get(self.field.attname)
        return unseal(sealed, context=self.field.context(row)).decode() if sealed else ""

    def __set__(self, row: models.Model, value: str | bytes | None) -> None:
        if isinstance(value, str):
            value = seal(value.encode(), context=self.field.context(row)) if value else None
        row.__dict__[self.field.attname] = bytes(value) if value is not None else None


class SealedField(models.BinaryField):
    """Text that is stored sealed. Assign and read `str`; the row needs its primary key first (ours are made on creation)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("null", True)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, name, _Opener(self))

    def context(self, row: models.Model) -> str:
        return f"{row._meta.db_table}.{row.pk}.{self.column}"

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes | None:
        return model_instance.__dict__.get(self.attname)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if isinstance(value, str):
            raise TypeError(f"{self.name} is sealed per row: assign it on an instance and save that.")
        return super().get_db_prep_value(value, connection, prepared)
