"""What a person asks for on an order shows in the simulated Shopify shop, and reading it back settles the effect: every kind there is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.audit.actions import atomic
from ordersops.effects import jobs
from ordersops.effects.actions import Act, plan, reached
from ordersops.effects.actions.asking import approve_second, ask, take_back
from ordersops.effects.connectors.shopify import ACTS
from ordersops.effects.models import Effect
from ordersops.effects.preview import ask_store, draft, preview
from ordersops.errors import Conflict
from ordersops.orders.actions import apply_facts
from ordersops.orders.models import Order
from ordersops.simulator import works
from ordersops.simulator.shopify_parts import fulfillment as parcel
from ordersops.simulator.shopify_parts import risk
from ordersops.simulator.shopify_stock import item_key
from ordersops.simulator.world import Hold
from ordersops.simulator.world import Order as Sold
from ordersops.stores.models import Store
from ordersops.stores.platforms.shopify import Shopify
from ordersops.stores.platforms.shopify.interface import ShopifyInterface
from ordersops.stores.platforms.shopify.polled import polled_facts
from tests.factories import CaseFactory, DecisionFactory

from .conftest import SHOPIFY_TOKEN, Running, wait_until

pytestmark = pytest.mark.django_db


class Shop:
    """The simulated shop with one order, and the store of the product that mirrors it."""

    def __init__(self, running: Running, store: Store, by: User, second: User) -> None:
        self.running, self.store, self.by, self.second = running, store, by, second

    def sell(self, story: str) -> Sold:
        (key,) = self.running.send(story, shop=0)
        if self.running.store.config.tempo == 0:
            self.running.settle()
        return next(order for order in self.running.store.record.orders if str(order.key) == key)

    def mirrored(self, sold: Sold) -> Order:
        found = ShopifyInterface().order(self.store, str(sold.key))
        assert found is not None
        apply_facts(facts=[(self.store.pk, polled_facts(found.payload, found.changed_at))], by=User.objects.system())
        Order.objects.filter(store=self.store, external_id=str(sold.key)).update(risk="approved")  # the case was decided
        return Order.objects.get(store=self.store, external_id=str(sold.key))

    def do(self, sold: Sold, kind: str, **arguments: Any) -> Effect:
        return self.sent(ask(order=self.mirrored(sold), kind=kind, arguments=arguments, reason="A test asks for it", by=self.by))

    def sent(self, effect: Effect) -> Effect:
        if effect.state == "waiting":
            approve_second(effect=effect, by=self.second)
        for _ in range(8):
            Effect.objects.filter(pk=effect.pk, state="planned").update(not_before=timezone.now() - timedelta(seconds=1))
            jobs.send()
            effect.refresh_from_db()
            if effect.state != "planned":
                break
        assert (effect.state, effect.last_error) == ("done", ""), effect.kind
        return effect


@pytest.fixture
def shop(run: Callable[..., Running], shopify_store: Store, make_person: Callable[..., User]) -> Callable[..., Shop]:
    def start(**changes: Any) -> Shop:
        running = run(**changes)
        Store.objects.filter(pk=shopify_store.pk).update(api_url=running.address)
        shopify_store.refresh_from_db()
        shopify_store.api_key = SHOPIFY_TOKEN
        shopify_store.save()
        return Shop(running, shopify_store, *(make_person(Role.SUPERVISOR, shopify_store) for _ in range(2)))

    return start


Start = Callable[..., Shop]
SLOWLY = 100.0  # nothing ships by itself during a test


def fresh(shop: Start) -> tuple[Shop, Sold, str]:
    """An order that is paid and has not shipped; and its first fulfilment order's id."""
    here = shop(tempo=SLOWLY)
    sold = here.sell("ordinary")
    with here.running.store.director.at(sold) as scene:
        scene.pay(sold)
        sold.lines[0].quantity += 3
    return here, sold, str(sold.works[0].key)


def test_words_on_the_order(shop: Start) -> None:
    here = shop()
    sold = here.sell("ordinary")
    here.do(sold, "order.tag", add=["checked"])
    here.do(sold, "order.note", text="Rang twice")
    here.do(sold, "order.metafield", namespace="desk", key="case", type="single_line_text_field", value="7")
    assert ("checked" in sold.tags, sold.note, sold.meta["desk.case"][1]["value"]) == (True, "Rang twice", "7")


def test_a_field_gets_back_the_value_that_it_had(shop: Start) -> None:
    here = shop()
    sold = here.sell("ordinary")
    field = {"namespace": "desk", "key": "case", "type": "single_line_text_field"}
    here.do(sold, "order.metafield", **field, value="7")
    changed = here.do(sold, "order.metafield", **field, value="8")
    here.sent(take_back(effect=changed, by=here.by))
    assert sold.meta["desk.case"][1]["value"] == "7"


def test_a_decision_tells_the_store_its_risk_and_that_is_no_evidence(shop: Start) -> None:
    here = shop()
    sold = here.sell("platform_high_risk")
    order, before = here.mirrored(sold), sold.risk
    case = CaseFactory(order=order, store=here.store)
    assert reached(kind="order.risk_assessment", orders=[order]) == [order]
    with atomic():
        (effect,) = plan(acts=[Act(order, "order.risk_assessment")], decision=DecisionFactory(case=case, by=here.by), by=here.by)
    here.sent(effect)
    assert sold.told_risk is not None
    assert (sold.told_risk.level, sold.risk) == ("low", before)
    again = here.mirrored(sold)
    assert (again.platform_risk["level"], again.platform_risk["provider"]) == (
        order.platform_risk["level"],
        order.platform_risk["provider"],
    )
    told = Shopify().facts(topic="orders/risk_assessment_changed", payload=risk(sold, sold.told_risk), at=timezone.now())
    assert (told.order, told.risk) == (str(sold.key), None)


def test_address(shop: Start) -> None:
    here, sold, _ = fresh(shop)
    place = {"name": "Grace Hopper", "address1": "Side 2", "city": sold.ship_to.city, "country": sold.ship_to.country}
    here.do(sold, "order.update_address", address=place)
    assert (sold.ship_to.name, sold.ship_to.address1) == ("Grace Hopper", "Side 2")


def test_hold_and_release(shop: Start) -> None:
    here, sold, _ = fresh(shop)
    here.do(sold, "order.hold", reason="address", note="Wait")
    assert works.state(sold, sold.works[0]) == "ON_HOLD"
    here.do(sold, "order.release")
    assert works.state(sold, sold.works[0]) == "OPEN"


def test_cancel(shop: Start) -> None:
    here, sold, _ = fresh(shop)
    here.do(sold, "order.cancel", reason="customer", refund=True)
    assert (sold.cancelled_at is not None, sold.refunded) == (True, sold.captured)


def test_refund(shop: Start) -> None:
    here = shop()
    sold = here.sell("ordinary")
    here.do(sold, "refund.create", amount="3.00", currency="USD", note="Scratch")
    assert sold.refunded == Decimal("3.00")


def test_split_move_and_ship_the_part(shop: Start) -> None:
    here, sold, first = fresh(shop)
    here.do(sold, "fulfilment.split", fulfilment_order=first, lines=[{"external_id": str(sold.lines[0].key), "quantity": 2}])
    part = sold.works[1]
    assert works.left(sold)[part.key] == {sold.lines[0].key: 2}
    here.do(sold, "fulfilment.move", fulfilment_order=str(part.key), location=str(works.BRANCH))
    assert (part.place, sold.works[0].place) == (works.BRANCH, works.HOME)
    here.do(sold, "fulfilment.create", fulfilment_order=str(part.key), tracking_number="1Z7", carrier="UPS")
    assert (works.state(sold, part), works.state(sold, sold.works[0])) == ("CLOSED", "OPEN")
    assert sold.shipments[0].items == [(sold.lines[0], 2)]


def test_a_split_and_a_move_are_taken_back(shop: Start) -> None:
    here, sold, first = fresh(shop)
    split = here.do(sold, "fulfilment.split", fulfilment_order=first, lines=[{"external_id": str(sold.lines[0].key), "quantity": 2}])
    merged = here.sent(take_back(effect=split, by=here.by))
    assert (merged.kind, merged.inverse_of) == ("fulfilment.merge", split)
    assert [works.state(sold, part) for part in sold.works] == ["OPEN", "CLOSED"]
    moved = here.do(sold, "fulfilment.move", fulfilment_order=first, location=str(works.BRANCH))
    assert moved.before == {"location": str(works.HOME), "fulfilment_order": first}
    here.sent(take_back(effect=moved, by=here.by))
    assert sold.works[0].place == works.HOME


def test_a_shipment_is_taken_back_and_comes_back_as_one_that_is_off(shop: Start) -> None:
    here, sold, first = fresh(shop)
    shipped = here.do(sold, "fulfilment.create", fulfilment_order=first, tracking_number="1Z7", carrier="UPS")
    order = here.mirrored(sold)
    assert (order.fulfilment, sum(line.shipped for line in order.lines.all())) == ("shipped", sum(line.quantity for line in sold.lines))
    back = here.sent(take_back(effect=shipped, by=here.by))
    assert (back.kind, works.state(sold, sold.works[0]), sold.shipments[0].status) == ("fulfilment.cancel", "OPEN", "cancelled")
    order = here.mirrored(sold)
    assert (order.fulfilment, order.shipments.get().status) == ("unrouted", "cancelled")
    assert not any(line.shipped for line in order.lines.all())
    body = parcel(sold, sold.shipments[0])
    (told,) = Shopify().facts(topic="fulfillments/update", payload=body, at=timezone.now()).shipments
    assert (told.status, told.shipped_at) == ("cancelled", None), "a webhook says the same"
    here.do(sold, "fulfilment.create", fulfilment_order=first, tracking_number="1Z8", carrier="UPS")
    assert here.mirrored(sold).fulfilment == "shipped"


def test_a_parcel_that_the_carrier_has_is_not_taken_back(shop: Start) -> None:
    here, sold, first = fresh(shop)
    shipped = here.do(sold, "fulfilment.create", fulfilment_order=first, tracking_number="1Z7", carrier="UPS")
    with here.running.store.director.at(sold) as scene:
        scene.move(sold, sold.shipments[0], "in_transit")
    here.mirrored(sold)
    with pytest.raises(Conflict, match="The carrier has 1Z7 already: it is in transit"):
        take_back(effect=shipped, by=here.by)


def test_what_the_shop_does_not_allow_is_said_before_it_is_asked_for_and_before_it_is_written(shop: Start) -> None:
    here, sold, first = fresh(shop)
    arguments = {"fulfilment_order": first, "location": str(works.BRANCH)}
    order = here.mirrored(sold)
    asked = ask(order=order, kind="fulfilment.move", arguments=arguments, reason="A test asks for it", by=here.by)
    with here.running.store.director.at(sold) as scene:
        sold.holds.append(Hold(scene.numbering.key(), "somebody-else", "OTHER"))
    words = "The store does not allow a move of this fulfilment order now; it allows: hold, release."
    with pytest.raises(Conflict, match=words):
        ask_store(order=order, kind="fulfilment.move", arguments=arguments, by=here.by)
    calls = len(here.running.store.record.calls)
    Effect.objects.filter(pk=asked.pk).update(not_before=timezone.now() - timedelta(seconds=1))
    jobs.send()
    asked.refresh_from_db()
    assert (asked.state, asked.last_error) == ("dead", words)
    assert not [call for call in list(here.running.store.record.calls)[calls:] if "Move" in call.what]
    ask_store(order=order, kind="order.note", arguments={"text": "x"}, by=here.by)


def test_a_replacement_is_another_order_that_ships(shop: Start) -> None:
    here, sold, _ = fresh(shop)
    line = sold.lines[0]
    effect = here.do(sold, "replacement.create", lines=[{"external_id": str(line.key), "quantity": 2}], reason="damaged")
    (new,) = [order for order in here.running.store.record.orders if str(order.key) == effect.external_id]
    assert ([(part.product, part.quantity) for part in new.lines], new.total, new.payment_status) == ([(line.product, 2)], 0, "paid")
    assert (new.person.email, new.ship_to, new.attributes) == (sold.person.email, sold.ship_to, {"Replaces": sold.name})
    mirrored = here.mirrored(new)
    assert (mirrored.total, mirrored.payment) == (0, "paid")


def test_the_partner_is_asked_and_told_to_stop(shop: Start) -> None:
    here, sold, first = fresh(shop)
    here.do(sold, "fulfilment.move", fulfilment_order=first, location=str(works.PARTNER))
    here.do(sold, "fulfilment.request", fulfilment_order=first, message="Please")
    assert (sold.works[0].request, sold.works[0].message) == ("SUBMITTED", "Please")
    with here.running.store.director.at(sold) as scene:
        assert scene.ship(sold) is None, "the shop leaves it to the partner"
    here.do(sold, "fulfilment.cancel_request", fulfilment_order=first, message="Stop")
    assert sold.works[0].request == "CANCELLATION_REQUESTED"


def test_the_partner_accepts_and_ships(shop: Start) -> None:
    here = shop(tempo=SLOWLY)
    sold = here.sell("ordinary")
    with here.running.store.director.at(sold) as scene:
        scene.pay(sold)
    sold.works[0].place = works.PARTNER
    object.__setattr__(here.running.store.director.config, "tempo", 0.0)
    here.do(sold, "fulfilment.request", fulfilment_order=str(sold.works[0].key), message="")
    wait_until(lambda: sold.shipments and sold.shipments[0].status == "delivered")
    assert (sold.works[0].request, works.state(sold, sold.works[0])) == ("ACCEPTED", "CLOSED")


@pytest.mark.parametrize("answer", ["approve", "decline", "call off"])
def test_return(shop: Start, answer: str) -> None:
    here = shop()
    sold = here.sell("return_requested")
    (back,) = sold.returns
    key = {"return": str(back.key)}
    if answer == "decline":
        here.do(sold, "return.decline", **key, reason="final_sale", note="Sorry")
        assert (back.status, back.decline) == ("DECLINED", {"reason": "FINAL_SALE", "note": "Sorry"})
        return
    here.do(sold, "return.approve", **key)
    assert back.status == "OPEN"
    if answer == "call off":
        called_off = here.sent(take_back(effect=Effect.objects.get(kind="return.approve"), by=here.by))
        assert (called_off.kind, back.status) == ("return.cancel", "CANCELED")
        return
    here.do(sold, "return.process", **key, lines=[{"external_id": str(back.items[0].line.key), "quantity": 1}])
    assert (back.status, back.items[0].processed) == ("CLOSED", 1)


def test_what_is_not_returnable_any_more_is_said_and_not_approved(shop: Start) -> None:
    here = shop()
    sold = here.sell("return_requested")
    (back,) = sold.returns
    line, arguments = back.items[0].line, {"return": str(back.key)}
    order = here.mirrored(sold)
    asked = draft(order=order, kind="return.approve", arguments=arguments, by=here.by)
    assert f"{back.items[0].quantity} × {line.product.title}" in preview(asked).says[0]
    ask_store(order=order, kind="return.approve", arguments=arguments, by=here.by)
    with here.running.store.director.at(sold) as scene:
        scene.refund(sold, reason="Paid back by mistake", items=[(line, line.quantity)], restock="none")
    with pytest.raises(Conflict, match=r"Not all that was asked for is returnable: 1 × .*, of which 0 may come back\. May come back"):
        ask_store(order=order, kind="return.approve", arguments=arguments, by=here.by)
    assert back.status == "REQUESTED"


def test_a_return_of_another_order_is_none_of_this_one(shop: Start) -> None:
    here = shop()
    sold, other = here.sell("return_requested"), here.sell("ordinary")
    arguments = {"return": str(sold.returns[0].key)}
    with pytest.raises(Conflict, match="is of another order in the store"):
        ask_store(order=here.mirrored(other), kind="return.approve", arguments=arguments, by=here.by)


def test_stock(shop: Start) -> None:
    here = shop()
    sold = here.sell("ordinary")
    item = item_key(sold.lines[0].product)
    before = here.running.store.director.stock(sold.shop, item, works.HOME)
    here.do(sold, "stock.adjust", item=str(item), location=str(works.HOME), delta=-2, reason="damaged")
    assert here.running.store.director.stock(sold.shop, item, works.HOME) == before - 2


def test_every_kind_is_asked_for_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    assert [kind for kind in ACTS if f'"{kind}"' not in text] == []
