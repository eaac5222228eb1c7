"""Rows for tests, with the least that makes them valid. What a test is about it says itself.

OrderFactory(store=store)                       an order with one line
CaseFactory(order=order)                        an open case with evidence, a recommendation and three signals
DecisionFactory(case=case, by=person)           and EffectFactory(decision=decision)
"""

import hashlib
import json
from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone

from ordersops.accounts.actions import make_role_groups
from ordersops.accounts.models import User
from ordersops.advice.facts import Evidence, Fact
from ordersops.advice.facts import sha256 as digest
from ordersops.advice.models import Call, Prompt, Recommendation, Replay, ReplayAnswer, Signal, Snapshot
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case, CaseState
from ordersops.effects.models import Effect
from ordersops.intake.models import Delivery, sealed_body
from ordersops.orders.models import Customer, Hold, Line, Order, Transaction
from ordersops.review.models import Decision, Label, Proposal
from ordersops.rollout.content import Content
from ordersops.rollout.models import PolicyVersion, Verdict
from ordersops.stock.models import Inbound, Item, Level, Location, Reservation
from ordersops.stores.models import Store


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"someone{n}@desk.example")
    name = factory.Sequence(lambda n: f"Someone {n}")


class StoreFactory(factory.django.DjangoModelFactory):
    """A store with its roles."""

    class Meta:
        model = Store
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Shop {n}")
    platform = "generic"
    webhook_secret = "whsec_c2VjcmV0LW9mLWEtdGVzdC1zdG9yZS0wMDAw"

    @factory.post_generation
    def roles(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            make_role_groups(self)


class CustomerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Customer

    store = factory.SubFactory(StoreFactory)
    external_id = factory.Sequence(lambda n: f"customer-{n}")
    name = "Ada Byron"
    email = "ada@customer.example"
    orders_count = 1


class OrderFactory(factory.django.DjangoModelFactory):
    """An order of one line, paid and waiting for a person. `lines=0` makes it empty."""

    class Meta:
        model = Order
        skip_postgeneration_save = True

    store = factory.SubFactory(StoreFactory)
    customer = factory.SubFactory(CustomerFactory, store=factory.SelfAttribute("..store"))
    external_id = factory.Sequence(lambda n: f"order-{n}")
    number = factory.Sequence(lambda n: f"#{1000 + n}")
    placed_at = factory.LazyFunction(timezone.now)
    currency = "USD"
    total = Decimal("120.00")
    authorized = Decimal("120.00")
    email = "ada@customer.example"
    name = "Ada Byron"
    payment = "authorized"
    risk = "needs_review"
    stage = "risk"
    shipping_address = factory.LazyFunction(lambda: {"name": "Ada Byron", "address1": "1 High Street", "city": "Leeds", "country": "GB"})
    billing_address = factory.LazyFunction(lambda: {"name": "Ada Byron", "address1": "2 Low Road", "city": "York", "country": "GB"})

    @factory.post_generation
    def lines(self, create: bool, extracted: int | None, **kwargs: Any) -> None:
        if create:
            LineFactory.create_batch(1 if extracted is None else extracted, order=self)


class LineFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Line

    order = factory.SubFactory(OrderFactory, lines=0)
    store = factory.SelfAttribute("order.store")
    external_id = factory.Sequence(lambda n: f"line-{n}")
    sku = "SKU-1"
    title = "A lamp"
    price = Decimal("120.00")
    ordered = 1


class TransactionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Transaction

    order = factory.SubFactory(OrderFactory)
    store = factory.SelfAttribute("order.store")
    external_id = factory.Sequence(lambda n: f"transaction-{n}")
    kind = "authorization"
    status = "success"
    amount = Decimal("120.00")
    currency = "USD"
    at = factory.LazyFunction(timezone.now)
    card = factory.LazyFunction(lambda: {"brand": "visa", "last4": "4242"})


class LocationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Location

    store = factory.SubFactory(StoreFactory)
    external_id = factory.Sequence(lambda n: f"location-{n}")
    name = factory.Sequence(lambda n: f"Warehouse {n}")
    country = "GB"


class ItemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Item

    store = factory.SubFactory(StoreFactory)
    external_id = factory.SelfAttribute("sku")
    sku = factory.Sequence(lambda n: f"ITEM-{n}")


class LevelFactory(factory.django.DjangoModelFactory):
    """Ten of an item."""

    class Meta:
        model = Level

    store = factory.SubFactory(StoreFactory)
    location = factory.SubFactory(LocationFactory, store=factory.SelfAttribute("..store"))
    item = factory.SubFactory(ItemFactory, store=factory.SelfAttribute("..store"))
    on_hand = 10


class ReservationFactory(factory.django.DjangoModelFactory):
    """One unit of the order's first line; the level says itself how many are reserved."""

    class Meta:
        model = Reservation

    order = factory.SubFactory(OrderFactory)
    store = factory.SelfAttribute("order.store")
    line = factory.LazyAttribute(lambda row: row.order.lines.first())
    level = factory.SubFactory(LevelFactory, store=factory.SelfAttribute("..store"), reserved=1)
    units = 1


class InboundFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Inbound

    store = factory.SubFactory(StoreFactory)
    external_id = factory.Sequence(lambda n: f"arrival-{n}")
    location = factory.SubFactory(LocationFactory, store=factory.SelfAttribute("..store"))
    item = factory.SubFactory(ItemFactory, store=factory.SelfAttribute("..store"))
    units = 5
    expected_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=3))


class HoldFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Hold

    order = factory.SubFactory(OrderFactory)
    store = factory.SelfAttribute("order.store")
    reason = "address"
    placed_by = factory.SubFactory(UserFactory)
    placed_at = factory.LazyFunction(timezone.now)


def evidence(**more: Any) -> Evidence:
    """Four facts: counted by us, stated by the store, typed by the customer, and one that was not to be had."""
    return Evidence([
        Fact("orders_from_ip", "Orders from this IP in an hour", "count", 7, source="history", trust="system"),
        Fact("order_total", "Order total", "money", Decimal("120.00"), unit="USD"),
        Fact("note", "Note", "text", str(more.get("note", "leave at the door")), trust="customer", personal=True),
        Fact("avs", "Address check of the card", "text", state="unavailable", source="gateway"),
    ])  # fmt: skip


class SnapshotFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Snapshot
        django_get_or_create = ("sha256",)

    class Params:
        facts = factory.LazyFunction(evidence)

    order = factory.SubFactory(OrderFactory)
    store = factory.SelfAttribute("order.store")
    lane = "fraud"
    # Two orders with the same facts would be one snapshot; the space tells them apart, and changes nothing for a reader.
    body = factory.LazyAttributeSequence(lambda row, n: row.facts.canonical() + " " * n)
    sha256 = factory.LazyAttribute(lambda row: digest(row.body))
    taken_at = factory.LazyFunction(timezone.now)


class RecommendationFactory(factory.django.DjangoModelFactory):
    """Cancel, with one claim that holds, and a signal of each kind."""

    class Meta:
        model = Recommendation
        skip_postgeneration_save = True

    snapshot = factory.SubFactory(SnapshotFactory, order=factory.SelfAttribute("..order"))
    order = factory.SubFactory(OrderFactory)
    store = factory.SelfAttribute("order.store")
    lane = "fraud"
    advisor = "scorecard"
    advisor_version = "test"
    policy_version = "test"
    outcome = "decline"
    score = 70
    band = "high"
    confidence = "high"
    justification = "Seven orders came from this IP within an hour."
    claims = factory.LazyFunction(
        lambda: [
            {
                "fact": "orders_from_ip", "op": "ge", "value": 5, "direction": "for", "verified": True, "actual": 7,
                "sentence": "Seven orders came from this IP within an hour.", "code": "ok",
            }
        ]
    )  # fmt: skip
    missing = factory.LazyFunction(lambda: ["avs"])
    alternatives = factory.LazyFunction(lambda: [{"outcome": "release", "why_not": "The score is above the limit."}])
    verified = True
    advised_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def signals(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            SignalFactory(recommendation=self)
            SignalFactory(recommendation=self, key="known_customer", group="past", state="clearing", points=-5, facts=["order_total"])
            SignalFactory(recommendation=self, key="avs", group="payment", state="unavailable", points=0, facts=["avs"])


class SignalFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Signal

    recommendation = factory.SubFactory(RecommendationFactory)
    key = "ip_velocity"
    group = "velocity"
    state = "fired"
    points = 30
    facts = factory.LazyFunction(lambda: ["orders_from_ip"])
    says = "Many orders from one IP address"


class PromptFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Prompt
        django_get_or_create = ("sha256",)

    text = "Judge the order."
    name = "test-1"
    lane = "fraud"
    sha256 = factory.LazyAttribute(lambda row: digest(row.text))


class CallFactory(factory.django.DjangoModelFactory):
    """A call that was answered, without its bodies."""

    class Meta:
        model = Call

    snapshot = factory.SubFactory(SnapshotFactory)
    store = factory.SelfAttribute("snapshot.store")
    lane = "fraud"
    prompt = factory.SubFactory(PromptFactory)
    trace_id = "0" * 32
    purpose = "live"
    advisor = "claude"
    model_requested = "claude-sonnet-5-5"
    request_sha256 = "0" * 64
    outcome = "answered"
    status = 200
    input_tokens = 300
    output_tokens = 100
    cost_micros = 1600
    latency_ms = 4000


class ReplayFactory(factory.django.DjangoModelFactory):
    """A finished replay of the scorecard, of one store, without answers."""

    class Meta:
        model = Replay

    lane = "fraud"
    store = factory.SubFactory(StoreFactory)
    advisor = "scorecard"
    advisor_version = "test"
    because = "A test"
    by = factory.SubFactory(UserFactory)
    finished_at = factory.LazyFunction(timezone.now)


class ReplayAnswerFactory(factory.django.DjangoModelFactory):
    """The same as was advised then."""

    class Meta:
        model = ReplayAnswer

    replay = factory.SubFactory(ReplayFactory)
    recommendation = factory.SubFactory(RecommendationFactory, order__store=factory.SelfAttribute("....replay.store"))
    outcome = factory.SelfAttribute("recommendation.outcome")
    score = factory.SelfAttribute("recommendation.score")
    claims = claims_verified = 1
    verified = True
    code = "answered"


class CaseFactory(factory.django.DjangoModelFactory):
    """An open case about an order that has been assessed. `advice=False` leaves the recommendation out."""

    class Meta:
        model = Case
        skip_postgeneration_save = True

    order = factory.SubFactory(OrderFactory)
    store = factory.SelfAttribute("order.store")
    lane = "fraud"
    headline = "Many orders from one IP address"
    band = "high"
    score = 70
    priority = 50
    priority_reasons = factory.LazyFunction(lambda: ["score 70"])
    amount = Decimal("120.00")
    currency = "USD"
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))

    @factory.post_generation
    def advice(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create and extracted is not False:
            RecommendationFactory(order=self.order, **kwargs)


class DecisionFactory(factory.django.DjangoModelFactory):
    """A decision as advised; the case is decided by it."""

    class Meta:
        model = Decision
        skip_postgeneration_save = True

    case = factory.SubFactory(CaseFactory)
    store = factory.SelfAttribute("case.store")
    recommendation = factory.LazyAttribute(lambda row: Recommendation.objects.filter(order=row.case.order).latest("advised_at"))
    outcome = "decline"
    overrides = False
    reason = "D1"
    label = Label.SUSPECTED
    by = factory.SubFactory(UserFactory)
    case_version = factory.SelfAttribute("case.version")
    decided_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def decides(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            self.case.state, self.case.decided_at, self.case.version = CaseState.DECIDED, self.decided_at, self.case_version + 1
            self.case.save()


class ProposalFactory(factory.django.DjangoModelFactory):
    """A decision as advised that waits for a second person, and its case with it."""

    class Meta:
        model = Proposal
        skip_postgeneration_save = True

    case = factory.SubFactory(CaseFactory)
    store = factory.SelfAttribute("case.store")
    recommendation = factory.LazyAttribute(lambda row: Recommendation.objects.filter(order=row.case.order).latest("advised_at"))
    outcome = "decline"
    overrides = False
    reason = "D1"
    label = Label.SUSPECTED
    why_two = factory.LazyFunction(lambda: ["1,200.00 USD are at stake; from 1,000.00 USD on two people decide."])
    by = factory.SubFactory(UserFactory)
    parties = factory.LazyAttribute(lambda row: [row.by.pk])
    case_version = factory.SelfAttribute("case.version")
    proposed_at = factory.LazyFunction(timezone.now)

    @factory.post_generation
    def waits(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        if create:
            self.case.state = CaseState.WAITING
            self.case.save()


class EffectFactory(factory.django.DjangoModelFactory):
    """Planned, and still within its hold window."""

    class Meta:
        model = Effect

    decision = factory.SubFactory(DecisionFactory)
    order = factory.SelfAttribute("decision.case.order")
    store = factory.SelfAttribute("order.store")
    kind = "order.cancel"
    idempotency_key = factory.Sequence(lambda n: f"effect-{n}")
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(seconds=60))
    not_before = factory.SelfAttribute("due_at")


class PolicyVersionFactory(factory.django.DjangoModelFactory):
    """A version that nobody has judged yet. `fields` are those that differ from the built-in policy."""

    class Meta:
        model = PolicyVersion

    class Params:
        fields = factory.LazyFunction(dict)

    lane = "fraud"
    number = factory.Sequence(lambda n: n + 1)
    content = factory.LazyAttribute(lambda row: Content.of(lane("fraud").policy, **row.fields).model_dump(mode="json"))
    note = "As we agreed in the weekly round."
    author = factory.SubFactory(UserFactory)


class VerdictFactory(factory.django.DjangoModelFactory):
    """Approved by somebody else, in force for a minute."""

    class Meta:
        model = Verdict

    policy = factory.SubFactory(PolicyVersionFactory)
    author = factory.SelfAttribute("policy.author")
    by = factory.SubFactory(UserFactory)
    approved = True
    effective_from = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=1))


class DeliveryFactory(factory.django.DjangoModelFactory):
    """A delivery that failed. `payload` is what it says."""

    class Meta:
        model = Delivery
        exclude = ("payload",)

    payload = factory.LazyFunction(lambda: {"event": "order.created", "order_id": "#1001"})
    id = factory.LazyFunction(lambda: Delivery._meta.get_field("id").get_default())
    store = factory.SubFactory(StoreFactory)
    topic = "order.created"
    resource = factory.Sequence(lambda n: f"order:{n}")
    dedupe_key = factory.Sequence(lambda n: f"delivery-{n}")
    body = factory.LazyAttribute(lambda row: sealed_body(row.id, json.dumps(row.payload).encode()))
    body_sha256 = factory.LazyAttribute(lambda row: hashlib.sha256(json.dumps(row.payload).encode()).hexdigest())
    headers = factory.LazyFunction(lambda: {"content-type": "application/json", "webhook-signature": "v1,c2VjcmV0"})
    received_at = factory.LazyFunction(timezone.now)
    not_before = factory.LazyFunction(timezone.now)
    state = "dead"
    attempts = 5
    last_error = "The body has no order."
