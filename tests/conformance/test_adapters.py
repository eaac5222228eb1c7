"""What intake relies on, of any platform: who signed is known, twice is once, and every payload is facts or a sentence."""

import contextlib
import copy
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks.webhooks import EmptyWebhookSecretError

from ordersops.errors import Invalid
from ordersops.orders.lifecycle import Payment
from ordersops.stores.facts import OrderFacts
from ordersops.stores.models import Store
from ordersops.stores.platforms import Envelope, Platform, platforms
from tests.conformance.subjects import AT, SUBJECTS, Subject, Where, encode
from tests.stores.documents import paths, put
from tests.stores.test_adapters_fuzz import JSON, storable

pytestmark = pytest.mark.parametrize("subject", SUBJECTS, ids=str)
NONSENSE = [None, "", "?", -1, True, 10**30, Decimal("1E+999"), [], {}, [None], "\ud800\x00", "grüß 漢字 \U0001f600"]


def genuine(subject: Subject, body: bytes, headers: dict[str, str], *secrets: str) -> bool:
    return subject.adapter.is_genuine(headers=headers, body=body, secrets=list(secrets), now=AT)


def signed(subject: Subject, body: bytes, secret: str) -> dict[str, str]:
    return subject.headers(body, subject.topic, secret, "d1")


def envelope(subject: Subject, document: Any, topic: str = "", delivery: str = "d1") -> Envelope:
    body, topic = encode(document), topic or subject.topic
    return subject.adapter.envelope(headers=subject.headers(body, topic, subject.adapter.new_secret(), delivery), body=body)


def facts(subject: Subject, document: Any) -> OrderFacts:
    return subject.adapter.facts(topic=subject.topic, payload=document, at=AT)


def value_at(document: Any, where: Where) -> Any:
    for step in where:
        document = document[step]
    return document


def test_it_is_named_in_the_settings(subject: Subject) -> None:
    adapter: Platform = platforms()[subject.adapter.key]
    assert type(adapter) is type(subject.adapter)
    assert adapter.label
    assert adapter.wants(subject.topic)
    assert not adapter.wants("weather/changed")
    assert all(name == name.lower() for name in adapter.kept_headers)
    assert not any("signature" in name or "hmac" in name for name in adapter.kept_headers)


# --- Who signed -------------------------------------------------------------------------------------------------------
def test_what_the_store_signed_is_genuine(subject: Subject) -> None:
    secret = subject.adapter.new_secret()
    for body in (encode(subject.order), '{"note": "grüß 漢字"}'.encode(), b"{}", b""):
        assert genuine(subject, body, signed(subject, body, secret), secret)


def test_what_somebody_else_signed_is_not(subject: Subject) -> None:
    secret, other, body = subject.adapter.new_secret(), subject.adapter.new_secret(), encode(subject.order)
    headers = signed(subject, body, secret)
    assert not genuine(subject, body, headers, other)
    assert not genuine(subject, body + b" ", headers, secret)
    assert not genuine(subject, body.replace(b"2", b"3", 1), headers, secret)
    assert not genuine(subject, body, {}, secret)
    assert not genuine(subject, body, headers)


def test_the_old_secret_counts_while_its_grace_lasts(subject: Subject) -> None:
    new, old, body = subject.adapter.new_secret(), subject.adapter.new_secret(), encode(subject.order)
    store = Store(webhook_secret=new, previous_webhook_secret=old, previous_secret_expires_at=AT)
    before, after = datetime(2026, 3, 1, 11, tzinfo=UTC), datetime(2026, 3, 1, 13, tzinfo=UTC)
    for secret, at, wanted in ((new, before, True), (old, before, True), (new, after, True), (old, after, False)):
        assert genuine(subject, body, signed(subject, body, secret), *store.active_secrets(at)) is wanted


def test_an_empty_secret_signs_nothing(subject: Subject) -> None:
    body = encode(subject.order)
    for headers in (signed(subject, body, subject.adapter.new_secret()), {}):
        assert not genuine(subject, body, headers, "")
    made: dict[str, str] = {}
    with contextlib.suppress(EmptyWebhookSecretError):  # the sender's own library may not sign with an empty key at all
        made = signed(subject, body, "")
    assert not genuine(subject, body, made, "")


@given(given=st.text(max_size=60))
def test_no_header_is_too_strange(subject: Subject, given: str) -> None:
    secret, body = subject.adapter.new_secret(), encode(subject.order)
    headers = signed(subject, body, secret)
    for name in headers:
        changed = headers | {name: given}
        genuine(subject, body, changed, secret)
        assert subject.adapter.envelope(headers=changed, body=body).dedupe_key
        if "signature" in name or "hmac" in name:
            assert genuine(subject, body, changed, secret) is (given.strip() == headers[name])


# --- Twice is once ----------------------------------------------------------------------------------------------------
def test_a_repetition_has_the_same_key_and_nothing_else_has(subject: Subject) -> None:
    first = envelope(subject, subject.order)
    assert envelope(subject, copy.deepcopy(subject.order)) == first
    other = envelope(subject, subject.other_order(subject.order), delivery="d2")
    assert (other.dedupe_key == first.dedupe_key, other.resource == first.resource) == (False, False)


def test_a_delivery_is_grouped_with_its_order(subject: Subject) -> None:
    found = envelope(subject, subject.order)
    assert found.topic == subject.topic
    assert found.resource == f"order:{facts(subject, subject.order).order}"


@given(body=st.binary(max_size=200) | JSON.map(encode), topic=st.text(max_size=400), delivery=st.text(max_size=400))
def test_an_envelope_never_raises_and_fits_its_row(subject: Subject, body: bytes, topic: str, delivery: str) -> None:
    headers = dict.fromkeys(subject.headers(b"{}", subject.topic, subject.adapter.new_secret(), "d1"), delivery)
    headers |= {name: topic for name in headers if "topic" in name}
    found = subject.adapter.envelope(headers=headers, body=body)
    assert 0 < len(found.dedupe_key) <= 300
    assert found.resource
    assert "\x00" not in found.dedupe_key + found.resource[:220] + found.topic + found.delivery_id
    assert found == subject.adapter.envelope(headers=headers, body=body)


# --- Facts, or a sentence ---------------------------------------------------------------------------------------------
def test_a_whole_order_has_no_issue_and_its_sums_are_its_lines(subject: Subject) -> None:
    found = facts(subject, subject.order)
    assert found.core is not None
    assert found.core.issues == ()
    assert found.core.subtotal == sum((line.price or Decimal(0)) * line.quantity for line in found.core.lines)
    assert found.core.total == Decimal(value_at(subject.order, subject.total))
    assert found.core.placed_at is not None
    assert facts(subject, copy.deepcopy(subject.order)) == found


@given(cents=st.integers(2, 100_000))
def test_a_total_that_is_not_the_sum_is_said(subject: Subject, cents: int) -> None:
    total = Decimal(value_at(subject.order, subject.total)) + Decimal(cents) / 100
    found = facts(subject, put(subject.order, subject.total, str(total)))
    assert found.core is not None
    assert [issue for issue in found.core.issues if "do not add up" in issue]
    assert found.core.total == total  # the store's word is kept


def test_every_documented_word_is_understood(subject: Subject) -> None:
    assert subject.words
    for where, words in subject.words.items():
        for word in sorted(words):
            found = facts(subject, put(subject.order, where, word))
            assert found.core is not None
            assert found.core.payment in {*Payment.values, ""}
            assert not [issue for issue in found.core.issues if "not one we know" in issue], word


def test_an_unknown_word_of_money_or_state_is_kept_shown_and_not_guessed(subject: Subject) -> None:
    where = next(iter(subject.words))
    found = facts(subject, put(subject.order, where, "Teleported"))
    assert found.core is not None
    assert "Teleported" in found.core.stated.values()
    assert [issue for issue in found.core.issues if "Teleported" in issue]
    assert found.core.payment in {*Payment.values, ""}


@pytest.mark.parametrize("value", NONSENSE, ids=repr)
def test_nonsense_in_any_place_is_facts_or_a_sentence(subject: Subject, value: Any) -> None:
    for where in paths(subject.order):
        document = put(subject.order, where, value)
        assert envelope(subject, document).resource
        try:
            storable(facts(subject, document))
        except Invalid as refusal:
            said = refusal.message
        else:
            continue
        assert said.endswith("."), (where, said)


@settings(max_examples=100)
@given(data=st.data(), value=JSON)
def test_any_value_in_any_place_is_facts_or_a_sentence(subject: Subject, data: st.DataObject, value: Any) -> None:
    where = data.draw(st.sampled_from(list(paths(subject.order))))
    with contextlib.suppress(Invalid):
        storable(facts(subject, put(subject.order, where, value)))


def test_the_order_that_is_meant_is_the_one_thing_that_is_needed(subject: Subject) -> None:
    for where in subject.identity:
        with pytest.raises(Invalid):
            facts(subject, put(subject.order, where, None))
    found = facts(subject, {name: value for name, value in subject.order.items() if (name,) in subject.identity})
    assert found.order == facts(subject, subject.order).order


@given(payload=JSON.filter(lambda value: not isinstance(value, dict)))
def test_what_is_no_object_is_refused(subject: Subject, payload: Any) -> None:
    with pytest.raises(Invalid):
        facts(subject, payload)


def test_reading_changes_nothing_in_the_payload(subject: Subject) -> None:
    before = copy.deepcopy(subject.order)
    facts(subject, subject.order)
    assert subject.order == before
