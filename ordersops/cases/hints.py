"""What stands out in a queue: its state as a few suggestions, each with a number and a filter that shows exactly these cases.

Data: another one is one entry here, or in a lane's own table (Lane.hints). A rule that rests on advice names its cases one by one, so that
none whose advice is closed to the person (the control of anchoring) is among them, be it counted, listed, taken or decided in bulk. All
others rest on what every line of the queue shows anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.access import store_ids
from ordersops.accounts.roles import Perm
from ordersops.cases.lanes import Hint, Lane
from ordersops.cases.models import Case, CaseQuerySet
from ordersops.cases.picking import counted, most_urgent, theirs
from ordersops.cases.waiting import NEW_ADVICE, TIME, WAKES
from ordersops.closed import closed_cases
from ordersops.lists import capped

if TYPE_CHECKING:
    from ordersops.accounts.models import User

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NAMED = 100  # so many are looked at one by one where a rule rests on advice
LOOKED = 300  # among so many those are looked for that share something
LEAST_ALIKE = 2
SHARED = {
    "device": "one device", "card": "one card", "ship": "one delivery address", "phone": "one phone number", "email": "one e-mail address",
    "ip": "one connection",
}  # fmt: skip


def _due(user: "User") -> Q:
    now = timezone.now()
    return Q(due_at__gte=now, due_at__lt=now + HOUR, paused_at=None)


def _unattended(user: "User") -> Q:
    now = timezone.now()
    return Q(due_at__lt=now, assigned_to=None, team=None) & (Q(leased_by=None) | Q(lease_until__lte=now))


def _authorised(user: "User") -> Q:
    now = timezone.now()
    return Q(authorised_until__gte=now, authorised_until__lt=now + DAY)


def _woken(*because: str) -> Q:
    return Q(woken_because__in=because)


EVERYWHERE: tuple[Hint, ...] = (
    Hint("due", "due within the hour", "Their time for a decision ends within the hour.", "clock", _due, tone="warn"),
    Hint(
        "unattended", "late with nobody on them", "Their time for a decision is over, and nobody holds them or was given them.", "silent",
        _unattended, one="late with nobody on it", tone="bad",
    ),
    Hint(
        "authorisation", "authorisations end within a day", "The money can be taken for less than a day.", "card", _authorised,
        one="authorisation ends within a day", tone="warn",
    ),
    Hint(
        "mine", "of yours due within four hours", "You hold them or were given them, and their time ends within four hours or is over.",
        "person", lambda user: theirs(user) & Q(due_at__lt=timezone.now() + 4 * HOUR), tone="warn",
    ),
    Hint(
        "answered", "back with an answer", "They were put aside, and the customer or a partner has answered.", "message",
        lambda user: _woken(WAKES["reply"].because), tone="accent",
    ),
    Hint(
        "news", "back with news", "They were put aside, and something new came: a linked order, stock, or facts that change the advice.", "wake",
        lambda user: _woken(WAKES["linked_order"].because, WAKES["stock"].because, NEW_ADVICE.because), tone="accent",
    ),
    Hint(
        "time", "back because their time came", "They were put aside until a time that has come.", "wake", lambda user: _woken(TIME.because),
        one="back because its time came",
    ),
    Hint(
        "alike", "share {shared}", f"The largest group of orders that share something, among the {LOOKED} most urgent cases.", "link",
        lambda user: Q(group_key=""), alike=SHARED,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A hint that holds in a queue now. `count` is what its filter shows, "1,000+" where there are more than are counted."""

    hint: Hint
    count: str
    words: str


def hints_of(lane: Lane) -> dict[str, Hint]:
    """All hints of a lane's queue by key: those of every queue first."""
    return {hint.key: hint for hint in (*EVERYWHERE, *lane.hints)}


def standing_out(lane: Lane, user: "User", store: UUID | None = None) -> list[Standing]:
    """The hints that hold for at least one case that the person sees, in the table's order; one statement for all that are only counted."""
    stores = _stores(user, store)
    hints = hints_of(lane)
    cases = _queue(lane).filter(store__in=stores)
    numbers = counted({key: cases.filter(hint.fits(user)) for key, hint in hints.items() if not _by_name(hint)})
    words = {}
    for key, hint in hints.items():
        if _by_name(hint):
            ids, shared = _named(hint, lane, user, stores)
            numbers[key], words[key] = len(ids), shared
    return [
        Standing(hint, capped(count), (hint.one if count == 1 and hint.one else hint.words).format(shared=words.get(key, "")))
        for key, hint in hints.items()
        if (count := numbers[key])
    ]


def fitting(lane: Lane, user: "User", key: str, store: UUID | None = None) -> Q:
    """The cases of a hint's filter; every case where the lane has no such hint."""
    hint = hints_of(lane).get(key)
    if hint is None:
        return Q()
    return Q(pk__in=_named(hint, lane, user, _stores(user, store))[0]) if _by_name(hint) else hint.fits(user)


def _stores(user: "User", store: UUID | None) -> list[UUID]:
    return [pk for pk in store_ids(user, Perm.VIEW_CASES) if store in (None, "", pk)]


def _queue(lane: Lane) -> CaseQuerySet:
    return Case.objects.open().awake().in_lane(lane.key)


def _by_name(hint: Hint) -> bool:
    return bool(hint.advised or hint.alike)


def _named(hint: Hint, lane: Lane, user: "User", stores: Sequence[UUID]) -> tuple[list[UUID], str]:
    """The cases of a hint that names them one by one, and what they share."""
    most = LOOKED if hint.alike else NAMED
    ids = most_urgent(_queue(lane).filter(hint.fits(user)), stores, most)
    return _alike(hint, ids) if hint.alike else (_as_advised(hint, lane, user, ids), "")


def _alike(hint: Hint, ids: Sequence[UUID]) -> tuple[list[UUID], str]:
    """The largest group that shares a key within a store; of equal ones that with the most telling key, then the most urgent."""
    keys = [f"order__{kind}_key" for kind in hint.alike]
    rows = {row[0]: row[1:] for row in Case.objects.filter(pk__in=ids).values_list("pk", "store", *keys)}
    groups: dict[tuple[int, UUID, int], list[UUID]] = {}
    for pk in ids:
        store, *values = rows.get(pk, (None,))
        for place, value in enumerate(values):
            if value is not None:
                groups.setdefault((place, store, value), []).append(pk)
    if not groups:
        return [], ""
    best = max(groups, key=lambda group: (len(groups[group]), -group[0]))
    return (groups[best], list(hint.alike.values())[best[0]]) if len(groups[best]) >= LEAST_ALIKE else ([], "")


def _as_advised(hint: Hint, lane: Lane, user: "User", ids: Sequence[UUID]) -> list[UUID]:
    """Those of the cases whose newest advice is one of the outcomes, holds in full, does not rest on the customer's words, and is open to
    the person."""
    cases = list(Case.objects.filter(pk__in=ids))
    shown: Any = apps.get_model("advice", "Recommendation")._default_manager.filter(
        order__in=[case.order_id for case in cases], subject__in=[case.subject for case in cases], lane=lane.key, shown=True
    )
    newest = shown.order_by("subject", "-advised_at", "-id").distinct("subject")
    sound = {
        subject
        for subject, outcome, verified, faults, rests in newest.values_list("subject", "outcome", "verified", "faults", "rests_on_customer")
        if outcome in hint.advised and verified and not faults and not rests
    }
    found = [case for case in cases if case.subject in sound]
    closed = closed_cases(found, user)
    open_ones = {case.pk for case in found if case.pk not in closed}
    return [pk for pk in ids if pk in open_ones]
