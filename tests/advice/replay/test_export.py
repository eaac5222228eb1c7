"""Decisions leave as JSON lines: masked, without notes, recorded, in pages, and only of the stores with the right."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice import export
from ordersops.audit.models import Event
from ordersops.stores.models import Store
from tests.advice.leaks import leaks, secrets
from tests.advice.replay.old import CALM, WILD, advised, decided
from tests.factories import DecisionFactory, OrderFactory

pytestmark = pytest.mark.django_db
PERSON = {
    "name": "Wilhelmina Quisenberry", "email": "mina.quisenberry@example.com", "phone": "+14155550142", "ip": "203.0.113.77",
    "billing_street": "1742 Larkspur Crescent", "billing_city": "Petaluma", "billing_postcode": "94952", "number": "#88123",
    "note": "Call Wilhelmina on (415) 555-0142 or write to MINA.QUISENBERRY@example.com",
}  # fmt: skip
NOTE = "Wilhelmina Quisenberry called from +1 415 555 0142."


def lines(client: Client, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(reverse("advice_export"), asked)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return [json.loads(line) for line in text.splitlines()]


def test_nothing_personal_is_in_it(client: Client, supervisor: User, store: Store) -> None:
    claims = [
        {"fact": "email", "op": "eq", "value": PERSON["email"], "actual": PERSON["email"], "direction": "for", "verified": True,
         "sentence": f"The e-mail is {PERSON['email']} of {PERSON['name']}", "code": "ok"},
        {"fact": "key_email", "op": "eq", "value": "123456789012", "actual": "123456789012", "direction": "for", "verified": True, "sentence": "x"},
    ]  # fmt: skip
    more = {
        "claims": claims, "justification": f"{PERSON['name']} of {PERSON['billing_street']} ordered.",
        "alternatives": [{"outcome": "decline", "why_not": f"It is {PERSON['name']}"}], "prose": "<NAME_1> ordered.",
    }  # fmt: skip
    made = advised(OrderFactory(store=store), more, **CALM, **PERSON)
    decided(made, "decline", note=NOTE)
    client.force_login(supervisor)
    (row,) = lines(client)
    text = json.dumps(row, ensure_ascii=False)
    assert leaks(secrets(made.snapshot.evidence), text) == []
    assert "Quisenberry" not in text
    assert "123456789012" not in text
    assert supervisor.name not in text
    assert str(made.order.pk) not in text
    assert row["recommendation"]["prose"] == "<NAME_1> ordered."
    assert row["recommendation"]["claims"][0]["value"].startswith("<EMAIL_")
    assert row["recommendation"]["claims"][1] == {"fact": "key_email", "op": "eq", "direction": "for", "verified": True}


def test_what_an_advisor_made_up_is_masked_too(client: Client, supervisor: User, store: Store) -> None:
    """Keys and comparisons are a model's words until they are ours: a name in them must not leave."""
    said = f"{PERSON['name']}, {PERSON['email']}, {PERSON['phone']}"
    digits = int(PERSON["phone"].lstrip("+"))
    claims = [
        {"fact": said, "op": said, "value": {said: "x"}, "direction": said, "verified": False, "sentence": said, "actual": None, "code": said},
        {"fact": "good_orders", "op": "eq", "value": {said: [digits, True, 7]}, "direction": "against", "verified": False, "code": "mismatch"},
    ]  # fmt: skip
    made = advised(
        OrderFactory(store=store),
        {"claims": claims, "missing": [said, "phone", 5], "faults": [{"code": "x", "about": said}]},
        **CALM,
        **PERSON,
    )
    decided(made, "decline", note=NOTE)
    client.force_login(supervisor)
    (row,) = lines(client)
    assert leaks(secrets(made.snapshot.evidence), json.dumps(row["recommendation"], ensure_ascii=False)) == []
    assert row["recommendation"]["missing"] == ["phone"]
    made_up, other = row["recommendation"]["claims"]
    assert not {"value", "actual", "sentence"} & set(made_up)
    assert made_up["fact"].startswith("<NAME_1>, <EMAIL_1>")
    assert (other["fact"], other["op"], other["direction"], other["code"]) == ("good_orders", "eq", "against", "mismatch")
    assert list(other["value"].values()) == [["<PHONE_1>", True, 7]]


def test_what_is_in_it(client: Client, supervisor: User, store: Store) -> None:
    decided(advised(OrderFactory(store=store), **WILD), "release", label="legitimate", by=supervisor)
    client.force_login(supervisor)
    (row,) = lines(client)
    assert row["decision"] | {"id": 0, "at": 0} == {
        "id": 0, "at": 0, "outcome": "release", "overrides": True, "reason": "O2", "label": "legitimate", "by": "person", "undone": False,
        "after_an_undo": False,
    }  # fmt: skip
    assert row["turned_out"] == "good"
    assert (row["recommendation"]["advisor"], row["recommendation"]["outcome"], row["lane"]) == ("scorecard", "decline", "fraud")
    assert {fact["key"]: fact.get("value") for fact in row["evidence"]}["failed_attempts"] == 9
    assert {signal["key"] for signal in row["signals"]} >= {"ip_velocity"}


def test_undone_decisions_say_so(client: Client, supervisor: User, store: Store) -> None:
    taken_back = decided(advised(OrderFactory(store=store), **CALM))
    DecisionFactory(case=taken_back.case, recommendation=taken_back.recommendation, outcome="undo", reason="UNDO", supersedes=taken_back)
    client.force_login(supervisor)
    assert [row["decision"]["undone"] for row in lines(client)] == [True]


def test_it_is_recorded_before_the_first_line(client: Client, supervisor: User, store: Store) -> None:
    decided(advised(OrderFactory(store=store), **CALM))
    client.force_login(supervisor)
    answer = client.get(reverse("advice_export"), {"lane": "fraud", "store": store.pk})
    event = Event.objects.get(verb="advice.exported")
    assert (event.actor_id, event.data) == (supervisor.pk, {"rows": 1, "filters": {"lane": "fraud", "store": str(store.pk)}})
    assert answer["Content-Disposition"].endswith('.jsonl"')
    b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_pages_follow_each_other_without_gap_or_repeat(
    client: Client, supervisor: User, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "PAGE", 2)
    at = timezone.now()  # all at one instant
    made = [decided(advised(OrderFactory(store=store), **CALM), decided_at=at) for _ in range(5)]
    client.force_login(supervisor)
    assert sorted(row["decision"]["id"] for row in lines(client)) == sorted(str(one.pk) for one in made)
    monkeypatch.setattr(export, "MOST", 3)
    assert len(lines(client)) == 3


def test_only_stores_with_the_right(client: Client, make_person: Any, store: Store, other_store: Store) -> None:
    decided(advised(OrderFactory(store=store), **CALM))
    theirs = decided(advised(OrderFactory(store=other_store), **CALM))
    client.force_login(make_person(Role.SUPERVISOR, other_store))
    assert [row["decision"]["id"] for row in lines(client)] == [str(theirs.pk)]
    assert [row["decision"]["id"] for row in lines(client, store=store.pk)] == [str(theirs.pk)]  # not a store of theirs: no filter
    client.force_login(make_person(Role.AUDITOR, store))
    assert client.get(reverse("advice_export")).status_code == 403
    assert Event.objects.filter(verb="access.refused").exists()


def test_the_command(system: User, store: Store, tmp_path: Path) -> None:
    decided(advised(OrderFactory(store=store), **CALM, **PERSON), "decline", note=NOTE)
    decided(advised(OrderFactory(store=store), **CALM), decided_at=timezone.now() - timedelta(days=40))
    file, out = tmp_path / "decisions.jsonl", io.StringIO()
    call_command("advice_export", str(file), "--since", (timezone.now() - timedelta(days=7)).isoformat(), stdout=out)
    assert out.getvalue() == f"1 decisions are in {file}.\n"
    assert "Quisenberry" not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="never overwritten"):
        call_command("advice_export", str(file))
    with pytest.raises(CommandError, match="no store"):
        call_command("advice_export", str(tmp_path / "b"), "--store", "none")
