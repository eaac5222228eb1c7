"""Goods on their way back: seen, taken in, inspected, and put on sale again; and those that never come."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid
from ordersops.stock import actions as stock
from returns.actions.moving import handles, locked, move
from returns.asked import product
from returns.eligibility.abuse import REPORTS
from returns.eligibility.restock import GRADES, Grade, decide
from returns.models import ReturnRequest, ReturnState
from returns.policy import DEFAULTS, Settings

BATCH = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """What an inspection saw of one line. `report`: one of the codes of abuse, which no customer reads."""

    grade: Grade
    finding: str = ""
    report: str = ""


@atomic
def mark_sent(*, request: ReturnRequest, by: User, carrier: str = "", tracking_number: str = "") -> ReturnRequest:
    """The carrier has it. Needs `act_on_order`, or the carrier's own word."""
    handles(by, request, "mark a return as sent")
    request = locked(request)
    move(request, ReturnState.IN_TRANSIT)
    request.carrier, request.tracking_number, request.sent_at = carrier[:120], tracking_number[:120], timezone.now()
    request.save(update_fields=["state", "version", "carrier", "tracking_number", "sent_at"])
    record(Verb.RETURN_SENT, by=by, order=request.order, request=request.pk)
    return request


@atomic
def receive(*, request: ReturnRequest, units: Mapping[UUID, int], by: User) -> ReturnRequest:
    """The parcel is here, with so many units of each line. Needs `act_on_order`. More than was approved is taken in as well: it is here."""
    handles(by, request, "take a return in")
    request = locked(request)
    rows = {row.pk: row for row in request.lines.all()}
    if set(units) - set(rows):
        raise Invalid("Units are named for a line that the return does not have.")
    if any(number < 0 or number > rows[pk].line.shipped for pk, number in units.items()):
        raise Invalid("More units than were ever sent cannot come back. Count again.")
    move(request, ReturnState.RECEIVED)
    for pk, row in rows.items():
        row.received = units.get(pk, 0)
        row.save(update_fields=["received"])
    request.received_at, request.expires_at = timezone.now(), None
    request.save(update_fields=["state", "version", "received_at", "expires_at"])
    record(Verb.RETURN_RECEIVED, by=by, order=request.order, request=request.pk, units=sum(units.values()))
    return request


@atomic
def inspect(*, request: ReturnRequest, findings: Mapping[UUID, Finding], by: User, settings: Settings = DEFAULTS) -> ReturnRequest:
    """What is in the parcel, line by line; from the grade follows what becomes of it. Needs `act_on_order`."""
    handles(by, request, "inspect a return")
    request = locked(request)
    rows = {row.pk: row for row in request.lines.all()}
    if set(findings) != set(rows):
        raise Invalid("Each line of the return needs a grade.")
    move(request, ReturnState.INSPECTED)
    for pk, found in findings.items():
        if found.grade not in dict(GRADES) or (found.report and found.report not in REPORTS):
            raise Invalid("A grade or a report is none of the known ones.")
        row = rows[pk]
        grade: Grade = found.grade if row.received else "missing"
        known = product(row.line.sku, settings)
        kind = {"restock_opened": known.restock_opened, "hygiene": known.sealed_hygiene, "perishable": known.perishable} if known else {}
        row.grade, row.disposition = grade, decide(grade, **kind).disposition
        row.finding, row.report = found.finding.replace("\x00", "").strip()[:500], found.report
        row.save(update_fields=["grade", "disposition", "finding", "report"])
    request.inspected_at = timezone.now()
    request.save(update_fields=["state", "version", "inspected_at"])
    grades = {row.line.external_id[:60]: row.grade for row in rows.values()}
    record(Verb.RETURN_INSPECTED, by=by, order=request.order, request=request.pk, found=grades)
    return request


@atomic
def restock(*, request: ReturnRequest, by: User) -> int:
    """Units that can be sold again are marked as back on sale, each once. Needs `act_on_order`. Returns how many."""
    handles(by, request, "put returned goods back on sale")
    request = locked(request)
    if request.state not in {ReturnState.INSPECTED, ReturnState.SETTLED} or request.inspected_at is None:
        raise Conflict(f"Return {request.number} is “{request.get_state_display()}”: inspect it first.")
    rows = [row for row in request.lines.all() if row.disposition == "restock" and row.restocked < row.received]
    if not rows:
        raise Conflict("Nothing of it is left to put back on sale.")
    units, by_sku = 0, Counter[str]()
    for row in rows:
        units += row.received - row.restocked
        if row.line.sku:
            by_sku[row.line.sku] += row.received - row.restocked
        row.restocked = row.received
        row.save(update_fields=["restocked"])
    stock.put_back(store=request.store_id, units=by_sku, place=request.destination)
    record(Verb.RETURN_RESTOCKED, by=by, order=request.order, request=request.pk, units=units)
    return units


def expire_overdue() -> int:
    """Approved returns of which nothing came, and requests that nobody answered for as long, expire (policies.md 4.7, ST-14)."""
    due = ReturnRequest.objects.filter(expires_at__lte=timezone.now(), state__in=[ReturnState.APPROVED, ReturnState.WAITING])
    done = 0
    for request in due.order_by("expires_at")[:BATCH]:
        done += _expire(request)
    return done


@atomic
def _expire(request: ReturnRequest) -> int:
    request = locked(request)
    if (
        request.state not in {ReturnState.APPROVED, ReturnState.WAITING}
        or request.expires_at is None
        or request.expires_at > timezone.now()
    ):
        return 0
    move(request, ReturnState.EXPIRED)
    request.closed_at = timezone.now()
    request.save(update_fields=["state", "version", "closed_at"])
    record(Verb.RETURN_EXPIRED, by=User.objects.system(), order=request.order, request=request.pk, number=request.number)
    return 1
