"""The work around a case for machines: handing it on, putting it aside, opening it again, talking about it. The verbs of the desk."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from ordersops.accounts.models import Team, User
from ordersops.accounts.roles import Perm
from ordersops.api.endpoint import acts, reads
from ordersops.api.rows import Flag, Input, Nothing, Person, Row, Text, Whole
from ordersops.api.scopes import Scope
from ordersops.api.view import Asked
from ordersops.cases import actions
from ordersops.cases.actions.snoozing import REOPENING
from ordersops.cases.actions.tagging import MOST_TAGS
from ordersops.cases.actions.talking import LONGEST as LONGEST_TEXT
from ordersops.cases.actions.talking import MOST_ASKED
from ordersops.cases.around import conversation
from ordersops.cases.clocks import in_days
from ordersops.cases.lanes import lanes
from ordersops.cases.models import Case, Comment, Mention
from ordersops.cases.waiting import LONGEST, REASONS, WAKES
from ordersops.errors import Invalid
from ordersops.links import PLACE
from ordersops.orders.models import Order
from ordersops.review import actions as review
from ordersops.review.api.cases import DECIDES, TAG, CaseDetail, OfCases
from ordersops.review.confirming import KINDS
from ordersops.review.requests import MOST_DAYS, USUAL

HOURS = int(LONGEST / timedelta(hours=1))
SEES = Perm.VIEW_CASES
REVIEW = {"lane": "fraud", "note": "The customer says that she did not order this."}
ASKING = {"version": 1, "subject": "Your order", "text": "Please tell us whether you placed this order yourself."}


class AssignInput(Input):
    to = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="A colleague who decides in the lane.")
    team = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Or a team; with neither it is anybody's.")
    off_duty = Flag(required=False, default=False, help_text="true: also where the colleague is off duty now.")
    note = Text(required=False, default="", allow_blank=True, max_length=LONGEST_TEXT)


class EscalateInput(Input):
    role = Text(required=False, default="", allow_blank=True, max_length=40, help_text="A role that may do more, and that somebody has.")
    team = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Or a team of the store.")
    note = Text(min_length=5, max_length=LONGEST_TEXT)


class NoteInput(Input):
    note = Text(min_length=5, max_length=LONGEST_TEXT)


class SnoozeInput(Input):
    hours = Whole(min_value=1, max_value=HOURS, help_text="For how long at most.")
    reason = serializers.ChoiceField([(one.key, one.label) for one in REASONS.values()])
    wakes_on = serializers.ListField(
        child=serializers.ChoiceField([(one.key, one.label) for one in WAKES.values()]),
        required=False, default=list, max_length=len(WAKES), help_text="Events that bring it back before.",
    )  # fmt: skip
    note = Text(required=False, default="", allow_blank=True, max_length=LONGEST_TEXT)


class TagsInput(Input):
    add = serializers.ListField(child=Text(max_length=60), required=False, default=list, max_length=MOST_TAGS)
    remove = serializers.ListField(child=Text(max_length=60), required=False, default=list, max_length=MOST_TAGS)


class DeadlineInput(Input):
    """One of `due_at` and `working_days`."""

    due_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    working_days = Whole(
        required=False, allow_null=True, default=None, min_value=1, max_value=MOST_DAYS, help_text="Of the store, counted from now."
    )
    note = Text(min_length=5, max_length=LONGEST_TEXT, help_text="Why the deadline moves.")


class ReviewInput(Input):
    lane = serializers.ChoiceField([(key, one.label) for key, one in lanes().items() if one.of_orders])
    note = Text(min_length=5, max_length=LONGEST_TEXT, help_text="Why, and what to look at.")
    working_days = Whole(required=False, default=USUAL, min_value=1, max_value=MOST_DAYS, help_text="Of the store, counted from now.")
    to = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="A colleague who decides in the lane.")
    role = Text(required=False, default="", allow_blank=True, max_length=40, help_text="Or a role: only those who have it decide then.")


class AskCustomerInput(Input):
    version = Whole(required=False, allow_null=True, min_value=0, max_value=2**31 - 1, default=None)
    subject = Text(max_length=200)
    text = Text(min_length=20, max_length=4000, help_text="What the customer is asked; nothing about why.")
    link = serializers.ListField(
        child=serializers.ChoiceField([(key, kind.label) for key, kind in KINDS.items()]),
        required=False, default=list, max_length=len(KINDS),
        help_text=f"What they confirm on a link, which goes where the text says {PLACE}; without any they answer the e-mail.",
    )  # fmt: skip


class ReopenInput(Input):
    reason = serializers.ChoiceField(list(REOPENING.items()))
    note = Text(required=False, default="", allow_blank=True, max_length=LONGEST_TEXT)


class CommentInput(Input):
    text = Text(max_length=LONGEST_TEXT)
    ask = serializers.ListField(
        child=serializers.UUIDField(), required=False, default=list, max_length=MOST_ASKED, help_text="Colleagues who are asked."
    )


class AskedRow(serializers.ModelSerializer[Any]):
    person = Person(read_only=True)

    class Meta:
        model = Mention
        fields: ClassVar[Any] = ["person", "answered_at"]
        read_only_fields: ClassVar[Any] = fields


class CommentRow(Row):
    by = Person()
    asked = AskedRow(source="mentions", many=True, help_text="Who was asked, and when they answered.")

    class Meta:
        model = Comment
        fields: ClassVar[Any] = ["id", "by", "kind", "text", "asked", "at"]


class Conversation(serializers.Serializer[Any]):
    """What was said about the case, the oldest first."""

    comments = CommentRow(many=True)


class CaseWork(OfCases):
    @acts(CaseDetail, rights=[SEES, Perm.ASSIGN_CASES], tag=TAG, scope=Scope.DECIDE, takes=AssignInput, example={"to": None})
    def assign(self, request: Asked, pk: UUID) -> Response:
        """Give a case to a colleague or a team, or to nobody."""
        case, said = self.case(pk), self.body(AssignInput)
        if said["to"] and said["team"]:
            raise Invalid("Name a colleague or a team, not both.")
        to = _people([said["to"]])[0] if said["to"] else _team(said["team"])
        return self.answer(actions.assign(case=case, to=to, note=said["note"], off_duty=said["off_duty"], by=request.user))

    @acts(
        CaseDetail, rights=DECIDES, tag=TAG, scope=Scope.DECIDE, takes=EscalateInput,
        example={"role": "supervisor", "note": "Beyond what I may decide."},
    )  # fmt: skip
    def escalate(self, request: Asked, pk: UUID) -> Response:
        """Leave a case to a role that may do more, or to a team."""
        case, said = self.case(pk), self.body(EscalateInput)
        said["team"] = _team(said["team"])
        return self.answer(actions.escalate(case=case, by=request.user, **said))

    @acts(CaseDetail, rights=DECIDES, tag=TAG, scope=Scope.DECIDE, takes=NoteInput, example={"note": "Looked at; go on."})
    def hand_back(self, request: Asked, pk: UUID) -> Response:
        """End an escalation, so that everybody may decide again."""
        case, said = self.case(pk), self.body(NoteInput)
        return self.answer(actions.hand_back(case=case, by=request.user, **said))

    @acts(CaseDetail, rights=DECIDES, tag=TAG, scope=Scope.DECIDE, takes=SnoozeInput, example={"hours": 4, "reason": "later"})
    def snooze(self, request: Asked, pk: UUID) -> Response:
        """Put a case aside for a time or until an event; it comes back on top."""
        case, said = self.case(pk), self.body(SnoozeInput)
        until = timezone.now() + timedelta(hours=said.pop("hours"))
        return self.answer(actions.snooze(case=case, until=until, by=request.user, **said))

    @acts(CaseDetail, rights=DECIDES, tag=TAG, scope=Scope.DECIDE, takes=AskCustomerInput, match=True, example=ASKING)
    def ask_customer(self, request: Asked, pk: UUID) -> Response:
        """Write to the customer to confirm the order: the case waits for the answer, and the order stays held."""
        case, said = self.case(pk), self.body(AskCustomerInput)
        said["version"] = self.version(said["version"], case.version)
        review.ask_customer(case=case, by=request.user, **said)
        return self.answer(case)

    @acts(CaseDetail, rights=DECIDES, tag=TAG, scope=Scope.DECIDE, takes=Nothing)
    def wake(self, request: Asked, pk: UUID) -> Response:
        """Bring a case back before its time."""
        case = self.case(pk)
        self.body(Nothing)
        return self.answer(actions.wake_by_hand(case=case, by=request.user))

    @acts(CaseDetail, rights=[SEES, Perm.DISCUSS_CASES], tag=TAG, scope=Scope.DECIDE, takes=TagsInput, example={"add": ["gift"]})
    def tags(self, request: Asked, pk: UUID) -> Response:
        """Put tags on a case, and take others off."""
        case, said = self.case(pk), self.body(TagsInput)
        return self.answer(actions.tag(case=case, by=request.user, **said))

    @acts(
        CaseDetail, rights=[SEES, Perm.MOVE_DEADLINES], tag=TAG, scope=Scope.DECIDE, takes=DeadlineInput,
        example={"working_days": 2, "note": "The bank answers on Thursday."},
    )  # fmt: skip
    def deadline(self, request: Asked, pk: UUID) -> Response:
        """Move the deadline of a case, never past the end of an authorisation."""
        case, said = self.case(pk), self.body(DeadlineInput)
        if (said["due_at"] is None) == (said["working_days"] is None):
            raise Invalid("Name a moment or a number of working days.")
        due_at = said["due_at"] or in_days(case.store, said["working_days"])
        return self.answer(actions.move_deadline(case=case, due_at=due_at, note=said["note"], by=request.user))

    @acts(CaseDetail, rights=[SEES, Perm.REOPEN_CASES], tag=TAG, scope=Scope.DECIDE, takes=ReopenInput, example={"reason": "mistake"})
    def reopen(self, request: Asked, pk: UUID) -> Response:
        """Open a closed case again; its orders are held until it is decided."""
        case, said = self.case(pk), self.body(ReopenInput)
        return self.answer(actions.reopen(case=case, by=request.user, **said))

    @reads(Conversation, rights=[SEES], tag=TAG)
    def comments(self, request: Asked, pk: UUID) -> Response:
        """What colleagues said about a case, the oldest first."""
        return self._said(self.case(pk))

    @acts(
        Conversation, rights=[SEES, Perm.DISCUSS_CASES], tag=TAG, scope=Scope.DECIDE, takes=CommentInput,
        example={"text": "The customer called back."},
    )  # fmt: skip
    def comment(self, request: Asked, pk: UUID) -> Response:
        """Say something about a case, or ask colleagues; whoever was asked and says something has answered."""
        case, said = self.case(pk), self.body(CommentInput)
        actions.comment(case=case, text=said["text"], ask=_people(said["ask"]), by=request.user)
        return self._said(case)

    def _said(self, case: Case) -> Response:
        return Response({"comments": CommentRow(conversation(case), many=True).data})


class OrderReviews(OfCases):
    @acts(CaseDetail, rights=[SEES, Perm.REQUEST_REVIEW], tag=TAG, scope=Scope.ACT, takes=ReviewInput, status=201, example=REVIEW)
    def create(self, request: Asked, pk: UUID) -> Response:
        """Ask that a lane reviews an order: the case that it opens."""
        order = self.load(Order.objects.select_related("store", "customer"), SEES, pk=pk)
        said = self.body(ReviewInput)
        said["to"] = _people([said["to"]])[0] if said["to"] else None
        data, headers = self.shown(review.request_review(order=order, by=request.user, **said))
        return Response(data, headers=headers, status=201)


def _team(key: UUID | None) -> Team | None:
    if key is None:
        return None
    found = Team.objects.standing().filter(pk=key).first()
    if found is None:
        raise Invalid("There is no such team.")
    return found


def _people(keys: list[UUID]) -> list[User]:
    found = list(User.objects.filter(pk__in=keys, is_system=False))
    if len(found) < len(set(keys)):
        raise Invalid("There is no such colleague.")
    return found
