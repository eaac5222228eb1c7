"""What stands out in the fraud queue besides what does in every one."""

from decimal import Decimal

from django.db.models import Q

from fraud.reasons import RELEASE
from fraud.signals import SIGNALS
from ordersops.cases.lanes import Hint, Sign

SMALL = Decimal(100)  # of whatever currency: what a second look costs

SIGNS = {one.key: Sign(one.label, one.group, one.weights) for one in SIGNALS.values() if max(one.weights) > 0}

HINTS = (
    Hint(
        "small", "small and clear: decide several",
        f"Below {SMALL} each, in the lower band, and advised to be released on evidence that holds in full.", "release",
        lambda user: Q(band="anomalous", amount__lt=SMALL, group_key="", escalated_to=""), one="small and clear", tone="good",
        advised=frozenset({RELEASE.key}), several=True,
    ),
)  # fmt: skip
