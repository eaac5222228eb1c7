"""Mutate the fact, the operator or the value of claims that hold: the verifier must catch each one that is no longer true.

Whether a mutant is still true is judged here by a second, independent reading of the evidence, written without the verifier.
"""

import random
from typing import Any

from ordersops.advice.verify import Claim, verify
from tests.advice import oracle
from tests.advice.evidence import EVIDENCE
from tests.advice.test_verify import HOLD

ALL_OPERATORS = ("eq", "ne", "ge", "gt", "le", "lt", "contains", "present", "absent")
ROUNDS = 4000


def _mutant(rng: random.Random, claim: tuple[str, str, Any]) -> tuple[str, str, Any]:
    fact, op, value = claim
    match rng.randrange(3):
        case 0:
            return rng.choice([*EVIDENCE.facts, "made_up", fact + "_"]), op, value
        case 1:
            return fact, rng.choice(ALL_OPERATORS), value
        case _:
            return fact, op, oracle.other(rng, value)


def test_every_mutant_that_is_no_longer_true_is_caught() -> None:
    rng = random.Random(20261120)
    false, caught, equivalent = 0, 0, 0
    slipped = []
    for _ in range(ROUNDS):
        original = rng.choice(HOLD)
        fact, op, value = mutant = _mutant(rng, original)
        if mutant == original:
            continue
        passed = verify([Claim(fact, op, value, "for", "")], EVIDENCE)[0].verified
        if oracle.true(EVIDENCE.facts.get(fact), op, value):
            equivalent += 1
            continue
        false += 1
        caught += not passed
        if passed:
            slipped.append(mutant)
    print(f"mutants: {false + equivalent}, still true: {equivalent}, no longer true: {false}, caught: {caught} ({caught / false:.1%})")
    assert not slipped, slipped[:10]
    assert false > ROUNDS / 3
