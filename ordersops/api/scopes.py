"""What an access token may be used for: one table. A token's rights are its owner's, as far as its scopes name them."""

from enum import StrEnum

from ordersops.accounts.roles import Perm

_READ = {Perm.VIEW_ORDERS, Perm.VIEW_CASES, Perm.VIEW_INTAKE}


class Scope(StrEnum):
    label: str
    sentence: str
    perms: frozenset[Perm]

    def __new__(cls, value: str, label: str, sentence: str, perms: set[Perm]) -> "Scope":
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.sentence = sentence
        member.perms = frozenset(perms)
        return member

    READ = "read", "Read", "Stores, orders, cases, advice, decisions and effects", _READ
    DECIDE = (
        "decide",
        "Decide",
        "Take cases, hand them on, tag and discuss them, set when they are due, approve and override, undo a decision",
        {perm for perm in Perm if perm.value.startswith("decide_")}
        | {Perm.OVERRIDE, Perm.OVERRIDE_BLOCK_LIST, Perm.ASSIGN_CASES, Perm.REOPEN_CASES, Perm.DISCUSS_CASES, Perm.MOVE_DEADLINES},
    )
    ACT = (
        "act",
        "Act",
        "Hold orders and release holds, have them reviewed, ask for acts without money, mend effects",
        {Perm.PLACE_HOLD, Perm.RELEASE_HOLD, Perm.REQUEST_REVIEW, Perm.ACT_ON_ORDER, Perm.RETRY_EFFECT},
    )
    MONEY = (
        "money",
        "Money",
        "Ask for refunds and cancellations, approve as the second person",
        {Perm.REFUND, Perm.CANCEL_ORDER, Perm.APPROVE_SECOND},
    )
    AUDIT = "audit", "History", "Read the audit history", {Perm.VIEW_AUDIT}

    @classmethod
    def of(cls, perm: Perm) -> "Scope":
        """The scope under which a right can be used."""
        return next(scope for scope in cls if perm in scope.perms)


def perms_of(scopes: list[str]) -> frozenset[Perm]:
    """The rights that the scopes name. A scope of another release names none."""
    return frozenset(perm for scope in Scope if scope.value in scopes for perm in scope.perms)
