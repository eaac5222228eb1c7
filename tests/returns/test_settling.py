"""From the decision to the money: taking in, inspecting, restocking, settling; never more than there is."""

from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.models import Event
from ordersops.effects.actions import ask, take_back
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from returns.actions import approve, decline, expire_overdue, inspect, mark_sent, receive, reopen, restock, settle
from returns.actions.deciding import LineTerms
from returns.actions.handling import Finding
from returns.models import TRANSITIONS, ReturnRequest, ReturnState
from tests.factories import LevelFactory
from tests.returns.shop import D, asked_for, delivered_order, wanted

pytestmark = pytest.mark.django_db


def approved(made: ReturnRequest, outcome: str = "REFUND_ORIGINAL", amount: str | None = "80.00", **more: Any) -> ReturnRequest:
    terms = {row.pk: LineTerms(outcome, row.quantity, D(amount) if amount else None) for row in made.lines.all()}
    return approve(request=made, outcome="approve", lines=terms, by=User.objects.system(), **more)


def back(made: ReturnRequest, by: User, *, grade: Any = "unopened", units: int | None = None, report: str = "") -> ReturnRequest:
    rows = list(made.lines.all())
    receive(request=made, units={row.pk: row.quantity if units is None else units for row in rows}, by=by)
    return inspect(request=made, findings={row.pk: Finding(grade, report=report) for row in rows}, by=by)


def test_from_approval_to_money(store: Any, reviewer: User) -> None:
    order = delivered_order(store)
    made = approved(asked_for(order))
    assert made.expires_at is not None
    mark_sent(request=made, by=reviewer, carrier="Post", tracking_number="T1")
    done = back(made, reviewer)
    assert [row.disposition for row in done.lines.all()] == ["restock"]
    (effect,) = settle(request=made, by=reviewer)
    assert (effect.kind, effect.amount, effect.state, effect.asked_by) == ("refund.create", D("80.00"), "planned", reviewer)
    assert effect.arguments["lines"] == [{"external_id": "li-0", "quantity": 1, "restock": "return"}]
    made.refresh_from_db()
    assert made.state == "settled"
    verbs = list(Event.objects.filter(order_id=order.pk, verb__startswith="return.").order_by("id").values_list("verb", flat=True))
    assert verbs == [f"return.{word}" for word in ("requested", "approved", "sent", "received", "inspected", "settled")]


def test_settled_once_and_again_after_the_refund_was_taken_back(store: Any, reviewer: User) -> None:
    made = approved(asked_for(delivered_order(store)))
    back(made, reviewer)
    (effect,) = settle(request=made, by=reviewer)
    with pytest.raises(Conflict, match="settled already"):
        settle(request=made, by=reviewer)
    take_back(effect=effect, by=reviewer)
    (second,) = settle(request=made, by=reviewer)
    assert second.pk != effect.pk


def test_only_what_came_back_is_paid(store: Any, reviewer: User) -> None:
    order = delivered_order(store, prices=("30.00",), units=3)
    made = approved(asked_for(order, wanted(quantity=3)), amount="90.00")
    back(made, reviewer, units=2)
    (effect,) = settle(request=made, by=reviewer)
    assert effect.amount == D("60.00")


def test_what_was_not_in_the_parcel_is_not_paid(store: Any, reviewer: User) -> None:
    made = approved(asked_for(delivered_order(store)))
    back(made, reviewer, grade="missing", report="package-is-empty")
    with pytest.raises(Conflict, match="Nothing of what came back"):
        settle(request=made, by=reviewer)
    made.refresh_from_db()
    assert made.state == "inspected"


def test_shipping_goes_back_once(store: Any, reviewer: User) -> None:
    order = delivered_order(store, prices=("80.00", "10.00"))
    first = approved(asked_for(order, wanted()), refund_shipping=True)
    second = approved(asked_for(order, wanted("li-1")), amount="10.00", refund_shipping=True)
    back(first, reviewer)
    back(second, reviewer)
    (effect,) = settle(request=first, by=reviewer)
    assert (effect.amount, effect.arguments["shipping_amount"]) == (D("85.00"), "5.00")
    (effect,) = settle(request=second, by=reviewer)
    assert (effect.amount, effect.arguments["shipping_amount"]) == (D("10.00"), "0.00")


def test_never_more_than_is_left(store: Any, reviewer: User) -> None:
    order = delivered_order(store)
    made = approved(asked_for(order))
    ask(order=order, kind="refund.create", arguments={"amount": "60.00", "currency": "USD"}, reason="Goodwill for a delay", by=reviewer)
    back(made, reviewer)
    (effect,) = settle(request=made, by=reviewer)
    assert effect.amount == D("25.00")


def test_above_the_limit_it_waits_for_a_second_person(store: Any, reviewer: User) -> None:
    made = approved(asked_for(delivered_order(store, prices=("450.00",))), amount="450.00")
    back(made, reviewer)
    (effect,) = settle(request=made, by=reviewer)
    assert effect.state == "waiting"


def test_a_replacement_is_sent_without_return(store: Any, reviewer: User) -> None:
    made = approved(asked_for(delivered_order(store), wanted(reason="MISSING_ITEM")), "REPLACE_NO_RETURN", None, comes_back=False)
    (effect,) = settle(request=made, by=reviewer)
    assert (effect.kind, effect.arguments["lines"], effect.arguments["reason"]) == (
        "replacement.create", [{"external_id": "li-0", "quantity": 1}], "lost",
    )  # fmt: skip


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.RETURNS_REVIEWER, Role.SUPERVISOR}])
def test_who_may_not_settle(role: Role, store: Any, reviewer: User, make_person: Any) -> None:
    made = approved(asked_for(delivered_order(store)))
    back(made, reviewer)
    with pytest.raises(Forbidden):
        settle(request=made, by=make_person(role, store))
    assert not Effect.objects.exists()


def test_without_inspection_where_the_terms_say_so(store: Any, reviewer: User) -> None:
    careful, quick = (approved(asked_for(delivered_order(store)), inspect=look) for look in (True, False))
    for made in (careful, quick):
        receive(request=made, units={made.lines.get().pk: 1}, by=reviewer)
    with pytest.raises(Conflict, match="Inspect it first"):
        settle(request=careful, by=reviewer)
    assert settle(request=quick, by=reviewer)[0].amount == D("80.00")


def test_restocked_once(store: Any, reviewer: User) -> None:
    made = approved(asked_for(delivered_order(store)))
    with pytest.raises(Conflict, match="inspect it first"):
        restock(request=made, by=reviewer)
    back(made, reviewer, grade="a")
    level = LevelFactory(store=store, item__sku="SKU-0", on_hand=3)
    assert restock(request=made, by=reviewer) == 1
    level.refresh_from_db()
    assert level.on_hand == 4
    with pytest.raises(Conflict, match="Nothing of it is left"):
        restock(request=made, by=reviewer)


def test_a_decision_is_taken_back_until_goods_or_money_move(store: Any, reviewer: User) -> None:
    made = reopen(request=approved(asked_for(delivered_order(store))), by=reviewer)
    assert (made.state, made.outcome, made.lines.get().approved) == ("requested", "", 0)
    declined = decline(request=made, reason="OTHER", by=reviewer)
    assert declined.lines.get().outcome == "DECLINE"
    again = approved(reopen(request=made, by=reviewer))
    receive(request=again, units={again.lines.get().pk: 1}, by=reviewer)
    with pytest.raises(Conflict, match="past its decision"):
        reopen(request=again, by=reviewer)


def test_terms_name_each_line_and_no_more_units_than_asked(store: Any) -> None:
    made = asked_for(delivered_order(store))
    with pytest.raises(Invalid):
        approve(request=made, outcome="approve", lines={}, by=User.objects.system())
    with pytest.raises(Invalid):
        approve(request=made, outcome="approve", lines={made.lines.get().pk: LineTerms("REFUND_ORIGINAL", 2)}, by=User.objects.system())


def test_what_never_comes_expires_and_what_comes_late_is_taken_in(store: Any, reviewer: User) -> None:
    made = approved(asked_for(delivered_order(store)))
    assert expire_overdue() == 0
    ReturnRequest.objects.update(expires_at="2020-01-01T00:00Z")
    assert expire_overdue() == 1
    assert expire_overdue() == 0
    made.refresh_from_db()
    assert made.state == "expired"
    assert receive(request=made, units={made.lines.get().pk: 1}, by=reviewer).state == "received"


def test_every_state_leads_only_where_the_table_says() -> None:
    assert set(TRANSITIONS) == set(ReturnState.values)
    assert all(to in ReturnState.values for ways in TRANSITIONS.values() for to in ways)
    reached = set().union(*TRANSITIONS.values())
    assert reached == set(ReturnState.values)
