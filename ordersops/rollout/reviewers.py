"""Whose decisions may lift a lane into automation: neither its author's nor its promoter's, nor one person's alone (law 16)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the gate, with the reason for it. Ours."""

    value: int
    reason: str


LEAST_PEOPLE = Number(2, "Agreement with one person alone is that person's habit. A small team can spare two beside author and promoter.")
MOST_OF_ONE = Number(80, "Per cent. The second person's share is then large enough that their disagreement would be seen in the agreement.")


def enough(by: Mapping[UUID, int], left_out: int) -> tuple[bool, str]:
    """Whether enough people made the decisions that count, and a sentence. `by` is how many each made, `left_out` how many do not count."""
    people, least, most = len(by), LEAST_PEOPLE.value, MOST_OF_ONE.value
    made, busiest = sum(by.values()), max(by.values(), default=0)
    aside = f" Decisions by the policy's author and by who promotes are left out: {left_out:,}." if left_out else ""
    if people < least:
        said = f"{least} people must have decided, neither the policy's author nor who promotes; {people or 'nobody'} has so far."
    elif busiest * 100 > made * most:
        said = f"One person made {busiest:,} of {made:,} decisions; {most} % is the most."
    else:
        return True, f"{people} people decided, none of them more than {most} %.{aside}"
    return False, said + aside
