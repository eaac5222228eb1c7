"""Asking the customer for evidence, and taking it in; and a request that is given up."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils import timezone

from ordersops.accounts.models import User
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.errors import Conflict, Invalid
from returns.actions.moving import ask_about, handles, locked, move
from returns.actions.picturing import keep_photos
from returns.models import ReturnRequest, ReturnState
from returns.policy import DEFAULTS, Settings

if TYPE_CHECKING:
    from ordersops.review.models import Decision


@atomic
def ask_evidence(
    *, request: ReturnRequest, by: User, decision: "Decision | None" = None, instructions: str = "", settings: Settings = DEFAULTS
) -> ReturnRequest:
    """It waits for the customer: photos, or a few words. Needs `act_on_order`, or the system's own rule."""
    handles(by, request, "ask for evidence about a return")
    request = locked(request)
    move(request, ReturnState.WAITING)
    request.decision, request.instructions = decision, instructions
    request.expires_at = timezone.now() + timedelta(days=settings.expire_after_days)
    request.save(update_fields=["state", "version", "expires_at", "decision", "instructions"])
    record(Verb.RETURN_EVIDENCE_ASKED, by=by, order=request.order, request=request.pk)
    return request


@atomic
def answer_evidence(
    *, request: ReturnRequest, by: User, photos: Mapping[UUID, Sequence[tuple[str, bytes]]], words: Mapping[UUID, str]
) -> ReturnRequest:
    """Photos and words about its lines. What waited for them is asked about again. Conflict once it is decided."""
    handles(by, request, "add evidence to a return")
    request = locked(request)
    if request.state not in {ReturnState.REQUESTED, ReturnState.WAITING}:
        raise Conflict(f"Return {request.number} is “{request.get_state_display()}”: it is decided already.")
    rows = {row.pk: row for row in request.lines.all()}
    named = set(photos) | set(words)
    if not named or named - set(rows):
        raise Invalid("Send a photo or a few words about a line of this return.")
    new = 0
    for pk, given in photos.items():
        new += keep_photos(rows[pk], given)
    for pk, said in words.items():
        if said := said.replace("\x00", "").strip():
            rows[pk].words = f"{rows[pk].words}\n{said}".strip()[:2000]
            rows[pk].save(update_fields=["words"])
    if request.state == ReturnState.WAITING:
        move(request, ReturnState.REQUESTED)
        request.expires_at, request.decision, request.instructions = None, None, ""
        request.save(update_fields=["state", "version", "expires_at", "decision", "instructions"])
    record(Verb.RETURN_EVIDENCE_GIVEN, by=by, order=request.order, request=request.pk, photos=new)
    ask_about(request, "evidence")
    return request


@atomic
def cancel(*, request: ReturnRequest, by: User, why: str) -> ReturnRequest:
    """The customer keeps it after all. Conflict once it is on its way. Needs `act_on_order`, or the customer's own link."""
    handles(by, request, "cancel a return")
    said = " ".join(why.replace("\x00", "").split())[:300]
    if len(said) < 5:
        raise Invalid("Say why, in five characters at least.")
    request = locked(request)
    move(request, ReturnState.CANCELLED)
    request.closed_at = timezone.now()
    request.save(update_fields=["state", "version", "closed_at"])
    record(Verb.RETURN_CANCELLED, by=by, order=request.order, request=request.pk, why=said)
    return request
