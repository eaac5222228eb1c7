"""Orders that somebody has to route, and what the warehouse makes of them: it takes them, says no, changes its mind, or says nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from .. import catalogue, lying
from ..scene import Scene, Story
from .registry import tale

if TYPE_CHECKING:
    from ..warehouse import Request

Manner = Callable[["Request", Scene], Story]


def _dear(scene: Scene) -> Story:
    """An order so large that a person says where it ships from."""
    goods = [one for one in catalogue.products(scene.shop.index) if one.kind == "goods" and lying.units(one, 0) and not lying.needs(one)]
    chosen = scene.rng.choice(sorted(goods, key=lambda one: -one.price)[:6])
    order = scene.place(scene.draft(scene.regular(), [(chosen, int(520 // chosen.price) + 1)]))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)


def _next_door(scene: Scene) -> Story:
    """A small order from the country next door, which a person looks at, too; for a dollar shop that would be a matter of customs."""
    if scene.shop.currency != "EUR":
        yield from _dear(scene)
        return
    goods = [one for one in catalogue.products(scene.shop.index) if one.kind == "goods" and lying.units(one, 0) and not lying.needs(one)]
    order = scene.place(scene.draft(scene.newcomer("AT"), [(scene.rng.choice(sorted(goods, key=lambda one: one.price)[:8]), 1)]))
    yield scene.rng.uniform(2, 6)
    scene.pay(order)


# -- what the warehouse does, in its own time


def takes_it(request: Request, scene: Scene) -> Story:
    """Most orders: it accepts, packs, and hands the parcel over."""
    yield scene.rng.uniform(2, 6)
    if not request.is_open:
        return
    request.accept(scene)
    yield scene.rng.uniform(25, 50)
    parcel = request.ship(scene) if request.is_open else None
    if parcel is None:
        return
    for status in ("in_transit", "out_for_delivery", "delivered"):
        yield scene.rng.uniform(40, 110)
        scene.move(request.order, parcel, status)


def _refuses(reason: str, note: str) -> Manner:
    """The one that is asked first says no; the next one takes it."""

    def manner(request: Request, scene: Scene) -> Story:
        if request.before:
            yield from takes_it(request, scene)
            return
        yield scene.rng.uniform(2, 6)
        if request.is_open:
            request.reject(scene, reason, note)

    return manner


def _silent(request: Request, scene: Scene) -> Story:
    yield from ()


def _lets_go(request: Request, scene: Scene) -> Story:
    if request.before:
        yield from takes_it(request, scene)
        return
    yield scene.rng.uniform(2, 6)
    if request.is_open:
        request.accept(scene)
    yield scene.rng.uniform(10, 20)
    if request.is_open:
        request.let_go(scene)


def _in_disorder(request: Request, scene: Scene) -> Story:
    """Its system sends the parcel before the answer, and the answer twice."""
    yield scene.rng.uniform(5, 10)
    if not request.is_open:
        return
    scene.keep()
    request.accept(scene)
    request.ship(scene)
    answers = scene.kept()
    for message in reversed(answers):
        scene.send(message)
    yield scene.rng.uniform(3, 6)
    request.again(scene)


# -- the stories


@tale("The warehouse takes a large order", weight=0.8)
def warehouse_takes_it(scene: Scene) -> Story:
    yield from _dear(scene)


@tale("The warehouse finds the shelf empty", weight=0.6)
def warehouse_has_none(scene: Scene) -> Story:
    yield from _dear(scene)


@tale("The warehouse does not know the street", weight=0.4)
def warehouse_knows_no_such_street(scene: Scene) -> Story:
    yield from _dear(scene)


@tale("The parcel is too large for the warehouse", weight=0.3)
def warehouse_finds_it_too_large(scene: Scene) -> Story:
    yield from _dear(scene)


@tale("The warehouse says nothing", weight=0.4)
def warehouse_is_silent(scene: Scene) -> Story:
    yield from _dear(scene)


@tale("The warehouse takes it, and lets go of it", weight=0.3)
def warehouse_lets_go(scene: Scene) -> Story:
    yield from _dear(scene)


@tale("The answers of the warehouse come in disorder", weight=0.4)
def warehouse_in_disorder(scene: Scene) -> Story:
    yield from _next_door(scene)


@tale("The customer moves after the warehouse was told", weight=0.3)
def warehouse_has_the_old_address(scene: Scene) -> Story:
    yield from _dear(scene)


def _customer_moves(request: Request, scene: Scene) -> Story:
    if request.before:
        yield from takes_it(request, scene)
        return
    yield scene.rng.uniform(2, 6)
    request.accept(scene)
    yield scene.rng.uniform(10, 20)
    if request.is_open:
        scene.readdress(request.order, replace(request.order.ship_to, address2="Rear building"))


MANNERS: dict[str, Manner] = {
    "warehouse_has_none": _refuses("out_of_stock", "The shelf is empty."),
    "warehouse_knows_no_such_street": _refuses("incorrect_address", "Our carrier does not know this street."),
    "warehouse_finds_it_too_large": _refuses("order_too_large", "More than one person can lift."),
    "warehouse_is_silent": _silent,
    "warehouse_lets_go": _lets_go,
    "warehouse_in_disorder": _in_disorder,
    "warehouse_has_the_old_address": _customer_moves,
}
