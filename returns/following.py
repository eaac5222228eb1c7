"""What follows from advice and from decisions in the lane's own rows."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from ordersops.accounts.models import User
from ordersops.advice.following import Assessed
from ordersops.cases.lanes import Outcome
from ordersops.review.models import Decision
from returns import actions, rules
from returns.actions.deciding import LineTerms
from returns.eligibility.outcome import COMES_BACK
from returns.models import CheckRow, ReturnRequest, ReturnState
from returns.policy import Settings
from returns.reasons import APPROVE, ASK, DECLINE

UNDECIDED = frozenset({ReturnState.REQUESTED, ReturnState.WAITING})


def follow(assessed: Sequence[Assessed], settings: Mapping[UUID, Settings]) -> list[Assessed]:
    """The twelve rows of each line are written; whatever is undecided waits for a decision, of a person or of automation."""
    rows = []
    for one in assessed:
        found = rules.judged(one.evidence, settings[one.subject.pk], policy=one.recommendation.policy_version)
        for line in found.lines:
            rows += [
                CheckRow(
                    line_id=UUID(line.line.key), store_id=one.subject.store_id, snapshot=one.recommendation.snapshot_id, number=row.number,
                    check_key=row.check, policy=row.policy[:60], inputs=row.inputs, result=row.result, code=row.code[:40], reason=row.reason[:300],
                )
                for row in line.rows
            ]  # fmt: skip
    CheckRow.objects.bulk_create(rows, ignore_conflicts=True)
    return [one for one in assessed if isinstance(one.subject, ReturnRequest) and one.subject.state in UNDECIDED]


def settle(subjects: Sequence[ReturnRequest], outcome: Outcome, decision: Decision, settings: Settings, by: User) -> None:
    """The request follows the decision, under its terms."""
    for request in subjects:
        terms = decision.terms
        told = str(terms.get("instructions") or "")
        if outcome.key == ASK.key:
            if request.state != ReturnState.WAITING:
                actions.ask_evidence(request=request, by=User.objects.system(), decision=decision, instructions=told, settings=settings)
        elif outcome.key == DECLINE.key:
            actions.decline(request=request, reason=terms.get("decline") or "OTHER", by=by, decision=decision, instructions=told)
        else:
            lines = line_terms(terms)
            actions.approve(
                request=request, outcome=outcome.key, lines=lines, by=by, decision=decision, instructions=told,
                refund_shipping=bool(terms.get("refund_shipping")), inspect=bool(terms.get("inspect", True)),
                destination=str(terms.get("destination") or ""), settings=settings,
                comes_back=outcome.key == APPROVE.key and any(one.outcome in COMES_BACK for one in lines.values()),
            )  # fmt: skip


def line_terms(terms: Mapping[str, Any]) -> dict[UUID, LineTerms]:
    return {
        UUID(row["line"]): LineTerms(row["outcome"], int(row["units"]), Decimal(row["amount"]) if row.get("amount") else None)
        for row in terms.get("lines") or ()
    }


def open_again(subjects: Sequence[ReturnRequest], by: User) -> None:
    for request in subjects:
        if request.state != ReturnState.REQUESTED:
            actions.reopen(request=request, by=by)
