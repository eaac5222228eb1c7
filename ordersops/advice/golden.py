"""Sets of labelled questions: one JSON object a line, {"lane", "snapshot", "expected", "tags"}. Read strictly, written from what was decided.

`snapshot` is the evidence in its canonical form, `expected` an outcome of the lane or a label (confirmed_fraud, legitimate).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, get_args

from ordersops.advice.decided import BAD, CONFIRMED, labels_of
from ordersops.advice.facts import SCHEMA, Evidence, Kind, State, Trust
from ordersops.advice.masking import masked
from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import Lane, lane, lanes

MOST_LINE = 1_000_000  # characters
MOST_MADE = 5000
FIELDS = frozenset({"lane", "snapshot", "expected", "tags"})


class Unreadable(ValueError):
    """A line that is not a labelled question; the sentence names the line."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """One question and what the answer should be. `bad` is known only where `expected` is a label."""

    line: int
    lane: Lane
    evidence: Evidence
    expected: frozenset[str]  # outcomes that are right
    said: str  # as the file says it
    bad: bool | None
    tags: tuple[str, ...]


def read(lines: Iterable[str]) -> Iterator[Labelled]:
    """Each question of the set; Unreadable at the first line that is none. Empty lines are passed over."""
    for number, text in enumerate(lines, start=1):
        if text.strip():
            try:
                yield _labelled(number, text)
            except (ValueError, TypeError, KeyError, ArithmeticError, RecursionError) as problem:
                raise Unreadable(f"Line {number}: {problem}") from problem


def _labelled(number: int, text: str) -> Labelled:
    if len(text) > MOST_LINE:
        raise ValueError("longer than a question can be")
    row = json.loads(text, parse_float=_no_float, parse_constant=_no_float)
    if not isinstance(row, dict) or not {"lane", "snapshot", "expected"} <= set(row) <= FIELDS:
        raise ValueError("needs lane, snapshot and expected, and may have tags; nothing else")
    if row["lane"] not in lanes():
        raise ValueError(f"there is no lane {row['lane']!r}")
    tags = row.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) and 0 < len(tag) <= 60 for tag in tags):
        raise ValueError("tags are a list of words")
    this, said = lane(row["lane"]), row["expected"]
    if not isinstance(said, str):
        raise ValueError("expected is an outcome or a label")
    if said in CONFIRMED:
        bad = said == BAD
        right = frozenset(key for key, outcome in this.outcomes.items() if outcome.tone == ("bad" if bad else "good"))
        return Labelled(number, this, _evidence(row["snapshot"]), right, said, bad, tuple(tags))
    if said not in this.outcomes:
        raise ValueError(f"{said!r} is no outcome of {this.key} ({', '.join(this.outcomes)}) and no label ({', '.join(CONFIRMED)})")
    return Labelled(number, this, _evidence(row["snapshot"]), frozenset({said}), said, None, tuple(tags))


def _evidence(body: Any) -> Evidence:
    """The evidence, if it reads back as exactly what was given."""
    if not isinstance(body, dict) or body.get("schema") != SCHEMA or not isinstance(body.get("facts"), list):
        raise ValueError(f"the snapshot is not evidence of schema {SCHEMA}")
    for fact in body["facts"]:
        if not isinstance(fact, dict) or not all(isinstance(fact.get(name), str) for name in ("key", "label", "kind")):
            raise ValueError("a fact needs key, label and kind")
        for name, known, default in (("kind", Kind, ""), ("state", State, "present"), ("trust", Trust, "partner")):
            if fact.get(name, default) not in get_args(known):
                raise ValueError(f"the fact {fact['key']} has no such {name}: {fact.get(name)!r}")
    evidence = Evidence.parse(json.dumps(body))
    if json.loads(evidence.canonical()) != body:
        raise ValueError("the snapshot does not read back as it was given; a fact is twice in it, or has a value of another kind")
    return evidence


def _no_float(text: str) -> Any:
    raise ValueError(f"{text}: numbers with decimals are texts in a snapshot")


def make(*, lane_key: str, unmasked: bool = False, most: int = MOST_MADE) -> Iterator[str]:
    """The newest questions whose truth is known, one for each order, as lines of a set.

    Masked, its personal values are tokens, and whoever reads it learns no name. Unmasked it is exact, and must stay inside the house.
    """
    recent = Recommendation.objects.filter(lane=lane_key, decisions__isnull=False).order_by("order_id", "-advised_at").distinct("order_id")
    rows = Recommendation.objects.filter(pk__in=recent.values("pk")).order_by("-advised_at").values_list("pk", "order_id")[:most]
    labels = labels_of([order for _, order in rows])
    wanted = [pk for pk, order in rows if order in labels]
    for row in Recommendation.objects.filter(pk__in=wanted).select_related("snapshot").order_by("-advised_at").iterator(200):
        evidence = row.snapshot.evidence
        shown = evidence if unmasked else Evidence(masked(evidence).facts)
        body = json.loads(shown.canonical())
        tags = ["decided", "unmasked" if unmasked else "masked"]
        expected = BAD if labels[row.order_id] else CONFIRMED[1]
        yield json.dumps({"lane": lane_key, "snapshot": body, "expected": expected, "tags": tags}, ensure_ascii=False, sort_keys=True)
