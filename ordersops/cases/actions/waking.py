"""Bringing back what was put aside: by its time, by an event, by a person. What comes back comes first."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases import clocks
from ordersops.cases.escalation import require_work
from ordersops.cases.models import Case, CaseQuerySet, Member
from ordersops.cases.waiting import BY_HAND, NEW_ADVICE, TIME, WAKES, Wake
from ordersops.orders.changes import Change
from ordersops.orders.models import Order

__all__ = ["AWAKE", "NEW_ADVICE", "bring_back", "end_snooze", "wake", "wake_by_hand", "wake_due", "wake_linked"]

BATCH = 200
BOOST = 1000  # above every priority that a lane gives
# What changes when a snooze ends, and when the case comes back on top besides.
AWAKE = ["snoozed_until", "snooze_reason", "wakes_on", "wake_keys", "paused_at", "due_at", "warn_at", "changed_at"]
WOKEN = [*AWAKE, "woken_because", "priority"]
# Kinds of change that can give an order another key.
GIVES_KEYS = {"placed", "contact", "address", "payment"}
# A range of card numbers is shared by strangers.
LINKING = tuple(key for key in Order.KEYS if key != "bin")


@atomic
def wake(*, event: str, by: User, orders: Sequence[Order] = (), cases: Sequence[Case] = ()) -> int:
    """An event happened about these orders or cases: what waits for it comes back. The one entry for every event. Returns how many."""
    about = Q(pk__in=[case.pk for case in cases])
    if orders:
        about |= Q(order__in=orders) | Q(pk__in=Member.objects.filter(order__in=orders).values("case"))
    waiting = Case.objects.open().asleep().filter(about, wakes_on__contains=[event])
    return _wake(waiting, WAKES[event], by)


def wake_linked(*, changes: Sequence[Change], by: User) -> int:
    """Orders arrived, or took other keys: what waits for an order that shares one with its own comes back.

    In the caller's unit, which has locked the orders. One look at an index of the keys that are waited for.
    """
    news = [change.order for change in changes if change.kinds & GIVES_KEYS and change.order.placed_at is not None]
    keys = {key for order in news for key in keys_of(order)}
    if not keys:
        return 0
    found = Case.objects.open().asleep().filter(wakes_on__contains=["linked_order"], wake_keys__overlap=sorted(keys))
    linked = []
    for case_id, store, first, shared in found.values_list("pk", "store", "order", "wake_keys"):
        others = [order for order in news if order.store_id == store and order.pk != first and keys_of(order) & set(shared)]
        if others and Member.objects.filter(case=case_id, order__in=others).count() < len(others):
            linked.append(case_id)
    return _wake(Case.objects.open().asleep().filter(pk__in=linked), WAKES["linked_order"], by) if linked else 0


def keys_of(order: Order) -> set[int]:
    """What links the order with others."""
    return {value for key in LINKING if (value := getattr(order, f"{key}_key")) is not None}


def wake_due() -> int:
    """Bring back the cases whose time has come. Returns how many."""
    due: list[UUID] = list(
        Case.objects.open().filter(snoozed_until__lte=timezone.now()).order_by("snoozed_until").values_list("pk", flat=True)[:BATCH]
    )
    if not due:
        return 0
    with atomic():
        return _wake(Case.objects.open().filter(pk__in=due, snoozed_until__lte=timezone.now()), TIME, User.objects.system())


@atomic
def wake_by_hand(*, case: Case, by: User) -> Case:
    """Bring a case back before its time. Needs the lane's right to decide. One that is awake stays as it is."""
    require_work(case, by, to="bring this case back")
    case = Case.objects.select_for_update(of=("self",)).select_related("order", "store").get(pk=case.pk)
    if case.is_asleep:
        bring_back(case, BY_HAND, by)
        case.save(update_fields=WOKEN)
    return case


def _wake(cases: CaseQuerySet, because: Wake, by: User) -> int:
    found = list(cases.select_related("store").order_by("pk").select_for_update(of=("self",)))
    for case in found:
        bring_back(case, because, by)
    Case.objects.bulk_update(found, WOKEN)
    return len(found)


def bring_back(case: Case, because: Wake, by: User) -> None:
    """Set the case back into the queue, on top, with the reason. In the caller's unit, which holds the row and saves it."""
    paused = case.paused_at is not None
    end_snooze(case)
    if because is not BY_HAND:
        if not case.woken_because:
            case.priority += BOOST
        case.woken_because = because.because[:120]
    case.changed_at = timezone.now()
    record(Verb.CASE_WOKEN, by=by, case=case, because=because.because, event=because.key, paused=paused, due_at=case.due_at)


def end_snooze(case: Case) -> None:
    """The case is at work again, and its clock goes on. In the caller's unit; also where it is decided, so that an undo finds it awake."""
    clocks.resume(case)
    case.snoozed_until, case.snooze_reason, case.wakes_on, case.wake_keys = None, "", [], []
