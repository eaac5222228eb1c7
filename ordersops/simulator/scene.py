"""What can happen to an order. Each verb changes the order and tells the product; the stories are written with these."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from . import catalogue, letters, people, works
from .cards import Card
from .catalogue import Product
from .config import Shop
from .goods_back import Return, Returned, returnable
from .mailbox import Letter
from .messages import Message, compose
from .numbering import Numbering
from .people import Person
from .places import Address
from .works import Work
from .world import FREE, NO_SHIPPING, STANDARD, ZERO, Dispute, Hold, Line, Method, Order, Refund, Risk, Shipment, Transaction, cents

Story = Iterator[float]  # yields how many seconds of demo time pass before the next event
Now = Callable[[], datetime]
Out = Callable[[Message], None]
Read = Callable[[str], list[Letter]]
_CARRIERS = {  # with the beginning of their tracking numbers
    "USD": (("UPS", "1ZN0RT"), ("FedEx", "7946"), ("USPS", "94001118")),
    "EUR": (("DHL", "00340434"), ("DPD", "0150"), ("Hermes", "H100")),
}
_TAX = {"USD": Decimal("0.0825"), "EUR": Decimal("0.19")}


class Scene:
    """One telling of one story in one shop: its own dice, the shop's people, the clock, and the way out."""

    def __init__(
        self,
        *,
        shop: Shop,
        story: str,
        rng: random.Random,
        now: Now,
        out: Out,
        numbering: Numbering,
        regulars: list[Person],
        history: list[Order],
        mailbox: Read = lambda address: [],
    ) -> None:
        self.shop, self.story, self.rng, self._clock, self._out = shop, story, rng, now, out
        self.numbering, self.regulars, self.history = numbering, regulars, history
        self.mailbox = mailbox  # what the product wrote to an address
        self.orders: list[Order] = []
        self._kept: list[Message] | None = None
        self._back = timedelta(0)

    def now(self) -> datetime:
        return self._clock() - self._back

    def ago(self, days: float) -> None:
        """What is told next happened so many days ago, for a story that needs an older order; 0 is the present again."""
        self._back = timedelta(days=days)

    # -- who and what

    def newcomer(self, country: str | None = None) -> Person:
        return people.stranger(self.rng, country or people.country_for(self.rng, self.shop.currency))

    def regular(self) -> Person:
        person = self.rng.choice(self.regulars)
        return person.using(device=person.device.new_session(self.rng))

    def basket(self) -> list[tuple[Product, int]]:
        return catalogue.basket(self.rng, self.shop.index)

    def draft(
        self,
        person: Person,
        basket: list[tuple[Product, int]],
        *,
        ship_to: Address | None = None,
        billing: Address | None = None,
        shipping: Method | None = None,
        discount: Decimal = ZERO,
        note: str | None = None,
        tags: list[str] | None = None,
        awaits_word: bool = False,
    ) -> Order:
        """An order that exists with its identity but has not been placed yet."""
        lines = [Line(self.numbering.key(), product, quantity) for product, quantity in basket]
        if not any(line.product.requires_shipping for line in lines):
            shipping = NO_SHIPPING
        elif shipping is None:
            shipping = FREE if sum((line.price for line in lines), ZERO) >= 100 else STANDARD
        address, payer = ship_to or person.home, billing or person.home
        if self.rng.random() < 0.2:  # the platform did not find the place on the map
            address, payer = address.without_position(), payer.without_position()
        order = Order(
            shop=self.shop,
            key=self.numbering.key(),
            number=self.numbering.number(),
            story=self.story,
            person=person,
            lines=lines,
            shipping=shipping,
            ship_to=address,
            billing=payer,
            device=person.device,
            placed_at=self.now(),
            updated_at=self.now(),
            discount=cents(discount),
            tax_rate=_TAX.get(self.shop.currency, ZERO),
            note=note,
            tags=tags or [],
            awaits_word=awaits_word,
        )
        if awaits_word:
            order.holds.append(Hold(self.numbering.key(), "checkout-fraud-rule", "HIGH_RISK_OF_FRAUD", "Held by the shop's checkout rule"))
        order.attributes = {"gift_wrap": "yes"} if "gift" in order.tags else {}
        self.orders.append(order)
        return order

    # -- events

    def place(self, order: Order) -> Order:
        order.placed_at = order.updated_at = self.now()
        order.placed = True
        self.history.append(order)
        self.tell("placed", order)
        return order

    def decline(self, order: Order, card: Card | None = None, code: str = "card_declined") -> None:
        if order.cancelled_at:
            return
        transaction = self._transaction(order, "sale", order.total, card, status="failure", error_code=code)
        self.tell("payment_failed", order, transaction)

    def authorise(self, order: Order, card: Card | None = None) -> None:
        if order.cancelled_at:
            return
        self.tell("authorised", order, self._transaction(order, "authorization", order.total, card))

    def pay(self, order: Order, card: Card | None = None) -> None:
        """Take the money once: a capture of what was authorised, or a sale."""
        if order.cancelled_at or order.captured:
            return
        held = next((t for t in order.transactions if t.kind == "authorization" and t.status == "success"), None)
        if held is not None:
            transaction = self._transaction(order, "capture", order.total, held.card, parent=held.key)
        else:
            transaction = self._transaction(order, "sale", order.total, card)
        self.tell("paid", order, transaction)

    def assess(self, order: Order, risk: Risk, *, by_product: bool = False) -> None:
        if by_product:
            order.told_risk = risk
        else:
            order.risk = risk
        order.touch(self.now())
        self.tell("risk_assessed", order, risk)

    def ship(
        self,
        order: Order,
        *,
        partly: bool = False,
        items: list[tuple[Line, int]] | None = None,
        tracking: dict[str, str | None] | None = None,
        work: Work | None = None,
    ) -> Shipment | None:
        """Hand over `items` of a part, or what is left in the shop's own places; None if there is nothing, or if it must not ship."""
        if order.cancelled_at or (order.holds and work is None) or order.word in ("held", "cancelled"):
            return None
        if items is None:
            here = works.left(order)
            units = [here[part.key] for part in order.works if part.place != works.PARTNER]
            items = [(line, n) for line in order.lines if (n := sum(part.get(line.key, 0) for part in units))]
        items = items[:1] if partly else items
        if not items:
            return None
        at = order.touch(self.now())
        for line, quantity in items:
            line.shipped += quantity
        carrier, prefix = self.rng.choice(_CARRIERS.get(self.shop.currency, _CARRIERS["USD"]))
        shipment = Shipment(self.numbering.key(), carrier, f"{prefix}{self.rng.randrange(10**12):012d}", items, at, at)
        shipment.work = work.key if work else 0
        if tracking:
            shipment.carrier, shipment.tracking = tracking.get("company") or carrier, tracking.get("number") or shipment.tracking
            shipment.tracking_url = tracking.get("url")
        order.shipments.append(shipment)
        self.tell("shipped", order, shipment)
        return shipment

    def move(self, order: Order, shipment: Shipment, status: str) -> None:
        if shipment.status == "cancelled":
            return
        shipment.status, shipment.updated_at = status, order.touch(self.now())
        if status == "delivered":
            shipment.delivered_at = shipment.updated_at
        self.tell("shipment_moved", order, shipment)

    def call_back(self, order: Order, shipment: Shipment) -> None:
        """A parcel that was marked as sent and was not."""
        for line, quantity in shipment.items:
            line.shipped -= quantity
        self.move(order, shipment, "cancelled")

    def refund(
        self,
        order: Order,
        *,
        reason: str,
        items: list[tuple[Line, int]],
        restock: str = "return",
        everything: bool = False,
        amount: Decimal | None = None,
        at_gateway: bool = True,
    ) -> Refund | None:
        """Give money back, never more than was captured and not yet refunded: `amount`, or what the items were paid with."""
        left = order.captured - order.refunded
        asked = sum((sum(order.line_refund(line, n), ZERO) for line, n in items), ZERO) if amount is None else amount
        amount = left if everything else min(left, asked)
        if amount <= 0:
            return None
        paid = next(t for t in order.transactions if t.kind in ("sale", "capture") and t.status == "success")
        transaction = self._transaction(order, "refund", amount, paid.card, parent=paid.key)
        for line, quantity in items:
            line.withdrawn += min(quantity, line.fulfillable)
            line.refunded += quantity
        back = Refund(self.numbering.key(), amount, order.updated_at, reason, items, restock, transaction, at_gateway)  # type: ignore[arg-type]
        order.refunds.append(back)
        self.tell("refunded", order, back)
        return back

    def cancel(self, order: Order, reason: str, *, refund: bool = True) -> None:
        """Cancel what has not been shipped, let go of authorised money, and give taken money back unless told otherwise."""
        if order.cancelled_at or order.shipments:
            return
        order.cancelled_at, order.cancel_reason = order.touch(self.now()), reason
        if order.authorised and not order.captured:
            self._transaction(order, "void", order.total, None)
        remaining = [(line, line.current) for line in order.lines if line.current]
        if not order.captured:
            for line, quantity in remaining:
                line.withdrawn += quantity
                line.refunded += quantity
        self.tell("cancelled", order)
        if order.captured and refund:
            self.refund(order, reason="Order cancelled", items=remaining, restock="cancel", everything=True)

    def ask_back(self, order: Order, quantity: int = 1, *, reason: str = "UNWANTED", note: str = "", wish: str = "") -> Return | None:
        """The customer asks to send units of the first line that arrived back."""
        left = returnable(order)
        line = next((line for line in order.lines if left.get(line.key)), None)
        if line is None:
            return None
        item = Returned(self.numbering.key(), line, min(quantity, left[line.key]), reason=reason, note=note)
        back = Return(self.numbering.key(), f"{order.name}-R{len(order.returns) + 1}", order.touch(self.now()), [item], wish=wish)
        order.returns.append(back)
        self.tell("return_asked", order, back)
        return back

    def move_back(self, order: Order, back: Return, status: str = "", *, parcel: dict[str, str] | None = None) -> None:
        """The shop answers a return, or a carrier says where its parcel is."""
        back.status = status or back.status
        back.parcel = parcel or back.parcel
        back.at = order.touch(self.now())
        self.tell("return_moved", order, back)

    def dispute(self, order: Order, *, kind: str = "chargeback", reason: str = "fraudulent") -> Dispute:
        at = self.disputed(order)
        dispute = Dispute(self.numbering.key(), kind, reason, order.captured - order.refunded, at, at + timedelta(days=9))  # type: ignore[arg-type]
        order.disputes.append(dispute)
        self.tell("disputed", order, dispute)
        return dispute

    def disputed(self, order: Order) -> datetime:
        """Something happens about the money at the bank. Shopify does not count that as a change of the order."""
        return self.now() if self.shop.platform == "shopify" else order.touch(self.now())

    def readdress(self, order: Order, address: Address) -> None:
        order.ship_to = address
        order.touch(self.now())
        self.tell("edited", order)

    def edit(self, order: Order) -> None:
        """Something else about the order was changed by hand or by interface."""
        order.touch(self.now())
        self.tell("edited", order)

    def write(
        self, order: Order, text: str, *, subject: str = "", sender: str = "", name: str = "", proved: bool = True,
        headers: dict[str, str] | None = None, thread: str = "",
    ) -> None:  # fmt: skip
        """Somebody writes an e-mail to the shop, the customer unless another sender is named. `proved`: the shop's mail server knows that
        it comes from there."""
        if self.shop.mail:
            more = {**(letters.PROVED if proved else {}), **(headers or {})}
            self.send(
                letters.by_mail(
                    order, sender=sender or order.person.email, name=name or order.person.name, subject=subject, text=text, headers=more,
                    thread=thread, story=self.story, now=self.now(),
                )
            )  # fmt: skip

    def fill_in(self, order: Order, text: str, *, number: str = "") -> None:
        """The customer writes on the web form."""
        if self.shop.contact:
            person = order.person
            self.send(
                letters.by_form(order, sender=person.email, name=person.name, number=number, text=text, story=self.story, now=self.now())
            )

    def know_better(self, order: Order, person: Person) -> None:
        """The customer's record changed in the shop."""
        order.person = person
        order.touch(self.now())
        self.tell("customer_changed", order)

    # -- parts that many stories share

    def fulfil(self, order: Order, *, deliver: bool = True) -> Story:
        """Ship a minute or two after payment, then the parcel travels. A store that waits for the product's word does not begin."""
        yield self.rng.uniform(60, 130)
        if order.awaits_word and order.word != "released":
            return
        if order.authorised:
            self.pay(order)
        shipment = self.ship(order) if order.captured or order.free else None
        if shipment is None:
            return
        for status in ("in_transit", "out_for_delivery", "delivered") if deliver else ("in_transit",):
            yield self.rng.uniform(40, 110)
            self.move(order, shipment, status)

    def obey(self, order: Order) -> Story:
        """Do what the product's callback asked for."""
        yield self.rng.uniform(2, 6)
        if order.word == "cancelled":
            self.cancel(order, "fraud")
        elif order.word == "released":
            if order.authorised:
                self.pay(order)
            yield from self.fulfil(order)

    # -- the way out

    def tell(self, happening: str, order: Order, part: object = None) -> list[Message]:
        """Compose the messages of one happening in the shop's format and hand them over."""
        messages = compose(happening, order, part, now=self.now())
        for message in messages:
            self.send(message)
        return messages

    def send(self, message: Message) -> None:
        if self._kept is None:
            self._out(message)
        else:
            self._kept.append(message)

    def keep(self) -> None:
        """From now on messages are kept back, for a story that sends them in another order."""
        self._kept = []

    def kept(self) -> list[Message]:
        """What was kept back; from now on messages leave at once again."""
        messages, self._kept = self._kept or [], None
        return messages

    def _transaction(
        self,
        order: Order,
        kind: str,
        amount: Decimal,
        card: Card | None,
        *,
        status: str = "success",
        error_code: str | None = None,
        parent: int | None = None,
    ) -> Transaction:
        at = order.touch(self.now())
        transaction = Transaction(self.numbering.key(), kind, status, amount, at, card or order.person.card, error_code, parent)  # type: ignore[arg-type]
        transaction.gateway = {"generic": "kartenwerk", "woocommerce": "stripe"}.get(self.shop.platform, transaction.gateway)
        order.transactions.append(transaction)
        return transaction
