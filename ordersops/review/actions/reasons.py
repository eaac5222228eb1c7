"""Verbs on reason codes. Each change is a new version, so that a decision can always be read as it was made.

One person is enough: only words, order, default and whether a code is offered change here; what follows from it is declared
with the lane (law 16). The codes of a lane are locked first, so that two changes follow each other.
"""

import re
from dataclasses import dataclass
from typing import Any

from ordersops.accounts.access import require_anywhere
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lanes
from ordersops.errors import Conflict, Invalid
from ordersops.review.models import ReasonCode
from ordersops.wording import leaks, told

STEP = 10  # between two ranks
CODE = re.compile(r"[A-Z]{1,3}[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Change:
    """One code with what is to be different in its next version."""

    row: ReasonCode
    to: dict[str, Any]


@atomic
def sync_reasons() -> int:
    """Write down each declared reason that has no row yet, in the system's name. Running it again changes nothing. Returns how many were new."""
    system, new = User.objects.system(), []
    for lane in lanes().values():
        kept = {row.code: row.rank for row in ReasonCode.objects.current(lane.key)}
        last = max(kept.values(), default=0)
        for reason in lane.reasons:
            if reason.code in kept:
                continue
            last += STEP
            new.append(
                ReasonCode(
                    lane=lane.key,
                    code=reason.code,
                    version=1,
                    text=reason.sentence,
                    customer_text=reason.customer_text,
                    outcomes=sorted(reason.outcomes),
                    label=reason.label,
                    overrides=reason.overrides,
                    needs=reason.needs or "",
                    two=reason.two,
                    default=reason.default,
                    rank=last,
                    by=system,
                )
            )
    return len(ReasonCode.objects.bulk_create(new, ignore_conflicts=True))  # another process may be at it


@atomic
def change_reason(*, lane: str, code: str, version: int, text: str, customer_text: str, by: User, default: bool = False) -> ReasonCode:
    """Word a code anew. `default` makes it the one that is taken where none is chosen; the one before stops being it.

    Needs `edit_reasons`. Conflict if somebody changed it since `version`; Invalid where the customer's text gives away too much.
    """
    rows = _locked(lane, by)
    row = _one(rows, code)
    if row.version != version:
        raise Conflict(f"{row.by} changed {code} while you were at it. Nothing was changed; look at it again.")
    to: dict[str, Any] = {"text": _text(text), "customer_text": _customer_text(customer_text)}
    changes = []
    if default and not row.default:
        if row.overrides or row.needs or row.two or not row.active:
            raise Invalid(f"{code} cannot be the default: only a plain reason that is offered can.")
        to["default"] = True
        changes = [Change(one, {"default": False}) for one in rows if one.default and one.overrides == row.overrides and _share(one, row)]
    to = {name: value for name, value in to.items() if value != getattr(row, name)}
    if not to:
        raise Invalid("Nothing is different. Change a text, or leave it.")
    for change in changes:
        _changed(change, by)
    return _changed(Change(row, to), by)


@atomic
def add_reason(*, lane: str, code: str, text: str, customer_text: str, like: str, by: User) -> ReasonCode:
    """Add a code after the others. What follows from it is what follows from the code `like`, but it is never the default. Needs `edit_reasons`."""
    rows = _locked(lane, by)
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        raise Invalid("A code is one to three letters and a number, such as A7.")
    if any(row.code == code for row in rows):
        raise Conflict(f"{code} is there already; a retired code can be brought back, and is never used for anything else.")
    model = _one(rows, like)
    row = ReasonCode.objects.create(
        lane=lane, code=code, version=1, text=_text(text), customer_text=_customer_text(customer_text), outcomes=model.outcomes,
        label=model.label, overrides=model.overrides, needs=model.needs, two=model.two, rank=max(one.rank for one in rows) + STEP, by=by,
    )  # fmt: skip
    record(Verb.REASON_ADDED, by=by, lane=lane, code=code, like=like)
    return row


@atomic
def retire_reason(*, lane: str, code: str, by: User) -> ReasonCode:
    """Offer a code no longer; decisions with it stay as they are. Needs `edit_reasons`. The last one of an outcome and the default stay."""
    rows = _locked(lane, by)
    row = _one(rows, code)
    if not row.active:
        raise Conflict(f"{code} is retired already.")
    if row.default:
        raise Conflict(f"{code} is taken where no reason is chosen. Make another one the default first.")
    for outcome in row.outcomes:
        if not any(
            one != row and one.active and one.overrides == row.overrides and outcome in one.outcomes and not one.needs for one in rows
        ):
            raise Conflict(f"{code} is the last reason that everybody can give for “{outcome}”. Add another one first.")
    made = row.next(by=by, active=False)
    record(Verb.REASON_RETIRED, by=by, lane=lane, code=code, version=made.version)
    return made


@atomic
def restore_reason(*, lane: str, code: str, by: User) -> ReasonCode:
    """Offer a retired code again. Needs `edit_reasons`."""
    row = _one(_locked(lane, by), code)
    if row.active:
        raise Conflict(f"{code} is not retired.")
    made = row.next(by=by, active=True)
    record(Verb.REASON_RESTORED, by=by, lane=lane, code=code, version=made.version)
    return made


@atomic
def move_reason(*, lane: str, code: str, up: bool, by: User) -> None:
    """Let a code and its neighbour change places: the next one that is offered together with it. Needs `edit_reasons`."""
    rows = _locked(lane, by)
    row = _one(rows, code)
    together = [one for one in rows if one.active and one.overrides == row.overrides and _share(one, row)]
    if row not in together:
        raise Conflict(f"{code} is retired and has no place among the others.")
    at = together.index(row) + (-1 if up else 1)
    if not 0 <= at < len(together):
        raise Conflict(f"{code} is the {'first' if up else 'last'} one already.")
    other = together[at]
    _changed(Change(row, {"rank": other.rank}), by)
    _changed(Change(other, {"rank": row.rank}), by)


def _locked(lane: str, by: User) -> list[ReasonCode]:
    """The codes of the lane as they are now, once nobody else is at them."""
    require_anywhere(by, Perm.EDIT_REASONS)
    sync_reasons()
    first = ReasonCode.objects.filter(lane=lane, version=1).order_by("pk")
    list(first.select_for_update(of=("self",)).values_list("pk"))
    return ReasonCode.objects.current(lane)


def _one(rows: list[ReasonCode], code: str) -> ReasonCode:
    for row in rows:
        if row.code == code:
            return row
    raise Invalid(f"There is no reason {code[:10]}.")


def _share(one: ReasonCode, other: ReasonCode) -> bool:
    return not set(one.outcomes).isdisjoint(other.outcomes)


def _changed(change: Change, by: User) -> ReasonCode:
    made = change.row.next(by=by, **change.to)
    record(Verb.REASON_CHANGED, by=by, lane=made.lane, code=made.code, version=made.version, changed=sorted(change.to))
    return made


def _text(text: str) -> str:
    text = " ".join(text.replace("\x00", "").split())
    if not 3 <= len(text) <= 120:
        raise Invalid("Say in 3 to 120 characters what reviewers read.")
    return text


def _customer_text(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if len(text) > 500:
        raise Invalid("500 characters are the most for the customer's text.")
    if words := leaks(text):
        raise Invalid(
            f"The customer's text says {told(words)}. Customers are not told how orders are judged, nor promised what nobody can keep."
        )
    return text
