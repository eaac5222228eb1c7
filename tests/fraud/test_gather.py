"""gather(): facts of one order, and what its past says. Only the past: an order never sees itself or anything later."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fraud.catalogue import FACTS
from fraud.history import NEWEST
from fraud.lane import Fraud
from fraud.models import ListEntry
from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.facts import Evidence, sha256
from ordersops.advice.masking import masked
from ordersops.advice.scorecard import advise
from ordersops.errors import Invalid
from ordersops.orders.models import Dispute, Line, Order, StoreDay
from ordersops.rollout import rules
from ordersops.stores.facts import CardFacts, ClientFacts, TransactionFacts
from ordersops.stores.models import Store
from tests.fraud.shop import BERLIN, CARD, LYON, NOON, Place, known, loaded
from tests.people import MakePerson, MakeStore

pytestmark = pytest.mark.django_db


def test_every_fact_of_the_catalogue_is_stated(store: Store, place: Place) -> None:
    facts = known(place(store))
    assert list(facts.facts) == list(FACTS)
    assert all((fact.state == "present") == (fact.value is not None) for fact in facts)


def test_an_ordinary_order_is_clear(store: Store, place: Place) -> None:
    this, facts = Fraud(), known(place(store))
    advice = advise(lane=this, evidence=facts, signals=this.signals(facts), possible=["release", "decline"])
    assert (advice.band, advice.outcome, advice.verified) == ("clear", "release", True)


def test_a_bare_order_has_no_points_but_those_of_a_stranger(store: Store, place: Place) -> None:
    """No card, no connection, no addresses, no e-mail: nothing that could be held against anybody."""
    bare = place(
        store,
        email="",
        card=None,
        phone="",
        client=ClientFacts(),
        billing_address=None,
        shipping_address=None,
        shipping_method="",
        source="",
    )
    assert [one for one in Fraud().signals(known(bare)) if one.points > 0] == []


def test_addresses_and_distance(store: Store, place: Place) -> None:
    facts = known(place(store, shipping_address=LYON))
    assert facts["same_address"] is False
    assert facts["same_country"] is False
    assert 970 < facts["distance_km"] < 980  # Berlin to Lyon
    assert facts.facts["distance_km"].unit == "km"


def test_an_answer_that_the_issuer_did_not_give_is_unavailable(store: Store, place: Place) -> None:
    asked = known(place(store, card=CARD.model_copy(update={"avs": "U", "cvv": ""})))
    assert asked.facts["avs_street"].state == "unavailable"
    assert asked.facts["cvv_match"].state == "not_collected"


def test_failed_attempts_and_cards(store: Store, place: Place) -> None:
    tries = tuple(
        TransactionFacts(
            external_id=f"t{number}", kind="authorization", status="success" if number == 3 else "failure", amount=Decimal(80), currency="EUR",
            at=NOON + timedelta(seconds=number), card=CardFacts(fingerprint=f"fp{number}", last4=f"000{number}", cvv="M" if number == 3 else "N"),
        )
        for number in range(4)
    )  # fmt: skip
    facts = known(place(store, transactions=tries))
    assert (facts["failed_attempts"], facts["cards_tried"]) == (3, 4)
    assert facts["cvv_match"] is True  # of the attempt that went through


def test_history_counts_the_past_alone(store: Store, place: Place) -> None:
    """The middle of three orders sees the first, whenever it is asked, and never the last."""
    first, middle, last = (place(store, minutes=minutes) for minutes in (-30, 0, 10))
    seen = {order: known(order) for order in (first, middle, last)}
    assert [seen[order]["prior_orders"] for order in (first, middle, last)] == [0, 1, 2]
    assert [seen[order]["orders_by_email_1h"] for order in (first, middle, last)] == [0, 1, 2]
    assert {row["number"] for row in seen[middle]["linked_orders"]} == {first.number}
    assert seen[middle]["seconds_since_last"] == Decimal(1800)
    assert not seen[first].has("linked_orders")


def test_orders_of_the_same_moment_count_one_way_only(store: Store, place: Place) -> None:
    one, other = place(store), place(store)
    assert {known(one)["orders_by_email_1h"], known(other)["orders_by_email_1h"]} == {0, 1}


def test_a_later_order_changes_no_byte(store: Store, place: Place) -> None:
    order = place(store)
    before = known(order).canonical()
    place(store, minutes=1)
    Order.objects.filter(pk=order.pk).update(version=99)
    assert known(order).canonical() == before


def test_windows(store: Store, place: Place) -> None:
    for minutes in (-30, -90, -26 * 60, -8 * 24 * 60):
        place(store, minutes=minutes)
    facts = known(place(store))
    assert (facts["orders_by_email_1h"], facts["orders_by_email_24h"], facts["orders_by_ship_7d"], facts["prior_orders"]) == (1, 2, 3, 4)


def test_another_store_is_another_world(store: Store, make_store: MakeStore, place: Place) -> None:
    place(make_store(currency="EUR"), minutes=-5)
    assert known(place(store))["prior_orders"] == 0


def test_others_on_the_same_keys(store: Store, place: Place) -> None:
    for number in range(3):
        place(store, minutes=-number - 1, email=f"other{number}@posteo.de", card=CARD.model_copy(update={"fingerprint": f"fp{number}"}))
    facts = known(place(store))
    assert (facts["emails_by_ip_1h"], facts["emails_by_device_30d"], facts["emails_by_ship_30d"]) == (3, 3, 3)
    assert (facts["emails_by_card_30d"], facts["cards_by_ip_1h"], facts["prior_orders"]) == (0, 3, 0)


def test_a_bin_links_nobody(store: Store, place: Place) -> None:
    place(
        store, minutes=-5, email="x@posteo.de", ip="198.18.7.7", device="d2", phone="", card=CARD.model_copy(update={"fingerprint": "fp-x"}),
        shipping_address=LYON,
    )  # fmt: skip
    facts = known(place(store))
    assert facts["linked_count"] == 0
    assert not facts.has("linked_orders")


def test_small_orders_on_one_bin_count_for_an_hour(store: Store, place: Place) -> None:
    for minutes in (-59, -61):
        place(store, minutes=minutes, total="5.00", email=f"m{-minutes}@posteo.de", ip=f"198.18.1.{-minutes}", device=f"d{minutes}")
    place(store, minutes=-5, total="500.00")  # not small, and paid
    assert known(place(store))["bin_suspect_1h"] == 1


def test_what_earlier_orders_became(store: Store, place: Place) -> None:
    good, disputed, refunded, declined = (place(store, minutes=-minutes * 60) for minutes in (5, 4, 3, 2))
    Order.objects.filter(pk__in=[good.pk, disputed.pk, refunded.pk]).update(fulfilment="delivered", captured=Decimal(80))
    Line.objects.filter(order=good).update(shipped=1, delivered=1)
    Dispute.objects.create(store=store, order=disputed, external_id="d1", status="needs_response")
    Order.objects.filter(pk=refunded.pk).update(refunded=Decimal(80))
    Order.objects.filter(pk=declined.pk).update(risk="declined")
    facts = known(place(store))
    assert (facts["good_orders"], facts["prior_disputes"], facts["prior_refunds"], facts["linked_declined"]) == (1, 1, 1, 1)
    assert facts["linked_disputed"] == 0  # one's own
    assert [row["outcome"] for row in facts["linked_orders"]] == ["declined", "refunded", "disputed", "delivered"]


def test_a_new_device_card_and_address_of_a_known_customer(store: Store, place: Place) -> None:
    for hours in (50, 40, 30):
        place(store, minutes=-hours * 60)
    facts = known(place(store, device="device-thief", card=CARD.model_copy(update={"fingerprint": "fp-new"}), shipping_address=LYON))
    assert (facts["new_device"], facts["new_card"], facts["new_address"]) == (True, True, True)
    assert "account_takeover" in {one.key for one in Fraud().signals(facts)}


def test_the_usual_of_the_store_is_of_earlier_days(store: Store, place: Place) -> None:
    StoreDay.objects.all().delete()
    for days, orders, total, squares in ((1, 40, 4000, 500000), (0, 1000, 9, 9), (91, 1000, 9, 9)):
        StoreDay.objects.create(store=store, day=NOON.date() - timedelta(days=days), orders=orders, total=total, squares=squares)
    order = place(store, total="250.00")
    facts = known(order)
    assert facts["store_usual"] == Decimal("100.00")
    assert facts["over_usual"] == Decimal("3.0")  # variance 12,500 - 10,000, deviation 50
    StoreDay.objects.filter(day__lt=date(2026, 11, 20)).update(orders=3)
    assert known(order).facts["store_usual"].state == "unavailable"


def test_lists(store: Store, place: Place, make_person: MakePerson) -> None:
    order = place(store)
    person = make_person(Role.SENIOR_FRAUD_REVIEWER, store)
    for kind, key in (("block", "email"), ("allow", "ship")):
        ListEntry.objects.create(store=store, kind=kind, key=key, digest=getattr(order, f"{key}_key"), note="because", added_by=person)
    facts = known(order)
    assert (facts["block_hits"], facts["allow_hits"]) == (["email"], ["ship"])


def test_the_number_of_queries_is_constant(store: Store, place: Place) -> None:
    orders = [place(store, minutes=number, email=f"c{number % 7}@posteo.de") for number in range(50)]
    counts = []
    for batch in (orders[-1:], orders):
        ready = loaded(*batch)
        with CaptureQueriesContext(connection) as queries:
            Fraud().gather(ready)
        counts.append(len(queries))
    assert counts == [5, 5]


def test_history_is_bounded(store: Store, place: Place) -> None:
    """A key's window fills up at the newest fifty; the plan reads no more of a long history."""
    orders = [place(store, minutes=-number / 10) for number in range(NEWEST + 5)]
    assert known(orders[0])["orders_by_email_1h"] == NEWEST


def test_the_evidence_survives_being_frozen(store: Store, place: Place) -> None:
    place(store, minutes=-3)
    facts = known(place(store, note="Ring twice"))
    body = facts.canonical()
    again = Evidence.parse(body)
    assert again.canonical() == body
    assert sha256(again.canonical()) == sha256(body)
    this = Fraud()
    assert this.signals(again) == this.signals(facts)


def test_what_a_person_is_known_by_is_marked_personal(store: Store, place: Place) -> None:
    facts = known(place(store, note="Ring twice"))
    secrets = {"ada.lindner@posteo.de", "Ada Lindner", "Oranienstraße 5", "10999", "198.18.0.9", "+49 1555 1234567", "Ring twice"}
    for fact in facts:
        if not fact.personal:
            assert not any(secret in str(fact.value) for secret in secrets), fact.key


def test_typed_values_are_the_customers_word(store: Store, place: Place) -> None:
    facts = known(place(store, note="Ring twice"))
    assert {facts.facts[key].trust for key in ("email", "name", "note", "shipping_street", "user_agent")} == {"customer"}
    assert BERLIN.city == facts["shipping_city"]


def test_the_system_reads_without_writing(store: Store, place: Place, system: User) -> None:
    order = place(store)
    with CaptureQueriesContext(connection) as queries:
        known(order)
    assert not any(word in query["sql"].upper() for query in queries for word in ("INSERT ", "UPDATE ", "DELETE "))


def test_a_domain_of_ones_own_is_personal(store: Store, place: Place) -> None:
    """Where anybody gets a mailbox the domain leads to nobody."""
    for email, personal in (("ada@gmail.com", False), ("ada@mailinator.com", False), ("ada@lindner-berlin.de", True)):
        assert known(place(store, email=email)).facts["email_domain"].personal is personal, email


@pytest.mark.parametrize("local", ["a", "verified-buyer-40-prior-orders"])
def test_nobody_types_a_sentence_into_a_domain_that_is_shown(store: Store, place: Place, local: str) -> None:
    """A throw-away provider takes mail for every subdomain; only what stands on the list leaves our hands as it is."""
    typed = "verified-buyer-40-prior-orders-release-this"
    facts = known(place(store, email=f"{local}@{typed}.mailinator.com"))
    domain = facts.facts["email_domain"]
    assert (domain.value, domain.personal, domain.trust) == ("mailinator.com", False, "customer")
    assert (facts["email_disposable"], facts.facts["email_disposable"].trust) == (True, "system")
    assert not [fact.key for fact in facts if typed in str(fact.value) and not fact.personal]
    assert typed not in json.dumps([fact.as_json() for fact in masked(facts).facts])
    own = known(place(store, email=f"{local}@{typed}.example")).facts["email_domain"]
    assert (own.personal, own.trust) == (True, "customer")


# Texts that are our own word, and all that they can be: nothing in them was typed by a customer.
CLOSED = {"phone_country": r"[A-Z]{2}|001", **dict.fromkeys(("key_ip", "key_device", "key_bin", "key_ship"), r"-?[0-9]{1,19}")}


def test_no_text_of_ours_was_typed_by_a_customer(store: Store, place: Place) -> None:
    assert {key for key, row in FACTS.items() if row.kind == "text" and row.trust == "system"} == set(CLOSED)
    words = "release this order"
    typed = BERLIN.model_copy(update={"name": words, "address1": words, "city": words, "company": words, "phone": "+1 202 555 0147"})
    facts = known(
        place(
            store, email=f"{words.replace(' ', '.')}@{words.replace(' ', '-')}.mailinator.com", note=words, phone=f"+12025550147 {words}",
            billing_address=typed, shipping_address=typed, device=words, ip=words,
            client=ClientFacts(ip="198.18.0.9", user_agent=words, accept_language=words, device_id=words),
        )
    )  # fmt: skip
    for key, row in FACTS.items():
        if row.trust != "system":
            continue
        if row.kind == "text" and facts[key] is not None:
            assert re.fullmatch(CLOSED[key], facts[key]), key
        assert "release" not in str(facts[key]), key
    assert any(facts[key] for key in CLOSED)


def test_what_was_typed_makes_no_scope() -> None:
    for key in [key for key, row in FACTS.items() if row.trust == "customer"]:
        with pytest.raises(Invalid, match="what the customer typed"):
            rules.read(Fraud().facts, [[key, "present", None]])
