"""What waits for a second person, for machines."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts, reads
from ordersops.api.pages import PageQuery, listed, page_of
from ordersops.api.rows import Input, Nothing, Person, Row, StoreName, Text, Texts, Whole
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.lists import newest
from ordersops.review import actions
from ordersops.review.actions import LEAST_NOTE
from ordersops.review.api.reasons import ReasonVersion, reason_as_seen
from ordersops.review.api.terms import Terms
from ordersops.review.models import Proposal, ProposalState

TAG = "Second person"
SHOWN = ("by", "settled_by", "store", "case")
RIGHTS = [Perm.VIEW_CASES, Perm.APPROVE_SECOND]


class ProposalRow(Row):
    """A decision that waits, or waited, for a second person. `version` is that of its case, which approving names."""

    store = StoreName()
    by = Person()
    settled_by = Person(allow_null=True)
    lane = serializers.CharField(source="case.lane", read_only=True)
    order = serializers.UUIDField(source="case.order_id", read_only=True)
    terms = Terms()
    why_two = Texts(help_text="Why two people are needed.")
    version = serializers.IntegerField(source="case.version", read_only=True)

    class Meta:
        model = Proposal
        fields: ClassVar[Any] = [
            "id", "store", "lane", "bulk", "case", "order", "recommendation", "state", "outcome", "terms", "overrides", "reason", "note",
            "playbook", "playbook_kept", "why_two",
            "by", "proposed_at", "settled_by", "settled_at", "settled_note", "version",
        ]  # fmt: skip


class ProposalQuery(PageQuery):
    state = serializers.ChoiceField(ProposalState.choices, required=False, default=ProposalState.WAITING)
    store = serializers.UUIDField(required=False, default=None)


class ApproveSecondInput(Input):
    version = Whole(required=False, allow_null=True, min_value=0, max_value=2**31 - 1, default=None)


class OtherwiseInput(Input):
    version = Whole(required=False, allow_null=True, min_value=0, max_value=2**31 - 1, default=None)
    outcome = Text(max_length=40, help_text="Another one than the first person chose.")
    reason = Text(max_length=10, trim_whitespace=False)
    reason_version = ReasonVersion()
    note = Text(min_length=LEAST_NOTE, max_length=2000, help_text="Why you decide otherwise.")


class SendBackInput(Input):
    note = Text(min_length=LEAST_NOTE, max_length=2000)


class Proposals(Resource):
    @reads(page_of(ProposalRow), rights=[Perm.VIEW_CASES], tag=TAG, query=ProposalQuery)
    def list(self, request: Asked) -> Response:
        """Decisions that wait for a second person, the newest first."""
        stores, asked = self.need_somewhere(Perm.VIEW_CASES), self.asked(ProposalQuery)
        rows = Proposal.objects.filter(state=asked["state"])
        parts = [rows.filter(store=store) for store in stores if asked["store"] in (None, store)]
        load = Proposal.objects.select_related(*SHOWN)
        return listed(request, newest(parts, "proposed_at", asked["cursor"], load=load, size=asked["limit"]), ProposalRow)

    @reads(ProposalRow, rights=[Perm.VIEW_CASES], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One of them."""
        return self._answer_with(self._proposal(pk))

    @acts(ProposalRow, rights=RIGHTS, tag=TAG, scope=Scope.MONEY, takes=ApproveSecondInput, match=True, example={"version": 1})
    def approve(self, request: Asked, pk: UUID) -> Response:
        """Approve as the second person: the decision is made. Never by somebody who had a say in it."""
        proposal, said = self._proposal(pk), self.body(ApproveSecondInput)
        version = self.version(said["version"], proposal.case.version)
        actions.approve_second(proposal=proposal, by=request.user, version=version)
        return self._answer_with(self._proposal(pk))

    @acts(
        ProposalRow,
        rights=RIGHTS,
        tag=TAG,
        scope=Scope.MONEY,
        takes=SendBackInput,
        example={"note": "Ask the customer for a document first."},
    )
    def send_back(self, request: Asked, pk: UUID) -> Response:
        """Send it back to the first person, with a note."""
        proposal, said = self._proposal(pk), self.body(SendBackInput)
        actions.send_back(proposal=proposal, by=request.user, note=said["note"])
        return self._answer_with(self._proposal(pk))

    @acts(
        ProposalRow,
        rights=[*RIGHTS, Perm.DECIDE_FRAUD, Perm.OVERRIDE],
        tag=TAG,
        scope=Scope.MONEY,
        takes=OtherwiseInput,
        match=True,
        example={"version": 1, "outcome": "release", "reason": "O1", "note": "The customer called from their home number."},
    )
    def decide_otherwise(self, request: Asked, pk: UUID) -> Response:
        """Decide otherwise than the first person, on the newest advice. Where that needs two people too it waits again, as a proposal of
        its own; the answer is the one that it stands against."""
        proposal, said = self._proposal(pk), self.body(OtherwiseInput)
        said["version"] = self.version(said["version"], proposal.case.version)
        reason_as_seen(proposal.case.lane, said)
        actions.decide_otherwise(proposal=proposal, by=request.user, **said)
        return self._answer_with(self._proposal(pk))

    @acts(ProposalRow, rights=[Perm.VIEW_CASES, Perm.DECIDE_FRAUD], tag=TAG, scope=Scope.DECIDE, takes=Nothing)
    def take_back(self, request: Asked, pk: UUID) -> Response:
        """Take one's own decision back while it waits: the case is open again, and in one's hands."""
        proposal = self._proposal(pk)
        self.body(Nothing)
        actions.take_back_proposal(proposal=proposal, by=request.user)
        return self._answer_with(self._proposal(pk))

    def _proposal(self, pk: UUID) -> Proposal:
        return self.load(Proposal.objects.select_related(*SHOWN), Perm.VIEW_CASES, pk=pk)

    @staticmethod
    def _answer_with(proposal: Proposal) -> Response:
        return Response(ProposalRow(proposal).data, headers={"ETag": f'"{proposal.case.version}"'})
