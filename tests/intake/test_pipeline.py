"""From delivery to case: asking, answering, holding, and what it costs."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice import actions as advice_actions
from ordersops.advice import jobs as advice
from ordersops.advice.models import Question
from ordersops.audit.verbs import Verb
from ordersops.cases.models import Case
from ordersops.intake import door
from ordersops.intake.jobs import drain
from ordersops.jobs import MAX_ATTEMPTS
from ordersops.orders.models import Hold, Order
from ordersops.review.actions import approve
from ordersops.stores.models import Store
from tests.intake.sending import placed, send
from tests.kernel.history import told

pytestmark = pytest.mark.django_db
STOLEN: dict[str, Any] = {
    "customer": {"id": "c9", "email": "x8k2q@mailinator.com", "created_at": "2026-11-20T11:58:00Z"},
    "totals": {"total": "1900.00"}, "shipping_method": "next_day_air",
    "shipping_address": {"name": "A Person", "address1": "4400 Airport Cargo Blvd", "city": "Miami", "country": "US", "postal_code": "33122"},
    "billing_address": {"name": "Somebody Else", "address1": "1 High Street", "city": "Leeds", "country": "GB", "postal_code": "LS1"},
    "payment": {"status": "authorized", "transactions": [
        *({"id": f"f{n}", "kind": "authorization", "status": "failure", "amount": "1900.00", "error_code": "do_not_honor",
           "at": f"2026-11-20T11:59:0{n}Z", "card": {"bin": f"41111{n}", "last4": f"111{n}"}} for n in range(4)),
        {"id": "t", "kind": "authorization", "status": "success", "amount": "1900.00", "at": "2026-11-20T12:00:00Z",
         "card": {"bin": "411117", "last4": "1117", "avs": "N", "cvv": "N", "country": "BR", "funding": "prepaid"}}]},
}  # fmt: skip


def updated(**more: Any) -> dict[str, Any]:
    """A later event about the same order."""
    return {"event": "order.updated", "order_id": "#1001", "occurred_at": "2026-11-20T12:30:00Z", **more}


@pytest.fixture(autouse=True)
def fresh_door() -> None:
    door._known.clear()


@pytest.fixture
def suspicious(store: Store, work: Callable[[], int]) -> Order:
    send(store, placed(**STOLEN))
    work()
    return Order.objects.get()


def test_a_suspicious_order_is_held_and_becomes_a_case(suspicious: Order) -> None:
    case = Case.objects.get()
    assert (suspicious.risk, suspicious.on_hold) == ("needs_review", True)
    assert (case.order, case.state, case.version) == (suspicious, "open", 1)
    assert case.score == suspicious.recommendations.get().score >= 40
    assert suspicious.holds.get().reason == "fraud"
    assert sorted(told(order=suspicious)) == sorted(
        [Verb.ORDER_PLACED, Verb.ORDER_ASSESSED, Verb.ORDER_HELD, Verb.RISK_CHANGED, Verb.CASE_OPENED]
    )


def test_an_ordinary_order_passes_and_says_why(store: Store, work: Callable[[], int]) -> None:
    address = {"name": "Ada Byron", "address1": "1 High Street", "city": "Austin", "country": "US", "postal_code": "73301"}
    send(store, placed(shipping_address=address, billing_address=address, payment={"status": "paid"}))
    work()
    order = Order.objects.get()
    assert (order.risk, order.on_hold, Case.objects.exists()) == ("clear", False, False)
    assert order.recommendations.get().justification


def test_new_facts_bring_new_advice_to_the_open_case(
    suspicious: Order, store: Store, work: Callable[[], int], fraud_reviewer: User
) -> None:
    send(
        store,
        {
            "event": "order.updated",
            "order_id": "#1001",
            "occurred_at": "2026-11-20T12:30:00Z",
            "shipping_address": {"country": "NG", "city": "Lagos"},
        },
    )
    work()
    case = Case.objects.get()
    assert case.version == 2
    assert suspicious.recommendations.count() == 2
    assert Hold.objects.count() == 1


def test_what_was_decided_stays_decided_when_nothing_worse_is_known(
    suspicious: Order, store: Store, work: Callable[[], int], fraud_reviewer: User
) -> None:
    approve(case=Case.objects.get(), by=fraud_reviewer, version=1)
    outcome = Order.objects.get().risk
    send(
        store,
        {
            "event": "order.updated",
            "order_id": "#1001",
            "occurred_at": "2026-11-20T12:30:00Z",
            "customer": {"id": "c9", "phone": "+1 305 5550100"},
        },
    )
    work()
    assert Order.objects.get().risk == outcome
    assert Case.objects.count() == 1


def test_an_order_that_left_before_it_was_assessed_opens_no_case(store: Store, work: Callable[[], int]) -> None:
    send(store, placed(**STOLEN))
    drain()
    Order.objects.update(fulfilment="shipped", risk="needs_review")
    work()
    assert Question.objects.get().state == "answered"
    assert not Case.objects.exists()


def test_a_question_asked_again_while_it_is_answered_is_answered_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    send(store, placed())
    drain()
    real = advice_actions.write

    def meanwhile(*given: Any) -> None:
        real(*given)
        Question.objects.update(asked_at=timezone.now())

    with monkeypatch.context() as slow:
        slow.setattr(advice_actions, "write", meanwhile)
        assert advice.answer() == 1
    assert Question.objects.get().state == "pending"
    assert advice.answer() == 1
    assert Question.objects.get().state == "answered"


def test_one_question_that_cannot_be_answered_does_not_keep_the_others_waiting(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        send(store, placed(f"#{number}"))
    drain()
    real = advice_actions._assess

    def breaks(lane: Any, order: Order, *rest: Any) -> Any:
        if order.external_id == "#1":
            raise ZeroDivisionError
        return real(lane, order, *rest)

    monkeypatch.setattr(advice_actions, "_assess", breaks)
    for _ in range(MAX_ATTEMPTS):
        advice.answer()
        Question.objects.filter(state="pending").update(not_before=timezone.now() - timedelta(seconds=1))
    failed = Question.objects.get(order__external_id="#1")
    assert (failed.state, failed.attempts) == ("dead", MAX_ATTEMPTS)
    assert Order.objects.get(external_id="#1").risk == "not_assessed", "nothing is approved by an error (law 11)"
    assert Question.objects.filter(state="answered").count() == 2


def test_a_question_at_which_every_worker_dies_is_set_aside(store: Store) -> None:
    send(store, placed())
    drain()
    Question.objects.update(attempts=MAX_ATTEMPTS)
    advice.answer()
    question = Question.objects.get()
    assert question.state == "dead"
    assert "died" in question.last_error


@pytest.mark.parametrize("kind", [{}, STOLEN], ids=["ordinary", "suspicious"])
@pytest.mark.parametrize("history", [8, 40])
def test_answering_costs_the_same_for_one_and_fifty(store: Store, kind: dict[str, Any], history: int) -> None:
    def cost(first: int, count: int) -> int:
        for number in range(first, first + count):
            unlike = {"customer": {"id": f"c{number}", "email": f"n{number}@mailinator.com"}, "shipping_address": None}
            unlike["client"] = {"ip": f"198.18.{number // 250}.{number % 250}"}
            send(store, placed(f"#{number}", **({**kind, **unlike} if kind else {"client": unlike["client"]})))
        while drain():
            pass
        with CaptureQueriesContext(connection) as caught:
            assert advice.answer() == count
        return len([query for query in caught if "SAVEPOINT" not in query["sql"]])

    cost(1, history)  # so that the suspicious ones are an attack already, which costs a few queries by itself
    one, fifty = cost(1000, 1), cost(2000, 49)
    assert fifty - one <= 3, (one, fifty)
    assert fifty <= 60
