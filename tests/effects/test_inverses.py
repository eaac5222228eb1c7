"""Every kind of effect has an inverse, or says what a person does instead: on the page, in the interface and in docs/effects.md."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.effects.actions import ask, take_back
from ordersops.effects.kinds import ENTRIES, KINDS, NOTHING_KNOWN, Kind, instead, inverse
from ordersops.effects.models import Effect
from ordersops.effects.ways_back import way_back
from ordersops.errors import Conflict
from ordersops.orders.models import Order, Shipment
from ordersops.stores.models import Store
from tests.factories import LineFactory, OrderFactory

pytestmark = pytest.mark.django_db
PAGE = (Path(settings.BASE_DIR) / "docs" / "effects.md").read_text(encoding="utf-8")
WHY = "The customer wrote to us"
SHIPPED = {"fulfilment_order": "51", "tracking_number": "1Z9", "carrier": "UPS"}


@pytest.fixture
def shipped(store: Store) -> Order:
    order: Order = OrderFactory(store=store, payment="paid", risk="clear", fulfilment="shipped", captured=100, lines=0)
    LineFactory(order=order, external_id="line", ordered=1, shipped=1)
    return order


def done(order: Order, kind: str, arguments: dict[str, Any], by: User, **before: Any) -> Effect:
    """An act that has settled; how it came to be asked for is not the question here."""
    return Effect.objects.create(
        store=order.store, order=order, kind=kind, arguments=KINDS[kind].parse(arguments).kept(), before=before, asked_by=by, reason=WHY,
        state="done", idempotency_key=f"{kind}:{order.pk}", due_at=timezone.now(), not_before=timezone.now(), settled_at=timezone.now(),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ENTRIES, ids=lambda kind: kind.key)
def test_a_kind_has_an_inverse_or_says_what_a_person_does(kind: Kind) -> None:
    has_one = kind.undoes is not Kind.__dataclass_fields__["undoes"].default
    assert kind.reversible is has_one
    assert bool(kind.afterwards) is not has_one


@pytest.mark.parametrize("kind", ENTRIES, ids=lambda kind: kind.key)
def test_the_page_of_the_docs_has_every_kind_as_it_is(kind: Kind) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| `{kind.key}` |")]
    assert kind.label in row
    if kind.afterwards:
        assert kind.afterwards in row
    else:
        assert "no inverse" not in row


@pytest.mark.parametrize(
    ("kind", "arguments", "before", "back"),
    [
        ("fulfilment.create", SHIPPED, {"ours": True}, ("fulfilment.cancel", {"fulfilment_order": "51", "tracking_number": "1Z9"})),
        ("return.approve", {"return": "3"}, {"ours": True}, ("return.cancel", {"return": "3"})),
        (
            "order.metafield", {"namespace": "ops", "key": "state", "value": "b"}, {"value": "a", "type": "json"},
            ("order.metafield", {"namespace": "ops", "key": "state", "type": "json", "value": "a"}),
        ),
    ],
)  # fmt: skip
def test_taking_back_plans_the_inverse_once(
    kind: str, arguments: dict[str, Any], before: dict[str, Any], back: tuple[str, Any], shipped: Order, supervisor: User
) -> None:
    effect = done(shipped, kind, arguments, supervisor, **before)
    planned = take_back(effect=effect, by=supervisor)
    assert ((planned.kind, planned.arguments), planned.inverse_of) == (back, effect)
    with pytest.raises(Conflict, match="already"):
        take_back(effect=effect, by=supervisor)


@pytest.mark.parametrize("kind", ["fulfilment.create", "return.approve", "order.metafield"])
def test_without_anything_known_there_is_none(kind: str) -> None:
    arguments = {**SHIPPED, "return": "3", "namespace": "a", "key": "b", "value": "c"}
    assert inverse(kind, arguments, {}) is None
    assert instead(kind) == NOTHING_KNOWN


def test_what_the_carrier_has_is_not_called_back(shipped: Order, supervisor: User) -> None:
    effect = done(shipped, "fulfilment.create", SHIPPED, supervisor, ours=True)
    Shipment.objects.create(order=shipped, store=shipped.store, external_id="7", status="in_transit", tracking_numbers=["1Z9"])
    with pytest.raises(Conflict, match="The carrier has 1Z9 already: it is in transit"):
        take_back(effect=effect, by=supervisor)
    assert Effect.objects.count() == 1


def test_of_what_has_left_only_what_is_about_that_is_taken_back(shipped: Order, supervisor: User) -> None:
    approved = done(shipped, "return.approve", {"return": "3"}, supervisor, ours=True)
    back = way_back(approved, shipped, supervisor)
    assert (back.kind, back.why_not) == ("return.cancel", "")
    assert (
        "It has left the house."
        in way_back(done(shipped, "order.tag", {"add": ["a"]}, supervisor, remove=["a"]), shipped, supervisor).why_not
    )


def test_what_has_not_shipped_is_not_called_back(shipped: Order, supervisor: User) -> None:
    shipped.lines.update(shipped=0)
    with pytest.raises(Conflict, match="Nothing of it has shipped"):
        ask(
            order=shipped,
            kind="fulfilment.cancel",
            arguments={"fulfilment_order": "51", "tracking_number": "1Z9"},
            reason=WHY,
            by=supervisor,
        )


@pytest.mark.parametrize("kind", ["return.decline", "return.process", "replacement.create"])
def test_what_has_no_inverse_says_so_before_and_afterwards(kind: str, shipped: Order, supervisor: User, client: Client) -> None:
    lines = [{"external_id": "line", "quantity": 1}]
    more = {"lines": lines} if kind != "return.decline" else {}
    effect = done(shipped, kind, ({} if kind == "replacement.create" else {"return": "3"}) | more, supervisor)
    client.force_login(supervisor)
    page = client.get(reverse("effect", args=[effect.pk]))
    assert page.context["instead"] == KINDS[kind].afterwards
    assert "nothing takes it back by itself" in page.content.decode()
    assert "Take back" not in page.content.decode()
    form = client.get(reverse("effect_ask", args=[shipped.pk, kind])).content.decode()
    assert "Once it has left, nothing takes it back by itself." in form
    with pytest.raises(Conflict, match="cannot be taken back") as refused:
        take_back(effect=effect, by=supervisor)
    assert KINDS[kind].afterwards in refused.value.message


def test_what_has_an_inverse_offers_it_and_nothing_else(shipped: Order, supervisor: User, client: Client) -> None:
    effect = done(shipped, "fulfilment.create", SHIPPED, supervisor, ours=True)
    client.force_login(supervisor)
    page = client.get(reverse("effect", args=[effect.pk]))
    assert page.context["instead"] == ""
    assert "Take back: Take a shipment back" in page.content.decode()
