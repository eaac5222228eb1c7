"""Reads of the queues. Each costs a constant number of queries over the open cases, however many were ever decided."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from ordersops.accounts.access import store_ids
from ordersops.accounts.roles import Perm
from ordersops.cases import hints, presence
from ordersops.cases.around import standing
from ordersops.cases.lanes import Lane, Outcome
from ordersops.cases.models import Case, CaseQuerySet, Mention, Tag
from ordersops.cases.picking import URGENT, counted, most_urgent, theirs
from ordersops.closed import closed_cases, without_advice
from ordersops.lists import CAP, SIZE, Page, capped, read_cursor, write_cursor
from ordersops.orders.models import Order
from ordersops.orders.queries import WIDE
from ordersops.orders.queries import found as found_orders

if TYPE_CHECKING:
    from ordersops.accounts.models import User

LOOKED_AT = 200  # of a band, to hand out the next one

TAGS_SHOWN = 400


def queue(lane: Lane, user: "User", filters: dict[str, Any], cursor: str = "", size: int = SIZE) -> Page[Case]:
    """One page of the open cases that fit, the most urgent first. Each store is read from the urgent end of its own index."""
    stores = [store for store in store_ids(user, Perm.VIEW_CASES) if filters["store"] in (None, "", store)]
    fits, after = fitting(lane, user, filters), read_cursor(cursor, int, datetime.fromisoformat, UUID)
    if after:
        priority, due_at, pk = after
        behind = Q(priority__lt=priority) | Q(priority=priority) & (Q(due_at__gt=due_at) | Q(due_at=due_at, pk__gt=pk))
        fits &= behind & Q(priority__lte=priority)
    cases = Case.objects.open().asleep() if filters["asleep"] else Case.objects.open().awake()
    ids = most_urgent(cases.in_lane(lane.key).filter(fits), stores, size + 1)
    shown = Case.objects.select_related("order", "store", "leased_by", "assigned_to", "team", "requested_by").defer(
        *(f"order__{column}" for column in WIDE)
    )
    found = {case.pk: case for case in shown.filter(pk__in=ids[:size])}
    page = Page([found[pk] for pk in ids[:size] if pk in found])
    if len(ids) > size and page.rows:
        last = page.rows[-1]
        page.next_cursor = write_cursor(last.priority, last.due_at.isoformat(), str(last.pk))
    if filters["band"]:  # that a case is in a list of one band would tell its band
        closed = closed_cases(page.rows, user)
        page.rows = [case for case in page.rows if case.pk not in closed]
    return page


def not_telling(lane: Lane, user: "User", filters: dict[str, Any]) -> Q:
    """With a filter by band: not the cases whose advice is closed to the person, of the most urgent that fit; they would be told their band."""
    if not filters["band"]:
        return Q()
    stores = store_ids(user, Perm.VIEW_CASES)
    first = most_urgent(Case.objects.open().awake().in_lane(lane.key).filter(band=filters["band"]), stores, LOOKED_AT)
    return ~Q(pk__in=closed_cases(Case.objects.filter(pk__in=first), user)) & Q(pk__in=first)


def fitting(lane: Lane, user: "User", filters: dict[str, Any]) -> Q:
    """The open cases that the filters of the queue let through, besides the one of the store."""
    now, fits = timezone.now(), Q()
    if filters["band"]:
        fits &= Q(band=filters["band"])
    if filters["mine"]:
        fits &= theirs(user)
    if filters["asked"]:
        fits &= _asked_of(user)
    if filters["escalated"]:
        fits &= ~Q(escalated_to="")
    if filters["overdue"]:
        fits &= Q(due_at__lt=now)
    if filters["attack"]:
        fits &= ~Q(group_key="")
    if filters["hint"]:
        fits &= hints.fitting(lane, user, filters["hint"], filters["store"])
    if filters["signal"]:
        fits &= Q(signals__contains=[filters["signal"]])
    if filters["tag"]:
        fits &= Q(tags__contains=[filters["tag"]])
    if filters["q"]:
        orders = found_orders(filters["q"])
        asked: Any = Order.objects.search(filters["q"]).values("pk") if orders is None else orders
        fits &= Q(pk__in=Case.objects.about(asked).values("pk"))
    return fits


def _asked_of(user: "User") -> Q:
    return Q(pk__in=Mention.objects.filter(person=user, answered_at=None).values("case"))


def _open(lane: Lane, user: "User", store: UUID | None) -> CaseQuerySet:
    cases = Case.objects.visible_to(user).open().in_lane(lane.key)
    return cases.filter(store=store) if store else cases


def known_tags(stores: Iterable[UUID]) -> list[str]:
    """The words that cases of these stores carry."""
    return list(Tag.objects.filter(store__in=stores).order_by("name").values_list("name", flat=True).distinct()[:TAGS_SHOWN])


def counts(lane: Lane, user: "User", store: UUID | None = None) -> dict[str, str]:
    """How many cases each view of the queue shows, none counted past the cap; one statement, each part out of its own index."""
    cases = _open(lane, user, store)
    views = {
        "open": cases.awake(),
        "mine": cases.awake().filter(theirs(user)),
        "overdue": cases.awake().filter(due_at__lt=timezone.now()),
        "attack": cases.awake().exclude(group_key=""),
        "asked": cases.awake().filter(_asked_of(user)),
        "escalated": cases.awake().exclude(escalated_to=""),
        "asleep": cases.asleep(),
    }
    return {key: capped(count) for key, count in counted(views).items()}


# Each store's newest change is read from the end of its index.
_VERSION = """
    SELECT
        (SELECT max(newest.changed_at) FROM unnest(%(stores)s::uuid[]) AS store (id) CROSS JOIN LATERAL (
            SELECT c.changed_at FROM cases_case c WHERE c.store_id = store.id ORDER BY c.changed_at DESC LIMIT 1) AS newest),
        (SELECT count(*) FROM (
            SELECT FROM cases_case WHERE store_id = ANY(%(stores)s) AND lane = %(lane)s AND state = 'open' LIMIT %(most)s) AS counted),
        (SELECT coalesce(sum(hashtext(p.case_id::text || p.person_id::text)), 0) FROM cases_presence p
            WHERE p.store_id = ANY(%(stores)s) AND p.seen_at > %(since)s AND p.person_id <> %(person)s)
"""


def version(lane: Lane, user: "User") -> str:
    """Names the state of the queue: it changes when a case of the person's stores opens, changes or closes, and when a colleague comes or goes.

    One plain statement, because every open queue asks it every two seconds. The count goes with the newest change because a
    transaction may commit after a later one: its older time alone would not show. A lease that is only kept changes nothing.
    """
    stores, since = store_ids(user, Perm.VIEW_CASES), timezone.now() - presence.STAYS
    with connection.cursor() as cursor:
        cursor.execute(_VERSION, {"stores": stores, "lane": lane.key, "most": CAP + 1, "since": since, "person": user.pk})
        at, count, here = cursor.fetchone() or (None, 0, 0)
    return f"{int(at.timestamp() * 1_000_000) if at else 0}-{count}-{int(here) & 0xFFFFFF:x}"


def dress(cases: Iterable[Case], lane: Lane, user: "User") -> list[Case]:
    """Set on each case what its row shows besides its own columns.

    `held_by`, `mine`, `advised` (the Outcome of the newest advice), `here` (who else has it open), `standing` (words on where it stands).
    Where the advice is closed to the person, what tells of it is left out (`advice_closed`).
    """
    cases = list(cases)
    here = presence.others(cases, user)
    advised = newest_outcomes(lane, cases)
    for case in cases:
        holder = case.holder_id()
        case.held_by = case.leased_by if holder else None
        case.mine = holder == user.pk
        case.advised = advised.get(case.subject)
        case.here = here.get(case.pk, [])
        case.standing = standing(case)
    return without_advice(cases, user)


def newest_outcomes(lane: Lane, cases: Iterable[Case]) -> dict[UUID, Outcome]:
    """What was last recommended to the desk for what each case is about, by subject; in shadow a model's advice is only measured."""
    asked = {case.subject: case.order_id for case in cases}
    advice = apps.get_model("advice", "Recommendation").objects.filter(
        order__in=asked.values(), subject__in=asked, lane=lane.key, shown=True
    )
    newest = advice.order_by("subject", "-advised_at").distinct("subject").values_list("subject", "outcome")
    return {subject: lane.outcomes[outcome] for subject, outcome in newest if outcome in lane.outcomes}


def mine(user: "User", limit: int = 20) -> list[Case]:
    """The cases that the person holds now, the one that ends first on top; then those assigned to them, and those of their teams."""
    held = Case.objects.visible_to(user).open().awake().filter(theirs(user))
    rows = held.select_related("order", "store", "team").order_by(F("lease_until").asc(nulls_last=True), *URGENT)[:limit]
    return without_advice(rows, user)
