"""A check's row: which one, under which policy, what it looked at, what came out, and why in a sentence."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

# passed; denied: the hard stop; person: somebody has to look; ask: the customer has to; keep: nothing need come back;
# right: the law gives it; overridden: would have denied, but the law goes before; not_reached: an earlier one decided.
Result = Literal["passed", "denied", "person", "ask", "keep", "right", "overridden", "not_reached"]

CHECKS: tuple[tuple[str, str], ...] = (
    ("identity", "Who is asking"),
    ("returnable", "Something is left to return"),
    ("statutory", "Right by law"),
    ("final_sale", "Final sale"),
    ("window", "Return window"),
    ("lists", "Block and allow lists"),
    ("limits", "Limits"),
    ("evidence", "Evidence for the reason"),
    ("shippable", "Can be sent back"),
    ("value", "Worth sending back"),
    ("risk", "Signs of abuse"),
    ("resolved", "Settled elsewhere"),
)
NUMBERS = {key: number for number, (key, _) in enumerate(CHECKS, 1)}
LABELS = dict(CHECKS)


@dataclass(frozen=True, slots=True)
class Row:
    check: str
    policy: str
    inputs: dict[str, Any]  # JSON
    result: Result
    reason: str
    code: str = ""

    @property
    def number(self) -> int:
        return NUMBERS[self.check]

    @property
    def label(self) -> str:
        return LABELS[self.check]

    def kept(self) -> dict[str, Any]:
        """As it is frozen with the evidence."""
        return {
            "check": self.check, "number": self.number, "policy": self.policy, "inputs": self.inputs, "result": self.result,
            "code": self.code, "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What a check says before it is made a row."""

    result: Result
    reason: str
    code: str = ""
    inputs: dict[str, Any] | None = None


def plain(value: Any) -> Any:
    """Inputs as JSON: amounts as text, times in ISO form, sets sorted."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return value
