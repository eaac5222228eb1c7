"""Which decided cases are judged again."""

from decimal import Decimal
from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.insights.actions import draw
from ordersops.insights.drawing import FEW
from ordersops.insights.models import SecondReview
from ordersops.orders.models import Dispute
from ordersops.review.models import Decision
from ordersops.stores.models import Store
from tests.insights.scene import decided
from tests.review.automated import allowed

pytestmark = pytest.mark.django_db


@pytest.fixture
def all_of_them(store: Store, make_person: Any) -> str:
    """A policy that has everything judged again; its version."""
    return allowed(store, make_person(), make_person(), mode="assist", again_share=Decimal(1), known_share=Decimal(1))


def test_draws_by_the_policys_share(store: Store, fraud_reviewer: User, system: User) -> None:
    rows = [decided(store, fraud_reviewer) for _ in range(60)]
    draw()
    drawn = SecondReview.objects.count()
    assert 0 <= drawn < len(rows) / 2


def test_draws_each_once_and_tells_it(store: Store, fraud_reviewer: User, system: User, all_of_them: str) -> None:
    decision = decided(store, fraud_reviewer, policy=all_of_them)
    assert draw() == 1
    review = SecondReview.objects.get()
    assert (review.decision, review.decider, review.kind, review.truth) == (decision, fraud_reviewer, "sampled", "")
    assert draw() == 0
    event = Event.objects.get(verb=Verb.CASE_DRAWN_AGAIN)
    assert event.data == {"review": str(review.pk)}
    assert event.case_id == decision.case_id


def test_a_share_begins_once_there_are_enough_decisions(store: Store, make_person: Any, fraud_reviewer: User, system: User) -> None:
    nearly_all = allowed(store, make_person(), make_person(), mode="assist", again_share=Decimal("0.99"))
    for _ in range(FEW - 1):
        decided(store, fraud_reviewer, policy=nearly_all)
    assert draw() == 0
    decided(store, fraud_reviewer, policy=nearly_all)
    assert draw() > FEW / 2


def test_leaves_out_what_is_young_automatic_undone_or_an_attack(store: Store, fraud_reviewer: User, system: User, all_of_them: str) -> None:
    decided(store, fraud_reviewer, policy=all_of_them, hours=0.5)
    decided(store, system, policy=all_of_them, source="system")
    decided(store, fraud_reviewer, policy=all_of_them, outcome="undo")
    attack = decided(store, fraud_reviewer, policy=all_of_them)
    attack.case.group_key = "ip:7"
    attack.case.save()
    assert draw() == 0


def test_known_answers_come_only_as_they_can_hide(store: Store, fraud_reviewer: User, system: User, all_of_them: str) -> None:
    """Long decided orders whose owner disputed, one for four others at most."""
    for _ in range(5):
        old = decided(store, fraud_reviewer, policy=all_of_them, outcome="release", hours=24 * 30, label="inconclusive")
        dispute(old)
    assert draw() == 0
    for _ in range(8):
        decided(store, fraud_reviewer, policy=all_of_them)
    assert draw() == 10
    known = SecondReview.objects.filter(kind="known")
    assert [one.truth for one in known] == ["bad", "bad"]
    assert draw() == 0


def test_a_confirmed_label_is_a_known_answer(store: Store, fraud_reviewer: User, system: User, all_of_them: str) -> None:
    decided(store, fraud_reviewer, policy=all_of_them, outcome="release", hours=24 * 30, label="legitimate")
    for _ in range(4):
        decided(store, fraud_reviewer, policy=all_of_them)
    draw()
    assert SecondReview.objects.get(kind="known").truth == "good"


def dispute(decision: Decision, **more: Any) -> Dispute:
    return Dispute.objects.create(
        store=decision.store, order=decision.case.order, external_id="d1", kind="chargeback", reason="fraudulent", status="lost", **more
    )
