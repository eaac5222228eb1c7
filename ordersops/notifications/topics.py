"""What a person can ask to be told of: a table by verb of the history. A verb that this version does not record does no harm.

A topic that is `mine` goes to the people alone whom the event is meant for.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ordersops.accounts.models import Team
from ordersops.accounts.roles import Perm
from ordersops.audit.models import Event
from ordersops.cases.models import Mention


@dataclass(frozen=True, slots=True)
class Topic:
    """Events of these verbs, for those who have `needs` in the store."""

    key: str
    label: str
    verbs: frozenset[str]
    needs: Perm = Perm.VIEW_CASES
    mine: bool = False
    where: Mapping[str, Any] = field(default_factory=dict)  # keys of the payload and their values, asked of the events that have the key

    def fits(self, event: Event, person: UUID, meant_for: Collection[UUID]) -> bool:
        """Whether the event is this topic's, and for the person."""
        if event.verb not in self.verbs or (self.mine and person not in meant_for):
            return False
        return all(event.data.get(key, value) == value for key, value in self.where.items())


def _topic(key: str, label: str, *verbs: str, **more: Any) -> Topic:
    return Topic(key, label, frozenset(verbs), **more)


TOPICS: dict[str, Topic] = {
    topic.key: topic
    for topic in (
        _topic("opened", "A case is opened", "case.opened", "case.requested"),
        _topic("escalated", "A case is escalated", "case.escalated"),
        _topic("assigned", "A case is assigned to me or my team", "case.assigned", "case.given_to_team", "case.requested", mine=True),
        _topic("mentioned", "A colleague asks me, or answers me", "case.asked", "case.answered", mine=True),
        _topic("soon", "Three quarters of a case's time are gone", "case.due_soon"),
        _topic("late", "A case is late", "case.breached"),
        _topic("returned", "A case comes back, or is opened again", "case.woken", "case.reopened"),
        _topic(
            "second",
            "A second person has to approve",
            "effect.asked",
            "case.proposed",
            "case.decided_otherwise",
            where={"two": True, "waits": True},
        ),
        _topic(
            "sent_back",
            "What was asked for is sent back, or decided otherwise",
            "case.sent_back",
            "case.decided_otherwise",
            "effect.sent_back",
            "policy.sent_back",
        ),
        _topic("undone", "A decision is taken back", "decision.undone", "decision.taken_back"),
        _topic("failed", "An effect failed, or waits for a person", "effect.dead", "effect.handed_over"),
        _topic("silent", "A store falls silent, or cannot be read", "store.silent", "store.unread", needs=Perm.VIEW_INTAKE),
        _topic("demoted", "Automation is stopped, or falls", "rollout.demoted", "rollout.stopped", needs=Perm.VIEW_ROLLOUT),
        _topic("webhook_stopped", "A webhook is stopped", "webhook.stopped", needs=Perm.MANAGE_STORES),
    )
}
VERBS: frozenset[str] = frozenset(verb for topic in TOPICS.values() for verb in topic.verbs)


def meant_for(events: Sequence[Event]) -> dict[int, set[UUID]]:
    """For each event that is meant for somebody: whom. A constant number of queries."""
    found: defaultdict[int, set[UUID]] = defaultdict(set)
    asked = {str(comment): event.pk for event in events if event.verb == "case.asked" and (comment := event.data.get("comment"))}
    for comment, person in Mention.objects.filter(comment__in=list(asked)).values_list("comment", "person"):
        found[asked[str(comment)]].add(person)
    answers = [event for event in events if event.verb == "case.answered"]
    cases, people = {event.case_id for event in answers if event.case_id}, {event.actor_id for event in answers}
    questions = Mention.objects.filter(case__in=cases, person__in=people)
    for case, answerer, asker in questions.values_list("case", "person", "comment__by"):
        for event in answers:
            if (event.case_id, event.actor_id) == (case, answerer):
                found[event.pk].add(asker)
    given = [event for event in events if event.verb == "case.given_to_team"]
    teams = {str(event.data.get("team")) for event in given}
    for team, person in Team.objects.filter(pk__in=teams, members__isnull=False).values_list("pk", "members"):
        for event in given:
            if event.data.get("team") == str(team):
                found[event.pk].add(person)
    for event in events:
        if event.verb in {"case.assigned", "case.requested"} and (to := event.data.get("assignee")):
            found[event.pk].add(UUID(to))
    return found
