"""Thresholds and settings of the inquiries lane: defaults that a policy version can overrule. A changed number is a new version."""

from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from decimal import Decimal
from typing import Any

from inquiries.windows import Days, Service
from ordersops.cases.lanes import Policy

VERSION = "inquiries-policy-1"
HANDLING = Days(1, 2)
STANDARD = Service(Days(2, 4), Days(4, 8))
EXPRESS = Service(Days(1, 1), Days(2, 3))


@dataclass(frozen=True, slots=True)
class Settings:
    """`high_value`: from this total on a person answers, by currency. `sure_from`: how sure the reading of the intent must be, in per cent.

    Business days are working days of the store (handling) and of the customer's country (transit); ours, for a store without its own.
    """

    high_value: tuple[tuple[str, Decimal], ...] = (("EUR", Decimal(500)), ("USD", Decimal(500)), ("GBP", Decimal(450)))
    high_value_else: Decimal = Decimal(500)
    sure_from: int = 70
    quiet_minutes: int = 5  # one automatic reply per customer (policies.md 4.4)
    same_intent_hours: int = 72  # the same question again within these was not settled (policies.md 4.4)
    cut_off_hour: int = 14
    handling: Days = HANDLING
    standard: Service = STANDARD
    express: Service = EXPRESS
    express_words: tuple[str, ...] = ("express", "next day", "next-day", "overnight", "priority", "expedited", "24h")

    def high_from(self, currency: str) -> Decimal:
        return dict(self.high_value).get(currency, self.high_value_else)

    @property
    def services(self) -> dict[str, Service]:
        return {"standard": self.standard, "express": self.express}


DEFAULTS = Settings()
# Numbers that a policy version may put in place of a default; the compound ones stay data of the release.
CHANGEABLE = ("sure_from", "quiet_minutes", "same_intent_hours", "cut_off_hour", "high_value_else")


def settings_of(policy: Any) -> Settings:
    """The settings under a policy: its own where it states them, else the defaults."""
    stated = getattr(policy, "settings", None) or {}
    values = {field.name: getattr(DEFAULTS, field.name) for field in fields(DEFAULTS)}
    for key in CHANGEABLE:
        if key in stated:
            values[key] = type(values[key])(stated[key])
    return Settings(**values)


def plain(settings: Settings) -> dict[str, Any]:
    """What a policy version may change, as JSON."""
    return {key: value if isinstance(value, int) else str(value) for key, value in asdict(settings).items() if key in CHANGEABLE}


POLICY = Policy(
    version=VERSION,
    anomalous_from=30,
    high_from=60,
    decline_from=50,
    # First reply within four hours (policies.md 4.7 ST-8); what must be heard first, within one.
    review_within={"high": timedelta(hours=1), "anomalous": timedelta(hours=4)},
    attack_orders=1_000_000,  # inquiries are never gathered into one case
    attack_within=timedelta(minutes=1),
)
