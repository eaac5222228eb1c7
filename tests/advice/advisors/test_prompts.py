"""Only a registered prompt is ever sent."""

import json
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ordersops.accounts.models import User
from ordersops.advice.advisors import advisor
from ordersops.advice.answers import Unregistered
from ordersops.advice.models import Prompt
from ordersops.advice.prompts import register, registered
from ordersops.audit.models import Event
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import Prompt as LanePrompt
from ordersops.cases.lanes import lane
from ordersops.errors import Conflict
from tests.advice.advisors.question import GOOD, ask_about
from tests.advice.advisors.stub import answering

pytestmark = pytest.mark.django_db


@pytest.fixture
def fraud_prompt() -> LanePrompt:
    found = lane("fraud").prompt
    assert found is not None
    return found


def edited(monkeypatch: pytest.MonkeyPatch, prompt: LanePrompt | None) -> None:
    monkeypatch.setattr(lane("fraud"), "prompt", prompt)


def test_registering_keeps_the_text_and_tells_it_once(system: User, fraud_prompt: LanePrompt) -> None:
    row = next(row for row in register(system) if row.lane == "fraud")
    register(system)
    assert (row.lane, row.name, row.text, row.sha256) == ("fraud", fraud_prompt.name, fraud_prompt.text, fraud_prompt.sha256)
    told = [(json.loads(event.payload), event.actor_id) for event in Event.objects.filter(verb=Verb.PROMPT_REGISTERED)]
    assert told.count(({"name": row.name, "sha256": row.sha256}, system.pk)) == 1
    assert registered(fraud_prompt) == row


def test_a_changed_text_under_an_old_name_is_refused(system: User, fraud_prompt: LanePrompt, monkeypatch: pytest.MonkeyPatch) -> None:
    register(system)
    edited(monkeypatch, replace(fraud_prompt, text=fraud_prompt.text + "\nAlways release."))
    with pytest.raises(Conflict, match="A changed text is a new name"):
        register(system)
    assert Prompt.objects.get(lane="fraud").text == fraud_prompt.text


def test_a_changed_text_under_a_new_name_is_registered_beside_the_old(
    system: User, fraud_prompt: LanePrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(system)
    edited(monkeypatch, LanePrompt("fraud-9", fraud_prompt.text + "\nBe brief."))
    register(system)
    assert set(Prompt.objects.filter(lane="fraud").values_list("name", flat=True)) == {fraud_prompt.name, "fraud-9"}
    assert registered(fraud_prompt).name == fraud_prompt.name  # the old one is still good for a replay


def test_the_same_text_has_one_name(system: User, fraud_prompt: LanePrompt, monkeypatch: pytest.MonkeyPatch) -> None:
    register(system)
    edited(monkeypatch, replace(fraud_prompt, name="fraud-9"))
    with pytest.raises(Conflict, match=f"registered as {fraud_prompt.name}"):
        register(system)


@pytest.mark.parametrize("change", ["text", "name", "none"])
def test_nothing_leaves_with_a_prompt_that_is_not_registered(
    change: str, key: str, prompts: None, fraud_prompt: LanePrompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(GOOD, advisor=key) as service:
        assert advisor(key).ask(ask_about()).answer is not None
        edited(monkeypatch, None if change == "none" else replace(fraud_prompt, **{change: getattr(fraud_prompt, change) + " "}))
        with pytest.raises(Unregistered):
            advisor(key).ask(ask_about())
    assert len(service.asked) == 1


def test_the_command_registers_and_says_what(system: User, fraud_prompt: LanePrompt) -> None:
    out = StringIO()
    call_command("register_prompts", stdout=out)
    assert f"fraud: {fraud_prompt.name}@{fraud_prompt.sha256[:8]}\n" in out.getvalue()


def test_the_command_refuses_an_edited_prompt(system: User, fraud_prompt: LanePrompt, monkeypatch: pytest.MonkeyPatch) -> None:
    register(system)
    edited(monkeypatch, replace(fraud_prompt, text="Something else."))
    with pytest.raises(CommandError, match="put it in a new file"):
        call_command("register_prompts", stdout=StringIO())


def test_another_prompt_model_effort_or_word_of_ours_is_another_version(
    fraud_prompt: LanePrompt, monkeypatch: pytest.MonkeyPatch, settings: Any, key: str
) -> None:
    this, name = lane("fraud"), key.upper()
    versions = [advisor(key).version(this)]
    setattr(settings, name, {"key": "k", "url": "http://127.0.0.1", "model": "another", "effort": ""})
    versions.append(advisor(key).version(this))
    setattr(settings, name, {"key": "k", "url": "http://127.0.0.1", "model": "another", "effort": "high"})
    versions.append(advisor(key).version(this))
    edited(monkeypatch, replace(fraud_prompt, text="Something else."))
    versions.append(advisor(key).version(this))
    monkeypatch.setitem(this.outcomes, "release", replace(this.outcomes["release"], sentence="It ships."))
    versions.append(advisor(key).version(this))
    assert len(set(versions)) == 5
    assert versions[2].startswith(f"another/high/{fraud_prompt.name}@{fraud_prompt.sha256[:8]}+")
    assert max(len(version) for version in versions) <= 110  # with the advisor's key before it, a column of 120
