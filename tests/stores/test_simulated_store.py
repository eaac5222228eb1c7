"""What the simulated store sends is understood: genuine, about the right order, and without an issue where nothing is wrong."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ordersops.simulator.stories import TALES
from ordersops.stores.platforms.generic import Generic
from ordersops.stores.platforms.shopify import Shopify
from tests.simulator.conftest import GENERIC_SECRET, SHOPIFY_SECRET, Receiver, Running, receiver, run  # noqa: F401

CRAFTED_WRONG = {"truncated", "bad_signature", "unknown_value", "unused_topic"}


@pytest.mark.parametrize("story", sorted(set(TALES) - CRAFTED_WRONG))
@pytest.mark.parametrize("shop", [0, 1], ids=["shopify", "generic"])
def test_a_story_is_understood(story: str, shop: int, run: Callable[..., Running], receiver: Receiver) -> None:  # noqa: F811
    running = run()
    running.send(story, shop=shop)
    running.settle()
    assert receiver.received
    adapter, secret = (Generic(), GENERIC_SECRET) if shop else (Shopify(), SHOPIFY_SECRET)
    now = datetime.now(UTC)
    for message in receiver.received:
        headers = {name.lower(): value for name, value in message.headers.items()}
        assert adapter.is_genuine(headers=headers, body=message.body, secrets=[secret], now=now)
        envelope = adapter.envelope(headers=headers, body=message.body)
        assert envelope.source_at is not None
        assert adapter.wants(envelope.topic)
        facts = adapter.facts(topic=envelope.topic, payload=json.loads(message.body, parse_float=Decimal), at=envelope.source_at)
        if facts.order:
            assert envelope.resource == f"order:{facts.order}"
        if facts.core:
            assert facts.core.issues == ()
