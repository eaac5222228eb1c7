"""ask, approve_second, send_back, take_back, edit, give_up: what a person does about an order by hand."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from ordersops.accounts.actions import give_role
from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.effects.actions import approve_second, ask, edit, give_up, send_back, take_back
from ordersops.effects.kinds import KINDS
from ordersops.effects.limits import in_force
from ordersops.effects.models import Approval, Attempt, Effect
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.orders.models import Order
from ordersops.stores.models import Store
from tests.factories import HoldFactory, LineFactory, OrderFactory
from tests.kernel.history import events, told, woken
from tests.people import MakePerson

pytestmark = pytest.mark.django_db
WHY = "The customer wrote to us"
STOCK = {"item": "i", "location": "l", "delta": 3, "reason": "count"}


@pytest.fixture
def paid(store: Store) -> Order:
    order: Order = OrderFactory(store=store, total=1000, authorized=1000, captured=1000, payment="paid", risk="clear", lines=0)
    LineFactory(order=order, external_id="line", ordered=3)
    return order


@pytest.fixture
def other_supervisor(make_person: MakePerson, store: Store) -> User:
    return make_person(Role.SUPERVISOR, store, name="Second Supervisor")


def refund(order: Order, by: User, amount: str = "20.00", **more: Any) -> Effect:
    return ask(order=order, kind="refund.create", arguments={"amount": amount, "currency": "USD", **more}, reason=WHY, by=by)


def tag(order: Order, by: User, **more: Any) -> Effect:
    return ask(order=order, kind="order.tag", arguments={"add": ["vip"]}, reason=WHY, by=by, **more)


def settle(effect: Effect, state: str = "done", **fields: Any) -> None:
    Effect.objects.filter(pk=effect.pk).update(state=state, settled_at=timezone.now(), **fields)


# --- Asking -----------------------------------------------------------------------------------------------------------
def test_what_is_asked_for_waits_out_its_window(paid: Order, ops_reviewer: User) -> None:
    effect = tag(paid, ops_reviewer)
    assert (effect.state, effect.asked_by, effect.reason, effect.decision, effect.arguments) == (
        "planned", ops_reviewer, WHY, None, {"add": ["vip"], "remove": []},
    )  # fmt: skip
    assert effect.due_at > timezone.now()
    (event,) = events(order=paid)
    assert (event.verb, event.data["why"], event.data["two"]) == (Verb.EFFECT_ASKED, WHY, False)
    assert "effects.send" in woken()


@pytest.mark.parametrize("kind", [kind.key for kind in KINDS.values() if kind.asked])
def test_each_kind_needs_its_right(kind: str, paid: Order, store: Store, make_person: MakePerson) -> None:
    for role in Role:
        if KINDS[kind].needs not in ROLES[role]:
            with pytest.raises(Forbidden):
                ask(order=paid, kind=kind, arguments={}, reason=WHY, by=make_person(role, store))
    assert not Effect.objects.exists()


def test_a_form_that_is_sent_twice_asks_once(paid: Order, ops_reviewer: User) -> None:
    tag(paid, ops_reviewer, once="a-form")
    with pytest.raises(Conflict, match="already"):
        tag(paid, ops_reviewer, once="a-form")
    assert Effect.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("order.tag", {}), ("order.tag", {"add": ["a"], "remove": ["a"]}), ("order.tag", {"add": ["x" * 41]}), ("order.note", {"text": "x" * 1001}),
        ("order.note", {"text": "nul\x00"}), ("order.note", {"body": "?"}), ("refund.create", {"amount": "0", "currency": "USD"}),
        ("refund.create", {"amount": "1.001", "currency": "USD"}), ("refund.create", {"amount": "NaN", "currency": "USD"}),
        ("stock.adjust", {"item": "i", "location": "l", "delta": 0, "reason": "r"}), ("order.cancel", {"reason": "whim"}), ("order.explode", {}),
    ],
)  # fmt: skip
def test_arguments_that_do_not_fit(kind: str, arguments: dict[str, Any], paid: Order, supervisor: User) -> None:
    with pytest.raises(Invalid):
        ask(order=paid, kind=kind, arguments=arguments, reason=WHY, by=supervisor)
    assert not Effect.objects.exists()


def test_a_reason_is_needed(paid: Order, ops_reviewer: User) -> None:
    with pytest.raises(Invalid, match="why"):
        ask(order=paid, kind="order.tag", arguments={"add": ["vip"]}, reason="  ", by=ops_reviewer)


@pytest.mark.parametrize(
    ("kind", "arguments", "facts", "says"),
    [
        ("order.cancel", {"refund": False}, {}, "paid"),
        ("order.cancel", {"refund": True}, {"fulfilment": "shipped"}, "left the house"),
        ("order.cancel", {"refund": True}, {"fulfilment": "accepted"}, "warehouse"),
        ("order.tag", {"add": ["a"]}, {"placed_at": None}, "not arrived"),
        ("order.update_address", {"country": "FR"}, {}, "country"),
        ("order.update_address", {"country": "GB"}, {"risk": "needs_review"}, "risk"),
        ("order.release", {}, {"risk": "needs_review"}, "decide the case"),
        ("refund.create", {"amount": "1000.01", "currency": "USD"}, {}, "At most"),
        ("refund.create", {"amount": "1.00", "currency": "EUR"}, {}, "in USD"),
        ("refund.create", {"amount": "1.00", "currency": "USD", "lines": [{"external_id": "line", "quantity": 4}]}, {}, "3 can be"),
        ("refund.create", {"amount": "1.00", "currency": "USD", "lines": [{"external_id": "other", "quantity": 1}]}, {}, "no line"),
    ],
)
def test_what_stands_against_an_act(
    kind: str, arguments: dict[str, Any], facts: dict[str, Any], says: str, paid: Order, supervisor: User
) -> None:
    Order.objects.filter(pk=paid.pk).update(**facts)
    if kind == "order.update_address":
        arguments = {"address": {"name": "Ada", "address1": "2 High Street", "city": "Leeds", **arguments}}
    with pytest.raises(Conflict, match=says):
        ask(order=paid, kind=kind, arguments=arguments, reason=WHY, by=supervisor)


def test_nothing_is_released_past_an_open_hold(paid: Order, supervisor: User) -> None:
    HoldFactory(order=paid)
    with pytest.raises(Conflict, match="hold is open"):
        ask(order=paid, kind="order.release", arguments={}, reason=WHY, by=supervisor)


def test_one_order_is_not_acted_on_without_end(paid: Order, ops_reviewer: User) -> None:
    for _ in range(KINDS["order.tag"].most_an_hour):
        tag(paid, ops_reviewer)
    with pytest.raises(Conflict, match="limit for one order"):
        tag(paid, ops_reviewer)


# --- Money ------------------------------------------------------------------------------------------------------------
def test_a_small_refund_rests_on_one_person(paid: Order, returns_reviewer: User) -> None:
    effect = refund(paid, returns_reviewer, "20.00")
    assert effect.approval is not None
    assert (effect.state, effect.amount, effect.approval.first, effect.approval.second) == (
        "planned",
        Decimal("20.00"),
        returns_reviewer,
        None,
    )


@pytest.mark.parametrize("currency", ["USD", "XTS"])
def test_two_people_above_the_limit_and_in_an_unknown_currency(
    currency: str, paid: Order, returns_reviewer: User, supervisor: User
) -> None:
    Order.objects.filter(pk=paid.pk).update(currency=currency)
    amount = in_force(timezone.now().date()).one_person(currency, [Role.RETURNS_REVIEWER]) + Decimal("0.01")
    effect = refund(paid, returns_reviewer, str(amount), currency=currency)
    assert (effect.state, effect.approval) == ("waiting", None)
    effect = approve_second(effect=effect, by=supervisor)
    assert effect.approval is not None
    assert (effect.state, effect.approval.first, effect.approval.second) == ("planned", returns_reviewer, supervisor)
    assert told(order=paid) == [Verb.EFFECT_ASKED, Verb.EFFECT_APPROVED]


def test_many_small_refunds_of_one_person_in_a_day_need_two(store: Store, returns_reviewer: User) -> None:
    states = []
    for _ in range(6):
        order = OrderFactory(store=store, total=500, captured=500, payment="paid")
        states.append(refund(order, returns_reviewer, "200.00").state)
    assert states == ["planned"] * 5 + ["waiting"]


def test_each_role_may_send_back_so_much_alone(paid: Order, returns_reviewer: User, supervisor: User) -> None:
    limits = in_force(timezone.now().date())
    assert limits.one_person("USD", [Role.SUPPORT_AGENT]) < limits.one_person("USD", [Role.RETURNS_REVIEWER])
    assert limits.one_person("USD", [Role.RETURNS_REVIEWER]) < limits.one_person("USD", [Role.SUPERVISOR])
    assert limits.one_person("USD", [Role.SUPPORT_AGENT, Role.SUPERVISOR]) == limits.one_person("USD", [Role.SUPERVISOR])
    assert limits.one_person("USD", [Role.AUDITOR]) == limits.one_day("USD", []) == 0
    assert refund(paid, returns_reviewer, "300.00").state == "waiting"
    effect = refund(paid, supervisor, "300.00")
    assert effect.approval is not None
    assert (effect.state, effect.approval.limit) == ("planned", 500)


def test_a_role_elsewhere_counts_nothing_here(paid: Order, other_store: Store, make_person: MakePerson, store: Store) -> None:
    person = make_person(Role.RETURNS_REVIEWER, store)
    give_role(person=person, role=Role.SUPERVISOR, store=other_store, by=User.objects.system())
    assert refund(paid, person, "300.00").state == "waiting"


def test_one_refund_in_small_pieces_is_one_refund(paid: Order, returns_reviewer: User) -> None:
    assert [refund(paid, returns_reviewer, "90.00").state for _ in range(3)] == ["planned", "planned", "waiting"]


def test_the_first_is_never_the_second(paid: Order, supervisor: User) -> None:
    effect = refund(paid, supervisor, "900.00")
    for verb in (lambda: approve_second(effect=effect, by=supervisor), lambda: send_back(effect=effect, reason=WHY, by=supervisor)):
        with pytest.raises(Forbidden, match="You asked for it"):
            verb()
    effect.refresh_from_db()
    assert effect.state == "waiting"


def test_sent_back_nothing_happens(paid: Order, returns_reviewer: User, supervisor: User) -> None:
    effect = send_back(effect=refund(paid, returns_reviewer, "900.00"), reason="The parcel was delivered", by=supervisor)
    assert effect.state == "undone"
    with pytest.raises(Conflict, match="does not wait"):
        approve_second(effect=effect, by=supervisor)
    assert refund(paid, supervisor, "900.00").state == "waiting"


def test_what_is_under_way_counts(paid: Order, returns_reviewer: User) -> None:
    first = refund(paid, returns_reviewer, "600.00", lines=[{"external_id": "line", "quantity": 2}])
    with pytest.raises(Conflict, match=r"At most 400\.00"):
        refund(paid, returns_reviewer, "400.01")
    with pytest.raises(Conflict, match="1 can be refunded"):
        refund(paid, returns_reviewer, "10.00", lines=[{"external_id": "line", "quantity": 2}])
    take_back(effect=first, by=returns_reviewer)
    assert refund(paid, returns_reviewer, "1000.00").amount == 1000


def test_a_refund_counts_until_the_store_reports_it(paid: Order, returns_reviewer: User) -> None:
    settle(refund(paid, returns_reviewer, "150.00"), accepted_at=timezone.now())
    with pytest.raises(Conflict, match=r"At most 850\.00"):
        refund(paid, returns_reviewer, "851.00")
    paid.refunds.create(store=paid.store, external_id="r-1", amount=Decimal("150.00"), at=timezone.now())
    Order.objects.filter(pk=paid.pk).update(refunded=150)
    with pytest.raises(Conflict, match=r"At most 850\.00"):
        refund(paid, returns_reviewer, "851.00")
    assert refund(paid, returns_reviewer, "850.00").amount == 850


def test_a_cancellation_takes_the_money_back_and_two_people(paid: Order, ops_reviewer: User, supervisor: User) -> None:
    effect = ask(order=paid, kind="order.cancel", arguments={"refund": True}, reason=WHY, by=ops_reviewer)
    assert (effect.state, effect.amount) == ("waiting", 1000)
    assert approve_second(effect=effect, by=supervisor).state == "planned"


def test_money_without_approval_is_refused_by_the_database(paid: Order, returns_reviewer: User, supervisor: User) -> None:
    effect = refund(paid, returns_reviewer, "900.00")
    with pytest.raises(IntegrityError, match="effects_money_is_approved"), transaction.atomic():
        Effect.objects.filter(pk=effect.pk).update(state="planned")
    about = {"store": paid.store, "order": paid, "amount": 900, "currency": "USD", "limit": 200, "needs_two": True, "first": supervisor}
    for second, name in ((supervisor, "effects_two_different_people"), (None, "effects_second_where_needed")):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Approval.objects.create(**about, second=second)


@pytest.mark.parametrize("statement", ['UPDATE "effects_approval" SET amount = 1', 'DELETE FROM "effects_approval"'])
def test_approvals_never_change(statement: str, paid: Order, returns_reviewer: User) -> None:
    refund(paid, returns_reviewer)
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        cursor.execute(statement)


# --- Taking back, changing, giving up ---------------------------------------------------------------------------------
def test_within_the_window_it_is_undone(paid: Order, ops_reviewer: User) -> None:
    assert take_back(effect=tag(paid, ops_reviewer), by=ops_reviewer).state == "undone"
    assert told(order=paid) == [Verb.EFFECT_ASKED, Verb.EFFECT_UNDONE]


@pytest.mark.parametrize(
    ("kind", "arguments", "back"),
    [
        ("order.tag", {"add": ["vip", "old"], "remove": ["late"]}, {"add": [], "remove": ["vip"]}),
        ("order.note", {"text": "new"}, {"text": "before"}),
        ("stock.adjust", STOCK, {**STOCK, "delta": -3}),
    ],
)  # fmt: skip
def test_what_is_done_is_taken_back_once_by_its_inverse(
    kind: str, arguments: dict[str, Any], back: dict[str, Any], paid: Order, ops_reviewer: User
) -> None:
    Order.objects.filter(pk=paid.pk).update(note="before", tags=["old"])
    effect = ask(order=paid, kind=kind, arguments=arguments, reason=WHY, by=ops_reviewer)
    settle(effect)
    inverse = take_back(effect=effect, by=ops_reviewer)
    assert (inverse.kind, inverse.arguments, inverse.inverse_of) == (kind, back, effect)
    with pytest.raises(Conflict, match="already"):
        take_back(effect=effect, by=ops_reviewer)


def test_a_refund_cannot_be_taken_back(paid: Order, returns_reviewer: User) -> None:
    effect = refund(paid, returns_reviewer)
    settle(effect)
    with pytest.raises(Conflict, match="cannot be taken back"):
        take_back(effect=effect, by=returns_reviewer)


def test_a_failed_act_is_changed_and_leaves_under_a_new_key(paid: Order, supervisor: User) -> None:
    effect = refund(paid, supervisor, "20.00")
    settle(effect, "dead", last_error="No")
    Attempt.objects.create(effect=effect, number=1, step="prepared", refused=True)
    changed = edit(effect=effect, arguments={"amount": "900.00", "currency": "USD"}, by=supervisor)
    assert (changed.state, changed.amount, changed.approval) == ("waiting", 900, None), "more money is approved anew"
    assert changed.idempotency_key != effect.idempotency_key
    assert events(order=paid)[-1].data["changed"] == ["amount"]


def test_what_may_have_arrived_is_not_changed(paid: Order, supervisor: User) -> None:
    effect = refund(paid, supervisor, "20.00")
    settle(effect, "dead")
    Attempt.objects.create(effect=effect, number=1, step="prepared")
    with pytest.raises(Conflict, match="may have arrived"):
        edit(effect=effect, arguments={"amount": "30.00", "currency": "USD"}, by=supervisor)


def test_a_failed_act_is_given_up_with_a_reason(paid: Order, ops_reviewer: User) -> None:
    effect = tag(paid, ops_reviewer)
    with pytest.raises(Conflict):
        give_up(effect=effect, reason="Not needed any more", by=ops_reviewer)
    settle(effect, "dead")
    assert give_up(effect=effect, reason="Not needed any more", by=ops_reviewer).state == "given_up"
    assert told(order=paid) == [Verb.EFFECT_ASKED, Verb.EFFECT_GIVEN_UP]


def test_only_those_who_may_approve(paid: Order, returns_reviewer: User, store: Store, make_person: MakePerson) -> None:
    effect = refund(paid, returns_reviewer, "900.00")
    for role in Role:
        if Perm.APPROVE_SECOND not in ROLES[role]:
            with pytest.raises(Forbidden):
                approve_second(effect=effect, by=make_person(role, store))
    assert timedelta(0) < effect.due_at - timezone.now()
