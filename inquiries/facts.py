"""gather(): the evidence of the inquiries lane for a batch of conversations, in a constant number of queries."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import prefetch_related_objects
from django.utils import timezone

from inquiries.availability import Asked, Available, look
from inquiries.catalogue import Sheet
from inquiries.classifier import Reading, classifier
from inquiries.entities import Entity, extract, of_kind
from inquiries.history import Past, read_past
from inquiries.language import language_of
from inquiries.machines import fresh
from inquiries.models import LONGEST, Conversation, Identity, Message
from inquiries.policy import Settings
from inquiries.triggers import TRIGGERS, heard, sentiment
from inquiries.windows import Window, delivery_window, late, service_of
from ordersops.advice.facts import Evidence
from ordersops.effects.kinds import KINDS
from ordersops.effects.kinds.arguments import Address, UpdateAddress, parse
from ordersops.errors import Invalid
from ordersops.orders.lifecycle import DEAD_SHIPMENTS, GONE
from ordersops.orders.models import Order, Shipment

ITEMS_AT_MOST = 20
AVAILABILITY = "product.availability"
PARTS = ("order__lines", "order__shipments", "order__refunds", "order__disputes", "order__holds", "order__transactions")


def gather(conversations: Sequence[Conversation], settings: Mapping[UUID, Settings], system: Any) -> dict[UUID, Evidence]:
    """The evidence for each. The conversations come with `store`, `order` and its customer; `settings` by store."""
    prefetch_related_objects(list(conversations), "messages", *PARTS)
    past = read_past(conversations)
    asked = {one.pk: _asked(one) for one in conversations}
    readings = classifier().read([_for_reading(asked[one.pk]) for one in conversations])
    sold = look(
        [
            Asked(one.pk, one.store_id, said(asked[one.pk]), [line.sku for line in one.order.lines.all()] if one.order else [])
            for one, reading in zip(conversations, readings, strict=True)
            if reading.intent == AVAILABILITY
        ]
    )
    return {
        one.pk: _evidence(one, asked[one.pk], reading, past[one.pk], settings[one.store_id], system, sold.get(one.pk))
        for one, reading in zip(conversations, readings, strict=True)
    }


def _asked(conversation: Conversation) -> list[Message]:
    """What the customer wrote since the last reply; the newest message at least."""
    messages = list(conversation.messages.all())
    replied = max((at for at, one in enumerate(messages) if one.outgoing), default=-1)
    return [one for one in messages[replied + 1 :] if not one.outgoing] or [one for one in messages if not one.outgoing][-1:]


def said(messages: Sequence[Message]) -> str:
    return "\n\n".join(fresh(one.body) for one in messages)[-LONGEST:]


def _for_reading(messages: Sequence[Message]) -> str:
    """The subject line counts where it says something of its own."""
    subject = next((one.subject for one in messages if one.subject and not one.subject.lower().startswith(("re:", "aw:", "fwd:"))), "")
    return f"{subject}\n{said(messages)}" if subject else said(messages)


def _evidence(
    conversation: Conversation, asked: Sequence[Message], reading: Reading, past: Past, settings: Settings, system: Any,
    sold: Available | None,
) -> Evidence:  # fmt: skip
    sheet, order, text, now = Sheet(), conversation.order, said(asked), timezone.now()
    named = extract(text, products=[line.title for line in order.lines.all()] if order else [])
    sheet.put("conversation", str(conversation.pk))
    sheet.put("store_name", conversation.store.name)
    sheet.put("zone", conversation.store.time_zone)
    sheet.put("today", now.astimezone(ZoneInfo(conversation.store.time_zone)).date().isoformat())
    _message(sheet, asked, text, named, reading)
    _identity(sheet, conversation)
    if order is not None:
        _order(sheet, order, conversation.store.time_zone)
        _parcels(sheet, order, conversation, settings, now)
        _money(sheet, order)
        _address(sheet, order, named, system)
    if sold is not None:
        sheet.put("product_asked", sold.title)
        sheet.put("product_units", sold.units)
        sheet.put("product_expected", sold.expected_at)
    sheet.put("disputes_before", past.disputes)
    sheet.put("dispute_open", order is not None and any(one.is_open for one in order.disputes.all()))
    same = timedelta(hours=settings.same_intent_hours)
    sheet.put("automatic_before", past.automatic)
    sheet.put("answered_before", past.unsettled(reading.intent, since=now - same))
    sheet.put("just_replied", past.last_automatic is not None and past.last_automatic > now - timedelta(minutes=settings.quiet_minutes))
    return sheet.evidence(as_of=now)


def _message(sheet: Sheet, asked: Sequence[Message], text: str, named: Sequence[Entity], reading: Reading) -> None:
    if not asked:
        return  # nothing was written yet, or it is ours alone
    newest, hits = asked[-1], heard(text)
    found = {hit.trigger for hit in hits}
    sheet.put("channel", newest.channel)
    sheet.put("said_at", newest.at)
    sheet.put("subject_text", newest.subject)
    sheet.put("message", text)
    sheet.put("language", language_of(text) or language_of(newest.subject))
    sheet.put("intent", reading.intent)
    sheet.put("confidence", Decimal(round(reading.confidence * 100)))
    sheet.put("second_guess", reading.second)
    sheet.put("sentiment", sentiment(text, hits))
    sheet.put("machine", any(one.machine for one in asked))
    sheet.put("named", [one.as_json() for one in named])
    sheet.put("heard", [hit.as_json() for hit in hits])
    for trigger in TRIGGERS:
        sheet.put(trigger.key, trigger.key in found)


def _identity(sheet: Sheet, conversation: Conversation) -> None:
    order = conversation.order
    sheet.put("sender_email", conversation.sender_email)
    sheet.put("order_found", order is not None)
    sheet.put("order_found_by", conversation.order_found_by)
    sheet.put("sender_is_customer", order is not None and order.email_key is not None and order.email_key == conversation.sender_key)
    sheet.put("identity_known", conversation.identity == Identity.KNOWN)
    sheet.put("identity_how", conversation.identity_how)


def _order(sheet: Sheet, order: Order, zone: str) -> None:
    lines = list(order.lines.all())
    sheet.put("order", str(order.pk))
    sheet.put("number", order.number or order.external_id)
    sheet.put("name", order.name)
    sheet.put("email", order.email)
    sheet.put("placed_at", order.placed_at)
    sheet.put("total", order.total, unit=order.currency)
    for axis in ("commercial", "payment", "fulfilment"):
        sheet.put(axis, getattr(order, axis))
    sheet.put("items", [{"units": line.ordered, "title": (line.title or line.sku)[:120]} for line in lines[:ITEMS_AT_MOST]])
    sheet.put("shipping_country", str(order.shipping_address.get("country") or "").upper())
    sheet.put("shipping_method", order.shipping_method)
    sheet.put("on_hold", order.on_hold)


def _parcels(sheet: Sheet, order: Order, conversation: Conversation, settings: Settings, now: datetime) -> None:
    parcels: list[Shipment] = [one for one in order.shipments.all() if one.status not in DEAD_SHIPMENTS]
    sheet.put("parcels", len(parcels))
    newest = max(parcels, key=lambda one: (one.shipped_at is not None, one.shipped_at or now, one.external_id), default=None)
    if newest is not None:
        sheet.put("carrier", newest.carrier)
        sheet.put("tracking_number", next(iter(newest.tracking_numbers), ""))
        sheet.put("carrier_status", newest.status)
        sheet.put("carrier_at", newest.source_at)
        sheet.put("shipped_at", newest.shipped_at)
        sheet.put("delivered_at", max((one.delivered_at for one in parcels if one.delivered_at), default=None))
    store, to = conversation.store, str(order.shipping_address.get("country") or "").upper()
    window = delivery_window(
        placed_at=order.placed_at, shipped_at=newest.shipped_at if newest else None, home=store.country or to, to=to, zone=store.time_zone,
        cut_off_hour=settings.cut_off_hour, handling=settings.handling,
        service=service_of(order.shipping_method, settings.services, settings.express_words),
    )  # fmt: skip
    if window is None or order.fulfilment == "delivered" or order.cancelled_at:
        sheet.unavailable("delivery_from", "delivery_to")
        return
    _window(sheet, window, now.astimezone(ZoneInfo(store.time_zone)))


def _window(sheet: Sheet, window: Window, now: datetime) -> None:
    sheet.put("delivery_from", window.first.isoformat())
    sheet.put("delivery_to", window.last.isoformat())
    sheet.put("delivery_basis", window.basis)
    sheet.put("delivery_late", late(window, now.date()))


def _money(sheet: Sheet, order: Order) -> None:
    refunds = [one for one in order.refunds.all() if one.amount]
    state = "none" if not order.refunded else "whole" if order.refunded >= order.captured else "part"
    sheet.put("refund_state", state)
    if order.refunded:
        sheet.put("refunded", order.refunded, unit=order.currency)
        sheet.put("refunded_at", max((one.at for one in refunds if one.at), default=None))


def _address(sheet: Sheet, order: Order, named: Sequence[Entity], system: Any) -> None:
    """Whether the address may still be changed, by the rules of the act itself; and to which, if the message names exactly one."""
    asked = of_kind(named, "address")
    before = {key: str(order.shipping_address.get(key) or "") for key in ("name", "company", "phone", "province", "country")}
    wanted: dict[str, Any] = {**before, **asked[0].value} if len(asked) == 1 else {}
    if wanted:
        sheet.put("asked_address", [{key: value for key, value in wanted.items() if value}])
    country = _country(asked[0].value) if len(asked) == 1 else ""
    sheet.put("asked_country_same", len(asked) == 1 and (not country or country == before["country"].upper()))
    why = [*KINDS["order.update_address"].refusals(order, _as_arguments(order, wanted), system)]
    if order.fulfilment in GONE:
        why.append("It has left the house.")
    if order.risk not in {"clear", "approved"}:
        why.append("Its review is not finished.")
    sheet.put("address_open", not why)
    sheet.put("address_closed_because", [{"why": one} for one in dict.fromkeys(why)])


def _as_arguments(order: Order, wanted: Mapping[str, Any]) -> Any:
    """The act on this address; on the order's own where none is asked for, to see whether anything stands against a change at all."""
    parts = {key: value for key, value in (wanted or order.shipping_address).items() if key in Address.model_fields}
    try:
        return parse(UpdateAddress, {"address": {key: str(value or "") for key, value in parts.items()}})
    except Invalid:
        return UpdateAddress.model_construct(address=Address.model_construct(country=str(parts.get("country", ""))))


def _country(parts: Mapping[str, Any]) -> str:
    """Of which country a written address can only be: a state with a ZIP code is American, a British postcode British, five digits with a
    street first are none of these."""
    postcode = str(parts.get("postal_code", ""))
    if parts.get("province") and postcode[:5].isdigit():
        return "US"
    if postcode and postcode[0].isalpha() and postcode[:2] not in {"D-", "A-", "CH"}:
        return "GB"
    return {"D-": "DE", "A-": "AT", "CH": "CH"}.get(postcode[:2], "")
