"""Context of templates/fraud/_panel.html: who pays, where it goes, and which orders are linked."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import NoReverseMatch, reverse

from fraud.counts import LINKED_SHOWN
from ordersops.advice.facts import Evidence
from ordersops.advice.verify import fold

COMPARED = (("Name", "name"), ("Street", "street"), ("City", "city"), ("Postcode", "postcode"), ("Country", "country"))
# Shown beside the addresses: (label, fact, fact of the note, the note in words).
CUSTOMER: tuple[tuple[str, str, str, dict[Any, str]], ...] = (
    ("E-mail", "email", "email_verified", {True: "verified", False: "not verified"}),
    ("Phone", "phone", "phone_valid", {False: "not a possible number"}),
    ("Tier", "tier", "", {}),
    ("Earlier orders", "prior_orders", "", {}),
    ("Delivered, undisputed", "good_orders", "", {}),
    ("Account age", "account_age_days", "", {}),
    ("IP address", "ip", "", {}),
    ("Browser", "user_agent", "user_agent_script", {True: "a script"}),
    ("Card", "card", "card_funding", {"prepaid": "prepaid"}),
    ("Shipping", "shipping_method", "express", {True: "fast"}),
    ("Note", "note", "", {}),
)
TONES = {
    "confirmed fraud": ("risk", "risk"), "disputed": ("risk", "risk"), "declined": ("risk", "cancel"), "cancelled": ("", "cancel"),
    "refunded": ("warn", "refund"), "payment failed": ("warn", "card"), "delivered": ("clear", "check"), "shipped": ("clear", "truck"),
    "in review": ("warn", "clock"),
}  # fmt: skip


ICONS = {"fits": "good", "differs": "differs", "unknown": "absent"}


def context(evidence: Evidence) -> dict[str, Any]:
    """Everything that the panel shows, out of the frozen evidence alone."""
    distance = evidence["distance_km"]
    linked = [_linked(row) for row in evidence["linked_orders"] or ()]
    return {
        "distance": None if distance is None else f"{distance:,f} km apart",
        "relations": relations(evidence),
        "compare": [_compared(label, evidence[f"billing_{key}"], evidence[f"shipping_{key}"]) for label, key in COMPARED],
        "customer_facts": [_shown(evidence, *row) for row in CUSTOMER if evidence.has(row[1])],
        "linked": linked,
        "linked_more": (evidence["linked_count"] or 0) > LINKED_SHOWN,
    }


def relations(evidence: Evidence) -> list[dict[str, str]]:
    """How the places of an order go together, a sentence each: fits, differs, or unknown, which is not bad."""
    e, found = evidence, []

    def say(how: str, text: str) -> None:
        found.append({"how": how, "icon": ICONS[how], "text": text})

    billing, shipping = e["billing_country"] or "", e["shipping_country"] or ""
    apart = "" if e["distance_km"] is None else f"{e['distance_km']:,f} km from it"
    if e["same_address"]:
        say("fits", "It ships to the billing address.")
    elif e["same_address"] is False:
        where = (
            f"in another country ({billing} to {shipping})"
            if e["same_country"] is False
            else f"in the same country ({shipping})"
            if e["same_country"]
            else ""
        )
        say("differs", f"It ships to another address than billing{f', {apart}' if apart else ''}{f', {where}' if where else ''}.")
    else:
        say("unknown", "Whether it ships to the billing address is not known.")
    homes = " and ".join(dict.fromkeys(filter(None, (billing, shipping))))
    if ip := e["ip_country"]:
        say(
            "fits" if ip in {billing, shipping} else "differs",
            f"It was ordered from {ip}; the addresses are in {homes or 'no known country'}.",
        )
    elif e.has("ip"):
        say("unknown", "The country of the IP address is not known.")
    else:
        say("unknown", "The store gave no IP address.")
    for fits, of, thing in (("phone_country_fits", "phone_country", "The phone number"), ("card_country_fits", "card_country", "The card")):
        if e.has(fits):
            country = e[of] or "another country"
            say(
                "fits" if e[fits] else "differs",
                f"{thing} is of {country}{', as the address' if e[fits] else f'; the addresses are in {homes}'}.",
            )
    if e.has("language_fits"):
        say(
            "fits" if e["language_fits"] else "differs",
            f"The browser's language {'fits' if e['language_fits'] else 'does not fit'} the addresses.",
        )
    if e["forwarder"]:
        say("differs", "The shipping address is a parcel forwarder: where the goods end is not known.")
    return found


def _compared(label: str, billing: str | None, shipping: str | None) -> dict[str, Any]:
    """Differs only where both are known: what is missing is no difference."""
    differs = bool(billing and shipping and fold(billing) != fold(shipping))
    return {"label": label, "billing": billing or "", "shipping": shipping or "", "differs": differs}


def _shown(evidence: Evidence, label: str, key: str, noted: str, words: dict[Any, str]) -> dict[str, str]:
    value, unit = evidence[key], evidence.facts[key].unit
    text = f"{value:,f}" if isinstance(value, Decimal) else str(value)
    return {"label": label, "value": f"{text} {unit}".strip(), "note": words.get(evidence[noted], "") if noted else ""}


def _linked(row: dict[str, Any]) -> dict[str, Any]:
    tone, icon = TONES.get(row["outcome"], ("", "order"))
    total = f"{Decimal(row['total']):,.2f} {row['currency']}".strip() if row["total"] else ""
    return {
        "id": row["id"], "number": row["number"], "url": _url(row["id"]), "placed_at": datetime.fromisoformat(row["placed_at"]),
        "shares": row["shares"], "total": total, "outcome": row["outcome"], "tone": tone, "icon": icon,
    }  # fmt: skip


def _url(order_id: str) -> str:
    try:
        return reverse("orders:detail", args=[order_id])
    except NoReverseMatch:
        return f"/orders/{order_id}/"
