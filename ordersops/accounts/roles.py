"""Rights and roles: one table in code, synced to groups by `manage.py sync_roles`."""

from enum import StrEnum

from django.db import models


class Perm(StrEnum):
    """A right in one store. The sentence says what a person with it may do."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> "Perm":
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    VIEW_ORDERS = "view_orders", "See orders, customers and their history"
    VIEW_CASES = "view_cases", "See queues, cases, advice and decisions"
    VIEW_INTAKE = "view_intake", "See deliveries and their failures"
    VIEW_AUDIT = "view_audit", "Search the audit history"
    EXPORT_AUDIT = "export_audit", "Take the audit history out as a file"
    VIEW_PEOPLE = "view_people", "See who has which role"
    DECIDE_FRAUD = "decide_fraud", "Claim fraud cases and approve the recommendation"
    DECIDE_RETURNS = "decide_returns", "Decide return requests, take goods in, and have them paid back"
    DECIDE_TRIAGE = "decide_triage", "Claim triage cases and decide where orders ship from"
    DECIDE_INQUIRIES = "decide_inquiries", "Claim inquiries, answer customers, and make sure who writes"
    DISCUSS_CASES = "discuss_cases", "Comment on cases, tag them, attach files, and ask colleagues"
    ASSIGN_CASES = "assign_cases", "Give cases to colleagues, and see what is past its deadline"
    REOPEN_CASES = "reopen_cases", "Open a decided or withdrawn case again"
    REQUEST_REVIEW = "request_review", "Ask that an order be reviewed, and by when"
    MOVE_DEADLINES = "move_deadlines", "Set by when a case must be decided"
    OVERRIDE = "override", "Decide against a recommendation"
    OVERRIDE_BLOCK_LIST = "override_block_list", "Release an order that hits the block list"
    EDIT_LISTS = "edit_lists", "Add to and remove from block and allow lists"
    PLACE_HOLD = "place_hold", "Stop an order from shipping"
    RELEASE_HOLD = "release_hold", "End a hold that is not a fraud hold"
    RETRY_EFFECT = "retry_effect", "Send a failed effect again, or mark a hand-over as done"
    ACT_ON_ORDER = "act_on_order", "Ask for acts on an order: tags, notes, address, fulfilment, returns, stock"
    MANAGE_STOCK = "manage_stock", "Set up and pause locations, set safety stock, release what is kept for orders"
    CANCEL_ORDER = "cancel_order", "Ask for the cancellation of an order"
    REFUND = "refund", "Ask for a refund"
    APPROVE_SECOND = "approve_second", "Approve as the second person what somebody else asked for"
    REPLAY_DELIVERY = "replay_delivery", "Process a failed delivery again"
    SHARE_VIEWS = "share_views", "Share saved views of lists with everybody in the store"
    VIEW_WORKLOAD = "view_workload", "See who has how much to do, how fast it is done, and how well people agree"
    SETTLE_REVIEWS = "settle_reviews", "Settle which of two judgements of a case stands"
    VIEW_ROLLOUT = "view_rollout", "See policies, how far a lane is automated, and how advisors are doing"
    WRITE_POLICY = "write_policy", "Propose a policy version"
    APPROVE_POLICY = "approve_policy", "Approve or send back a policy version that somebody else wrote"
    PROMOTE = "promote", "Move a lane up or down the ladder of automation"
    STOP_AUTOMATION = "stop_automation", "Throw a kill switch, and lift it"
    EDIT_REASONS = "edit_reasons", "Word, order, add and retire reason codes"
    EDIT_PLAYBOOKS = "edit_playbooks", "Write, change and retire playbooks"
    EXPORT_ADVICE = "export_advice", "Take decisions and their masked evidence out as a file"
    MANAGE_STORES = "manage_stores", "Change a store's connection and secrets"
    MANAGE_TEAMS = "manage_teams", "Set up teams, skills and working hours"
    MANAGE_PEOPLE = "manage_people", "Invite people, and ask for or approve a change of their rights"
    REQUIRE_FACTOR = "require_factor", "Require a second factor of a role"


class Role(models.TextChoices):
    FRAUD_REVIEWER = "fraud_reviewer", "Fraud reviewer"
    SENIOR_FRAUD_REVIEWER = "senior_fraud_reviewer", "Senior fraud reviewer"
    OPS_REVIEWER = "ops_reviewer", "Ops reviewer"
    RETURNS_REVIEWER = "returns_reviewer", "Returns reviewer"
    SUPPORT_AGENT = "support_agent", "Support agent"
    SUPERVISOR = "supervisor", "Supervisor"
    AUDITOR = "auditor", "Auditor"
    ADMIN = "admin", "Admin"


_reads = {Perm.VIEW_ORDERS, Perm.VIEW_CASES}
_works = {Perm.DISCUSS_CASES, Perm.REQUEST_REVIEW}
_fraud = _reads | _works | {Perm.DECIDE_FRAUD, Perm.OVERRIDE, Perm.PLACE_HOLD}
_senior = _fraud | {
    Perm.OVERRIDE_BLOCK_LIST,
    Perm.EDIT_LISTS,
    Perm.ASSIGN_CASES,
    Perm.REOPEN_CASES,
    Perm.RETRY_EFFECT,
    Perm.VIEW_ROLLOUT,
    Perm.STOP_AUTOMATION,
    Perm.CANCEL_ORDER,
}
_rollout = {Perm.VIEW_ROLLOUT, Perm.WRITE_POLICY, Perm.APPROVE_POLICY, Perm.PROMOTE, Perm.STOP_AUTOMATION, Perm.EXPORT_ADVICE}
_rollout |= {Perm.EDIT_REASONS, Perm.EDIT_PLAYBOOKS}
_ops = _reads | _works | {Perm.PLACE_HOLD, Perm.RELEASE_HOLD, Perm.VIEW_INTAKE, Perm.REPLAY_DELIVERY, Perm.RETRY_EFFECT}
_ops |= {Perm.ACT_ON_ORDER, Perm.CANCEL_ORDER, Perm.MANAGE_STOCK, Perm.DECIDE_TRIAGE, Perm.OVERRIDE}
_money = {Perm.ACT_ON_ORDER, Perm.REFUND}
_returns = _money | _works | {Perm.DECIDE_RETURNS, Perm.OVERRIDE}
_support = _reads | _works | {Perm.DECIDE_INQUIRIES, Perm.OVERRIDE}

ROLES: dict[Role, frozenset[Perm]] = {
    Role.FRAUD_REVIEWER: frozenset(_fraud),
    Role.SENIOR_FRAUD_REVIEWER: frozenset(_senior),
    Role.OPS_REVIEWER: frozenset(_ops),
    Role.RETURNS_REVIEWER: frozenset(_reads | _returns),
    Role.SUPPORT_AGENT: frozenset(_support),
    Role.SUPERVISOR: frozenset(
        _senior
        | _ops
        | _money
        | _returns
        | _support
        | _rollout
        | {Perm.SHARE_VIEWS, Perm.APPROVE_SECOND, Perm.VIEW_AUDIT, Perm.VIEW_PEOPLE, Perm.MANAGE_TEAMS, Perm.REQUIRE_FACTOR}
        | {Perm.VIEW_WORKLOAD, Perm.SETTLE_REVIEWS, Perm.MOVE_DEADLINES}
    ),
    # Reads everything and changes nothing.
    Role.AUDITOR: frozenset(
        _reads | {Perm.VIEW_INTAKE, Perm.VIEW_AUDIT, Perm.EXPORT_AUDIT, Perm.VIEW_PEOPLE, Perm.VIEW_WORKLOAD, Perm.VIEW_ROLLOUT}
    ),
    Role.ADMIN: frozenset(
        _reads
        | {Perm.VIEW_INTAKE, Perm.REPLAY_DELIVERY, Perm.VIEW_PEOPLE, Perm.MANAGE_STORES, Perm.MANAGE_PEOPLE, Perm.VIEW_AUDIT}
        | {Perm.VIEW_ROLLOUT, Perm.STOP_AUTOMATION, Perm.MANAGE_TEAMS, Perm.REQUIRE_FACTOR}
    ),
}

# What a role is for, in one sentence.
WORDS: dict[Role, str] = {
    Role.FRAUD_REVIEWER: "Works the fraud queue: takes cases, approves what is advised or decides against it.",
    Role.SENIOR_FRAUD_REVIEWER: "Works the fraud queue, keeps the lists, and may release an order that hits the block list.",
    Role.OPS_REVIEWER: "Keeps orders moving: holds that are not fraud, failed deliveries and effects, acts on orders.",
    Role.RETURNS_REVIEWER: "Works the returns queue: decides requests, takes goods in, and asks for refunds.",
    Role.SUPPORT_AGENT: "Answers customers: takes inquiries, sends what the facts say, or finds the words.",
    Role.SUPERVISOR: "Decides everything that reviewers do, approves as the second person, and steers automation and teams.",
    Role.AUDITOR: "Reads everything and changes nothing.",
    Role.ADMIN: "Keeps people, rights and store connections, and decides nothing about orders.",
}

# The rights as they are read: by what they are about.
AREAS: dict[str, tuple[Perm, ...]] = {
    "Orders and acts": (
        Perm.VIEW_ORDERS, Perm.PLACE_HOLD, Perm.RELEASE_HOLD, Perm.ACT_ON_ORDER, Perm.CANCEL_ORDER, Perm.REFUND, Perm.APPROVE_SECOND,
        Perm.RETRY_EFFECT, Perm.MANAGE_STOCK,
    ),
    "Cases and decisions": (
        Perm.VIEW_CASES, Perm.DECIDE_FRAUD, Perm.DECIDE_TRIAGE, Perm.DECIDE_RETURNS, Perm.DECIDE_INQUIRIES, Perm.DISCUSS_CASES,
        Perm.ASSIGN_CASES, Perm.REOPEN_CASES, Perm.REQUEST_REVIEW, Perm.MOVE_DEADLINES, Perm.OVERRIDE, Perm.OVERRIDE_BLOCK_LIST, Perm.EDIT_LISTS,
        Perm.EDIT_REASONS, Perm.EDIT_PLAYBOOKS,
    ),
    "Policies and automation": (
        Perm.VIEW_ROLLOUT, Perm.WRITE_POLICY, Perm.APPROVE_POLICY, Perm.PROMOTE, Perm.STOP_AUTOMATION, Perm.EXPORT_ADVICE,
    ),
    "Intake and stores": (Perm.VIEW_INTAKE, Perm.REPLAY_DELIVERY, Perm.MANAGE_STORES),
    "People and history": (Perm.VIEW_PEOPLE, Perm.MANAGE_TEAMS, Perm.MANAGE_PEOPLE, Perm.REQUIRE_FACTOR, Perm.VIEW_AUDIT, Perm.EXPORT_AUDIT),
}  # fmt: skip


def areas() -> list[tuple[str, list[Perm]]]:
    """Every right once, by what it is about; those that AREAS does not place stand last."""
    placed = {perm for perms in AREAS.values() for perm in perms}
    rest = [perm for perm in Perm if perm not in placed]
    return [(title, list(perms)) for title, perms in AREAS.items()] + ([("More", rest)] if rest else [])


# What automation may do by itself: hold, never release; assess, never decide.
SYSTEM: frozenset[Perm] = frozenset({Perm.VIEW_ORDERS, Perm.VIEW_CASES, Perm.PLACE_HOLD})
