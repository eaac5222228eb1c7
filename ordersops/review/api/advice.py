"""Recommendations for machines: the advice that the desk shows, with every claim, signal and fact, and how far each was verified."""

from typing import Any, ClassVar, cast
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.roles import Perm
from ordersops.advice.models import Recommendation, Signal
from ordersops.api.endpoint import reads
from ordersops.api.pages import PageQuery, listed, page_of
from ordersops.api.rows import Row, StoreName, Text, Texts
from ordersops.api.view import Asked, Resource
from ordersops.cases.lanes import lane, lanes
from ordersops.errors import Conflict
from ordersops.lists import newest
from ordersops.review.api.terms import Terms
from ordersops.review.evidence import advice_shown
from ordersops.review.impressions import closed_advice

TAG = "Recommendations"
WHOLE = ("snapshot", "store", "consideration", "consultation__baseline")


@extend_schema_field({})
class Anything(serializers.Field[Any, Any, Any, Any]):
    """Any JSON value."""

    def to_representation(self, value: Any) -> Any:
        return value


class ClaimRow(serializers.Serializer[Any]):
    """One checkable thing that the advisor says: fact, operator, value. `verified` false says why, and what is true."""

    fact = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    op = serializers.CharField()
    value = Anything()
    direction = serializers.CharField(help_text="for or against risk")
    verified = serializers.BooleanField()
    actual = serializers.CharField(allow_null=True, help_text="What the snapshot holds, in words.")
    sentence = serializers.CharField()
    why = serializers.CharField(help_text="Why it does not hold; empty where it does.")
    source = serializers.CharField()  # type: ignore[assignment]
    trust = serializers.CharField()

    def to_representation(self, claim: dict[str, Any]) -> dict[str, Any]:
        texts = ("fact", "label", "op", "direction", "sentence", "why", "source", "trust")
        return {
            **{name: str(claim.get(name) or "") for name in texts},
            "value": claim.get("value"),
            "verified": bool(claim.get("verified")),
            "actual": claim.get("actual"),
        }


class SignalRow(Row):
    facts = Texts(help_text="Keys of the facts it rests on.")

    class Meta:
        model = Signal
        fields: ClassVar[Any] = ["key", "group", "state", "points", "says", "facts"]


class FactRow(serializers.Serializer[Any]):
    """One fact of the frozen evidence. `trust` says whose word it is."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    kind = serializers.CharField()
    state = serializers.CharField()
    shown = serializers.CharField(help_text="The value in words.")
    unit = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    trust = serializers.CharField()
    personal = serializers.BooleanField()
    observed_at = serializers.DateTimeField(allow_null=True)


class AlternativeRow(serializers.Serializer[Any]):
    outcome = serializers.CharField()
    why_not = serializers.CharField()


class RecommendationRow(Row):
    store = StoreName()
    terms = Terms()

    class Meta:
        model = Recommendation
        fields: ClassVar[Any] = [
            "id", "store", "lane", "order", "advisor", "advisor_version", "policy_version", "scope", "mode", "outcome", "terms", "score", "band",
            "confidence", "verified", "rests_on_customer", "advised_at",
        ]  # fmt: skip


class RecommendationDetail(RecommendationRow):
    """`context["shown"]` is what the desk makes of the advice."""

    snapshot = serializers.CharField(source="snapshot_id", help_text="SHA-256 of the frozen evidence.")
    outcome_label = serializers.SerializerMethodField()
    claims = serializers.SerializerMethodField()
    signals = serializers.SerializerMethodField()
    facts = serializers.SerializerMethodField()
    alternatives = AlternativeRow(many=True)
    missing = serializers.SerializerMethodField(help_text="Facts that were not available.")
    faults = serializers.SerializerMethodField(help_text="What is wrong with the answer as a whole.")
    warnings = serializers.SerializerMethodField()
    prose = serializers.SerializerMethodField(help_text="The model's own words.")

    class Meta(RecommendationRow.Meta):
        fields: ClassVar[Any] = [
            *RecommendationRow.Meta.fields, "outcome_label", "justification", "claims", "signals", "facts", "missing", "alternatives", "faults",
            "warnings", "prose", "chosen_because", "snapshot",
        ]  # fmt: skip

    def _shown(self, row: Recommendation) -> dict[str, Any]:
        kept: dict[Any, dict[str, Any]] = cast("dict[str, Any]", self.context).setdefault("advice_shown", {})
        if row.pk not in kept:
            kept[row.pk] = advice_shown(row, lane(row.lane))
        return kept[row.pk]

    def to_representation(self, row: Recommendation) -> dict[str, Any]:
        self._shown(row)  # first: it cleans the texts of the row
        return super().to_representation(row)

    def get_outcome_label(self, row: Recommendation) -> str:
        outcome = lane(row.lane).outcomes.get(row.outcome)
        return outcome.label if outcome else row.outcome

    @extend_schema_field(ClaimRow(many=True))
    def get_claims(self, row: Recommendation) -> Any:
        return ClaimRow(self._shown(row)["claims"], many=True).data

    @extend_schema_field(SignalRow(many=True))
    def get_signals(self, row: Recommendation) -> Any:
        shown = self._shown(row)
        return SignalRow([*shown["risk_signals"], *shown["clearing_signals"], *shown["unavailable_signals"]], many=True).data

    @extend_schema_field(FactRow(many=True))
    def get_facts(self, row: Recommendation) -> Any:
        return FactRow(self._shown(row)["evidence"], many=True).data

    def get_missing(self, row: Recommendation) -> list[str]:
        return list(self._shown(row)["missing"])

    def get_faults(self, row: Recommendation) -> list[str]:
        return [f"{one.lead} {one.text}".strip() for one in self._shown(row)["faults"]]

    def get_warnings(self, row: Recommendation) -> list[str]:
        return [f"{one.lead} {one.text}".strip() for one in self._shown(row)["warnings"]]

    def get_prose(self, row: Recommendation) -> str:
        return str(self._shown(row)["prose"])


class RecommendationQuery(PageQuery):
    lane = serializers.ChoiceField([(key, one.label) for key, one in lanes().items()], required=False, default=None)
    store = serializers.UUIDField(required=False, default=None)
    order = serializers.UUIDField(required=False, default=None)
    outcome = Text(required=False, max_length=40, default="")


class Recommendations(Resource):
    @reads(page_of(RecommendationRow), rights=[Perm.VIEW_CASES], tag=TAG, query=RecommendationQuery)
    def list(self, request: Asked) -> Response:
        """Advice for the desk, the newest first. What is only measured in shadow is left out, and what is closed to the token's owner."""
        stores, asked = self.need_somewhere(Perm.VIEW_CASES), self.asked(RecommendationQuery)
        rows = Recommendation.objects.filter(shown=True)
        if asked["outcome"]:
            rows = rows.filter(outcome=asked["outcome"])
        if asked["order"]:
            rows = rows.filter(order=asked["order"])
        keys = [asked["lane"]] if asked["lane"] else list(lanes())
        parts = [rows.filter(store=store, lane=key) for store in stores if asked["store"] in (None, store) for key in keys]
        load = Recommendation.objects.select_related("store")
        page = newest(parts, "advised_at", asked["cursor"], load=load, size=asked["limit"])
        closed = closed_advice(page.rows, request.user)
        page.rows = [row for row in page.rows if row.pk not in closed]
        return listed(request, page, RecommendationRow)

    @reads(RecommendationDetail, rights=[Perm.VIEW_CASES], tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One piece of advice with its claims, signals and facts."""
        rows = Recommendation.objects.filter(shown=True).select_related(*WHOLE).prefetch_related("signals", "consultations")
        found = self.load(rows, Perm.VIEW_CASES, pk=pk)
        if closed_advice([found], request.user):
            raise Conflict("This advice is closed to you: say first, at the desk, what you think of its case.")
        return Response(RecommendationDetail(found).data)
