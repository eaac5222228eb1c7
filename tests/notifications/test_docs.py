"""docs/webhooks-out.md says what the code does, and its snippet checks what we send."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ordersops.accounts.models import User
from ordersops.notifications.channels.webhook import signed
from ordersops.notifications.delivery import MOST_ATTEMPTS, PAUSES
from ordersops.notifications.payload import body
from ordersops.notifications.stopping import STOP_AFTER
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.notifications.scene import opened

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks-out.md").read_text(encoding="utf-8")
SECRET = "whsec_c2VjcmV0LW9mLWEtdGVzdC1zdWJzY3JpYmVyLTAw"


@pytest.fixture
def is_genuine() -> Callable[[str, dict[str, str], bytes], bool]:
    """The snippet of the page."""
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    names: dict[str, Any] = {}
    exec(snippet, names)
    return names["is_genuine"]


def test_the_snippet_takes_what_we_send_and_nothing_else(is_genuine: Any, time_machine: Any) -> None:
    text = '{"type":"test","data":{"name":"é"}}'
    headers = signed(message_id="evt_1", body=text, secrets=["whsec_b3RoZXI=", SECRET])
    assert is_genuine(SECRET, headers, text.encode())
    assert not is_genuine(SECRET, headers, text.encode() + b" ")
    assert not is_genuine("whsec_d3Jvbmc=", headers, text.encode())
    assert not is_genuine(SECRET, {**headers, "webhook-id": "evt_2"}, text.encode())
    time_machine.move_to(int(headers["webhook-timestamp"]) + 301)
    assert not is_genuine(SECRET, headers, text.encode())


@pytest.mark.django_db
def test_the_example_has_the_shape_of_what_we_send(store: Store, system: User) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE, flags=re.DOTALL)
    sent = json.loads(body(opened(CaseFactory(order__store=store), system), order_external_id="1"))
    assert _shape(json.loads(example)) == _shape(sent)


def _shape(value: Any) -> Any:
    return {key: _shape(item) for key, item in value.items()} if isinstance(value, dict) else None


def test_the_figures_are_those_of_the_code() -> None:
    words = [f"{s // 3600} h" if s >= 3600 else f"{s // 60} min" if s >= 60 else f"{s} s" for s in PAUSES]
    assert _said("pauses") == f"{', '.join(words[:-1])} and {words[-1]}"
    assert (_said("attempts"), _said("days")) == (str(MOST_ATTEMPTS), str(STOP_AFTER.days))


def _said(name: str) -> str:
    (found,) = re.findall(rf"<!-- {name} -->(.*?)<!-- /{name} -->", PAGE)
    return found
