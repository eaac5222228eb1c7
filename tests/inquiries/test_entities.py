"""What is recognised where in a message."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inquiries.entities import Entity, borne_out, extract, of_kind

TABLE = [
    ("Where is my order #1042?", [("order", "1042")]),
    ("order number: SO-10233 has not come", [("order", "SO-10233")]),
    ("Meine Bestellnummer lautet 200417, wo bleibt das Paket?", [("order", "200417")]),
    ("Auftrag Nr. 88213 bitte stornieren", [("order", "88213")]),
    ("hi, ORD-55120 still not here", [("order", "ORD-55120")]),
    ("please write to Jo.Miller+shop@example.co.uk instead", [("email", "Jo.Miller+shop@example.co.uk")]),
    ("UPS says 1Z999AA10123456784 is lost", [("tracking", "1Z999AA10123456784")]),
    ("Sendungsnummer: 00340434161094042557", [("tracking", "00340434161094042557")]),
    ("tracking number is RR123456789DE", [("tracking", "RR123456789DE")]),
    ("I paid 120.00 EUR in 2 parts, 3000 EUR limit", []),
    ("Bitte an Kastanienallee 12a, 10435 Berlin liefern", [("address", "Kastanienallee 12a, 10435 Berlin")]),
    ("neue Adresse: Am Markt 5, 99423 Weimar", [("address", "Am Markt 5, 99423 Weimar")]),
    ("ship it to 42 Maple Street, Portland, OR 97201 please", [("address", "42 Maple Street, Portland, OR 97201")]),
    ("my new place is 7 Mill Lane, Bath, BA1 5LR", [("address", "7 Mill Lane, Bath, BA1 5LR")]),
    ("", []),
    ("nothing in here at all", []),
]


@pytest.mark.parametrize(("message", "expected"), TABLE)
def test_what_is_named(message, expected):
    assert [(one.kind, one.text) for one in extract(message)] == expected


def test_the_parts_of_an_address():
    (german,) = extract("Bitte an Kastanienallee 12a, 10435 Berlin liefern")
    assert german.value == {"address1": "Kastanienallee 12a", "postal_code": "10435", "city": "Berlin"}
    (american,) = extract("ship it to 42 Maple Street, Apt 5, Portland, OR 97201 please")
    assert american.value == {
        "address1": "42 Maple Street", "address2": "Apt 5", "city": "Portland", "province": "OR", "postal_code": "97201"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("message", "title", "text"),
    [
        ("the Linen Shirt has a hole", "Linen Shirt, white, M", "Linen Shirt"),
        ("die kaffeemühle ist kaputt", "Kaffeemühle Classic", "kaffeemühle"),
        ("my cup broke", "Tea pot", None),
    ],
)
def test_products_are_what_was_ordered(message, title, text):
    found = of_kind(extract(message, products=[title]), "product")
    assert [one.text for one in found] == ([text] if text else [])
    assert all(one.value == title for one in found)


@given(st.text(alphabet=st.sampled_from("abc #0123456789@.-ABZ\n,ßü"), max_size=200))
def test_every_entity_stands_where_it_says_and_none_overlap(message):
    found = extract(message, products=["abc 12"])
    assert all(borne_out(one, message) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


def test_one_that_does_not_stand_there_is_not_borne_out():
    assert not borne_out(Entity("order", "1043", 15, 19), "Where is order 1042?")
    assert not borne_out(Entity("order", "", 3, 3), "Where")


def test_a_hostile_message_is_read_in_time_and_capped():
    found = extract("#1042 " * 5000 + "1 " * 5000 + "a" * 20000)
    assert len(of_kind(found, "order")) == 12
