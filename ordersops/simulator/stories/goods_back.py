"""What comes back: within the time and too late, broken, wrong, too dear for one person, from somebody who sends nearly everything back."""

from __future__ import annotations

from typing import Any

from .. import catalogue
from ..catalogue import Product
from ..people import Person
from ..scene import Scene, Story
from ..world import Order
from .registry import tale


def _arrived(scene: Scene, items: list[tuple[Product, int]], *, days: float, person: Person | None = None, **how: Any) -> Order:
    """An order that was paid and delivered so many days ago. All that is told of it leaves at once, in its order."""
    scene.keep()
    scene.ago(days + 4)
    order = scene.place(scene.draft(person or scene.regular(), items, **how))
    scene.pay(order)
    scene.ago(days + 2)
    parcel = scene.ship(order)
    if parcel:
        scene.move(order, parcel, "in_transit")
        scene.ago(days)
        scene.move(order, parcel, "delivered")
    scene.ago(0)
    for message in scene.kept():
        scene.send(message)
    return order


def _goods(scene: Scene, least: int, most: int) -> Product:
    """Something at about such a price."""
    goods = [one for one in catalogue.products(scene.shop.index) if one.kind != "gift_card"]
    fitting = [one for one in goods if least <= one.price <= most]
    return scene.rng.choice(fitting or sorted(goods, key=lambda one: abs(one.price - least))[:3])


@tale("Too small, and sent back in good time", weight=1.2, past=2)
def sent_back_in_time(scene: Scene) -> Story:
    order = _arrived(scene, [(_goods(scene, 60, 130), 2)], days=6)
    yield scene.rng.uniform(4, 9)
    scene.ask_back(order, reason="SIZE_TOO_SMALL", note="One size up would have been right.")


@tale("Asked for weeks after the window has closed", weight=0.8, past=2)
def asked_too_late(scene: Scene) -> Story:
    order = _arrived(scene, [(_goods(scene, 60, 200), 1)], days=48)
    yield scene.rng.uniform(4, 9)
    scene.ask_back(order, reason="UNWANTED", note="I only opened the parcel now, sorry.")


@tale("Arrived damaged, and no photo of it", weight=1, past=2)
def arrived_damaged(scene: Scene) -> Story:
    order = _arrived(scene, [(_goods(scene, 40, 130), 1)], days=3)
    yield scene.rng.uniform(4, 9)
    scene.ask_back(order, reason="DAMAGED_IN_TRANSIT", note="The box was crushed and the lid is cracked.", wish="replacement")


@tale("Something else was in the parcel", weight=0.8, past=1.5)
def wrong_item(scene: Scene) -> Story:
    order = _arrived(scene, [(_goods(scene, 12, 20), 1)], days=4)
    yield scene.rng.uniform(4, 9)
    scene.ask_back(order, reason="WRONG_ITEM", note="This is not what I ordered.", wish="replacement")


@tale("Somebody who sends nearly everything back", weight=0.6, past=1.5)
def sends_nearly_all_back(scene: Scene) -> Story:
    person = scene.newcomer()
    for days in (90, 70, 50):
        order = _arrived(scene, [(_goods(scene, 60, 200), 1)], days=days, person=person)
        scene.ago(days - 8)
        scene.refund(order, reason="Customer return", items=[(order.lines[0], 1)])
        scene.ago(0)
    order = _arrived(scene, [(_goods(scene, 60, 200), 1)], days=5, person=person)
    yield scene.rng.uniform(4, 9)
    scene.ask_back(order, reason="UNWANTED", note="Not for me after all.")


@tale("Dear goods come back: more than one person may give back alone", weight=0.6, past=1.5)
def dear_goods_back(scene: Scene) -> Story:
    order = _arrived(scene, [(_goods(scene, 250, 700), 3)], days=7)
    yield scene.rng.uniform(4, 9)
    scene.ask_back(order, 3, reason="UNWANTED", note="The trip was called off.")


@tale("Another size is wished", weight=0.8, past=1.5)
def another_size(scene: Scene) -> Story:
    order = _arrived(scene, [(_goods(scene, 90, 240), 1)], days=5)
    yield scene.rng.uniform(4, 9)
    scene.ask_back(order, reason="SIZE_TOO_LARGE", note="Please send a smaller one.", wish="exchange")


@tale("Bought in the final sale", weight=0.6, past=1.5)
def from_the_final_sale(scene: Scene) -> Story:
    person = scene.newcomer("US")
    order = _arrived(scene, [(_goods(scene, 60, 200), 1)], days=5, person=person, tags=["final-sale"])
    yield scene.rng.uniform(4, 9)
    scene.ask_back(order, reason="STYLE", note="It looks different on me.")


@tale("Not worth sending back", weight=0.6, past=1.5)
def not_worth_sending(scene: Scene) -> Story:
    order = _arrived(scene, [(_goods(scene, 12, 18), 1)], days=6)
    yield scene.rng.uniform(4, 9)
    scene.ask_back(order, reason="COLOR", note="The blue is very dark.")


@tale("Answered in the shop itself, and its parcel travels back", weight=0.6, past=1)
def parcel_travels_back(scene: Scene) -> Story:
    order = _arrived(scene, [(_goods(scene, 60, 200), 1)], days=5)
    yield scene.rng.uniform(4, 9)
    back = scene.ask_back(order, reason="UNWANTED")
    yield scene.rng.uniform(40, 80)
    if back and back.status == "REQUESTED":
        scene.move_back(order, back, "OPEN")
    yield scene.rng.uniform(30, 60)
    for status in ("in_transit", "delivered"):
        if back and back.status == "OPEN":
            scene.move_back(order, back, parcel={"status": status, "carrier": "DHL", "tracking_number": f"RET{back.key}"})
            yield scene.rng.uniform(30, 60)
