"""Reason codes for machines: their wording has versions, and a decision may say which one it read."""

from typing import Any

from ordersops.api.rows import Whole
from ordersops.cases.lanes import lane
from ordersops.errors import Conflict
from ordersops.review.queries import reasons_of


class ReasonVersion(Whole):
    """The version of the reason that was read; left out, the one in force is meant."""

    def __init__(self, **options: Any) -> None:
        help_text = "Version of the reason that was read, as the case offers it; left out, the one in force."
        super().__init__(**{
            "required": False, "allow_null": True, "default": None, "min_value": 1, "max_value": 2**31 - 1, "help_text": help_text, **options
        })  # fmt: skip


def reason_as_seen(lane_key: str, said: dict[str, Any]) -> None:
    """Take `reason_version` out of what was said. Conflict if the reason was worded anew since, or is not offered any more."""
    seen = said.pop("reason_version")
    if seen is None:
        return
    now = next((reason.version for reason in reasons_of(lane(lane_key)) if reason.code == said["reason"]), None)
    if now != seen:
        raise Conflict(f"The reason {said['reason'] or 'that you name'} is not as you read it: read the case again. Nothing was decided.")
