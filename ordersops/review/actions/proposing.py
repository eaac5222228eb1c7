"""A decision that needs two people waits: nothing leaves, the holds stay, and the case is in nobody's queue but the second person's."""

from collections.abc import Sequence
from uuid import UUID

from django.utils import timezone

from ordersops.audit.actions import record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions.waking import AWAKE, end_snooze
from ordersops.cases.models import CaseState
from ordersops.ids import uuid7
from ordersops.review.actions.choosing import Choice
from ordersops.review.models import Bulk, Proposal


def propose(
    choice: Choice, why: Sequence[str], *, bulk: Bulk | None = None, instead_of: Proposal | None = None, tell: bool = True
) -> Proposal:
    """Write down what the first person decided, and let the case wait. In the unit of the verb, which has locked the case."""
    case = choice.case
    case.state, case.version = CaseState.WAITING, case.version + 1
    case.leased_by = case.lease_until = None
    end_snooze(case)
    case.save(update_fields=["state", "version", "leased_by", "lease_until", *AWAKE])
    before: list[UUID] = instead_of.parties if instead_of else []
    proposal = Proposal.objects.create(
        id=uuid7(), store_id=case.store_id, case=case, bulk=bulk, recommendation=choice.recommendation, **choice.columns,
        why_two=list(why), by=choice.by, parties=[*before, choice.by.pk], instead_of=instead_of, case_version=case.version,
        proposed_at=timezone.now(),
    )  # fmt: skip
    if tell:
        record(
            Verb.CASE_PROPOSED, by=choice.by, case=case, proposal=proposal.pk, recommendation=choice.recommendation.pk,
            outcome=proposal.outcome, reason=proposal.reason, overrides=proposal.overrides, because=list(why), bulk=bulk.pk if bulk else None,
            playbook=proposal.playbook_id, kept=proposal.playbook_kept,
        )  # fmt: skip
    return proposal
