"""While the advice is closed, a lane's part of the case page shows what was said and asked for, and nothing of what is advised."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string

from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import lane
from ordersops.stores.models import Store
from tests.inquiries.sheets import DELIVERED, evidence
from tests.returns.shop import asked_for, delivered_order, wanted

pytestmark = pytest.mark.django_db


def drawn(key: str, frozen: Any, *, closed: bool) -> str:
    about = lane(key)
    panel = about.panel_closed(frozen) if closed else about.panel(frozen)
    may, desk = SimpleNamespace(closed=closed, decides=True), SimpleNamespace(perms=set())
    return render_to_string(f"{key}/_panel.html", {"panel": panel, "available": may, "case": SimpleNamespace(is_open=True), "desk": desk})


def test_a_return(store: Store, work: Any) -> None:
    asked_for(delivered_order(store), wanted(reason="DEFECTIVE", words="The zip is broken."), wish="exchange")
    work()
    frozen = Recommendation.objects.get(lane="returns").snapshot.evidence
    telling = ("Twelve checks", "Why a person looks", "What else could be done", "us about")
    shown = {closed: drawn("returns", frozen, closed=closed) for closed in (True, False)}
    assert all("The zip is broken." in text for text in shown.values())
    assert [word for word in telling if word in shown[True]] == []
    assert [word for word in telling if word in shown[False]] == list(telling)


def test_an_inquiry() -> None:
    frozen = evidence(DELIVERED)
    telling = ("Draft of facts", "% sure")
    shown = {closed: drawn("inquiries", frozen, closed=closed) for closed in (True, False)}
    assert all("What is asked" in text for text in shown.values())
    assert [word for word in telling if word in shown[True]] == []
    assert [word for word in telling if word in shown[False]] == list(telling)
