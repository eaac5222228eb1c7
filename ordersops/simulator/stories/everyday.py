"""What happens in a shop on a good day, and the small troubles that belong to it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from .. import cards, catalogue, people, places
from ..scene import Scene, Story
from ..world import EXPRESS, Order
from .registry import tale

_GREETINGS = ("Happy birthday, see you in spring!", "For your new home.", "Alles Gute zum Geburtstag!", "Congratulations to you both.")
_WISHES = (
    None,
    None,
    None,
    "Please leave it with the neighbour on the ground floor.",
    "Bell is broken, please call.",
    "Bitte ohne Papierrechnung.",
)


@tale("An ordinary order", weight=34, past=34)
def ordinary(scene: Scene) -> Story:
    order = scene.place(scene.draft(scene.newcomer(), scene.basket(), note=scene.rng.choice(_WISHES)))
    yield scene.rng.uniform(2, 8)
    scene.pay(order)
    yield from scene.fulfil(order)


@tale("A loyal customer orders again", weight=20, past=40)
def loyal(scene: Scene) -> Story:
    person, basket = scene.regular(), scene.basket()
    thanks = Decimal(10) if sum(p.price * n for p, n in basket) > 60 and scene.rng.random() < 0.4 else Decimal(0)
    order = scene.place(scene.draft(person, basket, discount=thanks, tags=["returning"]))
    yield scene.rng.uniform(2, 8)
    scene.pay(order)
    if scene.rng.random() < 0.15:
        yield 15
        scene.know_better(order, person.using(phone=people.phone(scene.rng, person.country)))
    yield from scene.fulfil(order)


@tale("A gift to somebody in the same country", weight=6, past=6)
def gift(scene: Scene) -> Story:
    giver = scene.regular() if scene.rng.random() < 0.5 else scene.newcomer()
    receiver = scene.newcomer(giver.country)
    order = scene.draft(giver, scene.basket(), ship_to=receiver.home, note=scene.rng.choice(_GREETINGS), tags=["gift"])
    scene.place(order)
    yield scene.rng.uniform(2, 8)
    scene.pay(order)
    yield from scene.fulfil(order)


@tale("Authorised at checkout, captured before shipping", weight=8, past=6)
def captured_later(scene: Scene) -> Story:
    order = scene.place(scene.draft(scene.newcomer(), scene.basket()))
    yield scene.rng.uniform(1, 4)
    scene.authorise(order)
    yield scene.rng.uniform(30, 60)
    scene.pay(order)
    yield from scene.fulfil(order)


@tale("Sent in two parcels", weight=3, past=4)
def two_parcels(scene: Scene) -> Story:
    goods = [p for p in catalogue.products(scene.shop.index) if p.kind == "goods" and p.price < 120]
    order = scene.place(scene.draft(scene.regular(), [(p, 1) for p in scene.rng.sample(goods, k=3)]))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)
    yield scene.rng.uniform(50, 90)
    first = scene.ship(order, partly=True)
    yield from scene.fulfil(order)
    if first:
        yield 20
        scene.move(order, first, "delivered")


@tale("Declined once or twice, then paid", weight=4, past=3)
def declined_then_paid(scene: Scene) -> Story:
    person = scene.newcomer()
    order = scene.place(scene.draft(person, scene.basket()))
    for code in scene.rng.sample(("insufficient_funds", "incorrect_cvc", "expired_card"), k=scene.rng.randint(1, 2)):
        yield scene.rng.uniform(2, 6)
        scene.decline(order, person.card, code)
    yield scene.rng.uniform(4, 9)
    scene.pay(order, cards.ordinary(scene.rng, person.country))
    yield from scene.fulfil(order)


@tale("Part of the order comes back and is refunded", weight=3, past=4)
def refunded(scene: Scene) -> Story:
    order = scene.place(scene.draft(scene.regular(), scene.basket()))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)
    yield from scene.fulfil(order)
    yield scene.rng.uniform(40, 90)
    if order.shipments:
        line = order.lines[0]
        scene.refund(order, reason=scene.rng.choice(("Does not fit", "Arrived damaged", "Ordered the wrong size")), items=[(line, 1)])


@tale("The customer asks to send something back, and waits for an answer", weight=2, past=2)
def return_requested(scene: Scene) -> Story:
    order = scene.place(scene.draft(scene.regular(), scene.basket()))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)
    yield from scene.fulfil(order)
    yield scene.rng.uniform(40, 90)
    scene.ask_back(order)


@tale("The customer changes their mind and cancels", weight=3, past=2)
def cancelled_by_customer(scene: Scene) -> Story:
    order = scene.place(scene.draft(scene.newcomer(), scene.basket()))
    yield scene.rng.uniform(2, 6)
    if scene.rng.random() < 0.5:
        scene.authorise(order)
    else:
        scene.pay(order)
    yield scene.rng.uniform(20, 50)
    scene.cancel(order, "customer")


@tale("The shipping address is changed after the order", weight=3, past=1)
def address_changed(scene: Scene) -> Story:
    person = scene.newcomer()
    order = scene.place(scene.draft(person, scene.basket()))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)
    yield scene.rng.uniform(15, 40)
    scene.readdress(order, places.home(scene.rng, person.country, person.name, person.phone))
    yield from scene.fulfil(order)


@tale("A known customer in a hurry", weight=2, past=1)
def hurry(scene: Scene) -> Story:
    order = scene.place(scene.draft(scene.regular(), scene.basket(), shipping=EXPRESS))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)
    yield from scene.fulfil(order)


@tale("A known customer disputes an older order", weight=1.5, past=2)
def friendly_dispute(scene: Scene) -> Story:
    """Disputes an order of this shop that was delivered; without one, the story begins with the order."""
    older = _delivered(scene)
    if older is None:
        older = scene.place(scene.draft(scene.regular(), scene.basket()))
        yield 3
        scene.pay(older)
        yield from scene.fulfil(older)
        yield scene.rng.uniform(60, 120)
    else:
        scene.orders.append(older)
    if older.captured > older.refunded:
        dispute = scene.dispute(older, reason=scene.rng.choice(("product_not_received", "unrecognized", "product_unacceptable")))
        yield scene.rng.uniform(60, 120)
        dispute.status = scene.rng.choice(("under_review", "won", "lost"))
        scene.disputed(older)
        scene.tell("dispute_moved", older, dispute)


def _delivered(scene: Scene) -> Order | None:
    fitting = [
        order
        for order in scene.history
        if order.shop == scene.shop
        and order.shipments
        and order.shipments[-1].status == "delivered"
        and not order.disputes
        and not order.refunds
    ]
    return scene.rng.choice(fitting) if fitting else None


@tale("A verified company buys in quantity", weight=2, past=2)
def company(scene: Scene) -> Story:
    buyer = scene.regular()
    office = replace(buyer.home, company=f"{buyer.last} & {scene.rng.choice(('Söhne', 'Partners', 'Co'))}")
    product = scene.rng.choice([p for p in catalogue.products(scene.shop.index) if p.kind == "goods" and 20 <= p.price <= 70])
    order = scene.place(scene.draft(buyer, [(product, scene.rng.randint(6, 12))], ship_to=office, billing=office, tags=["b2b"]))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)
    yield from scene.fulfil(order)
