"""Role x page: who gets what, for every address there is. A new address without an entry here fails."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ordersops.accounts.actions import ask_give, give_role, invite, make_team
from ordersops.accounts.models import CustomRole, RightsChange, Skill, Team, User
from ordersops.accounts.roles import Role
from ordersops.api.actions import make_token
from ordersops.api.models import AccessToken
from ordersops.audit.models import Event
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.insights.models import SecondAnswer, SecondReview
from ordersops.notifications.models import Rule, SlackAccount, Subscriber
from ordersops.review.models import Bulk, Decision, Proposal
from ordersops.rollout.content import built_in
from ordersops.rollout.forms import initial_of
from ordersops.search.models import SavedView
from tests.desk.conftest import World
from tests.factories import CallFactory, CaseFactory, DecisionFactory, EffectFactory, ReplayFactory
from tests.insights.scene import judged, to_review
from tests.privacy.test_requests import personal_request

pytestmark = pytest.mark.django_db

FRAUD, SENIOR, OPS, RETURNS = Role.FRAUD_REVIEWER, Role.SENIOR_FRAUD_REVIEWER, Role.OPS_REVIEWER, Role.RETURNS_REVIEWER
SUPPORT, SUPERVISOR, AUDITOR, ADMIN = Role.SUPPORT_AGENT, Role.SUPERVISOR, Role.AUDITOR, Role.ADMIN
EVERYBODY = set(Role)
READERS = EVERYBODY - {SUPPORT}
DECIDERS = {FRAUD, SENIOR, SUPERVISOR}
GIVERS = {SENIOR, SUPERVISOR}
TALKERS = {FRAUD, SENIOR, OPS, RETURNS, SUPERVISOR}
INTAKE = {OPS, SUPERVISOR, AUDITOR, ADMIN}
HISTORY = {SUPERVISOR, AUDITOR, ADMIN}
LADDER = {SENIOR, SUPERVISOR, AUDITOR, ADMIN}
ROLLOUT = {SENIOR, SUPERVISOR, AUDITOR, ADMIN}

Arguments = Callable[[World], list[Any]]


@dataclass
class Entry:
    """Who may, and what they get. `about` makes the arguments; an entry with them is about one row of a store."""

    allowed: set[Role]
    about: Arguments | None = None
    status: int = 200
    post: bool = False
    data: Callable[[World], dict[str, Any]] = field(default=lambda world: {})
    refused: int = 403
    lane: bool = False  # its argument is a lane, which is in all stores


def _reads(allowed: set[Role], about: Arguments | None = None, **more: Any) -> Entry:
    return Entry(allowed, about, **more)


def _acts(
    allowed: set[Role], about: Arguments | None, status: int = 303, data: Callable[[World], dict[str, Any]] = lambda w: {}, **more: Any
) -> Entry:
    return Entry(allowed, about, status, True, data, **more)


def a_policy(world: World) -> dict[str, Any]:
    """The form of a policy, filled as the page fills it."""
    content = built_in(lane("fraud"))
    return {**initial_of(content, "everything", str(world.store.pk), []), "lane": "fraud", "note": "A policy of our own"}


def a_settled_case(world: World) -> Case:
    return CaseFactory(order__store=world.store, state="withdrawn")


def a_scope(world: World) -> dict[str, Any]:
    return {"lane": "fraud", "store": world.store.pk, "scope": "everything", "to": "off", "because": "A quiet week"}


def a_shared_view(world: World) -> Any:
    return SavedView.objects.get_or_create(owner=world.colleague, store=world.store, path="/orders/", name="Theirs")[0].pk


def a_role(world: World) -> dict[str, Any]:
    return {"store": world.store.pk, "role": "fraud_reviewer"}


def a_subscriber(world: World) -> Subscriber:
    """A webhook of the store, in a colleague's name."""
    return Subscriber.objects.create(
        name="Warehouse", url="https://example.com/told", store=world.store, owner=world.colleague, verbs=["order.held"]
    )


def a_rule(world: World) -> Rule:
    return Rule.objects.create(person=world.colleague, topics=["opened"], high="email:now")


def a_slack_account(world: World) -> SlackAccount:
    return SlackAccount.objects.get_or_create(person=world.colleague, defaults={"slack_user": "U0123456789", "asked_by": world.colleague})[
        0
    ]


def a_token(world: World) -> AccessToken:
    """Of a colleague, for their own store."""
    return make_token(name="Nightly report", scopes=["read"], days=7, by=world.colleague)[0]


def a_change(world: World) -> RightsChange:
    """Somebody has asked for a role for the colleague."""
    if there := RightsChange.objects.waiting().filter(person=world.colleague).first():
        return there
    system = User.objects.system()
    asker = invite(email=f"{uuid4()}@desk.example", name="Asker", by=system)
    give_role(person=asker, role=ADMIN, store=world.store, by=system)
    return ask_give(person=world.colleague, role=AUDITOR, store=world.store, by=asker, why="Reads for a month")


def an_own_role() -> str:
    key = f"own-{uuid4().hex[:12]}"
    CustomRole.objects.create(key=key, name=f"Role {key}", based_on="auditor", perms=["view_orders"])
    return key


def a_team(world: World) -> Team:
    return make_team(name=f"Team {uuid4().hex[:8]}", stores=[world.store], by=User.objects.system())


def a_done_decision(world: World) -> Decision:
    """A release that the store has carried out."""
    decision = DecisionFactory(case=CaseFactory(order__store=world.store, state="decided"), outcome="release", by=world.colleague)
    EffectFactory(decision=decision, order=decision.case.order, store=world.store, kind="order.release", state="done")
    return decision


def a_case_to_ask_about(world: World) -> Case:
    case: Case = CaseFactory(order__store=world.store, order__email="ada@example.org", version=1)
    return case


def a_bulk(world: World) -> Proposal:
    """The proposal of the world as the only row of a bulk decision."""
    if world.proposal.bulk is None:
        world.proposal.bulk = Bulk.objects.create(lane="fraud", outcome="decline", reason="D3", by=world.proposal.by, asked=1)
        world.proposal.save()
    elif not Bulk.objects.filter(pk=world.proposal.bulk_id).exists():  # rolled back since
        world.proposal.bulk.save(force_insert=True)
        world.proposal.save()
    return world.proposal


def a_row(world: World) -> dict[str, Any]:
    return {"row": f"{world.proposal.pk}:{world.proposal.case.version}"}


def a_second_review(world: World) -> SecondReview:
    """In nobody's hands."""
    return SecondReview.objects.filter(decision=world.decision).first() or to_review(world.decision)


def a_second_answer(world: World) -> SecondAnswer:
    """Of a colleague, who would have decided otherwise."""
    return SecondAnswer.objects.filter(review__decision=world.decision).first() or judged(world.decision, world.colleague, "release")


PAGES: dict[str, Entry] = {
    "home": _reads(EVERYBODY),
    "queue": _reads(READERS, lambda w: ["fraud"], lane=True),
    "_queue_rows": _reads(READERS, lambda w: ["fraud"], lane=True),
    "queue_next": Entry(DECIDERS, lambda w: ["fraud"], 303, True, lane=True),
    "case": _reads(READERS, lambda w: [w.case.pk]),
    "_case_bar": _reads(READERS, lambda w: [w.case.pk]),
    "case_claim": _acts(DECIDERS, lambda w: [w.case.pk]),
    "_case_news": _reads(READERS, lambda w: [w.case.pk]),
    "_case_conversation": _reads(READERS, lambda w: [w.case.pk]),
    "attachment": _reads(READERS, lambda w: [w.attachment.pk]),
    "case_leave": _acts(READERS, lambda w: [w.case.pk], 204),
    "case_comment": _acts(TALKERS, lambda w: [w.case.pk], data=lambda w: {"text": "Have a look at the phone"}),
    "case_assign": _acts(GIVERS, lambda w: [w.case.pk], data=lambda w: {"to": w.reviewer.pk}),
    "case_escalate": _acts(DECIDERS - {SUPERVISOR}, lambda w: [w.case.pk], data=lambda w: {"role": "supervisor", "note": "Beyond me"}),
    "case_hand_back": _acts(DECIDERS, lambda w: [w.case.pk], 409, data=lambda w: {"note": "Not for us"}),  # it is not escalated
    "case_snooze": _acts(DECIDERS, lambda w: [w.case.pk], data=lambda w: {"span": "1h", "reason": "customer"}),
    "case_ask_customer": _acts(
        DECIDERS, lambda w: [a_case_to_ask_about(w).pk],
        data=lambda w: {"version": 1, "subject": "Your order", "text": "Please tell us whether you placed this order."},
    ),
    "case_wake": _acts(DECIDERS, lambda w: [w.case.pk]),
    "case_reopen": _acts(GIVERS, lambda w: [a_settled_case(w).pk], data=lambda w: {"reason": "mistake"}),
    "case_release": _acts(set(), lambda w: [w.case.pk]),  # nobody holds it: see test_release_needs_the_lease
    "case_lease": _acts(set(), lambda w: [w.case.pk]),
    "case_impression": _acts(DECIDERS, lambda w: [w.case.pk], status=409, data=lambda w: {"outcome": "release"}),  # its advice is open
    "case_tick": _acts(DECIDERS, lambda w: [w.case.pk], data=lambda w: {"item": "asked", "on": "1"}),
    "case_approve": _acts(DECIDERS, lambda w: [w.case.pk], data=lambda w: {"version": w.case.version}),
    "case_override": _acts(
        DECIDERS, lambda w: [w.case.pk],
        data=lambda w: {"version": w.case.version, "outcome": "release", "reason": "O1", "note": "The customer called from home."},
    ),
    "second": _reads(READERS),
    "_second_rows": _reads(READERS),
    "bulk_new": Entry(DECIDERS, lambda w: ["fraud"], 200, lane=True),
    "bulk": _reads(READERS, lambda w: [a_bulk(w).bulk_id]),
    "bulk_approve": _acts({SUPERVISOR}, lambda w: [a_bulk(w).bulk_id], data=lambda w: a_row(w)),
    "bulk_send_back": _acts({SUPERVISOR}, lambda w: [a_bulk(w).bulk_id], data=lambda w: {**a_row(w), "note": "Look at them one by one."}),
    "proposal_approve": _acts({SUPERVISOR}, lambda w: [w.proposal.pk], data=lambda w: {"version": w.proposal.case.version}),
    "proposal_send_back": _acts({SUPERVISOR}, lambda w: [w.proposal.pk], data=lambda w: {"note": "Look at the address once more."}),
    "proposal_otherwise": _acts(
        {SUPERVISOR}, lambda w: [w.proposal.pk],
        data=lambda w: {"version": w.proposal.case.version, "outcome": "release", "reason": "O1", "note": "The customer called from home."},
    ),
    "proposal_take_back": _acts(set(), lambda w: [w.proposal.pk]),  # only the first person: see tests/review/test_second.py
    "decision_undo": _acts(DECIDERS, lambda w: [w.decision.pk]),
    "decision_take_back": _acts(
        DECIDERS, lambda w: [a_done_decision(w).pk], data=lambda w: {"note": "The customer says it was not her."}
    ),
    "decision_harm": _acts(
        {SENIOR, SUPERVISOR, ADMIN}, lambda w: [DecisionFactory(case=CaseFactory(order__store=w.store), by=w.colleague, source="system").pk],
        data=lambda w: {"why": "The bank took the money back", "severity": "S1"},
    ),
    "orders": _reads(EVERYBODY),
    "search": _reads(EVERYBODY),
    "_palette": _reads(EVERYBODY),
    "view_save": _acts(
        {SUPERVISOR}, None, data=lambda w: {"name": "Large", "path": reverse("orders"), "query": "risk=high", "store": w.store.pk}
    ),  # shared; each person keeps their own
    "view_delete": _acts({SUPERVISOR}, lambda w: [a_shared_view(w)]),
    "order": _reads(EVERYBODY, lambda w: [w.order.pk]),
    "order_hold": _acts({*DECIDERS, OPS}, lambda w: [w.order.pk], data=lambda w: {"reason": "stock"}),
    "hold_release": _acts({OPS, SUPERVISOR}, lambda w: [w.hold.pk]),
    "effects": _reads(READERS),
    "effect": _reads(READERS, lambda w: [w.planned.pk]),
    "effect_take_back": _acts({SENIOR, OPS, SUPERVISOR}, lambda w: [w.planned.pk], status=409),  # a decision planned it
    "effect_approve": _acts({SUPERVISOR}, lambda w: [w.planned.pk], status=409),  # it does not wait
    "effect_send_back": _acts({SUPERVISOR}, lambda w: [w.planned.pk], status=409, data=lambda w: {"why": "Not for this order"}),
    "effect_give_up": _acts({SENIOR, OPS, SUPERVISOR}, lambda w: [w.failed.pk], data=lambda w: {"why": "Not needed any more"}),
    "effect_edit": _acts({SENIOR, OPS, SUPERVISOR}, lambda w: [w.failed.pk], data=lambda w: {"a.reason": "other"}),
    "effect_ask": _reads({RETURNS, OPS, SUPERVISOR}, lambda w: [w.order.pk, "order.note"]),
    "effect_ask_preview": _acts(
        {RETURNS, OPS, SUPERVISOR}, lambda w: [w.order.pk, "order.note"], status=200, data=lambda w: {"a.text": "Ring twice", "why": "They asked"}
    ),
    "effect_ask_confirm": _acts(
        {RETURNS, OPS, SUPERVISOR}, lambda w: [w.order.pk, "order.note"], data=lambda w: {"a.text": "Ring twice", "why": "They asked us to"}
    ),
    "effect_retry": _acts({SENIOR, OPS, SUPERVISOR}, lambda w: [w.failed.pk]),
    "effect_done": _acts({SENIOR, OPS, SUPERVISOR}, lambda w: [w.handed_over.pk]),
    "fraud_lists": _reads(READERS),
    "fraud_list_add": _acts(
        {SENIOR, SUPERVISOR}, lambda w: [],
        data=lambda w: {"store": w.store.pk, "kind": "block", "key": "email", "value": "x@example.com", "note": "Chargeback in May"},
    ),
    "fraud_list_add_from_order": _acts(
        {SENIOR, SUPERVISOR}, lambda w: [w.order.pk], data=lambda w: {"kind": "block", "keys": ["email"], "note": "Chargeback in May"}
    ),
    "fraud_list_remove": _acts({SENIOR, SUPERVISOR}, lambda w: [w.entry.pk]),
    "intake": _reads(INTAKE),
    "deliveries": _reads(INTAKE),
    "delivery": _reads(INTAKE, lambda w: [w.delivery.pk]),
    "delivery_replay": _acts({OPS, SUPERVISOR, ADMIN}, lambda w: [w.delivery.pk]),
    "stores": _reads(INTAKE),
    "store": _reads(INTAKE, lambda w: [w.store.pk]),
    "store_connect": _reads({ADMIN}),
    "store_compare": _acts({ADMIN}, lambda w: [w.store.pk], status=422),  # these three need a key of the store's interface
    "store_subscriptions": _acts({ADMIN}, lambda w: [w.store.pk], status=422),
    "store_subscribe": _acts({ADMIN}, lambda w: [w.store.pk], status=422),
    "store_hours": _acts(
        {ADMIN}, lambda w: [w.store.pk], data=lambda w: {"time_zone": "Europe/Berlin", "country": "DE", "working_days": [0, 1, 2, 3, 4]}
    ),
    "store_rotate": _acts({ADMIN}, lambda w: [w.store.pk], status=200),
    "privacy": _reads(INTAKE),
    "privacy_erase": _acts({ADMIN}, lambda w: [personal_request(w.delivery).pk]),
    "privacy_export": _acts({ADMIN}, lambda w: [personal_request(w.delivery, kind="access").pk], status=200),
    "privacy_settle": _acts({ADMIN}, lambda w: [personal_request(w.delivery).pk], data=lambda w: {"note": "Exported and sent to the shop."}),
    "webhooks": _reads({ADMIN}),
    "webhook_new": _reads({ADMIN}),
    "webhook": _reads({ADMIN}, lambda w: [a_subscriber(w).pk]),
    "webhook_test": _acts({ADMIN}, lambda w: [a_subscriber(w).pk]),
    "webhook_rotate": _acts({ADMIN}, lambda w: [a_subscriber(w).pk], status=200),
    "webhook_send_again": _acts({ADMIN}, lambda w: [a_subscriber(w).pk], status=409),  # nothing has failed
    "webhook_remove": _acts({ADMIN}, lambda w: [a_subscriber(w).pk]),
    "notifications": _reads(EVERYBODY),
    "notification_log": _reads(EVERYBODY),
    "notification_rule_new": _reads(EVERYBODY),
    "notification_rule": Entry(set(), lambda w: [a_rule(w).pk], refused=404),  # somebody else's does not exist
    "notification_test": Entry(set(), lambda w: [a_rule(w).pk], post=True, refused=404),
    "notification_rule_remove": Entry(set(), lambda w: [a_rule(w).pk], post=True, refused=404),
    "slack_accounts": _reads({ADMIN}),
    "slack_propose": _acts({ADMIN}, None, data=lambda w: {"person": w.colleague.pk, "slack_user": "U0123456789"}),
    "slack_confirm": _acts(set(), None, status=409, refused=409),  # nothing waits to be confirmed
    "slack_disconnect": _acts(set(), None, refused=404),
    "slack_end": _acts({ADMIN}, lambda w: [a_slack_account(w).pk]),
    "slack_link": _reads(EVERYBODY, status=422),  # without what Slack showed
    "people": _reads(HISTORY),
    "person": _reads(HISTORY, lambda w: [w.colleague.pk]),
    "person_invite": _acts(
        {ADMIN}, None, status=200,
        data=lambda w: {"email": "new@desk.example", "name": "New Colleague", "role": "auditor", "store": w.store.pk, "why": "Joins us"},
    ),
    "person_link": _acts({ADMIN}, lambda w: [w.colleague.pk], status=200),
    "person_role_give": _acts({ADMIN}, lambda w: [w.colleague.pk], data=lambda w: {"role": "auditor", "store": w.store.pk, "why": "Reads"}),
    "person_role_take": _acts({ADMIN}, lambda w: [w.colleague.pk], data=lambda w: {"role": "ops_reviewer", "store": w.store.pk, "why": "Moves"}),
    "person_deactivate": _acts({ADMIN}, lambda w: [w.colleague.pk]),
    "person_sessions_end": _acts({ADMIN}, lambda w: [w.colleague.pk]),
    "mfa_index": _reads(EVERYBODY),
    "mfa_list_webauthn": _reads(EVERYBODY),
    "sessions_end": _acts(EVERYBODY, None),
    "factor_rules": _reads({SUPERVISOR, ADMIN}),
    "factor_require": _acts({SUPERVISOR, ADMIN}, None, status=409, data=a_role),  # they have no factor of their own yet
    "factor_lift": _acts({SUPERVISOR, ADMIN}, None, status=422, data=a_role),  # nothing is required yet
    "person_reopen": _acts({ADMIN}, lambda w: [w.colleague.pk], status=409, data=lambda w: {"why": "Is back"}),  # it is open
    "person_describe": _acts({SUPERVISOR, ADMIN}, lambda w: [w.colleague.pk], data=lambda w: {"time_zone": "Europe/Berlin"}),
    "rights_changes": _reads(HISTORY),
    "rights_change": _reads(HISTORY, lambda w: [a_change(w).pk]),
    "rights_approve": _acts({ADMIN}, lambda w: [a_change(w).pk]),
    "rights_send_back": _acts({ADMIN}, lambda w: [a_change(w).pk], data=lambda w: {"why": "Not needed there"}),
    "rights_withdraw": _acts(set(), lambda w: [a_change(w).pk]),  # only who asked
    "roles": _reads(HISTORY),
    "role": _reads(HISTORY, lambda w: ["auditor"], lane=True),
    "role_new": _reads({ADMIN}),
    "role_make": _acts({ADMIN}, None, data=lambda w: {"name": "Night watch", "based_on": "auditor", "perms": ["view_orders"], "why": "For nights"}),
    "role_edit": _reads({ADMIN}, lambda w: [an_own_role()], lane=True),
    "role_change": Entry(
        {ADMIN}, lambda w: [an_own_role()], 303, True, lambda w: {"name": "Day watch", "perms": ["view_cases"], "why": "For days"}, lane=True
    ),
    "role_retire": Entry({ADMIN}, lambda w: [an_own_role()], 303, True, lambda w: {"why": "Nobody has it"}, lane=True),
    "teams": _reads(HISTORY),
    "team": _reads(HISTORY, lambda w: [a_team(w).pk]),
    "team_make": _acts({SUPERVISOR, ADMIN}, None, data=lambda w: {"name": "Night team", "stores": [w.store.pk]}),
    "team_change": _acts({SUPERVISOR, ADMIN}, lambda w: [a_team(w).pk], data=lambda w: {"name": "Day team", "stores": [w.store.pk]}),
    "team_dissolve": _acts({SUPERVISOR, ADMIN}, lambda w: [a_team(w).pk]),
    "skill_add": _acts({SUPERVISOR, ADMIN}, None, data=lambda w: {"kind": "language", "name": "Basque"}),
    "skill_remove": Entry({SUPERVISOR, ADMIN}, lambda w: [Skill.objects.create(kind="subject", name=str(uuid4())).pk], 303, True, lane=True),
    "workload": _reads({SUPERVISOR, AUDITOR}),
    "workload_assign": _acts({SUPERVISOR}, lambda w: [w.case.pk], data=lambda w: {"to": ""}, status=409),  # it is nobody's already
    "quality": _reads({SUPERVISOR, AUDITOR}),
    "quality_next": _reads(DECIDERS),
    "second_review": Entry(set(), lambda w: [a_second_review(w).pk], refused=404),  # it exists for who has it in hand alone
    "second_answer": _reads({SUPERVISOR, AUDITOR}, lambda w: [a_second_answer(w).pk]),
    "advisors": _reads(ROLLOUT),
    "advice_export": _reads({SUPERVISOR}),
    "advice_replays": _reads(ROLLOUT),
    "advice_replay": _reads(ROLLOUT, lambda w: [ReplayFactory(store=w.store).pk]),
    "advice_call": _reads(ROLLOUT, lambda w: [CallFactory(snapshot__order=w.order).pk]),
    "rollout": _reads(LADDER),
    "reasons": _reads(LADDER),
    "reason": _reads(LADDER, lambda w: ["fraud", "A1"], lane=True),
    "reason_change": _acts(
        {SUPERVISOR}, lambda w: ["fraud", "A1"], lane=True, data=lambda w: {"version": 1, "text": "They called back", "customer_text": ""}
    ),
    "reason_add": _acts(
        {SUPERVISOR}, lambda w: ["fraud"], lane=True, data=lambda w: {"code": "A7", "text": "Paid by wire", "customer_text": "", "like": "A1"}
    ),
    "reason_retire": _acts({SUPERVISOR}, lambda w: ["fraud", "A1"], lane=True),
    "reason_restore": _acts({SUPERVISOR}, lambda w: ["fraud", "A1"], lane=True, status=409),  # it is not retired
    "reason_move": _acts({SUPERVISOR}, lambda w: ["fraud", "A2"], lane=True, data=lambda w: {"to": "up"}),
    "policy_new": _reads({SUPERVISOR}),
    "policy_write": _acts({SUPERVISOR}, lambda w: [], data=a_policy),
    "policy": _reads(LADDER, lambda w: [w.policy.pk]),
    "policy_approve": _acts({SUPERVISOR}, lambda w: [w.policy.pk]),
    "policy_send_back": _acts({SUPERVISOR}, lambda w: [w.policy.pk], data=lambda w: {"note": "The cap is far too high."}),
    "rollout_promote": _acts({SUPERVISOR}, lambda w: [], status=409, data=a_scope),  # no policy of the store is in force yet
    "rollout_demote": _acts({SUPERVISOR}, lambda w: [], status=409, data=a_scope),
    "rollout_stop": _acts(
        {SENIOR, SUPERVISOR, ADMIN}, lambda w: [],
        data=lambda w: {"lane": "fraud", "store": w.store.pk, "effect": "order.release", "why": "The store asks us to"},
    ),
    "rollout_allow": _acts({SENIOR, SUPERVISOR, ADMIN}, lambda w: [w.switch.pk]),
    "tokens": _reads(EVERYBODY),
    "token_revoke": _acts({ADMIN}, lambda w: [a_token(w).pk]),
    "api_docs": _reads(EVERYBODY),
    "audit": _reads(HISTORY),
    "audit_csv": _reads({AUDITOR}),
}  # fmt: skip
# Acts whose form is drawn at the same address.
DRAWN = {
    "case_approve", "case_override", "case_assign", "case_escalate", "case_hand_back", "case_snooze", "case_reopen", "case_comment",
    "proposal_approve", "proposal_send_back", "proposal_otherwise", "case_ask_customer", "decision_take_back",
}  # fmt: skip
# For people who are not signed in: signing in, and what machines ask.
PUBLIC = {"account_login", "account_logout", "account_inactive", "invitation", "healthz", "readyz", "slack_interactions", "api_schema"}
# allauth's own pages about one's own account, whoever one is: tests/signin.
OWN = {
    "account_reauthenticate", "mfa_authenticate", "mfa_reauthenticate", "mfa_login_webauthn", "mfa_reauthenticate_webauthn",
    "mfa_activate_totp", "mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_download_recovery_codes",
    "mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn", "openid_connect_login", "openid_connect_callback",
    "socialaccount_login_cancelled", "socialaccount_login_error", "session_end",
}  # fmt: skip
# Pages that are read, and whose form is sent to the same address.
FORMS = {
    "bulk_new",
    "quality_next",
    "second_review",
    "second_answer",
    "tokens",
    "store",
    "store_connect",
    "webhook",
    "webhook_new",
    "notification_rule",
    "notification_rule_new",
    "slack_link",
}
LISTS = [
    "workload", "quality", "quality_next",
    "webhooks", "notifications", "notification_log",
    "orders", "effects", "second", "fraud_lists", "intake", "deliveries", "stores", "people", "queue", "home", "audit", "advisors", "advice_replays",
    "rollout",
    "rights_changes", "roles", "teams",
]  # fmt: skip
TIMELINES = {"order": EVERYBODY, "case": READERS}


def addresses(patterns: list[Any] | None = None) -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            yield pattern.name


def test_every_address_has_an_entry() -> None:
    resources = {name for name in addresses() if name.startswith("api_")} - {"api_docs", "api_schema"}  # tests/api/test_access.py
    assert set(addresses()) - resources == {*PAGES, *PUBLIC, *OWN, "timeline"}


def ask(client: Client, name: str, world: World) -> Any:
    entry = PAGES[name]
    url = reverse(name, args=entry.about(world) if entry.about else [])
    return client.post(url, entry.data(world)) if entry.post else client.get(url)


@pytest.mark.parametrize("name", PAGES)
def test_each_role_in_its_own_store(name: str, world: World, make_person: Any) -> None:
    entry = PAGES[name]
    for role in Role:
        client = Client()
        client.force_login(make_person(role, world.store))
        with transaction.atomic():
            status = ask(client, name, world).status_code
            transaction.set_rollback(True)
        if name in {"case_release", "case_lease"} and role != SUPPORT:
            assert status == 409, role
        else:
            assert status == (entry.status if role in entry.allowed else entry.refused), role


@pytest.mark.parametrize("name", [name for name, entry in PAGES.items() if entry.about and not entry.lane])
def test_another_store_does_not_exist(name: str, world: World, make_person: Any, other_store: Any) -> None:
    entry = PAGES[name]
    for role in Role:
        if name.startswith(("person", "rights_", "team")) and role not in HISTORY:
            continue  # they may not see people at all, of any store
        client = Client()
        client.force_login(make_person(role, other_store))
        assert ask(client, name, world).status_code == 404, (role, entry)


@pytest.mark.parametrize("name", LISTS)
def test_lists_hold_nothing_of_another_store(name: str, world: World, make_person: Any, other_store: Any) -> None:
    client = Client()
    person = make_person(SUPERVISOR, other_store)
    client.force_login(person)
    text = ask(client, name, world).content.decode()
    order, rows = world.order, (world.case, world.delivery)
    words = (world.store.name, world.colleague.name, world.entry.note, world.policy.note, world.switch.why)
    for thing in (order.number, order.name, *words, *(str(row.pk) for row in rows)):
        assert thing not in text


@pytest.mark.parametrize("name", PAGES)
def test_nobody_without_signing_in(name: str, world: World) -> None:
    answer = ask(Client(), name, world)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{reverse('account_login')}?next=")


@pytest.mark.parametrize("name", [name for name, entry in PAGES.items() if entry.post and name not in DRAWN])
def test_acts_are_posts(name: str, world: World, admin: Any, client: Client) -> None:
    entry = PAGES[name]
    client.force_login(admin)
    assert client.get(reverse(name, args=entry.about(world) if entry.about else [])).status_code == 405


@pytest.mark.parametrize("name", [name for name, entry in PAGES.items() if not entry.post and name not in FORMS])
def test_pages_are_only_read(name: str, world: World, admin: Any, client: Client) -> None:
    entry = PAGES[name]
    client.force_login(admin)
    assert client.post(reverse(name, args=entry.about(world) if entry.about else [])).status_code == 405


@pytest.mark.parametrize("kind", TIMELINES)
def test_timelines(kind: str, world: World, make_person: Any, other_store: Any) -> None:
    url = reverse("timeline", args=[kind, {"order": world.order, "case": world.case}[kind].pk])
    for role in Role:
        client = Client()
        client.force_login(make_person(role, world.store))
        assert client.get(url).status_code == (200 if role in TIMELINES[kind] else 403), role
        client.force_login(make_person(role, other_store))
        assert client.get(url).status_code == 404, role


def test_a_refusal_is_recorded(world: World, support_agent: Any, client: Client) -> None:
    client.force_login(support_agent)
    assert client.get(reverse("case", args=[world.case.pk])).status_code == 403
    event = Event.objects.get(stream=f"refused:{support_agent.pk}")
    assert event.data["right"] == "view_cases"


def test_a_refusal_is_shown_to_those_who_search_the_history(world: World, returns_reviewer: Any, auditor: Any, client: Client) -> None:
    client.force_login(returns_reviewer)
    assert client.post(reverse("case_claim", args=[world.case.pk])).status_code == 403
    client.force_login(auditor)
    assert "was refused" in client.get(reverse("case", args=[world.case.pk])).content.decode()
    client.force_login(returns_reviewer)
    assert "was refused" not in client.get(reverse("case", args=[world.case.pk])).content.decode()


def test_csrf_is_checked(world: World, fraud_reviewer: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(fraud_reviewer)
    assert client.post(reverse("case_claim", args=[world.case.pk])).status_code == 403
