"""Every text that is ready for customers passes the linter, and every class that writes to them has one."""

import pytest

from ordersops.wording import leaks
from triage.exceptions import EXCEPTIONS
from triage.wording import DRAFTS


@pytest.mark.parametrize("key", DRAFTS)
def test_a_draft_leaks_and_promises_nothing(key: str) -> None:
    assert not leaks(" ".join(DRAFTS[key]).format(number="#1001"))


def test_every_class_that_writes_has_a_text() -> None:
    assert {one.draft for one in EXCEPTIONS.values() if one.draft} == set(DRAFTS)
