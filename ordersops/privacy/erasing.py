"""Forgetting a customer: what is erased, what has to stay, and why.

Erased: names, addresses, phones, e-mails, notes, tags, devices and the digests made of them, from the customer and every order named (and
all orders of that customer), and what these were before; why money was given back; the raw bodies of what was received about them; what
went over the wire to the store and to an advisor; what acts on their orders were told; what the lanes keep of their words: messages,
reasons of returns and photos; which of their data fitted when they confirmed an order by a link (a link that is out is void); the files
that colleagues attached to cases about them. The orders and the customer are marked: what a store sends of them again keeps nothing
personal (orders/forgetting.py), also of an order that has yet to arrive.

Kept (Art. 17(3)(b) and (e) GDPR: duties of accounting, and legal claims): amounts, lines and states of the orders; the frozen evidence of
each decision with its signals, since disputes about a decision may follow for years and evidence that can be changed proves nothing, with
whether the customer said that they placed it; what a person noted beside a decision; the numbers of parcels, and the store's own id of the
customer where it holds no words, else a digest of it: by it they are known when they are sent again. The history holds ids, amounts and
words of ours alone, so its chains stay as they are.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.models import CallBody, Snapshot
from ordersops.cases.lanes import lanes
from ordersops.cases.models import Attachment
from ordersops.effects.models import Attempt, Effect
from ordersops.orders.forgetting import PREFIX, tombstone
from ordersops.orders.models import Customer, Order, Refund, Revision, Transaction
from ordersops.orders.search import lexemes
from ordersops.privacy.models import PersonalRequest
from ordersops.review.actions import forget_links

BATCH = 100
CARD_KEPT = ("brand",)
SETTLED = ("done", "undone", "given_up")
# Acts whose words are the customer's, about them or to them.
TOLD = ("order.update_address", "order.note", "order.tag", "order.metafield", "message.send", "ticket.create")
ERASED = "erased"


def orders_of(request: PersonalRequest) -> models.QuerySet[Order]:
    """Every order that the request is about: those it names and all of the customer's; all of the store where the shop left."""
    found = Order.objects.filter(store=request.store_id)
    if request.kind == "close":
        return found
    about = Q(external_id__in=request.orders)
    if request.customer_key:
        names = [request.customer_key, tombstone(request.customer_key)]
        about |= Q(customer_key__in=names) | Q(customer__external_id__in=names)
    return found.filter(about)


def customers_of(request: PersonalRequest) -> models.QuerySet[Customer]:
    """The customer by the store's id, and guests that are known by the orders alone."""
    found = Customer.objects.filter(store=request.store_id)
    if request.kind == "close":
        return found
    about = Q(orders__in=orders_of(request), external_id__startswith="email:")
    names = [request.customer_key, tombstone(request.customer_key)]
    return found.filter(about | Q(external_id__in=names) if request.customer_key else about).distinct()


def erase_batch(request: PersonalRequest) -> dict[str, int]:
    """Forget one batch of orders from the request's cursor on. In the caller's transaction. Returns what was erased, by name; {} at the end."""
    rest = orders_of(request).order_by("pk")
    rest = rest.filter(pk__gt=request.cursor) if request.cursor else rest
    orders = list(rest.select_for_update(of=("self",))[:BATCH])
    if not orders:
        return {}
    keys = [order.pk for order in orders]
    written = sum(lane.forget(orders) for lane in lanes().values())
    forget_links(orders=keys, by=User.objects.system())
    for order in orders:
        _forget(order)
    Order.objects.bulk_update(orders, _FIELDS)
    Revision.objects.filter(order__in=keys).delete()
    Refund.objects.filter(order__in=keys).exclude(reason="").update(reason="")
    request.cursor = keys[-1]
    return {
        "orders": len(orders),
        "letters": written,
        "files": Attachment.objects.filter(case__order__in=keys).delete()[0],
        "bodies": deliveries().filter(order__in=keys, body__isnull=False).update(body=None),
        "cards": _cards(keys),
        "requests": _over_the_wire(keys),
        "kept evidence": Snapshot.objects.filter(order__in=keys).count(),
    }


def erase_customers(request: PersonalRequest) -> dict[str, int]:
    """Forget the customers themselves, and what was received about them; last, as the orders are found by them."""
    customers = list(customers_of(request).select_for_update(of=("self",)) if request.kind == "close" else _locked(customers_of(request)))
    names = [customer.external_id for customer in customers]
    called = [tombstone(name) for name in names]
    taken = set(Customer.objects.filter(store=request.store_id, external_id__in=called).values_list("external_id", flat=True))
    for customer, name in zip(customers, called, strict=True):
        if name != customer.external_id:
            # Somebody who came back after an erasing, and is erased again, cannot be called the same.
            customer.external_id = f"{PREFIX}{customer.pk}" if name in taken else name
            taken.add(customer.external_id)
        customer.erased_at = timezone.now()
        customer.email = customer.name = customer.phone = customer.tier = ""
        customer.email_verified = None
    Customer.objects.bulk_update(customers, _CUSTOMER, batch_size=500)
    known = set(Order.objects.filter(store=request.store_id, external_id__in=request.orders).values_list("external_id", flat=True))
    yet_to_come = [Order(store_id=request.store_id, external_id=key, erased_at=timezone.now()) for key in set(request.orders) - known]
    Order.objects.bulk_create(yet_to_come if request.kind != "close" else [], ignore_conflicts=True)
    about = deliveries().filter(store=request.store_id, body__isnull=False)
    if request.kind != "close":
        named = [f"customer:{name}"[:220] for name in {*names, request.customer_key} if name]
        about = about.filter(Q(resource__in=named) | Q(pk=request.delivery_id))
    return {"customers": len(customers), "bodies": about.update(body=None)}


def deliveries() -> models.QuerySet[Any]:
    """What was received: intake's rows, which lie above this layer."""
    model: Any = PersonalRequest._meta.get_field("delivery").related_model
    found: models.QuerySet[Any] = model.objects.all()
    return found


_CUSTOMER = ["external_id", "email", "name", "phone", "tier", "email_verified", "erased_at"]
_FIELDS = [
    "email", "name", "phone", "shipping_address", "billing_address", "client", "note", "tags", "issues", "search", "customer_key",
    "platform_risk", "erased_at",
    *(f"{key}_key" for key in Order.KEYS if key != "bin"),
]  # fmt: skip


def _forget(order: Order) -> None:
    """The country stays: taxes and statistics rest on it. So does the order's number in the search."""
    order.email = order.name = order.phone = order.note = ""
    order.shipping_address, order.billing_address = _country(order.shipping_address), _country(order.billing_address)
    order.client, order.issues, order.tags = {}, [], []
    order.customer_key, order.erased_at = tombstone(order.customer_key), order.erased_at or timezone.now()
    if order.platform_risk:
        order.platform_risk = {**order.platform_risk, "facts": []}  # a platform's words on why may name what it saw
    for key in Order.KEYS:
        if key != "bin":
            setattr(order, f"{key}_key", None)
    order.search = lexemes([order.number, order.external_id])


def _country(address: dict[str, Any]) -> dict[str, Any]:
    return {"country": address["country"]} if address.get("country") else {}


def _cards(orders: list[UUID]) -> int:
    held = list(Transaction.objects.filter(order__in=orders).exclude(card={}).select_for_update(of=("self",)))
    for one in held:
        one.card = {name: one.card[name] for name in CARD_KEPT if name in one.card}
    Transaction.objects.bulk_update(held, ["card"], batch_size=500)
    return len(held)


def _over_the_wire(orders: list[UUID]) -> int:
    """What stores and advisors were asked about these orders, and what they said."""
    told = Effect.objects.filter(order__in=orders, kind__in=TOLD, state__in=SETTLED)
    count = told.update(arguments={ERASED: True}, before={})
    wrote = Attempt.objects.filter(effect__order__in=orders).exclude(request=None, response=None)
    count += wrote.update(request=None, response=None)
    with connection.cursor() as cursor:
        cursor.execute(_CALLS, [orders])
        calls = [row[0] for row in cursor.fetchall()]
    return count + CallBody.objects.filter(pk__in=calls).delete()[0]


_CALLS = """
    SELECT b.call_id FROM advice_callbody b JOIN advice_call c ON c.id = b.call_id
    JOIN advice_snapshot s ON s.sha256 = c.snapshot_id WHERE s.order_id = ANY(%s)
"""


def _locked(customers: models.QuerySet[Customer]) -> Iterable[Customer]:
    return Customer.objects.filter(pk__in=list(customers.values_list("pk", flat=True))).order_by("pk").select_for_update(of=("self",))
