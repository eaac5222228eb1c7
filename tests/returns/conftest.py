import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.stores.models import Store


@pytest.fixture
def reviewer(make_person: Any, store: Store) -> User:
    person: User = make_person(Role.RETURNS_REVIEWER, store)
    return person


@pytest.fixture
def picture() -> Callable[..., tuple[str, bytes]]:
    """A small photo with metadata that must not survive."""

    def make(colour: str = "red", name: str = "photo.jpg") -> tuple[str, bytes]:
        out = io.BytesIO()
        image = Image.new("RGB", (24, 24), colour)
        exif = image.getexif()
        exif[0x010F] = "SECRETCAMERA"
        image.save(out, "JPEG", exif=exif)
        return name, out.getvalue()

    return make
