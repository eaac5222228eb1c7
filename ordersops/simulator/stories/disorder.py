"""What a webhook sender does to its receiver: repeats itself, mixes up the sequence, sends rubbish."""

from __future__ import annotations

import json
from dataclasses import replace

from ..scene import Scene, Story
from ..world import Order
from .registry import tale


@tale("The same delivery twice, and the same content under a new id", weight=3)
def duplicates(scene: Scene) -> Story:
    order = _ordinary(scene)
    scene.place(order)
    yield 3
    scene.keep()
    scene.pay(order)
    for message in scene.kept():
        scene.send(message)
        scene.send(message.again())
        scene.send(message.under_new_id())
    yield from scene.fulfil(order)


@tale("Paid is announced before the order itself", weight=2)
def paid_before_created(scene: Scene) -> Story:
    order = _ordinary(scene)
    scene.keep()
    scene.place(order)
    yield 2
    scene.pay(order)
    for message in reversed(scene.kept()):
        scene.send(message)
        yield 0.7
    yield from scene.fulfil(order)


@tale("The parcel is announced before the order", weight=1.5)
def shipped_before_created(scene: Scene) -> Story:
    order = _ordinary(scene)
    scene.keep()
    scene.place(order)
    yield 2
    scene.pay(order)
    yield 5
    scene.ship(order)
    messages = scene.kept()
    scene.rng.shuffle(messages)
    parcels = [m for m in messages if m.topic in ("fulfillments/create", "shipment.created")]
    for message in parcels + [m for m in messages if m not in parcels]:
        scene.send(message)
        yield 0.7
    for shipment in order.shipments:
        yield 60
        scene.move(order, shipment, "delivered")


@tale("A body cut off in the middle, correctly signed", weight=0.6)
def truncated(scene: Scene) -> Story:
    order = _ordinary(scene)
    scene.place(order)
    yield 2
    scene.keep()
    scene.pay(order)
    messages = scene.kept()
    whole = messages[-1]
    text = whole.body.decode()
    scene.send(whole.with_body(text[: len(text) * 2 // 3].encode()))
    yield 4
    for message in messages:
        scene.send(message)
    yield from scene.fulfil(order)


@tale("A value nobody has heard of", weight=0.6)
def unknown_value(scene: Scene) -> Story:
    order = _ordinary(scene)
    scene.keep()
    scene.place(order)
    first = scene.kept()[0]
    document = json.loads(first.body)
    if scene.shop.platform == "shopify":
        scene.send(first.with_document({"financial_status": "pending_moon_phase"}))
    elif scene.shop.platform == "woocommerce":  # a plugin of the shop added a state of its own
        scene.send(first.with_document({"status": "moon-phase"}))
    else:
        scene.send(first.with_document({"payment": document["payment"] | {"status": "moon_phase"}}))
    yield 4
    scene.pay(order)
    yield from scene.fulfil(order)


@tale("A delivery with a wrong signature", weight=0.6)
def bad_signature(scene: Scene) -> Story:
    """A forger announces the payment of an order that is real; the shop itself says so later."""
    order = _ordinary(scene)
    scene.place(order)
    yield 2
    scene.keep()
    scene.pay(order)
    messages = scene.kept()
    scene.send(replace(messages[-1].under_new_id(), signature="bad"))
    yield 3
    for message in messages:
        scene.send(message)
    yield from scene.fulfil(order)


@tale("A topic that nobody uses", weight=0.6)
def unused_topic(scene: Scene) -> Story:
    order = _ordinary(scene)
    scene.keep()
    scene.place(order)
    first = scene.kept()[0]
    scene.send(first)
    topic = {"shopify": "themes/publish", "woocommerce": "product.updated"}.get(scene.shop.platform, "loyalty.points_earned")
    stray = {"event": topic} if scene.shop.platform == "generic" else {"id": scene.numbering.key(), "name": "Winter", "role": "main"}
    scene.send(replace(first.with_document(stray), topic=topic))
    yield 3
    scene.pay(order)
    yield from scene.fulfil(order)


def _ordinary(scene: Scene) -> Order:
    return scene.draft(scene.newcomer(), scene.basket())
