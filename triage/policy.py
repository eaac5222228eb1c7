"""Thresholds of the triage lane, and what else a policy version may say: limits of the rules, and how routing weighs.

An order's score says how much it needs a person: from 30 on somebody looks, from 60 on soon.
"""

from datetime import timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from ordersops.cases.lanes import Policy
from triage import limits
from triage.routing.settings import TERMS, Settings, read

POLICY = Policy(
    version="triage-policy-1",
    anomalous_from=30,
    high_from=60,
    decline_from=100,  # nothing is declined here: what is advised follows from the exception, not from the score
    review_within={"high": timedelta(hours=2), "anomalous": timedelta(hours=8)},  # policies.md 4.7, ST-8
    attack_orders=1000,
    attack_within=timedelta(minutes=60),
)


class RoutingSettings(BaseModel):
    """How routing weighs (policies.md 4.6). What is left out is as built in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights: dict[str, float] = {}
    mode: Literal["score", "lexicographic"] = "score"
    criteria: tuple[Literal["split", "market", "dist", "cost", "speed", "late", "load", "stockrisk"], ...] = ("split", "market", "dist")
    max_split: int = Field(default=1, ge=0, le=3)
    split_from: float = Field(default=40, ge=0)
    hard_promise: bool = False
    late_at_most: float = Field(default=0.10, ge=0, le=1)
    near_km: float = Field(default=300, ge=0)
    pack_material: float = Field(default=0.60, ge=0)
    duty_share: float = Field(default=0.12, ge=0, le=1)
    open_within: int = Field(default=3, ge=0, le=30)
    clear_margin: float = Field(default=0.03, ge=0, le=1)

    @field_validator("weights")
    @classmethod
    def _known(cls, value: dict[str, float]) -> dict[str, float]:
        if wrong := [name for name, weight in value.items() if name not in TERMS or not 0 <= weight <= 1]:
            raise ValueError(f"{wrong[0][:20]} is no weight; they are {', '.join(TERMS)}, from 0 to 1.")
        return value

    def settings(self) -> Settings:
        return read(self.model_dump(exclude_unset=True))


class TriageSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    limits: dict[str, float] = Field(default={}, title="Limits of the rules", description="A table; what is left out is as built in.")
    routing: RoutingSettings = Field(default=RoutingSettings(), title="Routing", description="Weights and limits of policies 4.6, a table.")

    @field_validator("limits")
    @classmethod
    def _known(cls, value: dict[str, float]) -> dict[str, float]:
        if wrong := [name for name, limit in value.items() if name not in limits.LIMITS or limit < 0]:
            raise ValueError(f"{wrong[0][:30]} is no limit; they are {', '.join(limits.LIMITS)}.")
        return value


def limits_of(policy: Policy) -> dict[str, Any]:
    return limits.read(TriageSettings.model_validate(policy.settings).limits)


def routing_of(policy: Policy) -> Settings:
    return TriageSettings.model_validate(policy.settings).routing.settings()
