"""Answers made of facts: sentences as data, English and German. A sentence holds no number and no date of its own.

Every `{fact}` in a sentence is replaced by the value of that fact in the snapshot (rendering.py). A sentence whose facts are not all
present is not used, so an answer never has a gap and never a guess.
"""

import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from inquiries.intents import INTENTS
from inquiries.language import ENGLISH, GERMAN
from inquiries.rendering import written
from ordersops.advice.facts import Evidence

SENTENCES: dict[str, dict[str, str]] = {
    "hello": {ENGLISH: "Hello,", GERMAN: "Guten Tag,"},
    "thanks": {ENGLISH: "thank you for your message.", GERMAN: "vielen Dank für Ihre Nachricht."},
    "regards": {ENGLISH: "Kind regards\n{store_name}", GERMAN: "Freundliche Grüße\n{store_name}"},
    "cancelled": {ENGLISH: "Your order {number} has been cancelled.", GERMAN: "Ihre Bestellung {number} wurde storniert."},
    "delivered": {
        ENGLISH: "According to {carrier}, your order {number} was delivered on {delivered_at}.",
        GERMAN: "Laut {carrier} wurde Ihre Bestellung {number} am {delivered_at} zugestellt.",
    },
    "delivered_plainly": {
        ENGLISH: "Your order {number} was delivered on {delivered_at}.",
        GERMAN: "Ihre Bestellung {number} wurde am {delivered_at} zugestellt.",
    },
    "shipped": {
        ENGLISH: "Your order {number} was handed over to {carrier} on {shipped_at}.",
        GERMAN: "Ihre Bestellung {number} wurde am {shipped_at} an {carrier} übergeben.",
    },
    "shipped_plainly": {
        ENGLISH: "Your order {number} was shipped on {shipped_at}.",
        GERMAN: "Ihre Bestellung {number} wurde am {shipped_at} versandt.",
    },
    "partly_shipped": {
        ENGLISH: "A part of your order {number} was shipped on {shipped_at}; the rest is being prepared.",
        GERMAN: "Ein Teil Ihrer Bestellung {number} wurde am {shipped_at} versandt; der Rest wird vorbereitet.",
    },
    "tracking": {ENGLISH: "The tracking number is {tracking_number}.", GERMAN: "Die Sendungsnummer lautet {tracking_number}."},
    "last_scan": {
        ENGLISH: "The last update on the parcel is of {carrier_at}.",
        GERMAN: "Die letzte Meldung zum Paket ist vom {carrier_at}.",
    },
    "preparing": {
        ENGLISH: "Your order {number} of {placed_at} is being prepared.",
        GERMAN: "Ihre Bestellung {number} vom {placed_at} wird gerade vorbereitet.",
    },
    "window": {
        ENGLISH: "We expect delivery between {delivery_from} and {delivery_to}.",
        GERMAN: "Wir rechnen mit der Zustellung zwischen dem {delivery_from} und dem {delivery_to}.",
    },
    "late": {
        ENGLISH: "We had expected delivery until {delivery_to}. We are sorry that it is taking longer.",
        GERMAN: "Wir hatten mit der Zustellung bis zum {delivery_to} gerechnet. Es tut uns leid, dass es länger dauert.",
    },
    "refunded": {
        ENGLISH: "For your order {number}, {refunded} were refunded, most recently on {refunded_at}.",
        GERMAN: "Zu Ihrer Bestellung {number} wurden {refunded} erstattet, zuletzt am {refunded_at}.",
    },
    "refund_bank": {
        ENGLISH: "How soon you see it on your account depends on your bank.",
        GERMAN: "Wann Sie die Gutschrift auf Ihrem Konto sehen, hängt von Ihrer Bank ab.",
    },
    "no_refund": {
        ENGLISH: "For your order {number} no refund is on record so far.",
        GERMAN: "Zu Ihrer Bestellung {number} ist bisher keine Erstattung verzeichnet.",
    },
    "address_changes": {
        ENGLISH: "We are changing the delivery address of your order {number} to: {asked_address}.",
        GERMAN: "Wir ändern die Lieferadresse Ihrer Bestellung {number} auf: {asked_address}.",
    },
    "address_stays": {
        ENGLISH: "Your order {number} is on its way, so we can no longer change its address ourselves. We are looking into what can be done.",
        GERMAN: "Ihre Bestellung {number} ist bereits unterwegs, daher können wir die Adresse nicht mehr selbst ändern. "
        "Wir prüfen, was noch möglich ist.",
    },
    "taken_up": {
        ENGLISH: "Your message about order {number} has reached the colleagues who take care of it. They will write to you.",
        GERMAN: "Ihre Nachricht zur Bestellung {number} liegt bei den Kolleginnen und Kollegen, die sich darum kümmern. Sie melden sich bei Ihnen.",
    },
    "photos": {
        ENGLISH: "If you have photos of the goods and the parcel, please send them as a reply.",
        GERMAN: "Falls Sie Fotos der Ware und des Pakets haben, senden Sie sie bitte als Antwort.",
    },
    "sorry": {ENGLISH: "We are sorry for the trouble.", GERMAN: "Die Unannehmlichkeiten tun uns leid."},
    "in_stock": {
        ENGLISH: "At the moment we have {product_asked} in stock. Before it is ordered we cannot put anything aside.",
        GERMAN: "Zurzeit haben wir {product_asked} auf Lager. Vor einer Bestellung können wir nichts zurücklegen.",
    },
    "out_of_stock": {
        ENGLISH: "At the moment {product_asked} is not in stock.",
        GERMAN: "Zurzeit ist {product_asked} nicht auf Lager.",
    },
    "more_expected": {
        ENGLISH: "As things stand we expect more on {product_expected}; that may still change.",
        GERMAN: "Nach jetzigem Stand erwarten wir Nachschub am {product_expected}; das kann sich noch ändern.",
    },
    "none_expected": {
        ENGLISH: "When more will come is not known yet.",
        GERMAN: "Wann Nachschub kommt, ist noch nicht bekannt.",
    },
    "which_order": {
        ENGLISH: "Please send us your order number, from the e-mail address with which you ordered.",
        GERMAN: "Bitte senden Sie uns Ihre Bestellnummer, und zwar von der E-Mail-Adresse, mit der Sie bestellt haben.",
    },
    "who_asks": {
        ENGLISH: "Before we say anything about an order, we make sure that it is yours: please write to us from the e-mail address with which you "
        "ordered, or reply with the code that we sent there.",
        GERMAN: "Bevor wir etwas zu einer Bestellung sagen, stellen wir sicher, dass es Ihre ist: Bitte schreiben Sie uns von der E-Mail-Adresse, "
        "mit der Sie bestellt haben, oder antworten Sie mit dem Code, den wir dorthin gesendet haben.",
    },
}
SUBJECTS = {
    "order": {ENGLISH: "Your order {number}", GERMAN: "Ihre Bestellung {number}"},
    "plain": {ENGLISH: "Your message to {store_name}", GERMAN: "Ihre Nachricht an {store_name}"},
}
WITH_PHOTOS = frozenset({"order.damaged", "order.wrong_item", "order.missing_item"})
UNDER_WAY = frozenset({"shipped", "partially_delivered"})


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply before anybody sends it. `uses`: the facts that stand in it."""

    language: str
    about: str
    subject: str
    text: str
    uses: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {"language": self.language, "about": self.about, "subject": self.subject, "text": self.text, "uses": list(self.uses)}


def compose(evidence: Evidence) -> Draft | None:
    """The answer that the facts allow; None where a person has to find the words.

    Who is not known is told nothing about an order: then the answer asks who they are. Without an order it asks which one is meant.
    What is sold is told to anybody.
    """
    intent = INTENTS.get(evidence["intent"] or "unknown", INTENTS["unknown"])
    if intent.way in {"never", "silent"} or not intent.answer:
        return None
    if intent.open:
        keys = _ANSWERS[intent.answer](evidence)
        return _draft(evidence, keys, intent.about, plain=True) if keys else None
    if not evidence["order_found"]:
        return ask_which(evidence)
    if not evidence["identity_known"]:
        return ask_who(evidence)
    keys = _ANSWERS[intent.answer](evidence)
    return _draft(evidence, keys, intent.about) if keys else None


def ask_who(evidence: Evidence) -> Draft:
    return _draft(evidence, ["who_asks"], "order", plain=True)


def ask_which(evidence: Evidence) -> Draft:
    return _draft(evidence, ["which_order"], "order", plain=True)


def _status(evidence: Evidence) -> list[str]:
    """Where the order is, with the moment of each statement."""
    if evidence["commercial"] == "cancelled":
        return ["cancelled", *(["refunded", "refund_bank"] if evidence.has("refunded", "refunded_at") else [])]
    state = evidence["fulfilment"]
    if state == "delivered" and evidence.has("delivered_at"):
        return ["delivered" if evidence.has("carrier") else "delivered_plainly"]
    if state in UNDER_WAY and evidence.has("shipped_at"):
        more = [key for key, fact in (("tracking", "tracking_number"), ("last_scan", "carrier_at")) if evidence.has(fact)]
        return ["shipped" if evidence.has("carrier") else "shipped_plainly", *more, *_when(evidence)]
    if state == "partially_shipped" and evidence.has("shipped_at"):
        return ["partly_shipped", *(["tracking"] if evidence.has("tracking_number") else [])]
    if state in {"delivered", "partially_delivered", "shipped", "partially_shipped", "cancelled", "not_required"} or not evidence.has(
        "placed_at"
    ):
        return []
    return ["preparing", *_when(evidence)]


def _when(evidence: Evidence) -> list[str]:
    if not evidence.has("delivery_from", "delivery_to"):
        return []
    return ["late", "sorry"] if evidence["delivery_late"] else ["window"]


def _window(evidence: Evidence) -> list[str]:
    return _status(evidence)


def _refund(evidence: Evidence) -> list[str]:
    if evidence.has("refunded", "refunded_at"):
        return ["refunded", "refund_bank"]
    return ["no_refund"] if evidence["refund_state"] == "none" else []


def _address(evidence: Evidence) -> list[str]:
    if evidence["address_open"] and evidence["asked_country_same"] and evidence.has("asked_address"):
        return ["address_changes"]
    return ["address_stays"] if evidence["fulfilment"] in UNDER_WAY else []


def _taken_up(evidence: Evidence) -> list[str]:
    return ["sorry", "taken_up", *(["photos"] if evidence["intent"] in WITH_PHOTOS else [])]


def _stock(evidence: Evidence) -> list[str]:
    """In hedged words (policies.md 4.4): what is there now is no promise of what will be there."""
    if not evidence.has("product_asked", "product_units"):
        return []
    if evidence["product_units"]:
        return ["in_stock"]
    return ["out_of_stock", "more_expected" if evidence.has("product_expected") else "none_expected"]


_ANSWERS = {"stock": _stock, "status": _status, "window": _window, "refund": _refund, "address": _address, "taken_up": _taken_up}


def _draft(evidence: Evidence, keys: Sequence[str], about: str, *, plain: bool = False) -> Draft:
    language = GERMAN if evidence["language"] == GERMAN else ENGLISH
    body = " ".join(SENTENCES[key][language] for key in keys)
    template = "\n\n".join([f"{SENTENCES['hello'][language]}\n\n{SENTENCES['thanks'][language]}", body, SENTENCES["regards"][language]])
    if language == ENGLISH:
        template = template.replace("\n\nthank", "\n\nThank", 1)
    subject = SUBJECTS["plain" if plain else "order"][language]
    uses = tuple(dict.fromkeys(fields(subject) + fields(template)))
    values = {key: written(evidence, key, language) for key in uses}
    return Draft(language, about, subject.format(**values)[:200], template.format(**values), uses)


def fields(template: str) -> list[str]:
    """The facts that a sentence holds."""
    return [name for _, name, _, _ in string.Formatter().parse(template) if name]
