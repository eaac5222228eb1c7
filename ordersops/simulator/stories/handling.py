"""What goes wrong between the checkout and the door: stock, addresses, declined cards, parcels that nobody sees."""

from __future__ import annotations

from dataclasses import replace

from .. import catalogue, lying, places
from ..scene import Scene, Story
from .registry import tale


def _paid(scene: Scene, items: list[tuple[catalogue.Product, int]], **how: object) -> Story:
    """An order that is paid within seconds, and nothing more."""
    order = scene.place(scene.draft(scene.regular(), items, **how))  # type: ignore[arg-type]
    yield scene.rng.uniform(2, 6)
    scene.pay(order)


def _goods(scene: Scene) -> list[catalogue.Product]:
    return [one for one in catalogue.products(scene.shop.index) if one.kind == "goods"]


@tale("Something is ordered that lies nowhere", weight=1)
def out_of_stock(scene: Scene) -> Story:
    gone = [one for one in _goods(scene) if not lying.units(one, 0)] or _goods(scene)
    yield from _paid(scene, [(scene.rng.choice(gone), 2)])


@tale("More is ordered than lies anywhere", weight=0.6)
def more_than_there_is(scene: Scene) -> Story:
    yield from _paid(scene, [(scene.rng.choice([one for one in _goods(scene) if one.price < 60]), 250)])


@tale("The postcode does not exist", weight=1)
def wrong_postcode(scene: Scene) -> Story:
    person = scene.regular()
    home = replace(person.home, postal_code="00")
    order = scene.place(scene.draft(person, scene.basket(), ship_to=home))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)
    yield scene.rng.uniform(60, 120)
    scene.readdress(order, person.home)
    yield from scene.fulfil(order)


@tale("The postcode is written as another country would", weight=0.8)
def untidy_postcode(scene: Scene) -> Story:
    person = scene.regular()
    order = scene.place(
        scene.draft(person, scene.basket(), ship_to=replace(person.home, postal_code=f"{person.country}-{person.home.postal_code}"))
    )
    yield scene.rng.uniform(2, 6)
    scene.pay(order)


@tale("Hazardous goods go abroad", weight=0.8)
def hazardous_abroad(scene: Scene) -> Story:
    risky = [one for one in _goods(scene) if "hazmat" in lying.needs(one)] or _goods(scene)
    receiver = scene.newcomer("JP")
    yield from _paid(scene, [(risky[0], 1)], ship_to=receiver.home)


@tale("The same is ordered twice within minutes", weight=0.8)
def ordered_twice(scene: Scene) -> Story:
    person, basket = scene.regular(), scene.basket()
    both = [scene.place(scene.draft(person, basket)) for _ in range(2)]
    for order in both:
        yield scene.rng.uniform(4, 9)
        scene.pay(order)


@tale("The card is declined, and that is that", weight=1)
def declined_for_good(scene: Scene) -> Story:
    person = scene.newcomer()
    order = scene.place(scene.draft(person, scene.basket()))
    yield scene.rng.uniform(2, 6)
    scene.decline(order, person.card, "insufficient_funds")


@tale("A parcel gets a number, and no carrier ever sees it", weight=0.5, past=2)
def never_scanned(scene: Scene) -> Story:
    order = scene.place(scene.draft(scene.regular(), scene.basket()))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)
    yield scene.rng.uniform(30, 60)
    scene.ship(order)


@tale("The carrier rings in vain", weight=0.8, past=1)
def rings_in_vain(scene: Scene) -> Story:
    order = scene.place(scene.draft(scene.regular(), scene.basket()))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)
    yield scene.rng.uniform(30, 60)
    parcel = scene.ship(order)
    yield scene.rng.uniform(20, 40)
    if parcel:
        scene.move(order, parcel, "attempted_delivery")


@tale("A large order of a known customer", weight=0.8)
def large_order(scene: Scene) -> Story:
    dear = [one for one in _goods(scene) if one.price >= 200] or _goods(scene)
    yield from _paid(scene, [(scene.rng.choice(dear), 3)])


@tale("A present for somebody abroad", weight=0.8)
def present_abroad(scene: Scene) -> Story:
    receiver = places.home(scene.rng, "AT", "Ida Berger", "")
    yield from _paid(scene, scene.basket(), ship_to=receiver, tags=["gift"], note="With love from all of us.")
