"""What comparing with a store relies on, of any platform that can be read: a thing has one id, whichever way it comes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from ordersops.stores.facts import OrderFacts
from ordersops.stores.models import Store
from ordersops.stores.platforms import POLLED, Document, Interface, platforms
from tests.conformance.readers import READERS, Reader
from tests.conformance.subjects import AT, SUBJECTS, encode

LONG_AGO, LATER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
PARTS = ("transactions", "shipments", "refunds", "disputes")


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest, settings: Any) -> Reader:
    settings.ALLOW_PRIVATE_CALLBACKS = True
    found: Reader = request.param
    return found


@pytest.fixture
def store(reader: Reader) -> Iterator[Store]:
    """Not saved: reading a store needs no database."""
    with reader.open("69.00") as found:
        yield found


def interface(reader: Reader) -> Interface:
    assert reader.adapter.interface is not None
    return reader.adapter.interface


def by_webhook(reader: Reader, total: str = "69.00") -> OrderFacts:
    return reader.adapter.facts(topic=reader.topic, payload=reader.sent(total), at=AT)


def read(reader: Reader, store: Store) -> Document:
    (found,) = interface(reader).changed(store, since=LONG_AGO, until=LATER).documents
    return found


def test_every_platform_that_can_be_read_is_read_here() -> None:
    here = {param.values[0].adapter.key for param in READERS}  # type: ignore[union-attr]
    assert here == {key for key, platform in platforms().items() if platform.interface is not None}


def test_an_order_has_the_id_that_its_webhook_gives_it(reader: Reader, store: Store) -> None:
    found = read(reader, store)
    assert found.external_id
    assert found.external_id == found.external_id.strip()
    assert found.external_id == by_webhook(reader).order
    assert reader.adapter.facts(topic=POLLED, payload=found.payload, at=found.changed_at).order == found.external_id


def test_it_is_found_again_under_its_id(reader: Reader, store: Store) -> None:
    found = read(reader, store)
    again = interface(reader).order(store, found.external_id)
    assert again is not None
    assert again.external_id == found.external_id == read(reader, store).external_id


def test_its_id_outlives_a_change(reader: Reader, store: Store) -> None:
    with reader.open("70.00") as changed:
        assert read(reader, changed).external_id == read(reader, store).external_id
    assert by_webhook(reader, "70.00").order == by_webhook(reader).order


def test_its_parts_and_its_customer_have_one_id_each_whichever_way_they_come(reader: Reader, store: Store) -> None:
    """A part under two ids would be counted twice: shipped twice, refunded twice."""
    document = read(reader, store)
    polled, told = reader.adapter.facts(topic=POLLED, payload=document.payload, at=document.changed_at), by_webhook(reader)
    assert polled.core is not None
    assert told.core is not None
    assert [line.external_id for line in polled.core.lines] == [line.external_id for line in told.core.lines] != []
    assert polled.core.customer_id == told.core.customer_id != ""
    for name in PARTS:
        here, there = ({part.external_id for part in getattr(facts, name)} for facts in (polled, told))
        assert there <= here, name
        assert all(here), name


def test_one_worker_takes_both_as_the_same_thing(reader: Reader, store: Store) -> None:
    """A polled document is queued as `order:<id>` (intake), so must be what a webhook is queued as."""
    (subject,) = [one for one in SUBJECTS if one.adapter.key == reader.adapter.key]
    body = encode(reader.sent("69.00"))
    envelope = reader.adapter.envelope(headers=subject.headers(body, reader.topic, reader.adapter.new_secret(), "d1"), body=body)
    assert envelope.resource == f"order:{read(reader, store).external_id}"


@pytest.mark.parametrize("name", ["", " ", "not-there", "0", "gid://shopify/Order/0", "../1", "1?x=2"])
def test_what_is_no_id_finds_nothing(reader: Reader, store: Store, name: str) -> None:
    assert interface(reader).order(store, name) is None
