"""What customers write: where it is, another address, what broke, what they want back. In English, and in German where they live there."""

from __future__ import annotations

import re
from dataclasses import replace

from .. import catalogue, places
from ..people import Person
from ..scene import Scene, Story
from ..world import Order
from .registry import tale

_GERMAN = frozenset({"DE", "AT"})
_CODE = re.compile(r"\b[A-Z2-9]{4}-[A-Z2-9]{4}\b")
_LOOKS = 12  # times that somebody looks into the mailbox for a code


def _says(order: Order, english: str, german: str) -> str:
    """In the customer's language; {number} and {title} are those of the order."""
    text = german if order.person.country in _GERMAN else english
    return text.format(number=order.name, title=order.lines[0].product.title)


def _bought(scene: Scene, person: Person | None = None) -> Order:
    return scene.place(scene.draft(person or scene.regular(), scene.basket()))


def _paid(scene: Scene, order: Order) -> Story:
    yield scene.rng.uniform(2, 4)
    scene.pay(order)
    yield scene.rng.uniform(3, 5)


def _sent(scene: Scene, order: Order, *, delivered: bool = False) -> Story:
    yield from _paid(scene, order)
    parcel = scene.ship(order)
    for status in ("in_transit", "delivered") if delivered else ("in_transit",):
        yield scene.rng.uniform(2, 3)
        if parcel:
            scene.move(order, parcel, status)
    yield scene.rng.uniform(3, 5)


@tale("Somebody asks where the parcel is", weight=2, first=True)
def asks_where_it_is(scene: Scene) -> Story:
    order = _bought(scene)
    yield from _sent(scene, order)
    subject = _says(order, "Where is my order {number}?", "Wo ist meine Bestellung {number}?")
    text = _says(
        order,
        "Hello,\n\nwhere is my order {number}? Has it been shipped yet?\n\nThank you",
        "Guten Tag,\n\nwo ist meine Bestellung {number}? Wurde sie schon verschickt?\n\nDanke",
    )
    scene.write(order, text, subject=subject)


@tale("Somebody asks on the web form when it will come", weight=1, first=True)
def asks_on_the_form(scene: Scene) -> Story:
    order = _bought(scene)
    yield from _paid(scene, order)
    text = _says(
        order, "Hi, when will my order {number} be delivered? Thanks", "Hallo, wann wird meine Bestellung {number} geliefert? Danke"
    )
    scene.fill_in(order, text, number=order.name)
    yield from scene.fulfil(order)


@tale("Somebody wants it sent to another address, in time", weight=1.5, first=True)
def moves_house(scene: Scene) -> Story:
    order = _bought(scene, scene.newcomer("DE" if scene.shop.currency == "EUR" else "US"))
    yield from _paid(scene, order)
    text = _says(
        order,
        f"Hello, please change the delivery address of order {{number}} to {_new_address(scene, order)}. Many thanks",
        f"Hallo, bitte ändern Sie die Lieferadresse der Bestellung {{number}} auf {_new_address(scene, order)}. Vielen Dank",
    )
    scene.write(order, text, subject=_says(order, "New address for {number}", "Neue Adresse für {number}"))
    yield scene.rng.uniform(120, 240)
    yield from scene.fulfil(order)


@tale("Somebody wants it sent to another address, too late", weight=1, first=True)
def moves_house_too_late(scene: Scene) -> Story:
    order = _bought(scene, scene.newcomer("DE" if scene.shop.currency == "EUR" else "US"))
    yield from _sent(scene, order)
    text = _says(
        order,
        f"Please change the delivery address of my order {{number}} to {_new_address(scene, order)}.",
        f"Bitte liefern Sie die Bestellung {{number}} an eine andere Adresse: {_new_address(scene, order)}.",
    )
    scene.write(order, text)


@tale("Somebody wants to cancel before it ships", weight=1.5, first=True)
def changes_their_mind(scene: Scene) -> Story:
    order = _bought(scene)
    yield from _paid(scene, order)
    text = _says(
        order,
        "Hi, I ordered by mistake. Please cancel my order {number}.",
        "Hallo, ich habe aus Versehen bestellt. Bitte stornieren Sie die Bestellung {number}.",
    )
    scene.write(order, text, subject=_says(order, "Cancellation of {number}", "Stornierung {number}"))


@tale("It arrived broken, and somebody says how", weight=1.5, first=True)
def arrived_broken(scene: Scene) -> Story:
    order = _bought(scene)
    yield from _sent(scene, order, delivered=True)
    text = _says(
        order,
        "Hello, {title} from order {number} arrived damaged: the box was crushed and one side is cracked. I have photos.",
        "Hallo, {title} aus Bestellung {number} ist beschädigt angekommen: Der Karton war zerdrückt und eine Seite hat einen Riss. Fotos habe ich.",
    )
    scene.write(order, text, subject=_says(order, "Damaged: {number}", "Beschädigt: {number}"))


@tale("The wrong thing was in the parcel", weight=1, first=True)
def wrong_thing(scene: Scene) -> Story:
    order = _bought(scene)
    yield from _sent(scene, order, delivered=True)
    text = _says(
        order,
        "Hi, you sent me the wrong item. I ordered {title} in order {number} and got something else.",
        "Hallo, Sie haben mir den falschen Artikel geschickt. Bestellt hatte ich {title}, Bestellung {number}, angekommen ist etwas anderes.",
    )
    scene.write(order, text)


@tale("Somebody asks where the refund is", weight=1.5, first=True)
def asks_for_the_refund(scene: Scene) -> Story:
    order = _bought(scene)
    yield from _sent(scene, order, delivered=True)
    scene.refund(order, reason="Sent back", items=[(order.lines[0], 1)])
    yield scene.rng.uniform(4, 9)
    text = _says(
        order,
        "Hello, where is my refund for order {number}? I have not seen it on my account yet.",
        "Hallo, wo bleibt meine Rückerstattung zur Bestellung {number}? Auf dem Konto ist sie noch nicht.",
    )
    scene.write(order, text)


@tale("Somebody in Germany asks for their parcel", weight=1.5, first=True)
def asks_in_german(scene: Scene) -> Story:
    order = _bought(scene, scene.newcomer("DE"))
    yield from _sent(scene, order)
    text = f"Guten Tag,\n\nwann kommt mein Paket an? Die Bestellnummer ist {order.name}.\n\nMit freundlichen Grüßen\n{order.person.name}"
    scene.write(order, text, subject=f"Bestellung {order.name}")


@tale("Somebody is angry and speaks of a lawyer", weight=0.8, first=True)
def speaks_of_a_lawyer(scene: Scene) -> Story:
    order = _bought(scene)
    yield from _paid(scene, order)
    text = _says(
        order,
        "This is ridiculous. I have been waiting for order {number} for weeks. If it is not here by Friday you will hear from my lawyer!",
        "Das ist eine Frechheit. Seit Wochen warte ich auf Bestellung {number}. Ist sie bis Freitag nicht da, hören Sie von meinem Anwalt!",
    )
    scene.write(order, text, subject=_says(order, "LAST WARNING", "LETZTE WARNUNG"))


@tale("Somebody will have the bank take the money back", weight=0.8, first=True)
def speaks_of_the_bank(scene: Scene) -> Story:
    order = _bought(scene)
    yield from _sent(scene, order)
    text = _says(
        order,
        "Where is my order {number}? If I do not hear from you today I will file a chargeback with my bank.",
        "Wo ist meine Bestellung {number}? Wenn ich heute nichts höre, lasse ich das Geld über meine Bank zurückbuchen.",
    )
    scene.write(order, text)


@tale("A machine answers for somebody who is away", weight=0.8, first=True)
def is_away(scene: Scene) -> Story:
    order = _bought(scene)
    yield from _sent(scene, order)
    text = f"I am out of office and will read your mail about order {order.name} when I am back."
    scene.write(order, text, subject="Automatic reply: your order", headers={"Auto-Submitted": "auto-replied", "Precedence": "bulk"})


@tale("A stranger asks for something without an order", weight=1, first=True)
def asks_without_an_order(scene: Scene) -> Story:
    order, stranger = _bought(scene), scene.newcomer()
    yield from _paid(scene, order)
    scene.write(
        order, "Hello, I am waiting for my parcel and I cannot find the order number any more. Where is it?",
        sender=stranger.email, name=stranger.name, subject="My parcel",
    )  # fmt: skip
    yield from scene.fulfil(order)


@tale("Somebody asks whether something is in stock", weight=1, first=True)
def asks_if_in_stock(scene: Scene) -> Story:
    order, curious = _bought(scene), scene.newcomer("DE" if scene.shop.index % 2 else "US")
    yield from _paid(scene, order)
    wanted = scene.rng.choice([one for one in catalogue.products(scene.shop.index) if one.kind == "goods"]).title
    text = f"Hallo, ist „{wanted}“ auf Lager? Danke" if scene.shop.index % 2 else f'Hi, is the "{wanted}" in stock? Thanks'
    scene.write(order, text, sender=curious.email, name=curious.name)
    yield from scene.fulfil(order)


@tale("Somebody writes from another address, and proves by a code who it is", weight=1)
def proves_by_code(scene: Scene) -> Story:
    order = _bought(scene)
    yield from _sent(scene, order)
    elsewhere = replace(order.person, email=f"at.work.{order.person.email}")
    thread = f"work-{order.number}"
    ask = _says(order, "Where is my order {number}?", "Wo ist meine Bestellung {number}?")
    scene.write(order, ask, sender=elsewhere.email, thread=thread)
    for _ in range(_LOOKS):
        yield 5
        if codes := [code for letter in scene.mailbox(order.person.email) for code in _CODE.findall(letter.text)]:
            scene.write(order, f"{ask} {codes[-1]}", sender=elsewhere.email, thread=thread)
            return


def _new_address(scene: Scene, order: Order) -> str:
    """Somewhere else in the same country, written as people there write it."""
    person = order.person
    home = next(one for one in iter(lambda: places.home(scene.rng, person.country, person.name), None) if one.city != order.ship_to.city)
    if person.country in _GERMAN:
        return f"{home.address1}, {home.postal_code} {home.city}"
    return f"{home.address1}, {home.city}, {home.region_code} {home.postal_code}"
