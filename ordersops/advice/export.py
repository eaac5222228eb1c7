"""Decisions with the masked evidence and the advice they were made on, one JSON object a line: for teaching and judging models outside.

Nothing in it is personal: facts are masked as for an advisor, texts of ours go through the same mask, and notes stay here, since people
write names in them. Who decided is left out too.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q, QuerySet

from ordersops.accounts.access import store_ids
from ordersops.accounts.roles import Perm
from ordersops.advice.decided import labels_of
from ordersops.advice.masking import TOKEN, Masked, masked
from ordersops.advice.verify import OPERATORS, SENTENCES
from ordersops.advice.verify.directions import DIRECTIONS
from ordersops.audit.actions import atomic, record, record_refusal
from ordersops.audit.verbs import Verb
from ordersops.errors import Forbidden

if TYPE_CHECKING:
    from ordersops.accounts.models import User

SCHEMA = 1
MOST = 100_000  # rows of one file, the newest
PAGE = 200
LONGEST = 6000  # characters of one text
CLOSED: dict[str, Collection[Any]] = {"op": frozenset().union(*OPERATORS.values()), "direction": DIRECTIONS, "code": SENTENCES}
TEXTS = ("justification", "prose", "alternatives", "faults", "set_aside")  # columns with words in them


@dataclass(frozen=True, slots=True)
class Asked:
    """What is taken out. None means all that the person may export."""

    lane: str = ""
    store: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def as_json(self) -> dict[str, str]:
        told = {"lane": self.lane, "store": self.store, "since": self.since, "until": self.until}
        return {key: value.isoformat() if isinstance(value, datetime) else str(value) for key, value in told.items() if value}


def begin(*, by: "User", asked: Asked, everywhere: bool = False) -> Iterator[str]:
    """Record that it is taken, and hand out the lines. Needs the right to export advice in some store; holds the stores with that right.

    `everywhere` is for the command, which is run by whoever has the machine.
    """
    stores = store_ids(by, Perm.EXPORT_ADVICE)
    if everywhere:
        stores = list(apps.get_model("stores", "Store")._default_manager.values_list("pk", flat=True))
    elif not stores:
        record_refusal(by=by, perm=Perm.EXPORT_ADVICE, store_id=None)
        raise Forbidden(f"This needs the right “{Perm.EXPORT_ADVICE.sentence}”, which you do not have in any store.")
    if asked.store:
        stores = [store for store in stores if store == asked.store]
    rows = _rows(stores, asked)
    # Committed before the first line leaves.
    with atomic():
        record(Verb.ADVICE_EXPORTED, by=by, person=by, store=asked.store, rows=rows[:MOST].count(), filters=asked.as_json())
    return lines(rows)


def lines(rows: "QuerySet[Any]") -> Iterator[str]:
    """Newest first, in pages by key: memory does not grow, and no cursor stays open on the server."""
    left, after = MOST, None
    while left > 0:
        page = (
            rows
            if after is None
            else rows.filter(Q(decided_at__lt=after[0]) | Q(decided_at=after[0], pk__lt=after[1]), decided_at__lte=after[0])
        )
        found = list(page.select_related("recommendation__snapshot", "case").prefetch_related("recommendation__signals")[: min(PAGE, left)])
        undoing = apps.get_model("review", "Decision")._default_manager.filter(supersedes__in=found, outcome="undo")
        undone = set(undoing.values_list("supersedes_id", flat=True))
        labels = labels_of({row.recommendation.order_id for row in found})
        for row in found:
            yield json.dumps(_line(row, row.pk in undone, labels), ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
        if len(found) < PAGE:
            return
        left -= len(found)
        after = (found[-1].decided_at, found[-1].pk)


def _rows(stores: Collection[UUID], asked: Asked) -> "QuerySet[Any]":
    rows: QuerySet[Any] = apps.get_model("review", "Decision")._default_manager.filter(store__in=stores).exclude(outcome="undo")
    if asked.lane:
        rows = rows.filter(case__lane=asked.lane)
    if asked.since:
        rows = rows.filter(decided_at__gte=asked.since)
    if asked.until:
        rows = rows.filter(decided_at__lt=asked.until)
    return rows.order_by("-decided_at", "-pk")


def _line(row: Any, undone: bool, labels: dict[UUID, bool]) -> dict[str, Any]:
    advice = row.recommendation
    hidden = masked(advice.snapshot.evidence)
    known = set(advice.snapshot.evidence.facts)
    shown = {fact.key for fact in hidden.facts}
    bad = labels.get(advice.order_id)
    return {
        "schema": SCHEMA,
        "lane": row.case.lane,
        "decision": {
            "id": str(row.pk), "at": row.decided_at.isoformat(), "outcome": row.outcome, "overrides": row.overrides, "reason": row.reason,
            "label": row.label, "by": row.source, "undone": undone, "after_an_undo": row.supersedes_id is not None,
        },
        "turned_out": None if bad is None else "bad" if bad else "good",
        "recommendation": {
            "id": str(advice.pk), "advisor": advice.advisor, "version": advice.advisor_version, "policy": advice.policy_version,
            "scope": advice.scope, "mode": advice.mode, "outcome": advice.outcome, "score": advice.score, "band": advice.band,
            "confidence": advice.confidence, "verified": advice.verified, "missing": _ours(advice.missing, known),
            "rests_on_customer": advice.rests_on_customer, "claims": claims(advice.claims, hidden, shown, known),
            **{name: _hidden(getattr(advice, name), hidden) for name in TEXTS},
        },
        "signals": [{"key": one.key, "group": one.group, "state": one.state, "points": one.points} for one in advice.signals.all()],
        "evidence": [fact.as_json() for fact in hidden.facts],
    }  # fmt: skip


def claims(rows: Sequence[dict[str, Any]], hidden: Masked, shown: Collection[str], known: Collection[str]) -> list[dict[str, Any]]:
    """The claims as they may leave: what an advisor made up (a fact, a comparison, a direction) is masked like any other text of theirs.

    Of a fact that is held back, that it was cited and whether it held. `known` are all facts of the evidence.
    """
    return [
        {
            key: value if _is_ours(key, value, known) else _hidden(value, hidden)
            for key, value in row.items()
            if row.get("fact") in shown or key not in {"value", "actual", "sentence"}
        }
        for row in rows
    ]


def _ours(keys: Sequence[Any], known: Collection[str]) -> list[str]:
    return [key for key in keys if isinstance(key, str) and key in known]


def _is_ours(key: str, value: Any, known: Collection[str]) -> bool:
    """Whether this part of a claim is a word of ours, or a yes or no."""
    return isinstance(value, bool) or (isinstance(value, str) and value in CLOSED.get(key, known if key == "fact" else ()))


def _hidden(value: Any, hidden: Masked) -> Any:
    """Texts of ours and of the advisor, masked; what is a token in them already stays one."""
    if isinstance(value, str):
        words, tokens = TOKEN.split(value), TOKEN.findall(value)
        shown = [hidden.hide(one, most=LONGEST) if one else "" for one in words]
        return "".join(part for pair in zip(shown, [*tokens, ""], strict=True) for part in pair)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if (text := hidden.hide(str(value))) == str(value) else text  # a telephone number is a number too
    if isinstance(value, dict):
        return {_hidden(key, hidden): _hidden(entry, hidden) for key, entry in value.items()}
    return [_hidden(entry, hidden) for entry in value] if isinstance(value, list) else value
