"""Effects for machines: what leaves the house, asking for it, and mending it."""

from typing import Any, ClassVar, cast
from uuid import UUID

from django.db.models import QuerySet
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.access import require
from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts, reads
from ordersops.api.pages import PageQuery, listed, page_of
from ordersops.api.rows import Input, Money, Nothing, Person, Row, StoreName, Text
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked, Resource
from ordersops.effects import actions, queries
from ordersops.effects.actions.asking import LEAST_REASON, LONGEST_REASON
from ordersops.effects.kinds import KINDS
from ordersops.effects.models import Approval, Attempt, Effect, EffectState
from ordersops.effects.preview import ask_store
from ordersops.orders.models import Order

TAG = "Effects"
NOTE = {"kind": "order.note", "arguments": {"text": "Ring twice"}, "reason": "The customer asked us to"}
EDIT = {"arguments": {"reason": "customer"}}
WHY = {"reason": "Not needed any more"}
ASKED = {key: kind for key, kind in KINDS.items() if kind.asked}
SEES = [Perm.VIEW_CASES]
ITS_KIND = "and the right that its kind names"
SHOWN = (*queries.SHOWN, "approval__first", "approval__second")


class OrderNumber(Row):
    class Meta:
        model = Order
        fields: ClassVar[Any] = ["id", "number", "external_id"]


class EffectRow(Row):
    store = StoreName()
    order = OrderNumber()
    label = serializers.CharField(read_only=True, help_text="The kind in words.")  # type: ignore[assignment]
    by = Person(allow_null=True, help_text="On whose word it happens.")
    amount = Money(help_text="Money that goes back with it.")
    arguments = serializers.DictField(read_only=True)
    settled_by = Person(allow_null=True)
    can_be_undone = serializers.BooleanField(read_only=True)

    class Meta:
        model = Effect
        fields: ClassVar[Any] = [
            "id", "kind", "label", "state", "store", "order", "decision", "by", "reason", "arguments", "amount", "inverse_of", "planned_at", "due_at",
            "not_before", "attempts", "accepted_at", "last_error", "settled_at", "settled_by", "can_be_undone",
        ]  # fmt: skip


class ApprovalRow(Row):
    first = Person()
    second = Person(allow_null=True)
    amount = Money()
    limit = Money("limit", help_text="What one person could have approved alone.")

    class Meta:
        model = Approval
        fields: ClassVar[Any] = ["first", "second", "amount", "limit", "needs_two", "at"]


class AttemptRow(Row):
    class Meta:
        model = Attempt
        fields: ClassVar[Any] = ["number", "connector", "step", "at", "status", "latency_ms", "error", "refused"]


class EffectDetail(EffectRow):
    approval = ApprovalRow(allow_null=True)
    tries = AttemptRow(many=True, help_text="How far each attempt came, the newest first.")

    class Meta(EffectRow.Meta):
        fields: ClassVar[Any] = [*EffectRow.Meta.fields, "approval", "tries"]


class EffectQuery(PageQuery):
    state = serializers.ChoiceField(EffectState.choices, required=False, default="")
    store = serializers.UUIDField(required=False, default=None)


class AskInput(Input):
    kind = serializers.ChoiceField([(kind.key, kind.label) for kind in ASKED.values()])
    arguments = serializers.DictField(required=False, default=dict)
    reason = Text(min_length=LEAST_REASON, max_length=LONGEST_REASON)


class EditInput(Input):
    arguments = serializers.DictField()


class WhyInput(Input):
    reason = Text(min_length=LEAST_REASON, max_length=LONGEST_REASON)


class EffectKindRow(serializers.Serializer[Any]):
    """A kind of effect: what it does, who may ask for it, and what it takes (a JSON schema)."""

    key = serializers.CharField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]
    sentence = serializers.CharField(read_only=True)
    needs = serializers.CharField(read_only=True, help_text="The right to ask for it.")
    scope = serializers.SerializerMethodField()
    reversible = serializers.BooleanField(read_only=True)
    afterwards = serializers.CharField(read_only=True, help_text="Where nothing takes it back: what a person does instead.")
    arguments = serializers.SerializerMethodField()

    def get_scope(self, kind: Any) -> str:
        return Scope.of(kind.needs).value

    def get_arguments(self, kind: Any) -> dict[str, Any]:
        return cast("dict[str, Any]", kind.arguments.model_json_schema())


class EffectKindList(serializers.Serializer[Any]):
    items = EffectKindRow(many=True, read_only=True)


def _whole() -> "QuerySet[Effect]":
    return Effect.objects.select_related(*SHOWN).prefetch_related("tries")


class Effects(Resource):
    @reads(page_of(EffectRow), rights=SEES, tag=TAG, query=EffectQuery)
    def list(self, request: Asked) -> Response:
        """Effects, the newest planned first."""
        self.need_somewhere(Perm.VIEW_CASES)
        asked = self.asked(EffectQuery)
        found = queries.page_of(request.user, state=asked["state"], store=asked["store"], cursor=asked["cursor"], size=asked["limit"])
        return listed(request, found, EffectRow)

    @reads(EffectDetail, rights=SEES, tag=TAG)
    def retrieve(self, request: Asked, pk: UUID) -> Response:
        """One effect with its approval and attempts."""
        return self._shown(self._load(pk))

    @reads(page_of(EffectRow), rights=[Perm.VIEW_ORDERS, *SEES], tag=TAG, query=PageQuery)
    def of_order(self, request: Asked, pk: UUID) -> Response:
        """The effects on one order, the newest planned first."""
        order, asked = self.load(Order.objects.all(), Perm.VIEW_CASES, pk=pk), self.asked(PageQuery)
        page = queries.of_order(order, request.user, cursor=asked["cursor"], size=asked["limit"])
        return listed(request, page, EffectRow)

    @acts(EffectDetail, rights=[Perm.VIEW_ORDERS], tag=TAG, scope=None, takes=AskInput, status=201, about=ITS_KIND, example=NOTE)
    def ask(self, request: Asked, pk: UUID) -> Response:
        """Ask for an act on an order; it leaves when its hold window is over."""
        order = self.load(Order.objects.select_related("store"), Perm.VIEW_ORDERS, pk=pk)
        asked = self.body(AskInput)
        self.need_scope(Scope.of(ASKED[asked["kind"]].needs))
        require(request.user, ASKED[asked["kind"]].needs, order.store_id, to="ask for this", order=order)
        ask_store(order=order, kind=asked["kind"], arguments=asked["arguments"], by=request.user)
        return self._shown(actions.ask(order=order, by=request.user, **asked), status=201)

    @acts(EffectDetail, rights=[*SEES, Perm.RETRY_EFFECT], tag=TAG, scope=Scope.ACT, takes=Nothing)
    def retry(self, request: Asked, pk: UUID) -> Response:
        """Send a failed effect again."""
        return self._plainly(actions.retry, pk)

    @acts(EffectDetail, rights=[*SEES, Perm.RETRY_EFFECT], tag=TAG, scope=Scope.ACT, takes=Nothing)
    def done(self, request: Asked, pk: UUID) -> Response:
        """Say that a person has done it in the store."""
        return self._plainly(actions.mark_done, pk)

    @acts(EffectDetail, rights=[*SEES, Perm.RETRY_EFFECT], tag=TAG, scope=Scope.ACT, takes=WhyInput, example=WHY)
    def give_up(self, request: Asked, pk: UUID) -> Response:
        """Say that it is not to be done any more."""
        return self._shown(actions.give_up(effect=self._load(pk), by=request.user, **self.body(WhyInput)))

    @acts(EffectDetail, rights=[*SEES, Perm.RETRY_EFFECT], tag=TAG, scope=None, takes=EditInput, about=ITS_KIND, example=EDIT)
    def edit(self, request: Asked, pk: UUID) -> Response:
        """Change what failed, and plan it again."""
        effect = self._load(pk)
        self._need_scope_of(effect)
        return self._shown(actions.edit(effect=effect, by=request.user, **self.body(EditInput)))

    @acts(EffectDetail, rights=[*SEES, Perm.APPROVE_SECOND], tag=TAG, scope=Scope.MONEY, takes=Nothing)
    def approve(self, request: Asked, pk: UUID) -> Response:
        """Approve, as the second person, money that somebody else asked for."""
        return self._plainly(actions.approve_second, pk)

    @acts(EffectDetail, rights=[*SEES, Perm.APPROVE_SECOND], tag=TAG, scope=Scope.MONEY, takes=WhyInput, example=WHY)
    def send_back(self, request: Asked, pk: UUID) -> Response:
        """Do not approve, as the second person: nothing happens."""
        return self._shown(actions.send_back(effect=self._load(pk), by=request.user, **self.body(WhyInput)))

    @acts(EffectDetail, rights=SEES, tag=TAG, scope=None, takes=Nothing, about=ITS_KIND)
    def take_back(self, request: Asked, pk: UUID) -> Response:
        """Undo what a person asked for before it leaves, or plan its inverse."""
        effect = self._load(pk)
        self._need_scope_of(effect)
        self.body(Nothing)
        return self._shown(actions.take_back(effect=effect, by=request.user))

    @reads(EffectKindList, rights=[], tag=TAG)
    def kinds(self, request: Asked) -> Response:
        """The kinds of effect that can be asked for, with what each takes."""
        return Response({"items": EffectKindRow(list(ASKED.values()), many=True).data})

    # --- What they have in common -------------------------------------------------------------------------------------
    def _load(self, pk: UUID) -> Effect:
        effect = self.load(Effect.objects.select_related("order", "store"), Perm.VIEW_CASES, pk=pk)
        queries.refuse_closed(effect, self.request.user)
        return effect

    def _need_scope_of(self, effect: Effect) -> None:
        self.need_scope(Scope.of(KINDS[effect.kind].needs) if effect.kind in KINDS else Scope.ACT)

    def _plainly(self, verb: Any, pk: UUID) -> Response:
        effect = self._load(pk)
        self.body(Nothing)
        return self._shown(verb(effect=effect, by=self.request.user))

    def _shown(self, effect: Effect, status: int = 200) -> Response:
        return Response(EffectDetail(_whole().get(pk=effect.pk)).data, status=status)


def describe(result: dict[str, Any]) -> None:
    """In the description, what each kind takes stands with it: a request for an act is one of these."""
    schemas = result["components"]["schemas"]
    one_of = []
    for kind in ASKED.values():
        model = kind.arguments
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}Arguments", by_alias=True)
        for name, inner in schema.pop("$defs", {}).items():
            schemas[f"{name}Arguments"] = inner
        schemas[f"{model.__name__}Arguments"] = schema
        one_of.append({
            "type": "object", "title": kind.label, "description": kind.sentence, "additionalProperties": False,
            "required": ["kind", "reason", *(["arguments"] if schema.get("required") else [])],
            "properties": {
                "kind": {"type": "string", "const": kind.key},
                "arguments": {"$ref": f"#/components/schemas/{model.__name__}Arguments"},
                "reason": schemas["AskInput"]["properties"]["reason"],
            },
        })  # fmt: skip
    schemas["AskInput"] = {"oneOf": one_of}


urlpatterns = [
    path("effects", Effects.as_view({"get": "list"}), name="api_effects"),
    path("effect-kinds", Effects.as_view({"get": "kinds"}), name="api_effect_kinds"),
    path("effects/<uuid:pk>", Effects.as_view({"get": "retrieve"}), name="api_effect"),
    path("effects/<uuid:pk>/retry", Effects.as_view({"post": "retry"}), name="api_effect_retry"),
    path("effects/<uuid:pk>/done", Effects.as_view({"post": "done"}), name="api_effect_done"),
    path("effects/<uuid:pk>/give-up", Effects.as_view({"post": "give_up"}), name="api_effect_give_up"),
    path("effects/<uuid:pk>/edit", Effects.as_view({"post": "edit"}), name="api_effect_edit"),
    path("effects/<uuid:pk>/approve", Effects.as_view({"post": "approve"}), name="api_effect_approve"),
    path("effects/<uuid:pk>/send-back", Effects.as_view({"post": "send_back"}), name="api_effect_send_back"),
    path("effects/<uuid:pk>/take-back", Effects.as_view({"post": "take_back"}), name="api_effect_take_back"),
    path("orders/<uuid:pk>/effects", Effects.as_view({"get": "of_order", "post": "ask"}), name="api_order_effects"),
]
