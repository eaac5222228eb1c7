"""The control tower: one row for each open problem across lanes and machinery, the most urgent first.

Bounded: each source gives its MOST most urgent rows, from an index, and the page shows as many of all of them together. The number of queries
does not depend on how many problems there are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID
from zlib import crc32

from django.urls import reverse
from django.utils import timezone

from ordersops.accounts.access import store_ids
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.models import Question, QuestionState
from ordersops.cases.lanes import lanes
from ordersops.cases.models import Case, CaseState
from ordersops.cases.problems import Problem
from ordersops.cases.queries import newest_outcomes
from ordersops.effects.models import LABELS, Effect, EffectState
from ordersops.effects.queries import told
from ordersops.intake.models import Delivery
from ordersops.review.impressions import closed_among
from ordersops.stores.models import Store

MOST = 200
GROUPS = [("source", "What it is"), ("store", "Store"), ("owner", "Owner"), ("what", "Problem"), ("kin", "Common cause")]
URGENCIES = [("late", "Late"), ("soon", "Due soon"), ("later", "In time"), ("paused", "Clock stands")]
OWNERS = [("nobody", "Nobody"), ("mine", "Me"), ("others", "Somebody else")]
MACHINERY = {"effects": "Effects", "intake": "Deliveries", "advice": "Questions", "stores": "Stores"}
NEXT = {
    EffectState.WAITING: "Approve or send back",
    EffectState.HANDED_OVER: "Do it in the store, then say so",
    EffectState.DEAD: "Send again, edit or give up",
}


@dataclass(slots=True)
class Group:
    """Problems that have something in common, with what they risk together."""

    label: str
    rows: list[Problem] = field(default_factory=list)

    @property
    def late(self) -> int:
        return sum(row.urgency == "late" for row in self.rows)

    @property
    def at_risk(self) -> list[tuple[str, Decimal]]:
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for row in self.rows:
            if row.amount:
                sums[row.currency] += row.amount
        return sorted(sums.items(), key=lambda pair: -pair[1])


@dataclass(slots=True)
class View:
    """`cut`: there are more problems than are shown."""

    groups: list[Group]
    count: int
    cut: bool
    version: str


def sources() -> list[tuple[str, str]]:
    return [*((key, one.label) for key, one in lanes().items()), *MACHINERY.items()]


def look(user: User, stores: Sequence[UUID], asked: dict[str, Any]) -> View:
    """The open problems of these stores that fit what is asked for, in groups."""
    found: list[Problem] = []
    for key, read in _READERS.items():
        if asked["source"] in {"", key} or (key == "cases" and asked["source"] in lanes()):
            found += read(user, stores, asked["source"])
    for key, lane in lanes().items():
        if asked["source"] in {"", key}:
            found += lane.problems(user, stores, MOST)
    found = [row for row in found if _fits(row, asked)]
    found.sort(key=lambda row: row.order)
    shown = found[:MOST]
    told = [(row.key, row.owner, row.urgency, row.next_action, str(row.amount), row.signal) for row in shown]
    return View(_grouped(shown, asked["group"] or "source"), len(shown), len(found) > MOST, f"{len(found)}-{crc32(repr(told).encode()):x}")


def _fits(row: Problem, asked: dict[str, Any]) -> bool:
    words = str(asked["q"]).casefold()
    return (
        asked["urgency"] in {"", row.urgency}
        and (not asked["owner"] or asked["owner"] == ("mine" if row.mine else "others" if row.owner else "nobody"))
        and (not words or any(words in text.casefold() for text in (row.about, row.what, row.signal, row.owner, row.store, row.kin)))
    )


def _grouped(rows: Sequence[Problem], by: str) -> list[Group]:
    """In the order of the most urgent row of each."""
    label: Callable[[Problem], str] = {
        "store": lambda row: row.store, "owner": lambda row: row.owner or "Nobody", "what": lambda row: row.what,
        "kin": lambda row: row.kin or "Nothing in common",
    }.get(by, lambda row: row.source_label)  # fmt: skip
    groups: dict[str, Group] = {}
    for row in rows:
        groups.setdefault(label(row), Group(label(row))).rows.append(row)
    return list(groups.values())


# --- Where they come from -------------------------------------------------------------------------------------------
def _cases(user: User, stores: Sequence[UUID], lane: str) -> list[Problem]:
    """Cases that nobody has decided yet, of each lane and store from the nearest deadline on."""
    visible = set(store_ids(user, Perm.VIEW_CASES)) & set(stores)
    keys = [key for key in lanes() if lane in {"", key}]
    in_queue, others = Case.objects.open().awake(), [Case.objects.open().asleep(), Case.objects.filter(state=CaseState.WAITING)]
    parts = [in_queue.filter(store=store, lane=key) for store in visible for key in keys]  # each from one end of an index
    parts += [part.filter(store__in=visible, lane__in=keys) for part in others if visible]
    if not parts:
        return []
    first, *rest = [part.order_by("due_at").values("pk", "due_at")[:MOST] for part in parts]
    picked: Any = first.union(*rest, all=True).order_by("due_at")[:MOST]
    found = Case.objects.filter(pk__in=[row["pk"] for row in picked])
    cases = list(found.select_related("store", "order", "leased_by", "assigned_to", "team"))
    advised = {key: newest_outcomes(lanes()[key], [case for case in cases if case.lane == key]) for key in {case.lane for case in cases}}
    closed = closed_among(cases, user)
    return [_case(case, advised[case.lane].get(case.subject), case.pk in closed, user) for case in cases]


def _case(case: Case, advised: Any, closed: bool, user: User) -> Problem:
    holder = case.leased_by if case.holder_id() else case.assigned_to
    url = reverse("case", args=[case.pk])
    if case.is_waiting:
        act = "Second person decides"
    elif case.is_asleep:
        act = "Waits, comes back by itself"
    else:
        act = f"Decide; advised: {advised.button}" if advised and not closed else "Decide"
    return Problem(
        key=f"case:{case.pk}", source=case.lane, source_label=lanes()[case.lane].label, store_id=case.store_id, store=case.store.name,
        about=case.name, url=url, what="Attack" if case.is_attack else case.band.capitalize(), signal=case.headline, since=case.opened_at,
        due_at=case.due_at, warn_at=case.warn_at, paused=case.paused_at is not None, amount=case.amount, currency=case.currency,
        owner=holder.name if holder else case.team.name if case.team else "", mine=holder is not None and holder.pk == user.pk,
        next_action=act, next_url=url, kin=case.group_key.partition(":")[0] and f"One {case.group_key.partition(':')[0]}",
    )  # fmt: skip


def _effects(user: User, stores: Sequence[UUID], _: str) -> list[Problem]:
    """Effects that do not go on by themselves."""
    visible = [store for store in store_ids(user, Perm.VIEW_CASES) if store in set(stores)]
    rows = (
        Effect.objects.filter(store__in=visible, state__in=list(NEXT)).order_by("due_at").select_related("store", "order", "decision__by")
    )
    return [
        Problem(
            key=f"effect:{row.pk}", source="effects", source_label=MACHINERY["effects"], store_id=row.store_id, store=row.store.name,
            about=str(row.order), url=reverse("order", args=[row.order_id]),
            what=f"{LABELS.get(row.kind, row.kind)}: {row.get_state_display().lower()}",
            signal=row.last_error or row.reason, since=row.planned_at, due_at=None if row.state == EffectState.DEAD else row.due_at,
            amount=row.amount, currency=row.currency, next_action=NEXT[EffectState(row.state)], next_url=reverse("effect", args=[row.pk]),
            kin=row.last_error[:60],
        )
        for row in told(list(rows[:MOST]), user)
    ]  # fmt: skip


def _deliveries(user: User, stores: Sequence[UUID], _: str) -> list[Problem]:
    """Webhooks that could not be applied."""
    visible = [store for store in store_ids(user, Perm.VIEW_INTAKE) if store in set(stores)]
    rows = Delivery.objects.filter(store__in=visible).dead().order_by("-received_at").select_related("store").defer("body")
    return [
        Problem(
            key=f"delivery:{row.pk}", source="intake", source_label=MACHINERY["intake"], store_id=row.store_id, store=row.store.name,
            about=row.topic or "Delivery", url=reverse("delivery", args=[row.pk]), what="Delivery failed", signal=row.last_error,
            since=row.received_at, next_action="Look, then process it again", next_url=reverse("delivery", args=[row.pk]), kin=row.last_error[:60],
        )
        for row in rows[:MOST]
    ]  # fmt: skip


def _questions(user: User, stores: Sequence[UUID], _: str) -> list[Problem]:
    """Questions that a lane could not answer."""
    visible = [store for store in store_ids(user, Perm.VIEW_INTAKE) if store in set(stores)]
    rows = Question.objects.filter(store__in=visible, state=QuestionState.DEAD).order_by("-asked_at").select_related("store", "order")
    return [
        Problem(
            key=f"question:{row.pk}", source="advice", source_label=MACHINERY["advice"], store_id=row.store_id, store=row.store.name,
            about=str(row.order), url=reverse("order", args=[row.order_id]), what="Could not be assessed", signal=row.last_error,
            since=row.asked_at, next_action="Ask again", next_url=f"{reverse('intake')}#questions", kin=row.last_error[:60],
        )
        for row in rows[:MOST]
    ]  # fmt: skip


def _stores(user: User, stores: Sequence[UUID], _: str) -> list[Problem]:
    """Stores from which nothing comes any more."""
    visible = [store for store in store_ids(user, Perm.VIEW_INTAKE) if store in set(stores)]
    rows = Store.objects.filter(pk__in=visible, is_active=True, pulse__silent_since__isnull=False).select_related("pulse")
    return [
        Problem(
            key=f"store:{row.pk}", source="stores", source_label=MACHINERY["stores"], store_id=row.pk, store=row.name, about=row.name,
            url=reverse("store", args=[row.pk]), what="Gone silent", signal="It usually sends more often than this.",
            since=row.pulse.silent_since or timezone.now(),
            next_action="Look at its webhooks", next_url=reverse("store", args=[row.pk]),
        )
        for row in rows[:MOST]
    ]  # fmt: skip


_READERS: dict[str, Callable[[User, Sequence[UUID], str], Iterable[Problem]]] = {
    "cases": _cases, "effects": _effects, "intake": _deliveries, "advice": _questions, "stores": _stores,
}  # fmt: skip
