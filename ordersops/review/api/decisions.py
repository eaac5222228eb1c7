"""Decisions for machines."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts, reads
from ordersops.api.pages import PageQuery, listed, page_of
from ordersops.api.rows import Input, Nothing, Person, Row, StoreName, Text
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.lists import newest
from ordersops.review import actions
from ordersops.review.actions import LEAST_NOTE
from ordersops.review.api.terms import Terms
from ordersops.review.models import Decision

TAG = "Decisions"
SHOWN = ("by", "second", "store", "case")


class DecisionRow(Row):
    """`supersedes` names the decision that it takes the place of; an undo is a decision with the outcome `undo`. `playbook` is the version
    (`version_id`) that filled it in, and `playbook_kept` says whether what it prepared was kept."""

    store = StoreName()
    by = Person()
    second = Person(allow_null=True)
    lane = serializers.CharField(source="case.lane", read_only=True)
    order = serializers.UUIDField(source="case.order_id", read_only=True)
    terms = Terms()

    class Meta:
        model = Decision
        fields: ClassVar[Any] = [
            "id", "store", "lane", "case", "order", "recommendation", "outcome", "terms", "overrides", "reason", "reason_version", "note", "label",
            "playbook", "playbook_kept", "source", "by", "second", "case_version", "supersedes", "decided_at",
        ]  # fmt: skip


class DecisionQuery(PageQuery):
    store = serializers.UUIDField(required=False, default=None)
    case = serializers.UUIDField(required=False, default=None)
    since = serializers.DateTimeField(required=False, default=None, help_text="Decided at or after.")
    until = serializers.DateTimeField(required=False, default=None, help_text="Decided before.")


class TakeBackInput(Input):
    note = Text(min_length=LEAST_NOTE, max_length=2000, help_text="Why it is taken back.")


class Decisions(Resource):
    @reads(page_of(DecisionRow), rights=[Perm.VIEW_CASES], tag=TAG, query=DecisionQuery)
    def list(self, request: Asked) -> Response:
        """Decisions, the newest first."""
        stores, asked = self.need_somewhere(Perm.VIEW_CASES), self.asked(DecisionQuery)
        rows = Decision.objects.all()
        for name, lookup in (("case", "case"), ("since", "decided_at__gte"), ("until", "decided_at__lt")):
            if asked[name]:
                rows = rows.filter(**{lookup: asked[name]})
        parts = [rows.filter(store=store) for store in stores if asked["store"] in (None, store)]
        load = Decision.objects.select_related(*SHOWN)
        return listed(request, newest(parts, "decided_at", asked["cursor"], load=load, size=asked["limit"]), DecisionRow)

    @reads(DecisionRow, rights=[Perm.VIEW_CASES], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One decision."""
        return Response(DecisionRow(self.load(Decision.objects.select_related(*SHOWN), Perm.VIEW_CASES, pk=pk)).data)

    @acts(DecisionRow, rights=[Perm.VIEW_CASES, Perm.DECIDE_FRAUD], tag=TAG, scope=Scope.DECIDE, takes=Nothing)
    def undo(self, request: Asked, pk: UUID) -> Response:
        """Take a decision back within its hold window; gives the decision that supersedes it."""
        decision = self.load(Decision.objects.select_related("case"), Perm.VIEW_CASES, pk=pk)
        self.body(Nothing)
        return Response(DecisionRow(actions.undo(decision=decision, by=request.user)).data)

    @acts(
        DecisionRow, rights=[Perm.VIEW_CASES, Perm.DECIDE_FRAUD], tag=TAG, scope=Scope.DECIDE, takes=TakeBackInput,
        example={"note": "The bank called: the card was stolen."},
    )  # fmt: skip
    def take_back(self, request: Asked, pk: UUID) -> Response:
        """Take a decision back after it was carried out: the inverse of what was done is planned, and the case is open again."""
        decision = self.load(Decision.objects.select_related("case"), Perm.VIEW_CASES, pk=pk)
        said = self.body(TakeBackInput)
        return Response(DecisionRow(actions.take_back(decision=decision, note=said["note"], by=request.user)).data)
