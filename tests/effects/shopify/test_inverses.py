"""What was read before a write takes it back; what somebody else had done before us is not ours to take back (law 15)."""

from collections.abc import Callable
from typing import Any

import pytest

from ordersops.effects.kinds import KINDS, inverse
from ordersops.effects.models import Effect
from ordersops.errors import Invalid
from tests.effects.shopify.server import Row, Server
from tests.effects.shopify.test_connector import ASKED, SHOP, effect, order, write
from tests.stores.shopify.official import needs_schema

__all__ = ["effect", "order"]  # fixtures
pytestmark = needs_schema
Make = Callable[..., Effect]


def done(asked: Effect) -> Effect:
    """Written, and what was read before and after is kept with it, as sending keeps it."""
    asked.before = write(asked).before | SHOP.look(asked).before
    return asked


def taken_back(asked: Effect, effect: Make) -> Effect:
    found = inverse(asked.kind, asked.arguments, asked.before)
    assert found is not None
    back = effect(found[0])
    back.arguments = KINDS[found[0]].parse(found[1]).kept()
    write(back)
    assert SHOP.look(back).done
    return back


def test_a_field_gets_the_value_and_the_type_that_it_had(effect: Make, order: Row) -> None:
    order["fields"]["ops", "state"] = {"type": "multi_line_text_field", "value": "new\nline"}
    asked = done(effect("order.metafield"))
    assert order["fields"]["ops", "state"]["value"] == "checked"
    taken_back(asked, effect)
    assert order["fields"]["ops", "state"] == {"type": "multi_line_text_field", "value": "new\nline"}


def test_a_field_that_was_not_there_has_nothing_to_go_back_to(effect: Make) -> None:
    asked = done(effect("order.metafield"))
    assert inverse(asked.kind, asked.arguments, asked.before) is None


def test_a_shipment_is_called_back_by_its_number(effect: Make, order: Row) -> None:
    asked = done(effect("fulfilment.create"))
    assert taken_back(asked, effect).kind == "fulfilment.cancel"
    assert [made["status"] for made in order["work"][0]["made"]] == ["CANCELLED"]
    assert [made["status"] for made in order["work"][2]["made"]] == ["SUCCESS"], "the other one stands"
    assert not SHOP.look(asked).done


def test_a_return_is_called_off(effect: Make, server: Server) -> None:
    asked = done(effect("return.approve"))
    assert taken_back(asked, effect).kind == "return.cancel"
    assert [back["status"] for back in server.shop.returns.values()] == ["CANCELED"]


@pytest.mark.parametrize("kind", ["fulfilment.create", "return.approve"])
def test_what_somebody_else_did_before_us_stays(effect: Make, kind: str) -> None:
    write(effect(kind))
    again = SHOP.look(effect(kind))
    assert again.done
    assert inverse(kind, ASKED[kind], again.before) is None


def test_a_return_of_which_goods_are_here_is_not_called_off(effect: Make, server: Server) -> None:
    write(effect("return.approve"))
    write(effect("return.process"))
    with pytest.raises(Invalid, match="taken in"):
        SHOP.prepare(effect("return.cancel"), SHOP.look(effect("return.cancel")))


def test_a_dry_run_of_taking_back_says_what_changes(effect: Make) -> None:
    looked: dict[str, Any] = SHOP.look(effect("fulfilment.cancel")).differs
    assert looked == {"shipment": ("1Z1", "off")}
