"""Sets of labelled questions: read strictly, asked, and scored. The golden set holds the scorecard to what it can do."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from ordersops.accounts.models import User
from ordersops.advice.answers import Answer
from ordersops.advice.evaluate import evaluate
from ordersops.advice.golden import Unreadable, make, read
from ordersops.advice.masking import TOKEN
from ordersops.advice.models import Call
from ordersops.stores.models import Store
from tests.advice.advisors.stub import Plain, answering
from tests.advice.leaks import leaks, secrets
from tests.advice.replay.old import CALM, WILD, advised, decided
from tests.factories import OrderFactory, SnapshotFactory
from tests.fraud.sheets import evidence

GOLDEN = Path(__file__).parent / "golden.jsonl"


def line(expected: str = "release", tags: list[str] | None = None, lane: str = "fraud", **facts: Any) -> str:
    body = json.loads(evidence(**(facts or CALM)).canonical())
    return json.dumps({"lane": lane, "snapshot": body, "expected": expected, "tags": tags or []})


def test_the_scorecard_on_the_golden_set() -> None:
    """Fictional orders: every ordinary one is released, nearly every suspicious one declined, and no note changes that."""
    with GOLDEN.open(encoding="utf-8") as file:
        found = evaluate(read(file), advisor_key="scorecard")
    assert found.accuracy >= 0.9
    assert found.expected["legitimate"].share.value == 1
    assert found.tags["injection"].share.value == 1
    assert found.claims_verified == found.claims > 100
    assert found.answers_verified == found.all.count
    assert found.calibration.brier is not None
    assert found.calibration.brier < 0.1


def test_a_label_stands_for_the_outcomes_of_its_tone() -> None:
    bad, good, plain = read([line("confirmed_fraud"), "", line("legitimate"), line("release")])
    assert (bad.expected, bad.bad, good.expected, good.bad) == ({"decline"}, True, {"release"}, False)
    assert (plain.expected, plain.bad, plain.line) == ({"release"}, None, 4)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Line 2"),
        ("[]", "needs lane, snapshot and expected"),
        (line().replace('"tags"', '"tag"'), "nothing else"),
        (line(lane="none"), "no lane 'none'"),
        (line("maybe"), "no outcome of fraud"),
        (line("suspected"), "no label"),
        (line().replace('"schema": 1', '"schema": 9'), "schema 1"),
        (line().replace('"kind": "flag"', '"kind": "magic"'), "no such kind"),
        (line().replace('"key": "good_orders"', '"key": "same_address"'), "does not read back"),
        (line().replace('"40.00"', "40.0"), "numbers with decimals are texts"),
        (line(tags=[""]), "tags are a list of words"),
        (line().replace('"tags": []', '"tags": "x"'), "tags are a list of words"),
        ('{"lane": "fraud", "snapshot": {"schema": 1, "facts": [3]}, "expected": "release"}', "needs key, label and kind"),
        ("[" * 100_000, "Line 2"),
    ],
)
def test_a_line_that_is_no_question_is_named(text: str, why: str) -> None:
    with pytest.raises(Unreadable, match="Line 2") as refused:
        list(read([line(), text]))
    assert why in str(refused.value)


@pytest.mark.django_db
def test_a_model_is_scored(system: User) -> None:
    says = [Answer("release", 10, "high", []), Answer("decline", 90, "high", []), Plain(529, {}, b"{}"), "no JSON"]
    with answering(says):
        questions = read([line("legitimate", ["a"]), line("legitimate", ["a", "b"]), line("release"), line("decline", ["b"])])
        found = evaluate(questions, advisor_key="claude")
    assert (found.all.right, found.all.count) == (1, 4)
    assert found.confusion == {
        ("legitimate", "release"): 1,
        ("legitimate", "decline"): 1,
        ("release", "no answer"): 1,
        ("decline", "no answer"): 1,
    }
    assert (found.tags["a"].right, found.tags["a"].count, found.tags["b"].right) == (1, 2, 0)
    assert found.codes == {"answered": 2, "busy": 1, "unreadable": 1}
    assert (found.calibration.count, found.calibration.brier) == (2, pytest.approx((0.01 + 0.81) / 2))
    assert found.cost_micros > 0
    assert [row[0] for row in found.wrong] == [2, 3, 4]
    assert not Call.objects.exists()  # no snapshot of ours


@pytest.mark.django_db
def test_a_call_about_a_snapshot_of_ours_is_kept(store: Store, system: User) -> None:
    ours = evidence(**WILD)
    snapshot = SnapshotFactory(order__store=store, body=ours.canonical())
    with answering(Answer("decline", 90, "high", [])):
        found = evaluate(read([line("decline", **WILD), line("decline", **CALM)]), advisor_key="claude")
    call = Call.objects.get()
    assert (call.purpose, call.snapshot, call.store) == ("eval", snapshot, store)
    assert found.cost_micros == 2 * call.cost_micros


@pytest.mark.django_db
def test_it_stops_before_its_money_is_exceeded(system: User) -> None:
    with answering(Answer("release", 10, "high", [])) as service:
        found = evaluate(read([line(), line()]), advisor_key="claude", most_dollars=0)  # type: ignore[arg-type]
    assert service.asked == []
    assert "dollars" in found.stopped


def test_the_command(tmp_path: Path) -> None:
    file, notes, out = tmp_path / "set.jsonl", tmp_path / "notes.md", io.StringIO()
    file.write_text(f"{line('legitimate')}\n{line('confirmed_fraud', ['injection'])}\n")
    call_command("advice_eval", "--set", str(file), "--markdown", str(notes), stdout=out)
    assert "| confirmed_fraud | release | 1 |" in out.getvalue()
    assert notes.read_text() == out.getvalue()
    out = io.StringIO()
    call_command("advice_eval", "--set", str(file), "--json", stdout=out)
    assert json.loads(out.getvalue())["accuracy"] == 0.5
    with pytest.raises(CommandError) as refused:
        call_command("advice_eval", "--set", str(file), "--least-accuracy", "0.9", stdout=io.StringIO())
    assert refused.value.returncode == 1


@pytest.mark.parametrize("text", ["", "{"])
def test_the_command_refuses_a_set_that_is_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(text)
    with pytest.raises(CommandError):
        call_command("advice_eval", "--set", str(file))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("advice_eval", "--set", str(tmp_path / "none"))


PERSON = {"name": "Wilhelmina Quisenberry", "email": "mina.quisenberry@example.com", "billing_street": "1742 Larkspur Crescent"}


@pytest.mark.django_db
def test_a_set_is_made_of_decided_questions_whose_truth_is_known(store: Store) -> None:
    known = advised(OrderFactory(store=store), **WILD, **PERSON)
    decided(known, "decline", reason="D1", label="confirmed_fraud")
    decided(advised(OrderFactory(store=store), **CALM), label="suspected")
    advised(OrderFactory(store=store), **CALM, name="Nobody Decided")
    made = list(make(lane_key="fraud"))
    assert len(made) == 1
    assert leaks(secrets(known.snapshot.evidence), made[0]) == []
    assert TOKEN.search(made[0])
    assert [one.said for one in read(made)] == ["confirmed_fraud"]
    exact = list(make(lane_key="fraud", unmasked=True))
    assert PERSON["email"] in exact[0]
    assert next(iter(read(exact))).evidence.canonical() == known.snapshot.evidence.canonical()


@pytest.mark.django_db
def test_the_command_makes_a_set_and_never_overwrites_one(store: Store, tmp_path: Path) -> None:
    decided(advised(OrderFactory(store=store), **WILD, **PERSON), "decline", reason="D1", label="confirmed_fraud")
    file, out = tmp_path / "made.jsonl", io.StringIO()
    call_command("advice_eval", "--make", str(file), stdout=out)
    assert "1 labelled questions" in out.getvalue()
    assert "masked" in out.getvalue()
    assert PERSON["email"] not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError, match="never overwritten"):
        call_command("advice_eval", "--make", str(file))
