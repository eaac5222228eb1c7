"""What docs/adding-a-store.md shows is a platform as good as the others."""

import re
from typing import Any

import pytest
from django.conf import settings

from tests.conformance import subjects, test_adapters

PAGE = (settings.BASE_DIR / "docs" / "adding-a-store.md").read_text()
BY_SETTINGS = "test_it_is_named_in_the_settings"  # the page's own platform is not connected here
CHECKS = sorted(name for name in vars(test_adapters) if name.startswith("test_") and name != BY_SETTINGS)


@pytest.fixture(scope="module")
def lumen() -> subjects.Subject:
    names: dict[str, Any] = dict(vars(subjects))
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(block, names)
    found: subjects.Subject = names["LUMEN"]
    return found


@pytest.mark.parametrize("check", CHECKS)
def test_the_skeleton_keeps_what_every_platform_keeps(lumen: subjects.Subject, check: str) -> None:
    nonsense = {"value": None} if check.startswith("test_nonsense") else {}
    getattr(test_adapters, check)(subject=lumen, **nonsense)
