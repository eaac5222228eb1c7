"""The rows and forms with which the addresses are asked, beyond those of the world."""

from typing import Any
from uuid import uuid4

from allauth.usersessions.models import UserSession
from django.utils import timezone

from inquiries.models import Conversation, ConversationState, Message, Posting
from ordersops.accounts.access import held_roles, rights
from ordersops.accounts.actions import ask_give, give_role, invite, make_team
from ordersops.accounts.models import CustomRole, RightsChange, Skill, Team, User
from ordersops.accounts.roles import Role
from ordersops.api.actions import make_token
from ordersops.api.models import AccessToken
from ordersops.cases.lanes import lane
from ordersops.cases.models import Case
from ordersops.links import PLACE
from ordersops.notifications.models import Rule, SlackAccount, Subscriber
from ordersops.orders.models import Order
from ordersops.review.actions import ask_customer
from ordersops.review.models import Bulk, Decision, Playbook, PlaybookVersion, Proposal
from ordersops.rollout.content import built_in
from ordersops.rollout.forms import initial_of
from ordersops.search.models import SavedView
from ordersops.stock.models import Level, Location, Reservation
from returns.actions import Wanted, request
from returns.models import Photo, ReturnRequest
from returns.photos import seal
from tests.desk.conftest import World
from tests.factories import (
    CallFactory,
    CaseFactory,
    DecisionFactory,
    EffectFactory,
    LevelFactory,
    LocationFactory,
    OrderFactory,
    ProposalFactory,
    RecommendationFactory,
    ReplayFactory,
    ReservationFactory,
)
from tests.insights.scene import judged, to_review
from tests.privacy.test_requests import personal_request
from tests.returns.shop import delivered_order

__all__ = ["CallFactory", "ReplayFactory", "judged", "personal_request", "to_review"]


def a_conversation(world: World, order: Any = None) -> Conversation:
    """One that waits, with or without its order."""
    return Conversation.objects.create(store=world.store, order=order, sender_email="ada@customer.example", last_at=timezone.now())


def a_message(world: World) -> Message:
    """Of a customer, in a conversation without an order."""
    found = a_conversation(world)
    return Message.objects.create(store=world.store, conversation=found, channel="form", body="Where is my parcel?", at=found.last_at)


def a_reply(world: World, state: str = "pending") -> Message:
    """To one, that has not left yet, or could not."""
    found = a_message(world).conversation
    Conversation.objects.filter(pk=found.pk).update(state=ConversationState.ANSWERED)
    reply = Message.objects.create(
        store=world.store, conversation=found, outgoing=True, channel="form", body="Which order?", at=found.last_at
    )
    Posting.objects.create(store=world.store, message=reply, state=state, not_before=timezone.now())
    return reply


OTHERWISE = {"outcome": "release", "reason": "O1", "note": "The customer called from home."}


def a_policy(world: World) -> dict[str, Any]:
    """The form of a policy, filled as the page fills it."""
    content = built_in(lane("fraud"))
    return {**initial_of(lane("fraud"), content, "everything", str(world.store.pk), []), "lane": "fraud", "note": "A policy of our own"}


A_PLAYBOOK = {
    "name": "Many from one address", "fact_1": "rules.saw", "op_1": "contains", "value_1": "ip_velocity", "steps": "Look.\nCall.",
    "outcome": "decline",
}  # fmt: skip


def a_playbook_for(me: User) -> dict[str, Any]:
    """The form of one for the store in which they have rights."""
    return {**A_PLAYBOOK, "store": next(iter(rights(me)), "")}


def a_playbook(world: World) -> PlaybookVersion:
    """Of the store, written by the system."""
    book = Playbook.objects.create(lane="fraud", key=f"book-{uuid4().hex[:12]}", store=world.store)
    return PlaybookVersion.objects.create(
        playbook=book,
        version=1,
        name="One",
        conditions=[["rules.saw", "contains", "ip_velocity"]],
        steps=["Look."],
        by=User.objects.system(),
    )


def a_settled_case(world: World) -> Case:
    return CaseFactory(order__store=world.store, state="withdrawn")


def an_escalated_case(world: World, me: User) -> Case:
    """To the role of whoever asks."""
    mine = [role for store in rights(me) for role in held_roles(me, store)]
    return CaseFactory(order__store=world.store, escalated_to=mine[0] if mine else Role.SUPERVISOR)


def a_proposal(world: World, first: User) -> Proposal:
    return ProposalFactory(case=CaseFactory(order__store=world.store), by=first)


def a_decision_of_automation(world: World) -> Decision:
    return DecisionFactory(case=CaseFactory(order__store=world.store), by=world.colleague, source="system")


def a_done_decision(world: World) -> Decision:
    """A release that the store has carried out."""
    decision = DecisionFactory(case=CaseFactory(order__store=world.store, state="decided"), outcome="release", by=world.colleague)
    EffectFactory(decision=decision, order=decision.case.order, store=world.store, kind="order.release", state="done")
    return decision


def an_order_that_passed(world: World) -> Order:
    """The rules looked at it, and no case waits."""
    order: Order = OrderFactory(store=world.store, risk="clear", payment="paid")
    RecommendationFactory(order=order, band="clear", score=5, outcome="release")
    return order


def a_case_to_ask_about(world: World) -> Case:
    return CaseFactory(order__store=world.store, order__email="ada@example.org", version=1)


def a_case_with_a_link(world: World) -> Case:
    """Its customer was asked to confirm by a link, which is out."""
    case = a_case_to_ask_about(world)
    ask_customer(case=case, by=world.reviewer, version=1, subject="Your order", text=f"Please open {PLACE} and answer.", link=["order"])
    return case


def a_level(world: World) -> Level:
    """Ten of an item at a place of the world's store."""
    return LevelFactory(store=world.store)


def a_paused_location(world: World) -> Location:
    return LocationFactory(store=world.store, paused=True, paused_note="Stock is being counted")


def a_reservation(world: World) -> Reservation:
    return ReservationFactory(order=world.order, level=LevelFactory(store=world.store, reserved=1))


def a_return(world: World) -> ReturnRequest:
    made, row = delivered_order(world.store), Wanted("li-0", 1, "UNWANTED")
    return request(order=made, wanted=[row], source="page", identity="contact", by=User.objects.system())


def a_return_photo(world: World) -> Photo:
    body = {"kind": "image/png", "size": 3, "sha256": "0" * 64}
    photo = Photo(store=world.store, line=a_return(world).lines.get(), **body)
    photo.body = seal(photo.pk, b"png")
    photo.save()
    return photo


def a_bulk(world: World) -> Bulk:
    """The proposal of the world as the only row of a bulk decision."""
    found = Bulk.objects.create(lane="fraud", outcome="decline", reason="D3", by=world.proposal.by, asked=1)
    Proposal.objects.filter(pk=world.proposal.pk).update(bulk=found)
    return found


def a_row(world: World) -> dict[str, Any]:
    return {"row": f"{world.proposal.pk}:{world.proposal.case.version}"}


def a_scope(world: World) -> dict[str, Any]:
    return {"lane": "fraud", "store": world.store.pk, "scope": "everything", "to": "off", "because": "A quiet week"}


def a_shared_view(world: World) -> SavedView:
    return SavedView.objects.create(owner=world.colleague, store=world.store, path="/orders/", name="Theirs")


def a_role(world: World) -> dict[str, Any]:
    return {"store": world.store.pk, "role": "fraud_reviewer"}


def a_subscriber(world: World) -> Subscriber:
    """A webhook of the store, in a colleague's name."""
    return Subscriber.objects.create(
        name="Warehouse", url="https://example.com/told", store=world.store, owner=world.colleague, verbs=["order.held"]
    )


def a_rule(me: User) -> Rule:
    return Rule.objects.create(person=me, topics=["opened"], high="email:now")


def a_slack_account(me: User) -> SlackAccount:
    return SlackAccount.objects.create(person=me, slack_user="U0123456789", asked_by=me)


def a_token(world: World) -> AccessToken:
    """Of a colleague, for their own store."""
    return make_token(name="Nightly report", scopes=["read"], days=7, by=world.colleague)[0]


def a_change(world: World) -> RightsChange:
    """Somebody has asked for a role for the colleague."""
    system = User.objects.system()
    asker = invite(email=f"{uuid4()}@desk.example", name="Asker", by=system)
    give_role(person=asker, role=Role.ADMIN, store=world.store, by=system)
    return ask_give(person=world.colleague, role=Role.AUDITOR, store=world.store, by=asker, why="Reads for a month")


def a_change_asked_by(world: World, me: User) -> RightsChange:
    """As if they had asked for it, whatever they may do now."""
    return RightsChange.objects.create(
        kind="give", person=world.reviewer, store=world.store, role="auditor", content={}, asked_by=me, why="Reads for a month"
    )


def an_own_role() -> str:
    key = f"own-{uuid4().hex[:12]}"
    CustomRole.objects.create(key=key, name=f"Role {key}", based_on="auditor", perms=["view_orders"])
    return key


def a_team(world: World) -> Team:
    return make_team(name=f"Team {uuid4().hex[:8]}", stores=[world.store], by=User.objects.system())


def a_session(me: User) -> UserSession:
    return UserSession.objects.create(user=me, ip="127.0.0.1", user_agent="A browser", session_key=f"s{me.pk}"[:40])


def a_skill() -> Skill:
    return Skill.objects.create(kind="subject", name=str(uuid4()))
