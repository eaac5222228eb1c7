"""What stands out in the triage queue besides what does in every one."""

from django.db.models import Q

from ordersops.cases.lanes import Hint, Sign
from triage.classes import FLAGS
from triage.exceptions import EXCEPTIONS
from triage.outcomes import ROUTE
from triage.signals import EXCEPTION, FLAG, PERSON, UNCLEAR

SIGNS = {
    **{key: Sign(one.label, "exception", (EXCEPTION[one.severity],)) for key, one in EXCEPTIONS.items()},
    **{flag.key: Sign(flag.rule.label, "flag", (PERSON if flag.person else FLAG,)) for flag in FLAGS},
    "routing": Sign("Two plans nearly as good", "routing", (UNCLEAR,)),
}

HINTS = (
    Hint(
        "next_day", "promised for the next day", "What they hold is promised for the next day.", "truck",
        lambda user: Q(signals__contains=["next_day"]), tone="warn",
    ),
    Hint(
        "planned", "can ship as planned: decide several", "One plan is advised, on evidence that holds in full.", "order.routed",
        lambda user: Q(group_key="", escalated_to=""), one="can ship as planned", tone="good", advised=frozenset({ROUTE.key}), several=True,
    ),
)  # fmt: skip
