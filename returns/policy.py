"""What the lane's rules go by: a typed table of defaults that a policy version may overrule, field by field (policies.md 4.1).

Amounts are by currency. A currency that a table does not name is judged on the careful side: evidence is asked for from nought
on, and nothing is settled without a person.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ordersops.cases.lanes import Policy
from ordersops.errors import Invalid

Amounts = dict[str, Decimal]
Level = Literal["product", "customer", "order", "reason"]
Days = int

# EU, and the United Kingdom: 14 days from delivery (directive 2011/83/EU art. 9; Consumer Contracts Regulations 2013 reg. 30).
WITHDRAWAL = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL"),
    *("PL", "PT", "RO", "SE", "SI", "SK", "GB"),
)


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Window(Part):
    """So many days where a tag, a customer's tag or a reason says so; an order's own by its tag or by when it was placed."""

    level: Level
    match: str = ""  # a tag, or a reason's key; for an order "" goes by its date alone
    days: Days = Field(default=30, ge=0, le=3650)
    placed_from: date | None = None
    placed_until: date | None = None
    open_until: date | None = None  # in any case, such as the end of January for presents
    name: str = ""


class Listed(Part):
    """Somebody or something that is blocked from returning, or always let through. Allowed beats blocked."""

    kind: Literal["block", "allow"]
    what: Literal["customer", "product_type", "product_tag", "order_tag", "sku", "discount_code", "discount_percent"]
    match: str  # for a percentage: from so much on
    name: str = ""


class Product(Part):
    """What is known of the goods whose SKU begins so. Several may fit: the longest one counts."""

    sku: str = Field(min_length=1)
    type: str = ""
    tags: tuple[str, ...] = ()
    custom_made: bool = False
    perishable: bool = False
    sealed_hygiene: bool = False
    digital: bool = False
    hazmat: bool = False
    restock_opened: bool = True
    resale_share: Decimal | None = Field(default=None, ge=0, le=1)
    most_a_customer: int | None = None


def _in(**amounts: int | str) -> Amounts:
    return {currency: Decimal(amount) for currency, amount in amounts.items()}


class Settings(Part):
    # 3: the right by law
    withdrawal_countries: tuple[str, ...] = WITHDRAWAL
    withdrawal_days: Days = 14
    withdrawal_refund_days: Days = 14
    # 4
    final_sale_tags: tuple[str, ...] = ("final sale", "final-sale", "clearance")
    final_sale_discount_percent: Decimal | None = None
    final_sale_bypass: tuple[str, ...] = ("DAMAGED_IN_TRANSIT", "WRONG_ITEM", "DEFECTIVE", "NOT_AS_DESCRIBED", "MISSING_ITEM")
    # 5
    window_days: Days = 30
    window_from_order: bool = False
    grace_days: Days = 3
    carrier_p90_days: Days = 6
    windows: tuple[Window, ...] = (
        Window(level="reason", match="DEFECTIVE", days=90, name="defects"),
        Window(
            level="order", placed_from=date(2026, 11, 1), placed_until=date(2026, 12, 24), open_until=date(2027, 1, 31), name="holidays"
        ),
    )
    # 6
    lists: tuple[Listed, ...] = ()
    products: tuple[Product, ...] = ()
    # 7
    returns_per_order: int = 1
    return_ratio: Decimal = Decimal("0.5")
    return_ratio_from_orders: int = 4
    # 8
    photos_from: Amounts = _in(EUR=20, USD=20, GBP=20, CHF=20, CAD=30, AUD=30, SEK=200, NOK=200, DKK=150, PLN=80, JPY=3000)
    # 9
    no_carrier_countries: tuple[str, ...] = ()
    home_countries: tuple[str, ...] = ()  # where returns go back without customs; empty: not looked at
    # 10
    keep_most: Amounts = _in(EUR=25, USD=25, GBP=22, CHF=25, CAD=35, AUD=40, SEK=250, NOK=250, DKK=185, PLN=100, JPY=3500)
    keep_share: Decimal = Decimal("0.7")
    return_cost: Amounts = _in(EUR=7, USD=8, GBP=6, CHF=9, CAD=10, AUD=11, SEK=80, NOK=80, DKK=55, PLN=20, JPY=900)
    send_cost: Amounts = _in(EUR=6, USD=7, GBP=5, CHF=8, CAD=9, AUD=10, SEK=70, NOK=70, DKK=45, PLN=18, JPY=800)
    handling_cost: Amounts = _in(EUR=3, USD=3, GBP=3, CHF=4, CAD=4, AUD=5, SEK=35, NOK=35, DKK=22, PLN=10, JPY=400)
    resale_share: Decimal = Decimal("0.6")
    goods_cost_share: Decimal = Decimal("0.45")
    donated_types: tuple[str, ...] = ()
    # 11
    parcel_light: Decimal = Decimal("0.6")
    not_received_claims: int = 2
    not_received_days: Days = 180
    claim_minutes: int = 30
    # outcomes and their modifiers
    credit: bool = True
    credit_bonus: Decimal = Decimal("0.10")
    repairs: tuple[str, ...] = ()  # product types
    repair_share: Decimal = Decimal("0.25")
    late_share: Decimal = Decimal("0.15")
    replace_keep_most: Amounts = _in(EUR=40, USD=40, GBP=35, CHF=40, CAD=55, AUD=60, SEK=400, NOK=400, DKK=300, PLN=170, JPY=6000)
    handling_fee: Amounts = {}
    refund_timing: Literal["on_scan", "on_receipt", "on_inspection"] = "on_inspection"
    inspect_from: Amounts = _in(EUR=100, USD=100, GBP=90, CHF=100, CAD=140, AUD=150, SEK=1000, NOK=1000, DKK=750, PLN=400, JPY=15000)
    destination: str = "returns"
    destinations: dict[str, str] = {}  # by product type
    excluded: tuple[str, ...] = ()  # outcomes that the shop does not offer
    # the automatic lane
    auto_most: Amounts = _in(EUR=50, USD=50, GBP=45, CHF=50, CAD=70, AUD=75, SEK=500, NOK=500, DKK=370, PLN=200, JPY=7500)
    auto_reasons: tuple[str, ...] = ("SIZE_TOO_SMALL", "SIZE_TOO_LARGE", "UNWANTED")
    auto_a_day: Amounts = _in(EUR=500, USD=500, GBP=450, CHF=500, CAD=700, AUD=750, SEK=5000, NOK=5000, DKK=3700, PLN=2000, JPY=75000)
    # clocks
    remind_after_days: Days = 14
    expire_after_days: Days = 30


DEFAULTS = Settings()
VERSION = "returns-policy-1"
# A decision within a business day (policies.md 4.7, ST-8), sooner where much speaks against it.
POLICY = Policy(
    version=VERSION,
    anomalous_from=30,
    high_from=60,
    decline_from=80,
    review_within={"high": timedelta(hours=8), "anomalous": timedelta(hours=24), "clear": timedelta(hours=24)},
    attack_orders=1000,
    attack_within=timedelta(minutes=1),
)


def settings_of(stated: dict[str, Any] | None) -> Settings:
    """The defaults, overruled by what a policy version states. Invalid names the field that does not fit."""
    if not stated:
        return DEFAULTS
    try:
        return Settings.model_validate(stated)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"The policy's {where or 'settings'}: {first['msg']}.") from error
