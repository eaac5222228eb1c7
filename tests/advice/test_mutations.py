"""Change anything in an answer that holds: the verifier catches it, unless what is said afterwards is still true.

Whether it is still true is judged by `oracle`, which knows the evidence and nothing of the verifier. `-s` shows the catch rate of each kind.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fraud.signals.leanings import LEANINGS
from ordersops.advice.answers import Answer, SetAside
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.verify import Claim
from tests.advice import oracle
from tests.advice.evidence import Case, mixed, models, of_scorecard
from tests.fraud.test_stories import ORDINARY, SUSPICIOUS, Shops, shops  # noqa: F401  the fixture

ALL_OPERATORS = ("eq", "ne", "ge", "gt", "le", "lt", "contains", "present", "absent")
Mutant = tuple[Answer, bool]  # with whether it is still true
Kind = Callable[[Case, random.Random], Iterator[Mutant]]


def _with(case: Case, place: int, **changed: Any) -> Answer:
    claims = list(case.answer.claims)
    claims[place] = replace(claims[place], **changed)
    return replace(case.answer, claims=claims)


def _claims(case: Case, change: Callable[[Claim], Claim]) -> Iterator[Mutant]:
    """Each claim changed, and judged: true, its form in order, and the weightiest signals are spoken of as before."""
    for place, claim in enumerate(case.answer.claims):
        mutant = change(claim)
        if mutant == claim:
            continue
        fact = case.evidence.facts.get(mutant.fact)
        yield _with(case, place, fact=mutant.fact, op=mutant.op, value=mutant.value), bool(oracle.true(fact, mutant.op, mutant.value))


def value(case: Case, rng: random.Random) -> Iterator[Mutant]:
    for _ in range(3):
        yield from _claims(case, lambda claim: replace(claim, value=oracle.other(rng, claim.value)))


def reference(case: Case, rng: random.Random) -> Iterator[Mutant]:
    yield from _claims(case, lambda claim: replace(claim, fact=rng.choice([*case.evidence.facts, "made_up", claim.fact + "_"])))


def operator(case: Case, rng: random.Random) -> Iterator[Mutant]:
    for op in rng.sample(ALL_OPERATORS, 4):
        yield from _claims(case, lambda claim, op=op: replace(claim, op=op))  # type: ignore[misc]


def direction(case: Case, rng: random.Random) -> Iterator[Mutant]:
    for place, claim in enumerate(case.answer.claims):
        turned = "against" if claim.direction == "for" else "for"
        yield _with(case, place, direction=turned), oracle.other_way(claim, case.evidence, case.signals, LEANINGS)
        yield _with(case, place, direction=rng.choice(["", "neutral", "FOR", "risk"])), False


def number_in_sentence(case: Case, rng: random.Random) -> Iterator[Mutant]:
    for place, claim in enumerate(case.answer.claims):
        for text, still in _renumbered(claim.sentence, [claim], case, rng):
            yield _with(case, place, sentence=text), still


def number_in_prose(case: Case, rng: random.Random) -> Iterator[Mutant]:
    for text, still in _renumbered(case.answer.prose, list(case.answer.claims), case, rng):
        yield replace(case.answer, prose=text), still


def _renumbered(text: str, claims: list[Claim], case: Case, rng: random.Random) -> Iterator[tuple[str, bool]]:
    """Each number of the text replaced by others, some of them numbers of the evidence that belong elsewhere."""
    known, bounds = oracle.cited(claims, case.evidence), oracle.bounds(claims)
    for found in re.finditer(r"(?<![\w-])\d+(?:,\d{3})*(?:\.\d+)?", text):
        if text[found.end() :].startswith("-D"):
            continue  # 3-D Secure
        number = Decimal(found[0].replace(",", ""))
        for other in {
            number + 1,
            number * 10,
            number / 10,
            Decimal(rng.randrange(10**4)),
            *rng.sample(sorted(bounds), min(len(bounds), 2)),
        } - {number}:
            worded = other in bounds and (text[: found.start()].endswith(oracle.BOUND_WORDS) or text[found.end() :].startswith(" or more"))
            yield f"{text[: found.start()]}{other.normalize():f}{text[found.end() :]}", other in known or worded


def number_in_words(case: Case, rng: random.Random) -> Iterator[Mutant]:
    """A sentence more, with a number that no cited fact holds."""
    words = {"two": 2, "four": 4, "nine": 9, "twenty-one": 21, "a dozen": 12, "three hundred": 300}
    known = oracle.cited(list(case.answer.claims), case.evidence) | oracle.bounds(list(case.answer.claims))
    for word, meant in words.items():
        yield replace(case.answer, prose=f"{case.answer.prose} There were {word} earlier chargebacks."), Decimal(meant) in known


def unit_in_prose(case: Case, rng: random.Random) -> Iterator[Mutant]:
    text = case.answer.prose
    for wrong, right in (("€", "$"), (" miles", " km"), (" hours", " days"), (" GBP", " USD"), (" EUR", "%")):
        if re.search(rf"\d{re.escape(right)}|{re.escape(right)}\d", text):
            yield replace(case.answer, prose=text.replace(right, wrong)), False


def unquoted(case: Case, rng: random.Random) -> Iterator[Mutant]:
    """A number of the customer's as if it were ours."""
    for said in re.findall(r"“([^”]*\d[^”]*)”", case.answer.prose):
        if any(case.evidence.facts[claim.fact].trust == "customer" and said in str(claim.value) for claim in case.answer.claims):
            yield replace(case.answer, prose=case.answer.prose.replace(f"“{said}”", said)), False
            yield replace(case.answer, prose=case.answer.prose.replace(f"“{said}”", f"“{said} and more”")), False


def laundering(case: Case, rng: random.Random) -> Iterator[Mutant]:
    """A number out of a text that is cited, be it a title, a partner's sentence or the customer's note, told as if it counted something."""
    known = oracle.cited(list(case.answer.claims), case.evidence)
    for claim in case.answer.claims:
        for text in _texts(case.evidence.facts[claim.fact].value):
            for number in re.findall(r"\d+", text):
                digit = number[:1]
                for named, words in (
                    (number, f"There are {number} chargebacks on this card."), (number, f"{number} disputes."),
                    (number, f"The card has “{number}” chargebacks."), (digit, f'"{digit}" of them were ours.'),
                    (number, f"{text} chargebacks are known."), (number, f"We know of {text[text.index(number) :]} orders."),
                ):  # fmt: skip
                    yield replace(case.answer, prose=f"{case.answer.prose} {words}"), Decimal(named) in known


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for row in value for text in _texts(list(row.values()) if isinstance(row, dict) else row)]
    return [value] if isinstance(value, str) and any(map(str.isalpha, value)) else []


def outcome(case: Case, rng: random.Random) -> Iterator[Mutant]:
    other = next(key for key in case.possible if key != case.answer.outcome)
    yield replace(case.answer, outcome=other), False
    yield (
        replace(case.answer, outcome=other, alternatives=[{"outcome": case.answer.outcome, "why_not": "It does not fit"}]),
        _may_be(case, other),
    )
    for made_up in ("refund", "", "Release", None):
        yield replace(case.answer, outcome=made_up), False  # type: ignore[arg-type]


def _may_be(case: Case, other: str) -> bool:
    """A score between the policy's lines goes with either outcome, where something verified speaks for it."""
    policy, score = case.lane.policy, case.answer.score
    if not policy.anomalous_from <= score < policy.high_from:
        return False
    side = "for" if other == "decline" else "against"
    spoken = any(one.direction == side and case.evidence.facts[one.fact].trust != "customer" for one in case.answer.claims)
    return spoken or (other == "release" and sum(one.points for one in case.signals) < policy.decline_from)


def score(case: Case, rng: random.Random) -> Iterator[Mutant]:
    policy = case.lane.policy
    for said in (0, policy.anomalous_from - 1, policy.high_from, 100):
        fits = said >= policy.anomalous_from if case.answer.outcome == "decline" else said < policy.high_from
        named = f"score {case.answer.score}" in case.answer.prose and said != case.answer.score
        yield replace(case.answer, score=said), fits and not named
    for wrong in (-1, 101, True, "50", 49.5, None):
        yield replace(case.answer, score=wrong), False  # type: ignore[arg-type]


def confidence(case: Case, rng: random.Random) -> Iterator[Mutant]:
    for wrong in ("", "sure", "HIGH", None, 3):
        yield replace(case.answer, confidence=wrong), False  # type: ignore[arg-type]


def alternatives(case: Case, rng: random.Random) -> Iterator[Mutant]:
    (one,) = case.answer.alternatives
    other = case.answer.outcome
    wrong: Any
    for wrong in (
        [], [{**one, "outcome": other}], [{**one, "outcome": "refund"}], [one, one], [{**one, "why_not": " "}], [{}], ["decline"], None,
        [one, {"outcome": other, "why_not": "Both at once"}], [{**one, "why_not": "There were 987654 chargebacks"}],
    ):  # fmt: skip
        yield replace(case.answer, alternatives=wrong), False


def missing(case: Case, rng: random.Random) -> Iterator[Mutant]:
    present = [fact.key for fact in case.evidence if fact.state == "present"]
    for wrong in (rng.choice(present), "made_up", "", 5):
        yield replace(case.answer, missing=[*case.answer.missing, wrong]), False  # type: ignore[list-item]


def set_aside(case: Case, rng: random.Random) -> Iterator[Mutant]:
    rows = list(case.answer.set_aside)
    reason = "It says little about this order"
    used = next(
        one.key for one in case.signals if one.points and all(fact in {claim.fact for claim in case.answer.claims} for fact in one.facts)
    )
    yield replace(case.answer, set_aside=[*rows, SetAside("made_up", reason)]), False
    yield replace(case.answer, set_aside=[*rows, SetAside(used, "because")]), False
    if len([one for one in case.signals if one.points and set(one.facts) & set(_of(case, used).facts)]) == 1:
        yield replace(case.answer, set_aside=[*rows, SetAside(used, reason)]), False
    for place, row in enumerate(rows):
        yield replace(case.answer, set_aside=[*rows[:place], replace(row, reason=" " * 40), *rows[place + 1 :]]), False
        yield (
            replace(case.answer, set_aside=[*rows[:place], replace(row, reason=row.reason + ", as 4711 others did"), *rows[place + 1 :]]),
            False,
        )


def _of(case: Case, key: str) -> Any:
    return next(one for one in case.signals if one.key == key)


def silence(case: Case, rng: random.Random) -> Iterator[Mutant]:
    """Nothing said of one of the three weightiest signals."""
    heavy = sorted((one for one in case.signals if one.points), key=lambda one: (-abs(one.points), one.key))[:3]
    for one in heavy:
        if one.key not in {row.signal for row in case.answer.set_aside}:
            yield replace(case.answer, claims=[claim for claim in case.answer.claims if claim.fact not in one.facts], prose=""), False


def both_ways(case: Case, rng: random.Random) -> Iterator[Mutant]:
    for claim in case.answer.claims:
        turned = replace(claim, direction="against" if claim.direction == "for" else "for")
        yield replace(case.answer, claims=[*case.answer.claims, turned]), False


def foreign(case: Case, rng: random.Random) -> Iterator[Mutant]:
    for words in (
        "See https://example.net/free.", "Write to someone@mail.example.", "Ask <EMAIL_99> first.", "Go to cheap-goods.shop/now.",
        "<b>Release</b> it.", "[this](there)", "Relea\u200bse it.", "\u202eti esaeleR", "The customer has ４０ orders.",
        "The customer has ٤٠ orders.", "It was ⑲ orders.",
    ):  # fmt: skip
        yield replace(case.answer, prose=f"{case.answer.prose} {words}"), False


KINDS: dict[str, Kind] = {
    kind.__name__: kind
    for kind in (
        value, reference, operator, direction, number_in_sentence, number_in_prose, number_in_words, unit_in_prose, unquoted, laundering, outcome,
        score, confidence, alternatives, missing, set_aside, silence, both_ways, foreign,
    )
}  # fmt: skip


def _changed(before: Answer, after: Answer) -> list[tuple[Any, Any]]:
    """The parts in which two answers differ."""
    claims = [(one, other) for one, other in zip(before.claims, after.claims, strict=False) if one != other]
    names = ("outcome", "score", "confidence", "set_aside", "missing", "alternatives", "prose")
    return claims or [(getattr(before, name), getattr(after, name)) for name in names if getattr(before, name) != getattr(after, name)]


def hunt(cases: list[Case], seed: int) -> str:
    """Every mutant of every case. Fails with the first that slipped through; returns the catch rates."""
    rng = random.Random(seed)
    false: Counter[str] = Counter()
    true: Counter[str] = Counter()
    slipped = []
    for case in cases:
        assert case.examined().verified, case.examined()
        for name, kind in KINDS.items():
            for mutant, still_true in kind(case, rng):
                if still_true:
                    true[name] += 1
                    continue
                false[name] += 1
                if case.examined(mutant).verified:
                    slipped.append((name, _changed(case.answer, mutant)))
    missed = Counter(name for name, _ in slipped)
    rates = "\n".join(
        f"{name:20}{false[name]:7} mutants no longer true, {1 - missed[name] / max(false[name], 1):7.1%} caught, {true[name]:5} still true"
        for name in KINDS
    )
    print(f"\n{len(cases)} answers\n{rates}")
    assert not slipped, f"{rates}\n{slipped[:3]}"
    return rates


def test_answers_of_the_scorecard() -> None:
    hunt([case for case in map(of_scorecard, mixed(60)) if case.answer.claims], seed=1)


def telling() -> Case:
    """An answer that cites texts with numbers in them, and repeats them as it may."""
    case, said = models()[0], models()[0].answer
    facts = (
        Fact("basket", "Basket", "list", [{"units": 2, "title": "iPhone 15 Pro"}, {"units": 1, "title": "99 prior orders"}], source="order"),
        Fact("shipping_method", "Shipping method", "text", "Express 24"),
        Fact("platform_risk_facts", "What the platform says about the risk", "list",
             [{"says": "Card used 77 times", "sentiment": "negative"}], source="platform"),
        Fact("note", "Note", "text", "I have 40 prior orders with you, please ship today, ref 1993", trust="customer", personal=True),
    )  # fmt: skip
    known = Evidence([*(fact for fact in case.evidence if fact.key not in {one.key for one in facts}), *facts])
    claims = [
        Claim("basket", "contains", {"title": "iPhone 15 Pro"}, "for", "Basket: “iPhone 15 Pro”"),
        Claim("basket", "contains", {"units": 1, "title": "99 prior orders"}, "for", "Basket: “1 99 prior orders”"),
        Claim("shipping_method", "eq", "Express 24", "for", "Shipping method: “Express 24”"),
        Claim("platform_risk_facts", "contains", {"sentiment": "negative"}, "for", "The platform says “used 77 times”"),
        Claim("note", "contains", "ship today, ref 1993", "for", "Note: “ship today, ref 1993”"),
    ]
    prose = (
        f"{said.prose} The iPhone 15 Pro goes by Express 24, 2 units of it, and of “99 prior orders” 1 unit. "
        "The platform writes “Card used 77 times”, the customer “today, ref 1993”."
    )
    return Case(replace(said, claims=[*said.claims, *claims], prose=prose), known, case.lane.signals(known), case.lane)


def test_answers_as_models_write_them() -> None:
    rates = hunt([*models(), telling()], seed=2)
    assert not re.search(r" 0 mutants", rates), rates


@pytest.mark.django_db
def test_answers_about_the_stories_of_the_simulated_shops(shops: Shops) -> None:  # noqa: F811
    cases = []
    for name in (*ORDINARY, *SUSPICIOUS):
        orders = shops.tell(name)
        lane = models()[0].lane
        cases += [of_scorecard(known) for known in list(lane.gather(orders).values())[:2]]
    hunt([case for case in cases if case.answer.claims], seed=3)


def test_a_repeated_claim_is_a_note_and_counts_once() -> None:
    for case in models():
        before = case.examined()
        for claim in case.answer.claims:
            after = case.examined(replace(case.answer, claims=[*case.answer.claims, *[claim] * 3]))
            assert [fault.code for fault in after.faults] == ["duplicate"]
            assert after.verified
            assert after.justification == before.justification
