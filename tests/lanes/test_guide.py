"""What docs/adding-a-lane.md shows is a lane as good as the others: here it is added, asked, decided and carried out."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings
from django.template import engines
from django.test import Client

from ordersops.accounts.models import User
from ordersops.accounts.roles import Role
from ordersops.advice.actions import ask
from ordersops.advice.models import Question, Recommendation
from ordersops.audit.actions import atomic
from ordersops.cases.lanes import lane, lanes
from ordersops.cases.models import Case
from ordersops.effects.models import Effect
from ordersops.errors import Invalid
from ordersops.orders.actions import apply_facts
from ordersops.orders.models import Order
from ordersops.review import actions
from ordersops.review.models import Decision
from ordersops.rollout.actions import write_policy
from ordersops.rollout.content import built_in
from ordersops.stores.facts import CoreFacts, LineFacts, OrderFacts
from ordersops.stores.models import Store
from tests.api.conftest import MakeMachine, machine
from tests.fraud.shop import NOON
from tests.people import MakePerson

__all__ = ["machine"]
PAGE = (settings.BASE_DIR / "docs" / "adding-a-lane.md").read_text()
CODE, LINE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
(PANEL,) = re.findall(r"```django\n(.*?)```", PAGE, re.DOTALL)
Work = Callable[[], int]


@pytest.fixture(autouse=True)
def gifts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The lane of the page, in place: its module, its panel, and its line in the settings."""
    module = ModuleType("gifts.lane")
    exec(compile(CODE, "gifts/lane.py", "exec"), vars(module))
    monkeypatch.setitem(sys.modules, "gifts", ModuleType("gifts"))
    monkeypatch.setitem(sys.modules, "gifts.lane", module)
    (tmp_path / "gifts").mkdir()
    (tmp_path / "gifts" / "_panel.html").write_text(PANEL)
    monkeypatch.setattr(engines["django"].engine, "dirs", [*engines["django"].engine.dirs, tmp_path])
    names = {"LANES": list(settings.LANES)}
    exec(LINE, names)
    monkeypatch.setattr(settings, "LANES", names["LANES"])
    lanes.cache_clear()
    yield
    lanes.cache_clear()


@pytest.fixture
def placed(store: Store, system: User, work: Work) -> Callable[[str], Order]:
    """A gift order with this greeting, asked about and answered."""

    def place(greeting: str) -> Order:
        head = CoreFacts(
            at=NOON, number="G-1", placed_at=NOON, currency="USD", total="40.00", note=greeting, tags=["gift"], email="ada@posteo.de",
            lines=(LineFacts(external_id="1", sku="MUG", title="Mug", quantity=1, price="40.00"),),
        )  # fmt: skip
        with atomic():
            ask(changes=apply_facts(facts=[(store.pk, OrderFacts(order="G-1", at=NOON, core=head))], by=system))
        work()
        return Order.objects.get(store=store)

    return place


@pytest.fixture
def reviewer(store: Store, make_person: MakePerson) -> User:
    return make_person(Role.SUPERVISOR, store)


def test_a_clear_question_is_answered_and_needs_nobody(placed: Callable[[str], Order]) -> None:
    order = placed("All the best")
    advice = Recommendation.objects.get(lane="gifts")
    assert (advice.subject, advice.outcome, advice.terms, advice.band) == (order.pk, "print", {"paper": "plain"}, "clear")
    assert not Case.objects.filter(lane="gifts").exists()


def test_what_needs_a_person_is_decided_and_carried_out(placed: Callable[[str], Order], reviewer: User) -> None:
    placed("word " * 60)
    case = Case.objects.get(lane="gifts")
    assert (case.headline, case.band, case.name) == ("The greeting is too long for a card", "high", "G-1")
    decision = actions.approve(case=case, by=reviewer, version=case.version)
    assert isinstance(decision, Decision)
    effect = Effect.objects.get(decision=decision)
    assert (effect.kind, effect.arguments["add"]) == ("order.tag", ["card-ask"])
    undone = actions.undo(decision=decision, by=reviewer)
    assert (undone.supersedes, Case.objects.get(pk=case.pk).state) == (decision, "open")


def test_other_terms_are_a_decision_against_the_advice(placed: Callable[[str], Order], reviewer: User) -> None:
    placed("")
    case = Case.objects.get(lane="gifts")
    assert Recommendation.objects.get(lane="gifts").terms == {"paper": "plain"}
    with pytest.raises(Invalid, match="not what is recommended"):
        actions.approve(case=case, by=reviewer, version=case.version, terms={"paper": "large"})
    with pytest.raises(Invalid, match="gold is not one of the available choices"):
        actions.override(
            case=case,
            by=reviewer,
            version=case.version,
            outcome="print",
            reason="G1",
            note="They asked on the phone.",
            terms={"paper": "gold"},
        )
    decision = actions.override(
        case=case,
        by=reviewer,
        version=case.version,
        outcome="print",
        reason="G1",
        note="They asked on the phone.",
        terms={"paper": "large"},
    )
    assert isinstance(decision, Decision)
    assert (decision.outcome, decision.overrides, decision.terms) == ("print", True, {"paper": "large"})
    assert Effect.objects.get(decision=decision).arguments["add"] == ["card-large"]


def test_it_is_worked_at_the_desk(placed: Callable[[str], Order], reviewer: User, client: Client) -> None:
    placed("")
    case = Case.objects.get(lane="gifts")
    client.force_login(reviewer)
    assert b"There is no greeting" in client.get("/queues/gifts/").content
    assert b'id="gifts-panel"' in client.get(f"/cases/{case.pk}/").content
    asked = client.get(f"/cases/{case.pk}/override").content.decode()
    assert 'name="terms-print-paper"' in asked
    wrong = {"version": case.version, "outcome": "print", "reason": "G1", "note": "They asked on the phone.", "terms-print-paper": "gold"}
    again = client.post(f"/cases/{case.pk}/override", wrong)
    assert (again.status_code, b"gold is not one of" in again.content) == (422, True)
    done = client.post(f"/cases/{case.pk}/override", {**wrong, "terms-print-paper": "large"})
    assert done.status_code == 303
    assert Decision.objects.get(case=case).terms == {"paper": "large"}


def test_it_is_worked_by_machines(placed: Callable[[str], Order], reviewer: User, machine: MakeMachine) -> None:
    placed("")
    case, asks = Case.objects.get(lane="gifts"), machine(reviewer)
    shown = asks.get(f"cases/{case.pk}").json()
    assert shown["recommendation"]["terms"] == {"paper": "plain"}
    (paper,) = shown["terms"]["print"]
    assert paper == {"name": "paper", "label": "Paper", "value": "plain", "required": True, "choices": ["plain", "large"]}
    about = {"version": case.version, "outcome": "print", "reason": "G1", "note": "They asked on the phone."}
    refused = asks.post(f"cases/{case.pk}/override", {**about, "terms": {"paper": "gold"}})
    assert (refused.status_code, "gold is not one of" in refused.json()["detail"]) == (422, True)
    done = asks.post(f"cases/{case.pk}/override", {**about, "terms": {"paper": "large"}})
    assert done.json()["decisions"][0]["terms"] == {"paper": "large"}


def test_a_policy_says_what_the_lane_goes_by(placed: Callable[[str], Order], make_person: MakePerson, store: Store, client: Client) -> None:
    author = make_person(Role.SUPERVISOR, store)
    content = {**built_in(lane("gifts")).model_dump(mode="json"), "settings": {"most_words": 80}}
    asked = {"lane": "gifts", "store": store, "scope": "everything", "rule": [], "note": "Longer cards are in stock.", "by": author}
    policy = write_policy(**asked, content=content)
    assert policy.content["settings"] == {"most_words": 80}
    for wrong, said in (({"most_words": 2}, "Longest greeting"), ({"colour": "red"}, "colour")):
        with pytest.raises(Invalid, match=said):
            write_policy(**asked, content={**content, "settings": wrong})
    client.force_login(author)
    form = client.get(f"/rollout/policies/new?lane=gifts&store={store.pk}").content.decode()
    assert ("Longest greeting" in form, "What gifts goes by" in form) == (True, True)
    assert "Longest greeting" in client.get(f"/rollout/policies/{policy.pk}").content.decode()


def test_a_question_is_asked_once(placed: Callable[[str], Order]) -> None:
    order = placed("")
    assert Question.objects.filter(lane="gifts", subject=order.pk).count() == 1
