"""What a policy version says: thresholds of the lane, who is asked, and how far automation may go."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from ordersops.cases.lanes import Lane, Policy
from ordersops.rollout.models import LADDER

# From these amounts on two people decide, where a policy names no others; ours. A currency that is not named always needs two.
TWO_FROM = {
    "USD": 2500, "EUR": 2500, "GBP": 2000, "CAD": 3300, "AUD": 3800, "CHF": 2500, "SEK": 25_000, "NOK": 25_000, "DKK": 18_000, "PLN": 10_000,
    "JPY": 380_000,
}  # fmt: skip


class Content(BaseModel):
    """The fields of PolicyVersion.content. Money is in US dollars for the budget, in the store's currency for the cap.

    Defaults of the numbers are those of policies.md 4.11 where it names one, else ours.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    # thresholds of the scorecard
    anomalous_from: int = Field(ge=1, le=100)
    high_from: int = Field(ge=1, le=100)
    decline_from: int = Field(ge=1, le=100)
    review_anomalous_minutes: int = Field(ge=5, le=7 * 24 * 60)
    review_high_minutes: int = Field(ge=5, le=7 * 24 * 60)
    attack_orders: int = Field(ge=2, le=1000)
    attack_minutes: int = Field(ge=1, le=24 * 60)
    # who is asked
    advisor: str = Field(default="", pattern="^(|scorecard|claude|openai)$", description="Empty: as the setting says.")
    ask_bands: tuple[str, ...] = ("anomalous", "high")
    budget: Decimal = Field(default=Decimal(0), ge=0, le=100_000, description="US dollars for a store and day; 0: as the setting says.")
    second_share: Decimal = Field(default=Decimal("0.10"), ge=0, le=1, description="Share asked again without the customer's text.")
    # how a person decides
    blind_share: Decimal = Field(
        default=Decimal(0), ge=0, le=1, description="Share of cases whose advice is closed until the reviewer gave a first impression."
    )
    checklist_required: bool = Field(default=False, description="Nobody decides while an item of the checklist is open.")
    # where two people decide (law 16)
    two_from: dict[str, Decimal] = Field(
        default_factory=lambda: {currency: Decimal(amount) for currency, amount in TWO_FROM.items()},
        description="From which amount, per currency; one that is not named always needs two.",
    )
    bulk_most: int = Field(default=50, ge=2, le=500, description="Cases that one bulk decision may hold.")
    # how people are measured
    again_share: Decimal = Field(default=Decimal("0.05"), ge=0, le=1, description="Share of people's decisions judged again, blind.")
    known_share: Decimal = Field(default=Decimal("0.05"), ge=0, le=1, description="Share of cases with a known answer put among them.")
    # what else the lane lets a policy say
    settings: dict[str, Any] = Field(default_factory=dict, description="In the lane's own words; what is left out is as built in.")
    # how far automation may go
    highest_mode: str = "assist"
    automatic: tuple[str, ...] = ()  # outcomes that automation may choose
    most_amount: Decimal = Field(default=Decimal(0), ge=0, le=1_000_000, description="Order total up to which it may.")
    most_a_day: int = Field(default=0, ge=0, le=100_000, description="Automatic decisions of a store in one day.")
    least_confidence: str = Field(default="high", pattern="^(low|medium|high)$")
    sampling_share: Decimal = Field(default=Decimal("0.10"), ge=Decimal("0.01"), le=1, description="Share that a person checks.")
    sampling_floor: int = Field(default=20, ge=0, le=10_000, description="At least so many checks a week.")
    latency_seconds: int = Field(default=30, ge=1, le=100, description="95 % of the advisor's answers come within.")

    @field_validator("two_from", mode="before")
    @classmethod
    def _amounts(cls, value: Any) -> Any:
        """As a form writes it: EUR 1000, USD 1000."""
        return read_amounts(value) if isinstance(value, str) else value

    @field_validator("two_from")
    @classmethod
    def _known_currencies(cls, value: dict[str, Decimal]) -> dict[str, Decimal]:
        for currency, amount in value.items():
            if not re.fullmatch("[A-Z]{3}", currency) or not 0 <= amount <= 10_000_000:
                raise ValueError(f"{currency[:10]} {amount} is no amount; write EUR 1000, USD 1000.")
        return value

    @model_validator(mode="after")
    def _fits(self) -> "Content":
        if not self.anomalous_from <= self.high_from:
            raise ValueError("High begins at or above anomalous.")
        if self.highest_mode not in LADDER:
            raise ValueError(f"{self.highest_mode!r} is no mode.")
        if set(self.ask_bands) - {"clear", "anomalous", "high"}:
            raise ValueError("Bands are clear, anomalous and high.")
        return self

    @classmethod
    def of(cls, policy: Policy, **more: Any) -> "Content":
        """The lane's built-in thresholds as content."""
        minutes = {band: int(within.total_seconds() // 60) for band, within in policy.review_within.items()}
        return cls(
            anomalous_from=policy.anomalous_from, high_from=policy.high_from, decline_from=policy.decline_from,
            review_anomalous_minutes=minutes["anomalous"], review_high_minutes=minutes["high"],
            attack_orders=policy.attack_orders, attack_minutes=int(policy.attack_within.total_seconds() // 60),
            **{"settings": dict(policy.settings), **more},
        )  # fmt: skip

    def policy(self, version: str) -> Policy:
        """The thresholds, as the scorecard and the queue take them."""
        return Policy(
            version=version, anomalous_from=self.anomalous_from, high_from=self.high_from, decline_from=self.decline_from,
            review_within={
                "high": timedelta(minutes=self.review_high_minutes), "anomalous": timedelta(minutes=self.review_anomalous_minutes),
            },
            attack_orders=self.attack_orders, attack_within=timedelta(minutes=self.attack_minutes), settings=self.settings,
        )  # fmt: skip


def read_amounts(text: str) -> dict[str, Decimal]:
    """EUR 1000, USD 1,000.50 as amounts by currency. ValueError where it is something else."""
    found: dict[str, Decimal] = {}
    for part in filter(None, (part.strip() for part in re.split(r",(?!\d{3}(?!\d))|;|\n", text))):
        match = re.fullmatch(r"([A-Za-z]{3})\s+(\d[\d,]{0,12}(?:\.\d{1,2})?)", part)
        if match is None:
            raise ValueError(f"“{part[:30]}” is no amount; write EUR 1000, USD 1000.")
        found[match[1].upper()] = Decimal(match[2].replace(",", ""))
    return found


def write_amounts(amounts: dict[str, Decimal]) -> str:
    return ", ".join(f"{currency} {amount:,.2f}".removesuffix(".00") for currency, amount in sorted(amounts.items()))


def built_in(lane: Lane) -> Content:
    """What holds where nobody has written a policy: the lane's thresholds, advice and no automation."""
    return Content.of(lane.policy)
