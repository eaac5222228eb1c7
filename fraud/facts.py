"""gather(): the evidence of the fraud lane for a batch of orders."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import prefetch_related_objects

from fraud import history
from fraud.catalogue import FACTS
from fraud.counts import count
from fraud.reading import addresses, baskets, browsers, cards, emails, names, phones
from ordersops.advice.catalogue import Sheet
from ordersops.advice.facts import Evidence
from ordersops.orders.models import Order, Transaction
from ordersops.review.models import Confirmation, Result

TITLES_AT_MOST = 12
CARD_SAYS = ("fingerprint", "last4", "bin", "avs", "cvv", "wallet", "funding", "brand")


def gather(orders: Sequence[Order]) -> dict[UUID, Evidence]:
    """The evidence for each order, which comes with `store` and `customer`. A constant number of queries for the whole batch (history.py)."""
    prefetch_related_objects(orders, "lines", "transactions", "disputes")
    past, said = history.read(orders), Confirmation.objects.answers_of([order.pk for order in orders])
    return {order.id: _evidence(order, past[order.id], said.get(order.id)) for order in orders}


def _evidence(order: Order, past: history.History, said: Confirmation | None) -> Evidence:
    sheet = FACTS.sheet()
    _order(sheet, order)
    _person(sheet, order)
    _addresses(sheet, order)
    _client(sheet, order)
    _payment(sheet, order)
    if said is not None:
        _confirmed(sheet, said)
    count(sheet, order, past)
    for kind in ("block", "allow"):
        sheet.put(f"{kind}_hits", [key for listed, key in past.listed if listed == kind] or None)
    _platform(sheet, order.platform_risk)
    return Evidence(sheet.facts(as_of=order.placed_at))


def _order(sheet: Sheet, order: Order) -> None:
    lines = list(order.lines.all())
    units = {line: max(line.ordered - line.cancelled, 0) for line in lines}
    titles = [line.title or line.sku for line in lines]
    sheet.put("order", str(order.id))  # numbers repeat across stores; snapshots must not
    sheet.put("number", order.number or order.external_id)
    sheet.put("placed_at", order.placed_at)
    sheet.put("total", order.total, unit=order.currency)
    if lines:
        sheet.put("units", sum(units.values()))
        sheet.put("gift_card_units", sum(number for line, number in units.items() if line.gift_card))
        sheet.put("resaleable", baskets.resaleable(titles))
        sheet.put("digital_only", not any(line.requires_shipping for line in lines))
        sheet.put(
            "basket", [{"units": number, "title": (line.title or line.sku)[:120]} for line, number in list(units.items())[:TITLES_AT_MOST]]
        )
    sheet.put("shipping_method", order.shipping_method)
    if order.shipping_method:
        sheet.put("express", baskets.express(order.shipping_method))
    sheet.put("checkout", order.source)
    if order.source:
        sheet.put("scripted_checkout", baskets.scripted(order.source))
    sheet.put("note", order.note[:2000])


def _person(sheet: Sheet, order: Order) -> None:
    name = order.name or addresses.text(order.billing_address, "name") or addresses.text(order.shipping_address, "name")
    sheet.put("name", name)
    sheet.put("name_gibberish", names.gibberish(name))
    sheet.put("email", order.email)
    local, domain = emails.parts(order.email)
    if local:
        disposable, free = emails.disposable(domain), emails.free(domain)
        # A domain where anybody gets a mailbox leads to nobody; any other may be a family's or an employer's.
        # Of a throw-away one only what stands on the list is kept: before it the customer may have written anything.
        sheet.put("email_domain", disposable or domain, personal=not (disposable or free))
        sheet.put("email_disposable", bool(disposable))
        sheet.put("email_free", free)
        sheet.put("email_random", emails.random(local))
        sheet.put("email_digits", emails.digits_at_end(local))
        sheet.put("name_in_email", names.likeness_in(name, local))
    countries = _countries(order)
    phone = order.phone or addresses.text(order.billing_address, "phone") or addresses.text(order.shipping_address, "phone")
    sheet.put("phone", phone)
    if phone:
        valid, country = phones.read(phone, addresses.country(order.billing_address) or addresses.country(order.shipping_address))
        sheet.put("phone_valid", valid)
        sheet.put("phone_country", country)
        if country and countries:
            sheet.put("phone_country_fits", country in countries)
    customer = order.customer
    if customer is not None:
        sheet.put("email_verified", customer.email_verified)
        sheet.put("tier", customer.tier)
        if customer.account_created_at and order.placed_at:
            sheet.put("account_age_days", Decimal(max((order.placed_at - customer.account_created_at) // timedelta(days=1), 0)))


def _countries(order: Order) -> set[str]:
    return {country for one in (order.billing_address, order.shipping_address) if (country := addresses.country(one))}


def _addresses(sheet: Sheet, order: Order) -> None:
    billing, shipping = order.billing_address, order.shipping_address
    for side, where in (("billing", billing), ("shipping", shipping)):
        sheet.put(f"{side}_name", addresses.text(where, "name"))
        sheet.put(f"{side}_street", addresses.text(where, "address1", "address2"))
        sheet.put(f"{side}_city", addresses.text(where, "city"))
        sheet.put(f"{side}_postcode", addresses.text(where, "postal_code"))
        sheet.put(f"{side}_country", addresses.country(where))
    sheet.put("shipping_company", addresses.text(shipping, "company"))
    sheet.put("same_address", addresses.same(billing, shipping))
    if addresses.country(billing) and addresses.country(shipping):
        sheet.put("same_country", addresses.country(billing) == addresses.country(shipping))
    sheet.put("distance_km", addresses.distance_km(billing, shipping))
    sheet.put("same_recipient", names.likeness(addresses.text(billing, "name"), addresses.text(shipping, "name")))
    sheet.put("forwarder", addresses.forwarder(shipping))
    sheet.put("po_box", addresses.po_box(shipping))
    sheet.put("house_number", addresses.house_number(shipping))


def _client(sheet: Sheet, order: Order) -> None:
    client = {key: str(value or "") for key, value in order.client.items()}
    sheet.put("ip", client.get("ip"))
    if agent := client.get("user_agent"):
        sheet.put("user_agent", agent)
        sheet.put("user_agent_script", browsers.script(agent))
        sheet.put("user_agent_outdated", browsers.outdated(agent))
        sheet.put("language_sent", bool(client.get("accept_language")))
    if language := client.get("accept_language"):
        sheet.put("language", language)
        sheet.put("language_fits", browsers.language_fits(language, _countries(order)))


def _payment(sheet: Sheet, order: Order) -> None:
    moved = list(order.transactions.all())
    tried = [one for one in moved if one.kind in {"authorization", "sale"}]
    if tried:
        sheet.put("failed_attempts", sum(one.status in {"failure", "error"} for one in tried))
        numbers = {number for one in tried if (number := _number(one.card))}
        sheet.put("cards_tried", len(numbers) or None)
    card = _card([one for one in moved if one.kind != "refund"])
    if not card:
        return
    billing = order.billing_address
    sheet.put("card", " ".join(part for part in (card.get("brand"), card.get("last4") and f"•••• {card['last4']}") if part))
    country = str(card.get("country") or "").upper()
    sheet.put("card_country", country)
    if country and (home := addresses.country(billing) or addresses.country(order.shipping_address)):
        sheet.put("card_country_fits", country == home)
    sheet.put("card_funding", card.get("funding"))
    sheet.put("wallet", card.get("wallet"))
    sheet.put("cardholder_likeness", names.likeness(str(card.get("name") or ""), addresses.text(billing, "name")))
    for code, readers in (
        ("cvv", {"cvv_match": cards.cvv}),
        ("avs", {"avs_street": cards.avs_street, "avs_postcode": cards.avs_postcode}),
    ):
        answer = str(card.get(code) or "")
        sheet.put(code, answer)
        for fact, reader in readers.items():
            if answer:
                sheet.put(fact, reader(answer))
                sheet.unavailable(fact)  # unless the answer could be read: the issuer was asked and did not say


def _confirmed(sheet: Sheet, said: Confirmation) -> None:
    """Our record of what was answered and how it compared, never what was typed. It says who reads the mailbox, not who holds the card."""
    sheet.put("customer_confirmed", said.result == Result.CONFIRMED)
    sheet.put("confirmed_address", said.fits.get("address"))
    sheet.put("confirmed_card", said.fits.get("card"))


def _card(tried: Sequence[Transaction]) -> dict[str, Any]:
    """The card of the last attempt that went through, else of the last attempt. Without a number or an answer it is no card."""
    with_card = [one for one in tried if any(one.card.get(word) for word in CARD_SAYS)]
    paid = [one for one in with_card if one.status == "success"]
    return dict((paid or with_card)[-1].card) if with_card else {}


def _number(card: dict[str, Any]) -> str:
    return str(card.get("fingerprint") or "") or (f"{card['bin']}{card['last4']}" if card.get("bin") and card.get("last4") else "")


def _platform(sheet: Sheet, risk: dict[str, Any]) -> None:
    sheet.put("platform_risk", str(risk.get("level") or "").casefold())
    rows = []
    for row in risk.get("facts") or ():
        said, sentiment = (row.get("description"), row.get("sentiment")) if isinstance(row, dict) else (*row, "", "")[:2]
        rows.append({"says": str(said or "")[:200], "sentiment": str(sentiment or "").casefold()})
    sheet.put("platform_risk_facts", rows or None)
