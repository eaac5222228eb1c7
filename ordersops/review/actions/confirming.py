"""A link on which the customer confirms the order: made, answered once, or void. What they typed is compared and not kept."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.advice.actions import raise_questions
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import wake
from ordersops.cases.escalation import require_work
from ordersops.cases.lanes import Raised
from ordersops.cases.models import Case
from ordersops.effects import actions as effects
from ordersops.effects.models import Effect
from ordersops.errors import Conflict, Invalid
from ordersops.links import PLACE
from ordersops.orders.models import Order
from ordersops.review.confirming import ALWAYS, KINDS, fitting, possible
from ordersops.review.models import Confirmation, Result

BECAUSE = "confirmation"


def require_kinds(*, order: Order, kinds: Sequence[str], text: str) -> list[str]:
    """What is asked on the link, in the table's order; whether they placed it always is. [] where no link is sent.

    Invalid or Conflict where the order holds nothing to compare it with, or the letter has no place for the link.
    """
    if not kinds:
        if PLACE in text:
            raise Invalid(f"The text says {PLACE}, and no link is sent with it.")
        return []
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise Invalid(f"There is nothing called “{unknown[0][:40]}” to confirm.")
    can = {kind.key for kind in possible(order)}
    if lacking := [KINDS[kind].label for kind in kinds if kind not in can]:
        raise Conflict(f"The order holds too little to compare it with: {', '.join(lacking).lower()}. Nothing was sent.")
    if PLACE not in text:
        raise Invalid(f"Say where the link goes: write {PLACE} into the text.")
    return [key for key in KINDS if key == ALWAYS or key in kinds]


def expires(effect: Effect, case: Case) -> datetime:
    """CONFIRM_HOURS after the letter may leave, never past the end of the authorisation."""
    until = effect.due_at + timedelta(hours=settings.CONFIRM_HOURS)
    return min(until, case.authorised_until) if case.authorised_until else until


def make_link(*, case: Case, effect: Effect, kinds: Sequence[str], by: User) -> Confirmation:
    """The link of the letter `effect`; an older one of the case is void from now on. In the unit that asks, which holds order and case."""
    until = expires(effect, case)
    if until <= effect.due_at:
        raise Conflict("The authorisation ends before the customer could answer. Nothing was sent.")
    end_links(case=case, result=Result.REPLACED, by=by)
    row = Confirmation.objects.create(
        store_id=case.store_id, order_id=case.order_id, case=case, effect=effect, kinds=list(kinds), asked_by=by, made_at=timezone.now(),
        expires_at=until,
    )  # fmt: skip
    record(
        Verb.CONFIRMATION_ASKED, by=by, case=case, confirmation=row.pk, kinds=[KINDS[kind].label.lower() for kind in kinds], until=until
    )  # fmt: skip
    return row


@atomic
def answer(*, confirmation: UUID, placed: bool, typed: Mapping[str, str], by: User) -> bool:
    """Take in what the customer says on the link, once. False where it was used, is void or too old: nothing is changed then.

    `typed`: what stands in the boxes of its kinds, read. The answer raises the case's question anew, and brings the case back.
    """
    found = Confirmation.objects.live().filter(pk=confirmation).values_list("order", "case").first()
    if found is None:
        return False
    order = Order.objects.select_for_update(of=("self",)).get(pk=found[0])
    case = Case.objects.select_for_update(of=("self",)).get(pk=found[1])
    row = Confirmation.objects.live().select_for_update(of=("self",)).filter(pk=confirmation).first()
    if row is None:
        return False
    prefetch_related_objects([order], "transactions")
    row.ended_at, row.result = timezone.now(), Result.CONFIRMED if placed else Result.DENIED
    row.fits = fitting(order, row.kinds, typed) if placed else {}
    row.save(update_fields=["ended_at", "result", "fits"])
    record(
        Verb.CONFIRMATION_ANSWERED, by=by, case=case, confirmation=row.pk, answer="placed by them" if placed else "not placed by them",
        fits=[key for key, fits in row.fits.items() if fits], differs=[key for key, fits in row.fits.items() if not fits],
    )  # fmt: skip
    raise_questions({case.lane: [Raised(case.store_id, case.subject, case.order_id, BECAUSE)]})
    wake(event="reply", by=by, cases=[case])
    return True


@atomic
def withdraw_link(*, case: Case, by: User) -> None:
    """Make the link that is out void; a letter that has not left is taken back. The case waits on until its time, or until it is brought back.

    Needs the lane's right to decide. Conflict while somebody else holds the case, or where no link is out.
    """
    require_work(case, by, to="withdraw the customer's link")
    Order.objects.select_for_update(of=("self",)).get(pk=case.order_id)
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.holder_id() not in {None, by.pk}:
        raise Conflict(f"{case.leased_by} is working on this case. Nothing was changed.")
    if not end_links(case=case, result=Result.WITHDRAWN, by=by):
        raise Conflict("No link is out: it was answered, or is void already. Nothing was changed.")


def end_links(*, case: Case, result: Result, by: User) -> int:
    """Make what is out void, and take back its letter if it has not left. In the caller's unit, which holds order and case."""
    rows = list(Confirmation.objects.unended().filter(case=case).select_for_update(of=("self",)).select_related("case", "effect"))
    _end(rows, result, by)
    return len(rows)


def forget_links(*, orders: Collection[UUID], by: User) -> int:
    """Of people who are erased: links that are out are void, and it is forgotten which of their data fitted. In the unit of the erasing.

    Whether they said that they placed the order stays, as evidence of what was decided on it.
    """
    rows = Confirmation.objects.filter(order__in=orders)
    _end(list(rows.unended().order_by("pk").select_for_update(of=("self",)).select_related("case", "effect")), Result.ERASED, by)
    return rows.exclude(fits={}).update(fits={})


def _end(rows: Sequence[Confirmation], result: Result, by: User) -> None:
    for row in rows:
        row.ended_at, row.result = timezone.now(), result
        row.save(update_fields=["ended_at", "result"])
        effects.call_off(effect=row.effect, by=by)
        record(Verb.CONFIRMATION_ENDED, by=by, case=row.case, confirmation=row.pk, why=_WHY[result])


_WHY = {
    Result.WITHDRAWN: "it was withdrawn", Result.REPLACED: "a newer one was asked for", Result.DECIDED: "the case was decided",
    Result.ERASED: "the customer was erased",
}  # fmt: skip
