"""Deciding many cases at once, for machines: the first person's word, and the second's. Each case by itself or not at all."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.access import rights
from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts, reads
from ordersops.api.rows import Input, Person, Row, Text, Whole
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.cases.lanes import lanes
from ordersops.cases.models import Case
from ordersops.errors import Invalid
from ordersops.review import actions
from ordersops.review.actions import LEAST_NOTE
from ordersops.review.api.second import SHOWN, ProposalRow
from ordersops.review.models import Bulk

TAG = "Second person"
MOST = 1000  # rows in one request; the policy says how many there may be
SEES, SECOND = Perm.VIEW_CASES, Perm.APPROVE_SECOND
NOBODY = "00000000-0000-0000-0000-000000000001"
LARGEST = 2**31 - 1


class LeftOutRow(serializers.Serializer[Any]):
    """A case that was left out, and why."""

    case = serializers.UUIDField()
    why = serializers.CharField()


class BulkRow(Row):
    """A bulk decision: `proposals` wait, or waited, for a second person; the others were left out."""

    by = Person()
    proposals = serializers.SerializerMethodField()
    left_out = serializers.SerializerMethodField()

    class Meta:
        model = Bulk
        fields: ClassVar[Any] = ["id", "lane", "outcome", "reason", "note", "by", "at", "asked", "proposals", "left_out"]

    @extend_schema_field(ProposalRow(many=True))
    def get_proposals(self, row: Bulk) -> Any:
        found = row.proposals.visible_to(self.context["request"].user).select_related(*SHOWN).order_by("proposed_at", "pk")
        return ProposalRow(found, many=True).data

    @extend_schema_field(LeftOutRow(many=True))
    def get_left_out(self, row: Bulk) -> Any:
        whys = dict(row.left_out)
        seen = Case.objects.visible_to(self.context["request"].user).filter(pk__in=whys).order_by("pk").values_list("pk", flat=True)
        return LeftOutRow([{"case": pk, "why": whys[str(pk)]} for pk in seen], many=True).data


class BulkAnswer(serializers.Serializer[Any]):
    """The bulk decision after what was asked; `left_out` names the cases for which it was not done now."""

    bulk = BulkRow()
    left_out = LeftOutRow(many=True)


class SeenCase(Input):
    case = serializers.UUIDField()
    version = Whole(min_value=0, max_value=LARGEST, help_text="Of the case, as it was looked at.")


class SeenProposal(Input):
    proposal = serializers.UUIDField()
    version = Whole(min_value=0, max_value=LARGEST, help_text="Of its case, as it was looked at.")


class BulkInput(Input):
    lane = serializers.ChoiceField([(key, one.label) for key, one in lanes().items()])
    outcome = Text(max_length=40, help_text="What is advised for all of them.")
    reason = Text(max_length=10, trim_whitespace=False)
    note = Text(min_length=LEAST_NOTE, max_length=2000, help_text="Why all of them are decided alike.")
    cases = serializers.ListField(child=SeenCase(), min_length=2, max_length=MOST)
    count = Whole(min_value=2, max_value=MOST, help_text="How many cases these are: said twice, on purpose.")


class BulkApproveInput(Input):
    rows = serializers.ListField(child=SeenProposal(), min_length=1, max_length=MOST)


class BulkSendBackInput(BulkApproveInput):
    note = Text(min_length=LEAST_NOTE, max_length=2000)


PROPOSED = {
    "lane": "fraud", "outcome": "decline", "reason": "D3", "note": "All of the same card testing run.", "count": 2,
    "cases": [{"case": NOBODY, "version": 1}, {"case": NOBODY.replace("1", "2"), "version": 1}],
}  # fmt: skip
ROWS = [{"proposal": NOBODY, "version": 1}]


class Bulks(Resource):
    @acts(BulkRow, rights=[SEES, Perm.DECIDE_FRAUD], tag=TAG, scope=Scope.DECIDE, takes=BulkInput, status=201, example=PROPOSED)
    def create(self, request: Asked) -> Response:
        """Decide many cases as advised, for one reason. Each waits for a second person; those that cannot are left out, with why."""
        said = self.body(BulkInput)
        self.need_somewhere(lanes()[said["lane"]].decides)
        self.need_somewhere(SEES)
        cases = {one["case"]: one["version"] for one in said["cases"]}
        if len(cases) != len(said["cases"]):
            raise Invalid("A case is named twice. Nothing was decided.")
        made = actions.propose_bulk(
            lane=said["lane"], cases=cases, outcome=said["outcome"], reason=said["reason"], note=said["note"], typed=said["count"],
            by=request.user,
        )  # fmt: skip
        return Response(self._row(made), status=201)

    @reads(BulkRow, rights=[SEES], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One bulk decision, as far as its cases are in the token's stores."""
        return Response(self._row(self._bulk(pk)))

    @acts(BulkAnswer, rights=[SEES, SECOND], tag=TAG, scope=Scope.MONEY, takes=BulkApproveInput, example={"rows": ROWS})
    def approve(self, request: Asked, pk: UUID) -> Response:
        """Approve these rows as the second person; each is decided by itself."""
        bulk, said = self._bulk(pk, SECOND), self.body(BulkApproveInput)
        return self._after(bulk, actions.approve_bulk(bulk=bulk, rows=_rows(said), by=request.user))

    @acts(
        BulkAnswer, rights=[SEES, SECOND], tag=TAG, scope=Scope.MONEY, takes=BulkSendBackInput,
        example={"rows": ROWS, "note": "Look at them one by one."},
    )  # fmt: skip
    def send_back(self, request: Asked, pk: UUID) -> Response:
        """Send these rows back, for one reason."""
        bulk, said = self._bulk(pk, SECOND), self.body(BulkSendBackInput)
        return self._after(bulk, actions.send_back_bulk(bulk=bulk, rows=_rows(said), note=said["note"], by=request.user))

    def _bulk(self, pk: UUID, perm: Perm = SEES) -> Bulk:
        """Not found unless one of its cases is in the token's stores."""
        stores = [store for store, perms in rights(self.request.user).items() if perms]
        found = Bulk.objects.filter(pk=pk, proposals__store__in=stores).select_related("by").first()
        if found is None:
            raise Http404
        self.need_somewhere(perm)
        shown = found.proposals.visible_to(self.request.user).first()
        self._about = (shown.store_id if shown else None, SEES.value)
        return found

    def _row(self, bulk: Bulk) -> Any:
        return BulkRow(bulk, context={"request": self.request}).data

    def _after(self, bulk: Bulk, left_out: list[tuple[UUID, str]]) -> Response:
        rows = [{"case": case, "why": why} for case, why in left_out]
        return Response({"bulk": self._row(bulk), "left_out": LeftOutRow(rows, many=True).data})


def _rows(said: dict[str, Any]) -> dict[UUID, int]:
    return {one["proposal"]: one["version"] for one in said["rows"]}
