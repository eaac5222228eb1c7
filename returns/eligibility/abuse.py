"""Signs that returns are abused: for reviewers only. No customer ever reads them, nor their names (policies.md 4.3, law 19).

Eight of them are what inspections of earlier returns have reported, under Loop's codes; the others are counted by us.
"""

from collections.abc import Callable
from dataclasses import dataclass

from returns.eligibility.given import Asked
from returns.policy import Settings

REPORTS: dict[str, tuple[str, int]] = {
    "package-never-received": ("Earlier parcels were reported as never received", 20),
    "package-is-empty": ("An earlier return came back empty", 60),
    "package-is-missing-items": ("An earlier return came back incomplete", 40),
    "instant-return-charge-failed": ("The charge for an earlier instant return failed", 35),
    "keep-item-abuse": ("Earlier refunds without return form a pattern", 40),
    "splitting-returns-to-avoid-restrictions": ("Earlier returns were split around the limits", 30),
    "item-is-worn": ("An earlier return came back worn", 25),
    "other": ("An earlier return was reported for another reason", 15),
}
HARD_FROM = 50  # together so much makes a person look


@dataclass(frozen=True, slots=True)
class Sign:
    key: str
    says: str
    weight: int
    hard: bool = False


Rule = Callable[[Asked, Settings], Sign | None]


def _not_received(asked: Asked, settings: Settings) -> Sign | None:
    claims = asked.customer.not_received_claims
    if claims is None or claims < settings.not_received_claims:
        return None
    return Sign("inr_claims", f"{claims} claims of non-receipt within {settings.not_received_days} days", 50, hard=True)


def _other_instrument(asked: Asked, settings: Settings) -> Sign | None:
    return (
        Sign("other_instrument", "The refund is asked for on another means of payment", 50, hard=True) if asked.other_instrument else None
    )


def _address_cluster(asked: Asked, settings: Settings) -> Sign | None:
    others = asked.claimants_at_address or 0
    return Sign("address_cluster", f"{others} other customers at this address have claimed", 30, hard=others >= 3) if others else None


def _light_parcel(asked: Asked, settings: Settings) -> Sign | None:
    share = asked.parcel_weight_share
    if share is None or share >= settings.parcel_light:
        return None
    return Sign("parcel_light", f"The returned parcel weighs {share:.0%} of what it should", 60, hard=True)


def _claimed_at_once(asked: Asked, settings: Settings) -> Sign | None:
    delivered = [line.delivered_at for line in asked.lines if line.delivered_at and line.reason in {"NOT_RECEIVED", "MISSING_ITEM"}]
    if not delivered or not asked.pod_photo:
        return None
    minutes = int((asked.at - max(delivered)).total_seconds() // 60)
    if not 0 <= minutes <= settings.claim_minutes:
        return None
    return Sign("claimed_at_once", f"Claimed {minutes} minutes after a delivery with photo or position", 50, hard=True)


def _disputes(asked: Asked, settings: Settings) -> Sign | None:
    past = asked.customer.disputes or 0
    return (
        Sign("dispute_history", f"{past} disputed order{'' if past == 1 else 's'} before", 30 if past == 1 else 50, hard=past > 1)
        if past
        else None
    )


def _serial(asked: Asked, settings: Settings) -> Sign | None:
    orders, back = asked.customer.orders, asked.customer.orders_with_returns
    if not orders or back is None or orders < settings.return_ratio_from_orders or back <= orders * settings.return_ratio:
        return None
    return Sign("serial_ratio", f"{back} of {orders} orders came back", 25)


RULES: tuple[Rule, ...] = (_not_received, _other_instrument, _address_cluster, _light_parcel, _claimed_at_once, _disputes, _serial)


def signs(asked: Asked, settings: Settings) -> list[Sign]:
    """What is seen, the heaviest first."""
    found = [sign for rule in RULES if (sign := rule(asked, settings)) is not None]
    for code, count in asked.customer.reports.items():
        if count > 0 and code in REPORTS:
            says, weight = REPORTS[code]
            found.append(Sign(code, f"{says} ({count})", min(weight * count, 100), hard=weight >= HARD_FROM))
    return sorted(found, key=lambda sign: (-sign.weight, sign.key))


def is_hard(found: list[Sign]) -> bool:
    """Whether a person has to look: one that is hard by itself, or many that weigh as much together."""
    return any(sign.hard for sign in found) or sum(sign.weight for sign in found) >= HARD_FROM
