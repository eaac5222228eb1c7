"""Answers made of facts, and the checker that every reply passes."""

import re

import pytest

from inquiries.checking import faults
from inquiries.composing import SENTENCES, SUBJECTS, compose, fields
from inquiries.intents import INTENTS
from inquiries.language import LANGUAGES, language_of
from inquiries.rendering import TELLABLE
from ordersops.wording import leaks
from tests.inquiries.sheets import ADDRESS, DELIVERED, REFUNDED, SHIPPED, evidence

STORIES = {
    "preparing": (evidence(), "order 1042 of 16 November 2026 is being prepared. We expect delivery between 7 December 2026 and 11 December 2026."),
    "shipped": (
        evidence(SHIPPED),
        "Your order 1042 was handed over to DHL on 18 November 2026. The tracking number is 00340434161094042557. "
        "The last update on the parcel is of 18 November 2026. We expect delivery between 7 December 2026 and 11 December 2026.",
    ),
    "late": (evidence(SHIPPED, delivery_late=True, carrier_at=None), "We had expected delivery until 11 December 2026."),
    "delivered": (evidence(DELIVERED), "According to DHL, your order 1042 was delivered on 19 November 2026."),
    "delivered by somebody": (evidence(DELIVERED, carrier=None), "Your order 1042 was delivered on 19 November 2026."),
    "cancelled": (evidence(REFUNDED, commercial="cancelled"), "has been cancelled. For your order 1042, 1,129.90 EUR were refunded"),
    "refund": (evidence(REFUNDED, intent="refund.status"), "1,129.90 EUR were refunded, most recently on 18 November 2026."),
    "no refund": (evidence(intent="refund.status"), "For your order 1042 no refund is on record so far."),
    "address": (evidence(ADDRESS), "to: Ada Lovelace, Kastanienallee 12a, 10435, Berlin, DE."),
    "address too late": (evidence(ADDRESS, SHIPPED), "we can no longer change its address"),
    "damaged": (evidence(intent="order.damaged"), "If you have photos"),
    "cancel": (evidence(intent="order.cancel"), "Your message about order 1042 has reached the colleagues"),
    "stranger": (evidence(SHIPPED, identity_known=False), "make sure that it is yours"),
    "no order": (evidence(order_found=False), "Please send us your order number"),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_what_is_answered(story):
    known, words = STORIES[story]
    draft = compose(known)
    assert words in draft.text
    assert faults(draft.text, known, subject=draft.subject) == []


@pytest.mark.parametrize("story", STORIES)
def test_the_same_in_german(story):
    known, _ = STORIES[story]
    known = _with(known, language="de")
    draft = compose(known)
    assert draft.text.startswith("Guten Tag,")
    assert language_of(draft.text) == "de"
    assert faults(draft.text, known, subject=draft.subject) == []


def test_german_days_and_sums():
    known = evidence(REFUNDED, language="de", intent="refund.status")
    assert "wurden 1.129,90 EUR erstattet, zuletzt am 18. November 2026." in compose(known).text


@pytest.mark.parametrize("story", STORIES)
def test_each_digit_comes_from_a_fact(story):
    """A digit changed anywhere is found."""
    known, _ = STORIES[story]
    text = compose(known).text
    for match in re.finditer(r"\d", text):
        forged = text[: match.start()] + str((int(match[0]) + 1) % 10) + text[match.end() :]
        assert faults(forged, known), forged


@pytest.mark.parametrize("story", ["shipped", "refund", "delivered", "cancelled", "address"])
def test_what_is_taken_from_the_facts_may_not_be_said_any_more(story):
    """The same text on evidence without any one of its facts is refused."""
    known, _ = STORIES[story]
    draft = compose(known)
    for key in draft.uses:
        if key not in {"store_name", "carrier"} and not _same_elsewhere(known, key):
            assert faults(draft.text, _with(known, **{key: None})), key


def test_a_stranger_is_told_nothing_of_the_order():
    known = evidence(DELIVERED, REFUNDED, identity_known=False)
    text = compose(known).text
    assert not re.search(r"\d", text)
    assert faults(compose(evidence(DELIVERED)).text, known)


@pytest.mark.parametrize("intent", [key for key, one in INTENTS.items() if one.way in {"never", "silent"}])
def test_nothing_is_drafted_where_a_person_finds_the_words(intent):
    assert compose(evidence(intent=intent)) is None


@pytest.mark.parametrize("fulfilment", ["shipped", "delivered", "partially_shipped"])
def test_without_its_moment_a_status_is_not_told(fulfilment):
    assert compose(evidence(fulfilment=fulfilment)) is None


def test_a_day_of_one_thing_is_not_told_of_another():
    known = evidence(SHIPPED)
    assert faults("Your order was shipped on 18 November 2026. It was placed on 16 November 2026.", known) == []
    assert [fault.kind for fault in faults("Your order was shipped on 16 November 2026.", known)] == ["statement"]
    assert [fault.kind for fault in faults("Ihre Bestellung wurde am 7. Dezember 2026 versandt.", known)] == ["statement"]


def test_the_sentences_hold_no_number_and_only_facts_that_may_be_told():
    for key, languages in {**SENTENCES, **SUBJECTS}.items():
        assert set(languages) == set(LANGUAGES), key
        assert len({tuple(sorted(fields(text))) for text in languages.values()}) == 1, key
        for text in languages.values():
            assert not re.search(r"\d", text), key
            assert set(fields(text)) <= set(TELLABLE), key
            assert leaks(re.sub(r"{\w+}", "x", text)) == [], key


REFUSED = [
    ("We blocked it because your fraud score is high.", "leak"),
    ("It will be there within two days, guaranteed.", "leak"),
    ("Your order was shipped on 19 November 2026.", "number"),
    ("Your order will be with you on 16. November 2027.", "number"),
    ("Your order 1043 is being prepared.", "number"),
    ("It arrives on Monday.", "time"),
    ("It should be there tomorrow.", "time"),
    ("Morgen sind wir da, gestern ging es raus.", "time"),
    ("It comes in three parcels.", "number"),
    ("Es kommt in zwei Paketen.", "number"),
    ("It has been delivered.", "statement"),
    ("Ihr Paket wurde gestern Abend zugestellt.", "statement"),
    ("We have refunded everything.", "statement"),
    ("We will refund you.", "statement"),
    ("We will send you a replacement.", "statement"),
    ("Your order has been cancelled.", "statement"),
    ("Please write to bob@example.com.", "stranger"),
    ("Dear Mr. Babbage, it is being prepared.", "stranger"),
    ("Look here: https://evil.example/x", "link"),
    ("Please pay at pay-here.com now", "link"),
    ("It costs ½ of that.", "number"),
    ("", "length"),
]


@pytest.mark.parametrize(("text", "kind"), REFUSED)
def test_what_no_fact_carries_is_refused(text, kind):
    assert kind in {fault.kind for fault in faults(text, evidence())}


@pytest.mark.parametrize(
    "text",
    [
        "Dear Ada, your order #1042 is being prepared.",
        "Guten Morgen Ada, Ihre Bestellung 1042 vom 16. November 2026 wird vorbereitet.",
        "Your order 1042 over €129.90 has not been shipped yet.",
        "We write to ada@example.com about it.",
    ],
)
def test_what_the_facts_carry_may_be_said(text):
    assert faults(text, evidence()) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my parcel? It has not arrived yet", "en"),
        ("Wo ist meine Bestellung? Sie ist noch nicht da", "de"),
        ("Où est ma commande s'il vous plaît monsieur bonjour merci", ""),
        ("1042", ""),
        ("", ""),
    ],
)
def test_the_language_of_a_message(text, language):
    assert language_of(text) == language


def _with(known, **changed):
    values = {fact.key: fact.value for fact in known if fact.state == "present"}
    return evidence(dict.fromkeys(set(dict(evidence().facts)) - set(values)), values, changed)


def _same_elsewhere(known, key):
    """Another fact is written alike: the address of sender and order, the last scan on the day of shipping."""
    from inquiries.rendering import written

    form = written(known, key, "en")
    return any(form == written(known, other, "en") for other in TELLABLE if other != key and known.has(other))
