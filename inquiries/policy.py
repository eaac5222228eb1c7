"""Thresholds and settings of the inquiries lane: defaults that a policy version can overrule. A changed number is a new version."""

from datetime import timedelta
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from inquiries.windows import Days, Service
from ordersops.cases.lanes import Policy

VERSION = "inquiries-policy-1"


class Settings(BaseModel):
    """What a policy version may say of this lane. Business days are working days of the store (handling) and of the customer's country
    (transit); ours, for a store without its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    high_value: Decimal = Field(
        default=Decimal(500), ge=0, title="A person answers from this order total on", description="In the store's currency."
    )
    sure_from: int = Field(default=70, ge=1, le=100, title="Sure of what is wanted from", description="Per cent; below it a person reads.")
    quiet_minutes: int = Field(default=5, ge=0, le=1440, title="Minutes between two automatic replies to one customer")
    same_intent_hours: int = Field(default=72, ge=0, le=720, title="Hours in which the same question again was not settled")
    cut_off_hour: int = Field(default=14, ge=0, le=24, title="Orders after this hour count for the next business day")
    handling: Days = Field(default=Days(1, 2), title="Business days of handling")
    standard: Service = Field(default=Service(Days(2, 4), Days(4, 8)), title="Business days of transit")
    express: Service = Field(default=Service(Days(1, 1), Days(2, 3)), title="Business days of express transit")
    express_words: tuple[str, ...] = Field(
        default=("express", "next day", "next-day", "overnight", "priority", "expedited", "24h"), title="Words of a fast shipping method"
    )

    @property
    def services(self) -> dict[str, Service]:
        return {"standard": self.standard, "express": self.express}


DEFAULTS = Settings()
POLICY = Policy(
    version=VERSION,
    anomalous_from=30,
    high_from=60,
    decline_from=30,
    # First reply within four hours (policies.md 4.7 ST-8); what must be heard first, within one.
    review_within={"high": timedelta(hours=1), "anomalous": timedelta(hours=4), "clear": timedelta(hours=4)},
    attack_orders=1000,  # inquiries name no attack key: they are never gathered into one case
    attack_within=timedelta(minutes=1),
)
