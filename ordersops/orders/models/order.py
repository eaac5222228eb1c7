"""Customers, orders and their lines."""

from typing import TYPE_CHECKING, Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7
from ordersops.orders.lifecycle import GONE, Allocation, Commercial, Fulfilment, Payment, Returns, Risk, Stage
from ordersops.orders.models.columns import COST, MARKS, MONEY

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from ordersops.accounts.models import User


class Customer(models.Model):
    """A person who buys, as one store knows them. The counts are maintained, so reading them never scans history."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    external_id = models.CharField(max_length=200, help_text="The store's id, or `email:<address>` for a guest.")
    email = models.CharField(max_length=320, blank=True)
    name = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    tier = models.CharField(max_length=60, blank=True)
    email_verified = models.BooleanField(null=True)
    account_created_at = models.DateTimeField(null=True)
    source_at = models.DateTimeField(null=True)
    marks = models.JSONField(**MARKS)
    orders_count = models.PositiveIntegerField(default=0, help_text="Orders placed, cancelled ones too.")
    first_order_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True, help_text="When the person was erased on request: nothing old is written back.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["store", "external_id"], name="orders_one_customer_per_store")]

    def __str__(self) -> str:
        return self.name or self.email or self.external_id


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: "User", perm: Perm = Perm.VIEW_ORDERS) -> Self:
        """The orders of the stores in which the person has the right."""
        from ordersops.accounts.access import store_ids

        return self.filter(store__in=store_ids(user, perm))

    def known(self) -> Self:
        """Orders whose own facts have arrived; one that we know only from a refund or shipment waits for them."""
        return self.filter(placed_at__isnull=False)

    def newest_first(self) -> Self:
        return self.order_by("-placed_at", "-id")

    def numbered(self, number: str) -> Self:
        """By the number as a customer writes it, with or without its mark, or by the store's own id."""
        plain = number.strip().lstrip("#№ ")
        return self.filter(Q(number__in={number.strip(), plain, f"#{plain}"}) | Q(external_id=plain))

    def search(self, words: str) -> Self:
        """Number, name, e-mail, phone, SKU or tracking number, each word as a prefix."""
        from ordersops.orders.search import Lexemes, query

        asked = query(words)
        return self.filter(search=Lexemes(asked)) if asked else self.none()


class Order(models.Model):
    """One order. The axes and the stage are derived from the facts (lifecycle.derive) and recomputed with each change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT, related_name="orders")
    external_id = models.CharField(max_length=200)
    number = models.CharField(max_length=120, blank=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="orders")

    placed_at = models.DateTimeField(null=True, help_text="Null until the order's own facts have arrived.")
    source_at = models.DateTimeField(null=True, help_text="The source time of the newest order facts applied.")
    marks = models.JSONField(**MARKS)
    customer_key = models.CharField(max_length=200, blank=True, help_text="The customer's id as the store stated it; blank for a guest.")
    received_at = models.DateTimeField(auto_now_add=True)
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField(null=True)

    currency = models.CharField(max_length=3, blank=True)
    total = models.DecimalField(**MONEY, null=True, help_text="Null where the store did not say.")
    subtotal = models.DecimalField(**MONEY, null=True)
    shipping_total = models.DecimalField(**MONEY, null=True)
    tax_total = models.DecimalField(**MONEY, null=True)
    discount_total = models.DecimalField(**MONEY, null=True)
    authorized = models.DecimalField(**MONEY, default=0)
    captured = models.DecimalField(**MONEY, default=0)
    refunded = models.DecimalField(**MONEY, default=0)

    email = models.CharField(max_length=320, blank=True)
    name = models.CharField(max_length=300, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    shipping_address = models.JSONField(default=dict)
    billing_address = models.JSONField(default=dict)
    client = models.JSONField(default=dict, help_text="ip, user_agent, accept_language, session_id, device_id")
    shipping_method = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    tags = models.JSONField(default=list)
    source = models.CharField(max_length=120, blank=True)
    is_test = models.BooleanField(default=False)
    stated = models.JSONField(default=dict, help_text="The store's own words for its states, verbatim.")
    platform_risk = models.JSONField(default=dict, help_text="level, provider, facts, at")
    issues = models.JSONField(default=list, help_text="What is wrong or missing in the facts, found on capture.")

    commercial = models.CharField(max_length=20, choices=Commercial.choices, default=Commercial.PLACED)
    payment = models.CharField(max_length=20, choices=Payment.choices, default=Payment.UNKNOWN)
    risk = models.CharField(max_length=25, choices=Risk.choices, default=Risk.NOT_ASSESSED)
    allocation = models.CharField(max_length=20, choices=Allocation.choices, default=Allocation.NONE)
    fulfilment = models.CharField(max_length=25, choices=Fulfilment.choices, default=Fulfilment.UNROUTED)
    routed = models.CharField(max_length=25, blank=True, default="", db_default="", help_text="How far the hand-over to a node is.")
    returns = models.CharField(max_length=25, choices=Returns.choices, default=Returns.NONE)
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.PLACED)
    on_hold = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=0)
    erased_at = models.DateTimeField(
        null=True, help_text="When its person was erased on request; what arrives afterwards keeps nothing personal."
    )

    # 64-bit digests of normalised values (orders/keys.py): what links one order with another.
    email_key = models.BigIntegerField(null=True)
    phone_key = models.BigIntegerField(null=True)
    ip_key = models.BigIntegerField(null=True)
    card_key = models.BigIntegerField(null=True)
    bin_key = models.BigIntegerField(null=True)
    ship_key = models.BigIntegerField(null=True)
    device_key = models.BigIntegerField(null=True)
    search = SearchVectorField(null=True)

    objects = OrderQuerySet.as_manager()

    KEYS = ("email", "phone", "ip", "card", "bin", "ship", "device")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "external_id"], name="orders_one_order_per_external_id"),
            models.CheckConstraint(
                condition=Q(authorized__gte=0) & Q(captured__gte=0) & Q(refunded__gte=0), name="orders_money_not_negative"
            ),
            models.CheckConstraint(condition=Q(refunded__lte=F("captured")), name="orders_refunded_within_captured"),
            *(
                models.CheckConstraint(condition=Q(**{f"{axis}__in": values}), name=f"orders_{axis}_known")
                for axis, values in {
                    "commercial": Commercial.values,
                    "payment": Payment.values,
                    "risk": Risk.values,
                    "fulfilment": Fulfilment.values,
                    "stage": Stage.values,
                }.items()
            ),
        ]
        indexes = [
            models.Index(fields=["store", "-placed_at", "-id"], name="orders_newest"),
            models.Index(fields=["store", "stage", "-placed_at"], name="orders_by_stage"),
            # What is rare in a filter; the common state is found by the newest-first index soon enough.
            models.Index(fields=["store", "risk", "-placed_at"], condition=~Q(risk="clear"), name="orders_by_risk"),
            models.Index(fields=["store", "payment", "-placed_at"], condition=~Q(payment="paid"), name="orders_by_payment"),
            models.Index(fields=["customer", "-placed_at"], name="orders_of_customer"),
            GinIndex(fields=["search"], name="orders_search"),
            *(
                models.Index(
                    fields=["store", f"{key}_key", "-placed_at"], condition=Q(**{f"{key}_key__isnull": False}), name=f"orders_{key}_key"
                )
                for key in ("email", "phone", "ip", "card", "bin", "ship", "device")
            ),
        ]

    def __str__(self) -> str:
        return self.number or self.external_id

    # --- An order is what most questions are about (cases.lanes.Subject) ---
    @property
    def order(self) -> "Order":
        return self

    @property
    def title(self) -> str:
        return ""

    @property
    def moment(self) -> "datetime | None":
        return self.placed_at

    @property
    def at_risk(self) -> "tuple[Decimal | None, str]":
        return self.total, self.currency

    @property
    def is_final(self) -> bool:
        """Cancelled, or out of the door: a fraud decision can no longer stop it."""
        return self.commercial == Commercial.CANCELLED or self.fulfilment in GONE


class Line(models.Model):
    """One line. Quantities are the truth from which the fulfilment and returns axes are derived."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey("stores.Store", on_delete=models.PROTECT)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    external_id = models.CharField(max_length=200)
    position = models.PositiveIntegerField(default=0)
    sku = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=500, blank=True)
    price = models.DecimalField(**MONEY, null=True, help_text="Of one unit, in the order's currency.")
    unit_cost = models.DecimalField(**COST, null=True, help_text="What one unit cost the store, in the order's currency, where it says so.")
    requires_shipping = models.BooleanField(default=True)
    gift_card = models.BooleanField(default=False)
    ordered = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0, help_text="Taken off by an edit, as the store says.")
    cancelled = models.PositiveIntegerField(default=0)
    shipped = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    refunded = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "external_id"]
        constraints = [
            models.UniqueConstraint(fields=["order", "external_id"], name="orders_one_line_per_external_id"),
            models.CheckConstraint(condition=Q(shipped__lte=F("ordered") - F("cancelled")), name="orders_line_shipped"),
            models.CheckConstraint(condition=Q(delivered__lte=F("shipped")), name="orders_line_delivered"),
            models.CheckConstraint(condition=Q(returned__lte=F("shipped")), name="orders_line_returned"),
            models.CheckConstraint(condition=Q(refunded__lte=F("ordered")), name="orders_line_refunded"),
        ]

    def __str__(self) -> str:
        return f"{self.ordered} × {self.sku or self.title}"
