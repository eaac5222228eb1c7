"""The one stylesheet in one file: every import in its layer and its order, every address still right."""

import re

import pytest
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import Storage

from ordersops.staticfiles import ADDRESS, IMPORT, STYLESHEET, bundled


@pytest.fixture(scope="module")
def sources() -> dict[str, tuple[Storage, str]]:
    return {path: (storage, path) for finder in get_finders() for path, storage in finder.list([])}


def test_each_import_is_in_its_place(sources: dict[str, tuple[Storage, str]]) -> None:
    whole, parts = bundled(sources), IMPORT.findall((settings.BASE_DIR / "static" / STYLESHEET).read_text())
    assert len(parts) > 30
    assert "@import" not in whole
    opening = [f"@layer {layer} {{\n{(settings.BASE_DIR / 'static/css' / name).read_text()[:80]}" for name, layer in parts]
    places = [whole.index(each) for each in opening]
    assert places == sorted(places)
    assert re.findall(r"^@layer (\w+) \{$", whole, re.M) == [layer for _, layer in parts]


def test_the_addresses_in_it_lead_to_files(sources: dict[str, tuple[Storage, str]]) -> None:
    found = [link["file"] for link in ADDRESS.finditer(bundled(sources))]
    assert found
    for address in found:
        assert (settings.BASE_DIR / "static/css" / address).is_file(), address
