"""Opening cases, bringing new advice to them, gathering attacks, and withdrawing what is settled."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions.waking import NEW_ADVICE, bring_back
from ordersops.cases.lanes import Lane, Priority, Subject, lanes
from ordersops.cases.models import UNDECIDED, Case, CaseState, Member
from ordersops.orders.models import Order

# What new advice may change of a case.
CHANGED = [
    "version", "band", "score", "headline", "signals", "group_key", "orders_count", "amount", "changed_at", "due_at", "warn_at", "paused_at",
    "snoozed_until", "snooze_reason", "wakes_on", "wake_keys", "woken_because", "priority", "breached_at", "authorised_until",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opening:
    """What a lane says when a subject needs a person."""

    subject: Subject
    recommendation_id: UUID
    advisor: str
    outcome: str
    band: str
    score: int
    headline: str
    attack_key: str
    due_at: datetime
    priority: Priority
    warn_at: datetime | None = None
    authorised_until: datetime | None = None
    attack_within: timedelta = timedelta(hours=1)
    signals: tuple[str, ...] = ()  # those that speak for risk, by key

    @property
    def order(self) -> Order:
        return self.subject.order


def open_cases(*, lane: Lane, openings: Sequence[Opening], by: User) -> None:
    """Open a case for each subject, or bring the new advice to the case that is undecided; orders of one attack share one.

    A case that waits for a second person gets the new advice too, which its version shows, and goes on waiting.
    In the caller's unit, which has locked the subjects. A constant number of queries, and a few for each attack.
    """
    _lock_attacks(lane, openings)
    ids = [opening.subject.pk for opening in openings]
    single = {case.subject: case for case in Case.objects.undecided().select_for_update().filter(lane=lane.key, subject__in=ids)}
    member_of = dict(
        Member.objects.filter(order__in=ids, case__state__in=UNDECIDED, case__lane=lane.key).values_list("order_id", "case_id")
    )
    known = {case.pk: case for case in single.values()}
    attacks = _attacks(lane, openings, set(member_of.values()), known)
    opened: list[Case] = []
    members: list[Member] = []
    for opening in openings:
        order = opening.order
        case = single.get(opening.subject.pk) or attacks.get(str(member_of.get(opening.subject.pk)))
        attack = attacks.get(f"{order.store_id}/{opening.attack_key}") if opening.attack_key else None
        if case is not None:
            _advise(case, opening, by)
            if attack is None and opening.attack_key and not case.group_key and case.is_open:
                case.group_key, case.headline = opening.attack_key, opening.headline  # the case that is open becomes the attack's
                attacks[f"{order.store_id}/{opening.attack_key}"] = case
        elif attack is not None:
            members.append(Member(case=attack, order=order))
            attack.orders_count += 1
            attack.amount = (attack.amount or Decimal(0)) + (order.total or Decimal(0))
            record(Verb.CASE_ORDER_ADDED, by=by, order=order, case=attack, orders=attack.orders_count)
        else:
            case = new_case(lane, opening)
            opened.append(case)
            if opening.attack_key:
                attacks[f"{order.store_id}/{opening.attack_key}"] = case
            record(
                Verb.CASE_OPENED, by=by, case=case, lane=lane.key, band=case.band, score=case.score, priority=case.priority,
                reasons=list(opening.priority.reasons),
            )  # fmt: skip
    Case.objects.bulk_create(opened)
    Member.objects.bulk_create(members)
    within = max((opening.attack_within for opening in openings), default=lane.policy.attack_within)
    for attack in {case.pk: case for case in attacks.values()}.values():
        _gather_in(lane, attack, within, by)
    changed = {case.pk: case for case in [*single.values(), *attacks.values()]}.values()
    for case in changed:
        case.changed_at = timezone.now()
    Case.objects.bulk_update(changed, CHANGED)


def _lock_attacks(lane: Lane, openings: Sequence[Opening]) -> None:
    """Two workers that see the same attack open one case, not two."""
    keys = sorted({f"{opening.order.store_id}/{lane.key}/{opening.attack_key}" for opening in openings if opening.attack_key})
    if keys:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(key, 7102)) FROM unnest(%s::text[]) AS key", [keys])


def _attacks(lane: Lane, openings: Sequence[Opening], also: set[UUID], known: dict[UUID, Case]) -> dict[str, Case]:
    """Undecided attack cases by `store/key` and by id. A case that is `known` already is the same object here."""
    keys = {opening.attack_key for opening in openings if opening.attack_key}
    if not keys and not also:
        return {}
    stores = {opening.order.store_id for opening in openings}
    found: dict[str, Case] = {}
    cases = Case.objects.undecided().select_for_update().filter(lane=lane.key, store__in=stores)
    for case in [*cases.filter(group_key__in=keys), *cases.filter(pk__in=also)]:
        one = found.setdefault(str(case.pk), known.get(case.pk, case))
        if case.group_key:
            found[f"{case.store_id}/{case.group_key}"] = one
    return found


def new_case(lane: Lane, opening: Opening) -> Case:
    """The case as it is opened, not saved."""
    subject, (amount, currency) = opening.subject, opening.subject.at_risk
    return Case(
        store_id=subject.store_id, lane=lane.key, order=subject.order, subject=subject.pk, title=subject.title, group_key=opening.attack_key,
        headline=opening.headline, signals=list(opening.signals), band=opening.band, score=opening.score, priority=opening.priority.points,
        priority_reasons=list(opening.priority.reasons), amount=amount, currency=currency, due_at=opening.due_at, warn_at=opening.warn_at,
        authorised_until=opening.authorised_until,
    )  # fmt: skip


def _advise(case: Case, opening: Opening, by: User) -> None:
    """New advice supersedes the one that the case was opened with: whoever has it on screen must look again.

    It brings back a case that was put aside. Worse news may bring the deadline forward, better news leave it; one that a person has moved
    yields to the end of the authorisation alone.
    """
    case.version += 1
    if case.is_asleep:
        bring_back(case, NEW_ADVICE, by)
    if case.due_set_at is not None:
        if opening.authorised_until is not None and opening.authorised_until < case.due_at:
            case.due_at = case.authorised_until = opening.authorised_until
            case.warn_at = opening.warn_at
    elif opening.due_at < case.due_at:
        case.due_at, case.warn_at = opening.due_at, opening.warn_at
    if case.subject == opening.subject.pk:
        case.band, case.score, case.headline, case.signals = opening.band, opening.score, opening.headline, list(opening.signals)
    record(
        Verb.CASE_RECOMMENDED, by=by, order=opening.order, case=case, recommendation=opening.recommendation_id, advisor=opening.advisor,
        outcome=opening.outcome, score=opening.score,
    )  # fmt: skip


def _gather_in(lane: Lane, attack: Case, within: timedelta, by: User) -> None:
    """Bring the open cases of the same attack, that nobody works on, into this one."""
    kind, _, digest = attack.group_key.partition(":")
    if not attack.is_open or kind not in Order.KEYS or not digest.lstrip("-").isdigit():
        return
    since = timezone.now() - within
    strays = (
        Case.objects.open()
        .select_for_update(of=("self",))
        .filter(store_id=attack.store_id, lane=lane.key, group_key="", opened_at__gte=since, **{f"order__{kind}_key": int(digest)})
        .exclude(pk=attack.pk)
        .select_related("order")
    )
    now, found = timezone.now(), []
    for case in strays:
        taken_up = case.escalated_to or case.assigned_to_id or case.team_id or case.snoozed_until or case.requested_by_id
        if taken_up or (case.lease_until and case.lease_until > now):
            continue
        found.append(Member(case=attack, order=case.order))
        attack.orders_count += 1
        attack.amount = (attack.amount or Decimal(0)) + (case.amount or Decimal(0))
        record(Verb.CASE_MERGED, by=by, case=case, into=attack.pk)
    if found:
        Case.objects.filter(order__in=[member.order_id for member in found], lane=lane.key).open().exclude(pk=attack.pk).update(
            state=CaseState.WITHDRAWN, changed_at=now
        )
        Member.objects.bulk_create(found, ignore_conflicts=True)


def withdraw_finished(*, orders: Sequence[Order], by: User) -> list[Case]:
    """Withdraw the undecided cases in which nothing is left to decide: all their orders have left or are cancelled.

    In the caller's unit, which has locked the orders. A constant number of queries.
    """
    finished = [order.pk for order in orders if order.is_final]
    if not finished:
        return []
    ending = [key for key, one in lanes().items() if one.ends_with_order]
    cases = Case.objects.undecided().about(finished).filter(lane__in=ending).order_by("pk").select_for_update(of=("self",))
    ended = [
        case for case in cases.select_related("order").prefetch_related("members__order") if all(one.is_final for one in _orders(case))
    ]
    return _withdraw(ended, "nothing is left to decide, it has shipped or is cancelled", by)


def withdraw(*, lane: Lane, subjects: Collection[UUID], because: str, by: User, but_requested: Collection[UUID] = ()) -> list[Case]:
    """Withdraw the undecided cases about these subjects of a lane: their question has answered itself. Not those about `but_requested` for
    which a person asked: their question is not the rules'.

    In the caller's unit, which has locked the subjects.
    """
    cases = Case.objects.undecided().filter(lane=lane.key, subject__in=subjects).order_by("pk").select_for_update(of=("self",))
    spared = set(but_requested)
    return _withdraw([case for case in cases if case.requested_by_id is None or case.subject not in spared], because, by)


def _orders(case: Case) -> list[Order]:
    return [case.order, *(member.order for member in case.members.all())]


def _withdraw(cases: list[Case], because: str, by: User) -> list[Case]:
    now = timezone.now()
    for case in cases:
        case.state, case.version, case.changed_at = CaseState.WITHDRAWN, case.version + 1, now
        case.leased_by = case.lease_until = None
        record(Verb.CASE_WITHDRAWN, by=by, case=case, reason=because)
    Case.objects.bulk_update(cases, ["state", "version", "changed_at", "leased_by", "lease_until"])
    if cases:  # what waited for a second person there waits no more
        proposals = apps.get_model("review.Proposal")._default_manager.filter(case__in=cases, state="waiting")
        proposals.update(state="gone", settled_at=now)
    return cases
