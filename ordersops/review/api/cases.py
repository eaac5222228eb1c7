"""Cases for machines: the queue, one case with its advice and what may be done now, and deciding."""

from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts, reads
from ordersops.api.pages import PageQuery, listed, moment, page_of
from ordersops.api.rows import Flag, Input, Money, Named, Nothing, Person, Row, StoreName, Text, Texts, Whole
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.cases import actions as leases
from ordersops.cases import queries
from ordersops.cases.actions.tagging import normal
from ordersops.cases.forms import BANDS, QueueFilters
from ordersops.cases.hints import hints_of
from ordersops.cases.lanes import Lane, lane, lanes
from ordersops.cases.models import Case, CaseState
from ordersops.lists import newest
from ordersops.orders.models import Order
from ordersops.orders.queries import WIDE
from ordersops.review import actions, playbooks
from ordersops.review.actions import LEAST_NOTE
from ordersops.review.api.advice import RecommendationDetail
from ordersops.review.api.decisions import DecisionRow
from ordersops.review.api.reasons import ReasonVersion, reason_as_seen
from ordersops.review.api.terms import TermRow, TermsChosen, term_rows
from ordersops.review.case_page import MEMBERS_SHOWN
from ordersops.review.impressions import closed_among
from ordersops.review.queries import Available, available, recommendation_for

TAG = "Cases"
OVERRIDE = {"version": 1, "outcome": "release", "reason": "O1", "note": "The customer called from their home number."}
DECIDES = [Perm.VIEW_CASES, Perm.DECIDE_FRAUD]


HIDDEN: dict[str, Any] = {"band": "", "score": None, "priority_reasons": []}


class CaseRow(Row):
    priority_reasons = Texts()
    store = StoreName()
    amount = Money(help_text="Money at risk.")
    order_number = serializers.CharField(source="order.number", read_only=True)
    attack = serializers.BooleanField(source="is_attack", read_only=True, help_text="About many orders that share a key.")
    band = serializers.CharField(read_only=True, help_text="Empty while the advice is closed to the token's owner.")
    score = serializers.IntegerField(read_only=True, allow_null=True, help_text="Null while the advice is closed to the token's owner.")
    assigned_to = Person(allow_null=True)
    requested_by = Person(allow_null=True, help_text="Who asked for the review, where no rule did.")
    tags = Texts()
    team = Named(allow_null=True, read_only=True, help_text="The team whose members take it.")
    held_by = serializers.SerializerMethodField()
    held_until = serializers.SerializerMethodField()

    class Meta:
        model = Case
        fields: ClassVar[Any] = [
            "id", "store", "lane", "state", "headline", "band", "score", "priority", "priority_reasons", "amount", "order", "order_number",
            "orders_count", "attack", "opened_at", "due_at", "changed_at", "decided_at", "held_by", "held_until", "assigned_to",
            "team", "escalated_to", "requested_by", "tags", "snoozed_until", "version",
        ]  # fmt: skip

    def to_representation(self, case: Case) -> dict[str, Any]:
        """Without what tells of advice that is closed to the person until they said what they think."""
        found = super().to_representation(case)
        return {**found, **HIDDEN} if case.pk in self._closed(case) else found

    def _closed(self, case: Case) -> set[UUID]:
        context = cast("dict[str, Any]", self.context)
        if "closed" not in context:
            several = getattr(self.parent, "instance", None)
            context["closed"] = closed_among([case] if several is None else several, context["request"].user)
        return cast("set[UUID]", context["closed"])

    @extend_schema_field(Person(allow_null=True))
    def get_held_by(self, case: Case) -> Any:
        return Person(case.leased_by).data if case.holder_id() else None

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_held_until(self, case: Case) -> Any:
        return serializers.DateTimeField().to_representation(case.lease_until) if case.holder_id() and case.lease_until else None


class ReasonRow(serializers.Serializer[Any]):
    code = serializers.CharField()
    version = serializers.IntegerField(allow_null=True, help_text="Of its wording; null where nobody worded it yet.")
    sentence = serializers.CharField()


class ChoiceRow(serializers.Serializer[Any]):
    """An outcome that may be chosen now, with the reasons that fit."""

    outcome = serializers.CharField(source="key")
    label = serializers.CharField()  # type: ignore[assignment]
    sentence = serializers.CharField(help_text="What happens if it is chosen.")


class AvailableRow(serializers.Serializer[Any]):
    """What the token may do about the case now; `why_not` says what stands in the way of deciding."""

    claim = serializers.BooleanField()
    release = serializers.BooleanField()
    approve = serializers.BooleanField()
    override = serializers.BooleanField()
    closed = serializers.BooleanField(help_text="The advice is closed until its owner said at the desk what they think.")
    why_not = serializers.CharField()
    doubt = serializers.CharField(help_text="Why the advice should not simply be followed.")
    recommended = ChoiceRow(allow_null=True)
    approve_reasons = ReasonRow(many=True)
    others = ChoiceRow(many=True)
    override_reasons = serializers.DictField(child=ReasonRow(many=True))
    second = serializers.UUIDField(
        source="proposal.pk", allow_null=True, default=None, help_text="The proposal that waits for a second person."
    )
    undo = serializers.UUIDField(source="undo.pk", allow_null=True, default=None, help_text="The decision that can still be undone.")
    terms = serializers.DictField(
        child=TermRow(many=True),
        default=dict,
        help_text="By outcome that may be chosen: the fields of its terms, where a person may change some.",
    )


class FittingRow(serializers.Serializer[Any]):
    """A playbook that fits the case. `act` is what it prepares for now: approve, override, or empty."""

    id = serializers.UUIDField(source="version.playbook_id")
    version_id = serializers.UUIDField(source="version.pk")
    name = serializers.CharField(source="version.name")
    steps = Texts(source="version.steps", help_text="What to do, in this order.")
    act = serializers.CharField()
    outcome = serializers.CharField(source="version.outcome", help_text="What it prepares; empty for nothing.")
    reason = serializers.CharField(source="prepared_reason")
    note = serializers.CharField(source="version.note")
    terms = serializers.DictField(child=serializers.CharField(), source="version.terms")


class CaseDetail(CaseRow):
    orders = serializers.SerializerMethodField(help_text="The orders that it is about, the first 50 of an attack.")
    recommendation = serializers.SerializerMethodField(help_text="Null while it is closed to the token's owner, and where there is none.")
    available = serializers.SerializerMethodField()
    terms = serializers.SerializerMethodField(
        help_text="By outcome that may be chosen now: the fields of its terms, where some may be changed."
    )
    playbooks = serializers.SerializerMethodField(help_text="Those that fit; while the advice is closed, none that tells of it.")
    decisions = DecisionRow(many=True, help_text="The newest first.")

    class Meta(CaseRow.Meta):
        fields: ClassVar[Any] = [*CaseRow.Meta.fields, "orders", "recommendation", "available", "terms", "playbooks", "decisions"]

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_orders(self, case: Case) -> Any:
        members = Order.objects.filter(memberships__case=case).order_by("memberships__added_at").values_list("pk", flat=True)
        return [str(pk) for pk in (case.order_id, *(members[: MEMBERS_SHOWN - 1] if case.is_attack else ()))]

    @extend_schema_field(RecommendationDetail(allow_null=True))
    def get_recommendation(self, case: Case) -> Any:
        advice = None if case.pk in self._closed(case) else self._advice(case)
        return None if advice is None else RecommendationDetail(advice, context=self.context).data

    @extend_schema_field(AvailableRow)
    def get_available(self, case: Case) -> Any:
        return AvailableRow(self._may(case)).data

    @extend_schema_field(serializers.DictField(child=TermRow(many=True)))
    def get_terms(self, case: Case) -> Any:
        may = self._may(case)
        chosen = [may.recommended] if may.recommended and may.approve else []
        return term_rows(lane(case.lane), self._advice(case), [outcome.key for outcome in (*chosen, *may.others)])

    @extend_schema_field(FittingRow(many=True))
    def get_playbooks(self, case: Case) -> Any:
        return FittingRow(playbooks.shown(case, lane(case.lane), self._may(case), self._advice(case)), many=True).data

    def to_representation(self, case: Case) -> dict[str, Any]:
        found = super().to_representation(case)
        return {**found, "decisions": []} if case.pk in self._closed(case) else found

    def _may(self, case: Case) -> Available:
        kept = cast("dict[str, Any]", self.context)
        if "may" not in kept:
            kept["may"] = available(case, kept["request"].user, recommendation=self._advice(case))
        return cast("Available", kept["may"])

    def _advice(self, case: Case) -> Any:
        if "advice" not in self.context:
            cast("dict[str, Any]", self.context)["advice"] = recommendation_for(case)
        return self.context["advice"]


class CaseQuery(PageQuery):
    lane = serializers.ChoiceField([(key, one.label) for key, one in lanes().items()], required=False, default=None)
    state = serializers.ChoiceField(CaseState.choices, required=False, default="")
    store = serializers.UUIDField(required=False, default=None)
    order = serializers.UUIDField(required=False, default=None)
    since = serializers.DateTimeField(required=False, default=None, help_text="Opened at or after.")


class QueueQuery(PageQuery):
    kinds = (int, moment, UUID)
    q = Text(required=False, max_length=200, default="", help_text="Number, name, e-mail, phone, SKU or tracking number of an order.")
    store = serializers.UUIDField(required=False, default=None)
    band = serializers.ChoiceField(BANDS, required=False, default="")
    mine = Flag(required=False, default=False)
    asked = Flag(required=False, default=False, help_text="true: only where the token's owner was asked something.")
    escalated = Flag(required=False, default=False)
    asleep = Flag(required=False, default=False, help_text="true: what was put aside.")
    overdue = Flag(required=False, default=False)
    tag = Text(required=False, max_length=200, default="", help_text="Only cases that carry this tag.")
    attack = Flag(required=False, default=False)
    hint = serializers.ChoiceField(
        sorted({key for one in lanes().values() for key in hints_of(one)}), required=False, default="",
        help_text="What stands out in the queue; one that the lane does not have leaves nothing out.",
    )  # fmt: skip
    signal = serializers.RegexField(
        r"^[a-z0-9_]+$", required=False, default="", max_length=60, help_text="Key of a signal that speaks for risk in the newest advice."
    )


class PlaybookUsed(serializers.UUIDField):
    """The playbook version that a decision follows: it is recorded, with whether what it prepared was kept."""

    def __init__(self, **options: Any) -> None:
        help_text = "A `version_id` of the case's `playbooks`, where one is followed; what it prepares may be changed."
        super().__init__(**{"required": False, "allow_null": True, "default": None, "help_text": help_text, **options})


class ApproveInput(Input):
    version = Whole(required=False, allow_null=True, min_value=0, max_value=2**31 - 1, default=None)
    reason = Text(
        required=False, default="", allow_blank=True, max_length=10, trim_whitespace=False, help_text="One of `available.approve_reasons`."
    )
    reason_version = ReasonVersion()
    note = Text(required=False, default="", allow_blank=True, max_length=2000)
    terms = TermsChosen()
    playbook = PlaybookUsed()


class OverrideInput(Input):
    version = Whole(required=False, allow_null=True, min_value=0, max_value=2**31 - 1, default=None)
    outcome = Text(max_length=40, help_text="One of `available.others`.")
    terms = TermsChosen()
    playbook = PlaybookUsed()
    reason = Text(max_length=10, trim_whitespace=False, help_text="One of `available.override_reasons` of the outcome.")
    reason_version = ReasonVersion()
    note = Text(min_length=LEAST_NOTE, max_length=2000, help_text="What you know that the advice did not.")


class NextCase(serializers.Serializer[Any]):
    """`case` is null when no case is free."""

    case = CaseDetail(allow_null=True)


def _rows() -> "QuerySet[Case]":
    return Case.objects.select_related("order", "store", "leased_by", "assigned_to", "team", "requested_by")


class OfCases(Resource):
    def case(self, pk: UUID) -> Case:
        return self.load(_rows(), Perm.VIEW_CASES, pk=pk)

    def shown(self, case: Case) -> Any:
        fresh = _rows().prefetch_related("decisions__by", "decisions__store", "decisions__case").get(pk=case.pk)
        return CaseDetail(fresh, context={"request": self.request}).data, {"ETag": f'"{fresh.version}"'}

    def answer(self, case: Case) -> Response:
        data, headers = self.shown(case)
        return Response(data, headers=headers)


class Queues(OfCases):
    @reads(page_of(CaseRow), rights=[Perm.VIEW_CASES], tag=TAG, query=QueueQuery)
    def list(self, request: Asked, lane: str) -> Response:
        """The open cases of a lane, the most urgent first."""
        about = _lane(lane)
        self.need_somewhere(Perm.VIEW_CASES)
        asked = self.asked(QueueQuery)
        asked["tag"] = normal(asked["tag"]) if asked["tag"] else ""
        filters = {**dict.fromkeys(QueueFilters.base_fields), **asked}  # those of the desk, the ones that it has besides unset
        return listed(request, queries.queue(about, request.user, filters, asked["cursor"], asked["limit"]), CaseRow)

    @acts(NextCase, rights=DECIDES, tag=TAG, scope=Scope.DECIDE, takes=Nothing)
    def take_next(self, request: Asked, lane: str) -> Response:
        """Take the most urgent case that nobody holds."""
        about = _lane(lane)
        self.body(Nothing)
        self.need_somewhere(about.decides)
        case = leases.next_case(lane=about.key, by=request.user)
        if case is None:
            return Response({"case": None})
        self.load(Case.objects.all(), Perm.VIEW_CASES, pk=case.pk)
        data, headers = self.shown(case)
        return Response({"case": data}, headers=headers)


class Cases(OfCases):
    @reads(page_of(CaseRow), rights=[Perm.VIEW_CASES], tag=TAG, query=CaseQuery)
    def list(self, request: Asked) -> Response:
        """Cases in any state, the newest opened first."""
        stores, asked = self.need_somewhere(Perm.VIEW_CASES), self.asked(CaseQuery)
        rows = Case.objects.all()
        for name, lookup in (("lane", "lane"), ("state", "state"), ("order", "order"), ("since", "opened_at__gte")):
            if asked[name]:
                rows = rows.filter(**{lookup: asked[name]})
        parts = [rows.filter(store=store) for store in stores if asked["store"] in (None, store)]
        load = _rows().defer(*(f"order__{column}" for column in WIDE))
        return listed(request, newest(parts, "opened_at", asked["cursor"], load=load, size=asked["limit"]), CaseRow)

    @reads(CaseDetail, rights=[Perm.VIEW_CASES], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One case with its advice, decisions, and what may be done now. Its ETag is the version that a decision names."""
        return self.answer(self.case(pk))

    @acts(CaseDetail, rights=DECIDES, tag=TAG, scope=Scope.DECIDE, takes=Nothing)
    def claim(self, request: Asked, pk: UUID) -> Response:
        """Take a case, so that others see who is at work on it; again, to keep it."""
        case = self.case(pk)
        self.body(Nothing)
        return self.answer(leases.claim(case=case, by=request.user))

    @acts(CaseDetail, rights=[Perm.VIEW_CASES], tag=TAG, scope=Scope.DECIDE, takes=Nothing)
    def release(self, request: Asked, pk: UUID) -> Response:
        """Give a case back to the queue."""
        case = self.case(pk)
        self.body(Nothing)
        return self.answer(leases.release(case=case, by=request.user))

    @acts(CaseDetail, rights=DECIDES, tag=TAG, scope=Scope.DECIDE, takes=ApproveInput, match=True, example={"version": 1})
    def approve(self, request: Asked, pk: UUID) -> Response:
        """Decide as recommended."""
        case, said = self.case(pk), self.body(ApproveInput)
        said["version"] = self.version(said["version"], case.version)
        reason_as_seen(case.lane, said)
        actions.approve(case=case, by=request.user, **said)
        return self.answer(case)

    @acts(CaseDetail, rights=[*DECIDES, Perm.OVERRIDE], tag=TAG, scope=Scope.DECIDE, takes=OverrideInput, match=True, example=OVERRIDE)
    def override(self, request: Asked, pk: UUID) -> Response:
        """Decide against the recommendation, with a reason and a note."""
        case, said = self.case(pk), self.body(OverrideInput)
        said["version"] = self.version(said["version"], case.version)
        reason_as_seen(case.lane, said)
        actions.override(case=case, by=request.user, **said)
        return self.answer(case)


def _lane(key: str) -> Lane:
    if key not in lanes():
        raise Http404
    return lane(key)
