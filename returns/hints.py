"""What stands out in the returns queue besides what does in every one."""

from decimal import Decimal

from django.db.models import Q

from ordersops.cases.lanes import Hint, Sign
from returns.eligibility.rows import CHECKS
from returns.reasons import APPROVE
from returns.rules import WEIGHTS

SMALL = Decimal(50)  # of whatever currency
POINTS = tuple(sorted({WEIGHTS["denied"], WEIGHTS["person"], WEIGHTS["ask"]}))  # by what the check comes to

SIGNS = {
    **{key: Sign(label, "checks", POINTS) for key, label in CHECKS},
    "by_hand": Sign("Not settled without a person", "checks", (WEIGHTS["hand"],)),
}

HINTS = (
    Hint(
        "proof", "want evidence", "Photos or words that the reason needs are missing.", "eye", lambda user: Q(signals__contains=["evidence"]),
        one="wants evidence",
    ),
    Hint(
        "small", "small and clear: decide several", f"Below {SMALL} each, and advised to be accepted on evidence that holds in full.", "good",
        lambda user: Q(amount__lt=SMALL, escalated_to=""), one="small and clear", tone="good", advised=frozenset({APPROVE.key}), several=True,
    ),
)  # fmt: skip
