"""The verbs of the history: one entry each, with its sentence and the exact payload that it takes.

A new verb is one new entry here. `{actor}` in a sentence is who did it; the other names are payload keys.
Payloads carry ids, enums, amounts and names of colleagues, never anything about a customer.
"""

import json
import string
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from types import UnionType
from typing import TYPE_CHECKING, Any, get_args
from uuid import UUID

if TYPE_CHECKING:
    from ordersops.audit.models import Event

Kind = type | UnionType
NO_DATA: dict[str, Kind] = {}


class Verb(StrEnum):
    sentence: str
    keys: dict[str, Kind]

    def __new__(cls, value: str, sentence: str, keys: dict[str, Kind]) -> "Verb":
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        member.keys = keys
        return member

    ORDER_PLACED = (
        "order.placed",
        "{actor} took in order {number} over {total} {currency}, lines: {lines}.",
        {"number": str, "lines": int, "total": Decimal | None, "currency": str},
    )
    # changed: {field: {"before": ..., "after": ...}}, and {field: {"changed": True}} for a personal field.
    ORDER_UPDATED = "order.updated", "{actor} updated the order: {changed}.", {"changed": dict}
    ORDER_HELD = "order.held", "{actor} put a {reason} hold on the order.", {"hold": UUID, "reason": str}
    HOLD_RELEASED = (
        "order.hold_released",
        "{actor} released the {reason} hold.",
        {"hold": UUID, "reason": str, "decision": UUID | None},
    )
    ORDER_ASSESSED = (
        "order.assessed",
        "{actor} assessed the order: {lane} {band}, score {score}, from {signals} signals.",
        {"lane": str, "band": str, "score": int, "signals": int, "snapshot": str},
    )
    ORDER_MISSED = (
        "order.missed",
        "{actor} found a change of {changed_at} by comparing with the store; no webhook had announced it.",
        {"delivery": UUID, "changed_at": datetime},
    )
    RISK_CHANGED = "order.risk_changed", "{actor} changed the order's risk from {before} to {after}.", {"before": str, "after": str}

    ORDER_ROUTED = (
        "order.routed",
        "{actor} routed the order to {nodes}, score {score}: {why}",
        {"nodes": str, "score": str, "why": str},
    )
    NODE_ANSWERED = (
        "order.node_answered",
        "{actor} heard from {location} about the order: {answer}.",
        {"location": str, "answer": str, "effect": UUID},
    )
    EXCEPTION_OPENED = (
        "exception.opened",
        "{actor} opened the exception {exception}, severity {severity}, for {owner} until {due_at}.",
        {"exception": str, "severity": int, "owner": str, "due_at": datetime},
    )
    EXCEPTION_RESOLVED = "exception.resolved", "{actor} resolved the exception {exception}: its condition has cleared.", {"exception": str}
    STOCK_TOLD = (
        "stock.told",
        "{actor} took in stock: locations {locations}, items {items}, levels {levels}, arrivals {inbound}.",
        {"locations": int, "items": int, "levels": int, "inbound": int},
    )
    STOCK_RESERVED = "stock.reserved", "{actor} kept units at {location}: {units}.", {"units": int, "location": str}
    STOCK_RELEASED = (
        "stock.released",
        "{actor} gave back units kept at {location}: {units}. {because}",
        {"units": int, "location": str, "because": str},
    )
    STOCK_USED = "stock.used", "{actor} used up units kept at {location}, they have left: {units}.", {"units": int, "location": str}
    # changed: {field: {"before": ..., "after": ...}}
    LOCATION_CHANGED = (
        "location.changed",
        "{actor} changed the location {name}: {changed}.",
        {"location": UUID, "name": str, "changed": dict},
    )
    LOCATION_PAUSED = "location.paused", "{actor} paused the location {name}.", {"location": UUID, "name": str}
    LOCATION_RESUMED = "location.resumed", "{actor} resumed the location {name}.", {"location": UUID, "name": str}
    SAFETY_STOCK_SET = (
        "stock.safety_set",
        "{actor} changed the safety stock of {sku} at {location} from {before} to {after}.",
        {"level": UUID, "sku": str, "location": str, "before": int, "after": int},
    )

    # What was written is a row of the lane; the history names it and holds neither words nor addresses.
    INQUIRY_RECEIVED = (
        "inquiry.received",
        "{actor} took in a message from a customer by {channel}.",
        {"conversation": UUID, "message": UUID, "channel": str, "machine": bool},
    )
    INQUIRY_LINKED = (
        "inquiry.linked",
        "{actor} linked a conversation to the order, found by {by_what}.",
        {"conversation": UUID, "by_what": str},
    )
    INQUIRY_CODE_MADE = "inquiry.code_made", "{actor} had a code sent to the order's e-mail address.", {"conversation": UUID, "code": UUID}
    INQUIRY_IDENTIFIED = (
        "inquiry.identified",
        "{actor} saw that who writes is who ordered: {how}.",
        {"conversation": UUID, "how": str},
    )
    INQUIRY_CODE_REFUSED = "inquiry.code_refused", "{actor} refused a code that does not fit.", {"conversation": UUID, "tries_left": int}
    INQUIRY_REPLIED = (
        "inquiry.replied",
        "{actor} answered a customer's message.",
        {"conversation": UUID, "message": UUID, "decision": UUID, "automatic": bool},
    )
    INQUIRY_WRITTEN = (
        "inquiry.written",
        "{actor} answered a message that is about no order.",
        {"conversation": UUID, "message": UUID, "automatic": bool, "looked_up": bool},
    )
    INQUIRY_TAKEN_BACK = "inquiry.taken_back", "{actor} took a reply back before it left.", {"conversation": UUID, "message": UUID}
    INQUIRY_SENT = "inquiry.sent", "{actor} sent a reply to whoever wrote.", {"conversation": UUID, "message": UUID}
    INQUIRY_NOT_SENT = "inquiry.not_sent", "{actor} could not send a reply: {why}", {"conversation": UUID, "message": UUID, "why": str}
    INQUIRY_SENT_AGAIN = "inquiry.sent_again", "{actor} had a reply sent again.", {"conversation": UUID, "message": UUID}
    INQUIRY_CLOSED = "inquiry.closed", "{actor} closed a conversation: {why}.", {"conversation": UUID, "why": str}
    INQUIRY_HANDED_OVER = (
        "inquiry.handed_over",
        "{actor} handed what a customer said over to {lane}.",
        {"conversation": UUID, "lane": str},
    )

    CASE_OPENED = (
        "case.opened",
        "{actor} opened a {lane} case with priority {priority}.",
        {"lane": str, "band": str, "score": int, "priority": int, "reasons": list},
    )
    CASE_REQUESTED = (
        "case.requested",
        "{actor} asked that {lane} review the order by {due_at}, to be done by {whom}.",
        {"lane": str, "due_at": datetime, "whom": str, "assignee": UUID | None, "comment": UUID},
    )
    CASE_CLAIMED = "case.claimed", "{actor} took the case until {until}.", {"until": datetime}
    CASE_RELEASED = "case.released", "{actor} gave the case back.", NO_DATA
    CASE_LEASE_ENDED = "case.lease_ended", "{actor} put the case back: the lease of {who} ran out.", {"who": str}
    # What somebody writes is a comment; the history names it and does not hold it.
    CASE_ASSIGNED = "case.assigned", "{actor} assigned the case to {to}.", {"to": str, "assignee": UUID, "comment": UUID | None}
    CASE_UNASSIGNED = "case.unassigned", "{actor} took the case from {was}: it is anybody's.", {"was": str, "comment": UUID | None}
    CASE_GIVEN_TO_TEAM = "case.given_to_team", "{actor} gave the case to the team {to}.", {"to": str, "team": UUID, "comment": UUID | None}
    CASE_ESCALATED = "case.escalated", "{actor} escalated the case to {role}.", {"role": str, "comment": UUID}
    CASE_HANDED_BACK = "case.handed_back", "{actor} handed the case back from {role} to everybody.", {"role": str, "comment": UUID}
    CASE_SNOOZED = (
        "case.snoozed",
        "{actor} put the case aside until {until}: {reason}.",
        {"until": datetime, "reason": str, "wakes_on": list, "paused": bool, "comment": UUID | None},
    )
    CASE_CUSTOMER_ASKED = (
        "case.customer_asked",
        "{actor} asked the customer to confirm the order, and waits until {until}.",
        {"effect": UUID, "until": datetime},
    )
    # Of what the customer typed it says which kinds fit, never what.
    CONFIRMATION_ASKED = (
        "confirmation.asked",
        "{actor} had a link made on which the customer confirms until {until}: {kinds}.",
        {"confirmation": UUID, "kinds": list, "until": datetime},
    )
    CONFIRMATION_ANSWERED = (
        "confirmation.answered",
        "{actor} took in the customer's answer by the link: {answer}; fits: {fits}; differs: {differs}.",
        {"confirmation": UUID, "answer": str, "fits": list, "differs": list},
    )
    CONFIRMATION_ENDED = (
        "confirmation.ended",
        "{actor} made the customer's link void: {why}.",
        {"confirmation": UUID, "why": str},
    )
    # due_at: the deadline from now on; paused: whether the clock stood.
    CASE_WOKEN = (
        "case.woken",
        "{actor} brought the case back: {because}.",
        {"because": str, "event": str, "paused": bool, "due_at": datetime},
    )
    CASE_DUE_SOON = "case.due_soon", "{actor} saw that three quarters of the time until {due_at} are gone.", {"due_at": datetime}
    CASE_BREACHED = "case.breached", "{actor} saw that nobody had decided by {due_at}; supervisors are told.", {"due_at": datetime}
    CASE_REOPENED = (
        "case.reopened",
        "{actor} opened the case again: {reason}.",
        {"reason": str, "was": str, "comment": UUID | None, "due_at": datetime},
    )
    CASE_DEADLINE_MOVED = (
        "case.deadline_moved",
        "{actor} moved the deadline of the case from {before} to {after}.",
        {"before": datetime, "after": datetime, "comment": UUID},
    )
    # Tags are words of the store's vocabulary, never about a customer (cases/actions/tagging.py).
    CASE_TAGGED = "case.tagged", "{actor} changed the tags of the case: {change}.", {"change": str, "added": list, "removed": list}
    CASE_COMMENTED = "case.commented", "{actor} commented on the case.", {"comment": UUID}
    CASE_ASKED = "case.asked", "{actor} asked {of} about the case.", {"comment": UUID, "of": str}
    CASE_ANSWERED = "case.answered", "{actor} answered on the case.", {"comment": UUID}
    CASE_ATTACHED = (
        "case.attached",
        "{actor} attached a file to the case ({kind}, {size} bytes).",
        {"attachment": UUID, "kind": str, "size": int, "sha256": str},
    )
    CASE_RECOMMENDED = (
        "case.recommended",
        "{actor} received new advice from {advisor}: {outcome}, score {score}.",
        {"recommendation": UUID, "advisor": str, "outcome": str, "score": int},
    )
    CASE_LET_GO = "case.let_go", "{actor} gave the case back for {name}, whose access ended.", {"name": str}
    CASE_TEAM_GONE = "case.team_gone", "{actor} took the case from the team {name}, which was dissolved.", {"name": str}
    CASE_WITHDRAWN = "case.withdrawn", "{actor} withdrew the case: {reason}.", {"reason": str}
    CASE_MERGED = "case.merged", "{actor} merged the case into another about the same attack.", {"into": UUID}
    CASE_ORDER_ADDED = "case.order_added", "{actor} added the order to a case, which is now about {orders} orders.", {"orders": int}
    # Told before the advice is opened, so it says nothing of it.
    CASE_IMPRESSION = (
        "case.impression",
        "{actor} gave a first impression before seeing the advice: {outcome}.",
        {"impression": UUID, "recommendation": UUID, "outcome": str},
    )
    CASE_TICKED = "case.ticked", "{actor} made sure of “{item}”.", {"item": str}
    CASE_UNTICKED = "case.unticked", "{actor} took back the tick of “{item}”.", {"item": str}
    # Says neither why the case was drawn nor what it was decided: whoever judges it must not learn that.
    CASE_DRAWN_AGAIN = "case.drawn_again", "{actor} drew the case for a second, blind review.", {"review": UUID}
    CASE_TAKEN_AGAIN = "case.taken_again", "{actor} took the case for a second, blind review.", {"review": UUID}
    CASE_JUDGED_AGAIN = (
        "case.judged_again",
        "{actor} judged the case a second time, blind: {outcome}, reason {reason}.",
        {"review": UUID, "outcome": str, "reason": str},
    )
    CASE_SETTLED = (
        "case.settled",
        "{actor} settled where two judgements of the case differ: {stands} stands.",
        {"answer": UUID, "stands": str},
    )
    # playbook: the version that filled it in. kept: whether outcome, reason and terms are those that it prepared.
    CASE_APPROVED = (
        "case.approved",
        "{actor} approved the recommendation: {outcome}, reason {reason}.",
        {"decision": UUID, "recommendation": UUID, "outcome": str, "reason": str, "playbook": UUID | None, "kept": bool | None},
    )
    CASE_OVERRIDDEN = (
        "case.overridden",
        "{actor} overrode the recommendation {recommended} with {outcome}, reason {reason}.",
        {
            "decision": UUID,
            "recommendation": UUID,
            "recommended": str,
            "outcome": str,
            "reason": str,
            "playbook": UUID | None,
            "kept": bool | None,
        },
    )
    CASE_DECIDED = (
        "case.decided",
        "{actor} decided automatically: {outcome}, under the policy {policy} ({mode}).",
        {"decision": UUID, "recommendation": UUID, "outcome": str, "policy": str, "mode": str},
    )
    # because: why two people are needed, in sentences. bulk: the bulk decision that it is a row of.
    CASE_PROPOSED = (
        "case.proposed",
        "{actor} decided {outcome}, reason {reason}; it waits for a second person.",
        {
            "proposal": UUID,
            "recommendation": UUID,
            "outcome": str,
            "reason": str,
            "overrides": bool,
            "because": list,
            "bulk": UUID | None,
            "playbook": UUID | None,
            "kept": bool | None,
        },
    )
    CASE_SECOND_APPROVED = (
        "case.second_approved",
        "{actor} approved, as the second person, what {first} decided: {outcome}, reason {reason}.",
        {"proposal": UUID, "decision": UUID, "first": str, "outcome": str, "reason": str},
    )
    CASE_SENT_BACK = (
        "case.sent_back",
        "{actor} sent back what {first} decided: {outcome}. The case is open again.",
        {"proposal": UUID, "first": str, "outcome": str},
    )
    # made: the decision, or the proposal that waits in its turn.
    CASE_DECIDED_OTHERWISE = (
        "case.decided_otherwise",
        "{actor} decided otherwise than {first}: {outcome} instead of {proposed}, reason {reason}.",
        {
            "proposal": UUID,
            "first": str,
            "proposed": str,
            "recommendation": UUID,
            "outcome": str,
            "reason": str,
            "made": UUID,
            "waits": bool,
        },
    )
    CASE_PROPOSAL_TAKEN_BACK = (
        "case.proposal_taken_back",
        "{actor} took back the decision {outcome} before a second person had approved it.",
        {"proposal": UUID, "outcome": str},
    )
    CASE_LEFT_TO_PERSON = (
        "case.left_to_person",
        "{actor} left the case to a person: {why}",
        {"recommendation": UUID, "sampled": bool, "why": str},
    )
    ADVISOR_CONSULTED = (
        "advice.consulted",
        "{actor} received an answer of {advisor}: {outcome}, score {score}.",
        {"recommendation": UUID, "advisor": str, "outcome": str, "score": int, "verified": bool},
    )
    # Who decides must not learn here what is advised in shadow.
    ADVISOR_MEASURED = (
        "advice.measured",
        "{actor} received an answer of {advisor}, which is only measured.",
        {"recommendation": UUID, "advisor": str, "verified": bool},
    )
    ADVISOR_SILENT = (
        "advice.silent",
        "{actor} got no answer of {advisor}: {why} The scorecard's advice stands.",
        {"advisor": str, "code": str, "why": str},
    )
    PROMPT_REGISTERED = "advice.prompt_registered", "{actor} registered the prompt {name}.", {"name": str, "sha256": str}
    ADVICE_EXPORTED = (
        "advice.exported",
        "{actor} exported decisions with their masked evidence: {rows} rows.",
        {"rows": int, "filters": dict},
    )

    POLICY_WRITTEN = (
        "policy.written",
        "{actor} proposed the policy {version}.",
        {"policy": UUID, "version": str, "lane": str, "scope": str},
    )
    POLICY_APPROVED = (
        "policy.approved",
        "{actor} approved the policy {version}, in force from {effective_from}.",
        {"policy": UUID, "version": str, "effective_from": datetime},
    )
    POLICY_SENT_BACK = "policy.sent_back", "{actor} sent back the policy {version}.", {"policy": UUID, "version": str}
    LANE_PROMOTED = (
        "rollout.promoted",
        "{actor} moved {lane} ({scope}) up from {before} to {after}.",
        {"lane": str, "scope": str, "before": str, "after": str, "policy": str, "advisor": str, "figures": dict},
    )
    LANE_DEMOTED = (
        "rollout.demoted",
        "{actor} moved {lane} ({scope}) down from {before} to {after}: {because}",
        {"lane": str, "scope": str, "before": str, "after": str, "policy": str, "advisor": str, "because": str},
    )
    AUTOMATION_STOPPED = (
        "rollout.stopped",
        "{actor} threw the kill switch for {what}: {why}",
        {"switch": UUID, "what": str, "lane": str, "effect": str, "why": str},
    )
    AUTOMATION_ALLOWED = (
        "rollout.allowed",
        "{actor} lifted the kill switch for {what}.",
        {"switch": UUID, "what": str, "lane": str, "effect": str},
    )
    HARM_REPORTED = (
        "rollout.harm",
        "{actor} reported harm by an automatic decision: {why}",
        {"decision": UUID, "severity": str, "why": str},
    )
    DECISION_UNDONE = (
        "decision.undone",
        "{actor} took back the decision {outcome}.",
        {"decision": UUID, "undone": UUID, "outcome": str},
    )
    # left_out: of how many orders nothing could be taken back, since they have begun to leave.
    DECISION_TAKEN_BACK = (
        "decision.taken_back",
        "{actor} took back the decision {outcome} after it was carried out.",
        {"decision": UUID, "undone": UUID, "outcome": str, "left_out": int},
    )

    EFFECT_PLANNED = (
        "effect.planned",
        "{actor} planned {kind}, due at {due_at}.",
        {"effect": UUID, "kind": str, "decision": UUID, "due_at": datetime},
    )
    # amount: of money that goes back; two: whether a second person has to approve it.
    EFFECT_ASKED = (
        "effect.asked",
        "{actor} asked for {kind}: {why}",
        {"effect": UUID, "kind": str, "why": str, "due_at": datetime, "amount": Decimal | None, "currency": str, "two": bool},
    )
    EFFECT_APPROVED = (
        "effect.approved",
        "{actor} approved {kind} over {amount} {currency} as the second person, due at {due_at}.",
        {"effect": UUID, "kind": str, "approval": UUID, "amount": Decimal, "currency": str, "due_at": datetime},
    )
    EFFECT_SENT_BACK = "effect.sent_back", "{actor} sent back {kind}: {why}", {"effect": UUID, "kind": str, "why": str}
    EFFECT_EDITED = (
        "effect.edited",
        "{actor} changed {kind} ({changed}), due at {due_at}.",
        {"effect": UUID, "kind": str, "changed": list, "amount": Decimal | None, "currency": str, "two": bool, "due_at": datetime},
    )
    EFFECT_GIVEN_UP = "effect.given_up", "{actor} gave up {kind}: {why}", {"effect": UUID, "kind": str, "why": str}
    EFFECT_FOUND_DONE = "effect.found_done", "{actor} found {kind} done in the store already.", {"effect": UUID, "kind": str}
    EFFECT_SENT = (
        "effect.sent",
        "{actor} sent {kind} to the store (attempt {attempt}).",
        {"effect": UUID, "kind": str, "attempt": int},
    )
    EFFECT_FAILED = (
        "effect.failed",
        "{actor} could not deliver {kind} (attempt {attempt}): {error} It is tried again at {again_at}.",
        {"effect": UUID, "kind": str, "attempt": int, "error": str, "again_at": datetime | None},
    )
    EFFECT_DEAD = (
        "effect.dead",
        "{actor} gave up on {kind} (attempts: {attempts}): {error}",
        {"effect": UUID, "kind": str, "attempts": int, "error": str},
    )
    EFFECT_UNDONE = "effect.undone", "{actor} undid {kind} before it left.", {"effect": UUID, "kind": str}
    EFFECT_HANDED_OVER = "effect.handed_over", "{actor} handed {kind} to a person.", {"effect": UUID, "kind": str}
    EFFECT_DONE_BY_HAND = "effect.done_by_hand", "{actor} did {kind} by hand.", {"effect": UUID, "kind": str}
    EFFECT_RETRIED = "effect.retried", "{actor} sent {kind} again.", {"effect": UUID, "kind": str}

    # request: the return request; its number stands on the parcel.
    RETURN_REQUESTED = (
        "return.requested",
        "{actor} took in the return {number} ({source}), lines: {lines}.",
        {"request": UUID, "number": str, "source": str, "lines": int},
    )
    RETURN_UPDATED = (
        "return.updated",
        "{actor} took in what the store says of the return: {before} became {after}.",
        {"request": UUID, "before": str, "after": str},
    )
    RETURN_EVIDENCE_ASKED = "return.evidence_asked", "{actor} asked the customer for evidence about the return.", {"request": UUID}
    RETURN_EVIDENCE_GIVEN = (
        "return.evidence_given",
        "{actor} took in more about the return, photos: {photos}.",
        {"request": UUID, "photos": int},
    )
    RETURN_APPROVED = (
        "return.approved",
        "{actor} approved the return {number}: {outcome}.",
        {"request": UUID, "number": str, "outcome": str},
    )
    RETURN_DECLINED = "return.declined", "{actor} declined the return {number}: {why}.", {"request": UUID, "number": str, "why": str}
    RETURN_REOPENED = "return.reopened", "{actor} opened the return {number} again.", {"request": UUID, "number": str}
    RETURN_SENT = "return.sent", "{actor} saw the return on its way.", {"request": UUID}
    RETURN_RECEIVED = "return.received", "{actor} took the return in, units: {units}.", {"request": UUID, "units": int}
    RETURN_INSPECTED = "return.inspected", "{actor} inspected the return: {found}.", {"request": UUID, "found": dict}
    RETURN_RESTOCKED = "return.restocked", "{actor} put units of the return back on sale: {units}.", {"request": UUID, "units": int}
    RETURN_SETTLED = (
        "return.settled",
        "{actor} settled the return {number}: {amount} {currency} back, replacements: {replaced}.",
        {"request": UUID, "number": str, "amount": Decimal, "currency": str, "replaced": int},
    )
    RETURN_LINK_MADE = "return.link_made", "{actor} had a link to its returns sent to the order's e-mail address.", {"link": UUID}
    RETURN_LINK_OPENED = "return.link_opened", "{actor} let the customer in by the link to its returns.", {"link": UUID}
    RETURN_CANCELLED = "return.cancelled", "{actor} cancelled the return: {why}", {"request": UUID, "why": str}
    RETURN_EXPIRED = "return.expired", "{actor} let the return {number} expire: nothing came.", {"request": UUID, "number": str}

    DELIVERY_DEAD = (
        "delivery.dead",
        "{actor} gave up on a {topic} delivery after {attempts} attempts: {error}",
        {"delivery": UUID, "topic": str, "attempts": int, "error": str},
    )
    DELIVERY_REPLAYED = "delivery.replayed", "{actor} replayed a {topic} delivery.", {"delivery": UUID, "topic": str}

    STORE_CONNECTED = "store.connected", "{actor} connected the store {name} ({platform}).", {"name": str, "platform": str}
    STORE_UPDATED = "store.updated", "{actor} changed the store's {changed}.", {"changed": dict}
    STORE_SECRET_ROTATED = (
        "store.secret_rotated",
        "{actor} rotated the webhook secret; the old one is accepted until {until}.",
        {"until": datetime | None},
    )
    STORE_SILENT = (
        "store.silent",
        "{actor} noticed that the store is silent since {since}; {usual_per_hour} deliveries an hour are usual.",
        {"since": datetime | None, "usual_per_hour": int},
    )
    STORE_COMPARISON_ASKED = "store.comparison_asked", "{actor} asked to compare with the store since {since}.", {"since": datetime}
    STORE_RESUBSCRIBED = "store.resubscribed", "{actor} asked the store to send all its webhooks here.", NO_DATA
    STORE_SUBSCRIPTIONS_READ = (
        "store.subscriptions_read",
        "{actor} read the store's webhook subscriptions: {active} of {wanted} are active.",
        {"active": int, "wanted": int},
    )
    STORE_UNREAD = "store.unread", "{actor} could not compare with the store: {error}", {"error": str}

    WEBHOOK_ADDED = (
        "webhook.added",
        "{actor} had {name} told by webhook of {verbs}.",
        {"subscriber": UUID, "name": str, "verbs": list},
    )
    WEBHOOK_CHANGED = (
        "webhook.changed",
        "{actor} changed the webhook {name}: {changed}.",
        {"subscriber": UUID, "name": str, "changed": list},
    )
    WEBHOOK_SECRET_ROTATED = (
        "webhook.secret_rotated",
        "{actor} gave the webhook {name} a new secret; the old one signs beside it until {until}.",
        {"subscriber": UUID, "name": str, "until": datetime},
    )
    WEBHOOK_STOPPED = "webhook.stopped", "{actor} stopped the webhook {name}: {why}", {"subscriber": UUID, "name": str, "why": str}
    WEBHOOK_STARTED = "webhook.started", "{actor} started the webhook {name} again.", {"subscriber": UUID, "name": str}
    WEBHOOK_SENT_AGAIN = (
        "webhook.sent_again",
        "{actor} sent {rows} failed messages to the webhook {name} again.",
        {"subscriber": UUID, "name": str, "rows": int},
    )
    WEBHOOK_REMOVED = "webhook.removed", "{actor} removed the webhook {name}.", {"subscriber": UUID, "name": str}
    RULE_SET = (
        "notification.rule_set",
        "{actor} asked to be told of {topics}.",
        {"rule": UUID, "topics": list, "high": str, "anomalous": str, "rest": str},
    )
    RULE_REMOVED = "notification.rule_removed", "{actor} removed a rule of what to be told of.", {"rule": UUID}
    SLACK_PROPOSED = "slack.proposed", "{actor} proposed the Slack user {slack_user} for {name}.", {"name": str, "slack_user": str}
    SLACK_CONNECTED = "slack.connected", "{actor} confirmed being the Slack user {slack_user}.", {"slack_user": str}
    SLACK_DISCONNECTED = (
        "slack.disconnected",
        "{actor} ended the connection of {name} with the Slack user {slack_user}.",
        {"name": str, "slack_user": str},
    )

    PRIVACY_ASKED = (
        "privacy.asked",
        "{actor} received a request about personal data: {kind}. It is due on {due_at}.",
        {"request": UUID, "kind": str, "due_at": datetime},
    )
    PRIVACY_ERASING = (
        "privacy.erasing",
        "{actor} had personal data erased: {kind}.",
        {"request": UUID, "kind": str},
    )
    PRIVACY_ERASED = (
        "privacy.erased",
        "{actor} erased the personal data of customers ({customers}), of orders ({orders}) and of what was received ({bodies}).",
        {"request": UUID, "customers": int, "orders": int, "bodies": int},
    )
    PRIVACY_EXPORTED = (
        "privacy.exported",
        "{actor} exported what is kept of a customer: {orders} orders.",
        {"request": UUID, "orders": int},
    )
    PRIVACY_SETTLED = "privacy.settled", "{actor} settled a request about personal data: {kind}.", {"request": UUID, "kind": str}

    ENTRY_ADDED = (
        "list.entry_added",
        "{actor} put an entry for one {key} on the {list} list.",
        {"entry": UUID, "list": str, "key": str},
    )
    ENTRY_REMOVED = (
        "list.entry_removed",
        "{actor} took an entry for one {key} off the {list} list.",
        {"entry": UUID, "list": str, "key": str},
    )

    PERSON_INVITED = "person.invited", "{actor} invited {name}.", {"name": str}
    ROLE_GIVEN = "person.role_given", "{actor} gave {name} the role {role}.", {"name": str, "role": str}
    ROLE_TAKEN = "person.role_taken", "{actor} took the role {role} from {name}.", {"name": str, "role": str}
    # shown: whether the link was shown to who invited, because no mail leaves.
    INVITATION_MADE = (
        "person.invitation_made",
        "{actor} made a link for {name} to set a password, valid until {until}.",
        {"name": str, "until": datetime, "shown": bool},
    )
    INVITATION_USED = "person.invitation_used", "{actor} set a password by the link of the invitation.", NO_DATA
    PERSON_DESCRIBED = "person.described", "{actor} changed of {name}: {changed}.", {"name": str, "changed": list}
    PERSON_DEACTIVATED = "person.deactivated", "{actor} deactivated {name}; every session ended.", {"name": str}
    # stores: empty where it is for all stores of its owner.
    TOKEN_MADE = (
        "token.made",
        "{actor} made the access token {prefix} for {scopes}, valid until {until}.",
        {"token": UUID, "prefix": str, "scopes": list, "stores": list, "until": datetime},
    )
    TOKEN_REVOKED = "token.revoked", "{actor} revoked the access token {prefix} of {name}.", {"token": UUID, "prefix": str, "name": str}
    PERSON_REOPENED = "person.reopened", "{actor} opened the account of {name} again.", {"name": str}
    RIGHTS_ASKED = "rights.asked", "{actor} asked to {what}: {why}.", {"change": UUID, "what": str, "why": str}
    RIGHTS_APPROVED = (
        "rights.approved",
        "{actor} approved as the second person what {asker} asked for: {what}.",
        {"change": UUID, "what": str, "asker": str},
    )
    RIGHTS_SENT_BACK = (
        "rights.sent_back",
        "{actor} sent back what {asker} asked for: {what}.",
        {"change": UUID, "what": str, "asker": str},
    )
    RIGHTS_WITHDRAWN = (
        "rights.withdrawn",
        "{actor} withdrew what {asker} asked for: {what}.",
        {"change": UUID, "what": str, "asker": str},
    )
    ROLE_MADE = "role.made", "{actor} made the role {role} with the rights {rights}.", {"role": str, "rights": list}
    ROLE_CHANGED = (
        "role.changed",
        "{actor} changed the role {role}: added {more}, removed {less}.",
        {"role": str, "more": list, "less": list},
    )
    ROLE_RETIRED = "role.retired", "{actor} retired the role {role}.", {"role": str}
    TEAM_MADE = "team.made", "{actor} founded the team {name}.", {"team": UUID, "name": str}
    TEAM_CHANGED = "team.changed", "{actor} changed the team {name}, members: {members}.", {"team": UUID, "name": str, "members": int}
    TEAM_DISSOLVED = "team.dissolved", "{actor} dissolved the team {name}.", {"team": UUID, "name": str}
    REASON_ADDED = "reason.added", "{actor} added the reason {code} to {lane}.", {"lane": str, "code": str, "like": str}
    # changed: names of what changed; the words themselves are in the version.
    REASON_CHANGED = (
        "reason.changed",
        "{actor} changed the reason {code} of {lane} ({changed}), now version {version}.",
        {"lane": str, "code": str, "version": int, "changed": list},
    )
    REASON_RETIRED = "reason.retired", "{actor} retired the reason {code} of {lane}.", {"lane": str, "code": str, "version": int}
    REASON_RESTORED = "reason.restored", "{actor} brought the reason {code} of {lane} back.", {"lane": str, "code": str, "version": int}
    # playbook: the playbook itself, not its version.
    PLAYBOOK_ADDED = "playbook.added", "{actor} wrote the playbook “{name}” for {lane}.", {"playbook": UUID, "lane": str, "name": str}
    # changed: names of what changed; the words themselves are in the version.
    PLAYBOOK_CHANGED = (
        "playbook.changed",
        "{actor} changed the playbook “{name}” ({changed}), now version {version}.",
        {"playbook": UUID, "lane": str, "name": str, "version": int, "changed": list},
    )
    PLAYBOOK_RETIRED = (
        "playbook.retired",
        "{actor} retired the playbook “{name}”.",
        {"playbook": UUID, "lane": str, "name": str, "version": int},
    )
    PLAYBOOK_RESTORED = (
        "playbook.restored",
        "{actor} brought the playbook “{name}” back.",
        {"playbook": UUID, "lane": str, "name": str, "version": int},
    )
    SKILL_ADDED = "skill.added", "{actor} added the skill {name}.", {"name": str}
    SKILL_REMOVED = "skill.removed", "{actor} removed the skill {name}.", {"name": str}
    SIGNED_IN = "person.signed_in", "{actor} signed in.", NO_DATA
    SESSIONS_ENDED = "person.sessions_ended", "{actor} signed {name} out elsewhere, sessions: {count}.", {"name": str, "count": int}
    FACTOR_ADDED = "person.factor_added", "{actor} set up a second factor: {factor}.", {"factor": str}
    FACTOR_REMOVED = "person.factor_removed", "{actor} removed a second factor: {factor}.", {"factor": str}
    FACTOR_RENEWED = "person.factor_renewed", "{actor} made new ones of a second factor: {factor}.", {"factor": str}
    FACTOR_FAILED = "person.factor_failed", "{actor} gave a wrong second factor: {factor}.", {"factor": str}
    FACTOR_REQUIRED = "role.factor_required", "{actor} requires a second factor of everybody with the role {role}.", {"role": str}
    FACTOR_LIFTED = "role.factor_lifted", "{actor} no longer requires a second factor of the role {role}.", {"role": str}
    VIEW_SHARED = "view.shared", "{actor} shared the view {name}.", {"name": str}
    VIEW_UNSHARED = "view.unshared", "{actor} took the shared view {name} away.", {"name": str}
    # about: what else the refused attempt named, ids as text.
    ACCESS_REFUSED = "access.refused", "{actor} was refused: the right {right} is missing.", {"right": str, "about": dict}

    AUDIT_EXPORTED = "audit.exported", "{actor} exported the history as {format}, filtered by {filters}.", {"format": str, "filters": dict}
    KEYS_ROTATED = "keys.rotated", "{actor} sealed {rows} secrets again under the key {key}.", {"key": str, "rows": int}

    @property
    def label(self) -> str:
        """The verb as two or three words: Case opened."""
        return _words(self.value.replace(".", " ")).capitalize()

    @property
    def plain(self) -> str:
        """The sentence without what is filled in: what a search for words looks at."""
        return "".join(text for text, *_ in string.Formatter().parse(self.sentence)).strip()

    @classmethod
    def named(cls, value: str) -> "Verb | None":
        """The verb of that name; None for one that this version does not know."""
        return cls._value2member_map_.get(value)  # type: ignore[return-value]


def payload(verb: Verb, data: dict[str, Any]) -> str:
    """The data as the JSON text that is hashed. Raises TypeError for an unknown verb, a missing or extra key, a wrong type, a float."""
    if not isinstance(verb, Verb):
        raise TypeError(f"{verb!r} is not a verb of the history; verbs.py lists them")
    if data.keys() != verb.keys.keys():
        missing, extra = verb.keys.keys() - data.keys(), data.keys() - verb.keys.keys()
        raise TypeError(f"{verb} takes {sorted(verb.keys)}; missing {sorted(missing)}, unexpected {sorted(extra)}")
    for key, value in data.items():
        kind = verb.keys[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and bool not in (kind, *get_args(kind))):
            raise TypeError(f"{key} of {verb} is {value!r}, a {type(value).__name__}; {kind} is needed")
    return json.dumps({key: canonical(value) for key, value in data.items()}, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def canonical(value: Any) -> Any:
    """The value as JSON knows it. Amounts keep their digits as text, times are UTC, text is what PostgreSQL can hold."""
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, Decimal) and value.is_finite():
        return format(value, "f")
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, list | tuple):
        return [canonical(item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {canonical(key): canonical(item) for key, item in value.items()}
    raise TypeError(f"{value!r} cannot stand in the history: amounts are Decimal, times carry a zone")


def describe(event: "Event") -> str:
    """What happened, as one plain sentence. A verb or key that this version does not know is named, never an error."""
    verb = Verb.named(event.verb)
    if verb is None:
        return f"{event.actor_name}: {event.verb}."
    return _Sentence().vformat(verb.sentence, (), {"actor": event.actor_name, **event.data})


class _Sentence(string.Formatter):
    """Fills a verb's sentence from stored JSON, in words."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> str:
        value = kwargs.get(key)
        if value is None:
            return _ABSENT.get(str(key), "nothing")
        if key == "kind" and value in _CALLED:
            return f"“{_CALLED[value]}”"
        return value if key in _VERBATIM and isinstance(value, str) else _words(value)


_CALLED: dict[str, str] = {}  # what kinds of acts are called, said by the app that has them, which lies above this one


def call(names: Mapping[str, str]) -> None:
    """Have sentences say these words for these kinds. For an app's start; what is stored stays the key."""
    _CALLED.update(names)


_VERBATIM = {
    "actor", "name", "prefix", "first", "why", "because", "policy", "version", "what", "number", "error", "topic", "currency", "advisor",
    "asker", "role",
}  # fmt: skip
_ABSENT = {"total": "an unknown amount of", "until": "further notice", "since": "its first day", "again_at": "no set time"}


def _words(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, dict | list):
        return ", ".join(_words(item) for item in value) or "nothing"
    text = str(value)
    if len(text) == 27 and text[10] == "T" and text.endswith("Z"):
        return f"{text[:10]} {text[11:16]} UTC"
    return text.replace("_", " ") if text.replace("_", "").isalnum() else text
