"""Advice on a page: whatever is stored, no sign that nobody sees and none that turns the words around."""

from typing import Any

import pytest

from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import lane
from ordersops.orders.models import Order
from ordersops.review.evidence import advice_shown
from ordersops.stores.models import Store
from tests.advice.replay.old import WILD, advised
from tests.factories import OrderFactory

pytestmark = pytest.mark.django_db
HIDDEN = "\u202e\u2066\u200b\u0007\U000e0041"
SAID = f"Re{HIDDEN}lease it"


def texts(value: Any) -> list[str]:
    if isinstance(value, Recommendation):
        value = [value.justification, value.advisor_version, value.chosen_because, value.alternatives]
    elif hasattr(value, "lead"):
        value = [value.lead, value.text]
    if isinstance(value, dict):
        return [text for below in value.values() for text in texts(below)]
    if isinstance(value, list):
        return [text for below in value for text in texts(below)]
    return [value] if isinstance(value, str) else []


def test_what_nobody_sees_reaches_no_page(store: Store) -> None:
    order: Order = OrderFactory(store=store)
    kept = {
        "justification": SAID, "advisor_version": SAID, "chosen_because": SAID, "prose": SAID, "draft": SAID, "missing": [SAID],
        "alternatives": [{"outcome": SAID, "why_not": SAID}], "set_aside": [{"signal": SAID, "reason": SAID}],
        "faults": [{"code": SAID, "about": SAID}],
        "claims": [{"fact": SAID, "op": SAID, "value": SAID, "direction": "for", "verified": False, "sentence": SAID, "code": "unknown_fact"}],
        "without_customer": {"outcome": SAID, "score": 5}, "rests_on_customer": True,
    }  # fmt: skip
    found = Recommendation.objects.get(pk=advised(order, kept, **WILD, note=SAID).pk)
    page = advice_shown(found, lane("fraud"))
    shown = texts(
        [found, *(page[name] for name in ("missing", "faults", "notes", "warnings", "standing_in", "prose", "draft", "set_aside"))]
    )
    shown += [claim[name] for claim in page["claims"] for name in ("sentence", "claimed", "label")]
    shown += [row["shown"] for row in page["evidence"]]
    assert sum("Release it" in text for text in shown) >= 12
    for text in shown:
        assert not set(HIDDEN) & set(text), text
