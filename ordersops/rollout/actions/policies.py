"""Verbs on policies: one person writes a version, another approves it or sends it back."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from pydantic import ValidationError

from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import Lane
from ordersops.errors import Conflict, Invalid
from ordersops.rollout import own
from ordersops.rollout.actions.rights import refuse_second, require_in, take_turn
from ordersops.rollout.content import Content
from ordersops.rollout.fields import FIELDS
from ordersops.rollout.ladder import known_lane
from ordersops.rollout.models import AUTOMATED, EVERYTHING, PolicyVersion, Verdict
from ordersops.rollout.rules import read
from ordersops.rollout.turns import change
from ordersops.stores.models import Store

LEAST_NOTE = 10
MOST_NOTE = 2000


@atomic
def write_policy(
    *, lane: str, store: Store | None, scope: str, rule: Sequence[Any], content: dict[str, Any], note: str, by: User
) -> PolicyVersion:
    """Propose a version of a scope's policy. It holds once somebody else has approved it.

    Needs `write_policy` in the store, without one in every store. `rule` are conditions [fact, op, value], all of which must
    hold; none for the scope `everything`. `content` are the fields of Content. Raises Invalid for what has no meaning.
    """
    require_in(by, Perm.WRITE_POLICY, store.pk if store else None, to="propose a policy", store=store)
    this = known_lane(lane)
    scope, note = _scope(scope), _note(note, needed=True)
    conditions = read(this.facts, rule)
    if (scope == EVERYTHING) != (not conditions):
        raise Invalid(
            "The scope “everything” takes no conditions."
            if conditions
            else "A scope needs at least one condition; only “everything” has none."
        )
    checked = _content(this, content)
    take_turn(lane, store.pk if store else None, scope)
    newest = PolicyVersion.objects.filter(lane=lane, store=store, scope=scope).order_by("-number").first()
    policy = PolicyVersion(
        lane=lane, store=store, scope=scope, number=newest.number + 1 if newest else 1, rule=conditions,
        content=checked.model_dump(mode="json"), note=note, author=by,
    )  # fmt: skip
    policy.save(force_insert=True)
    record(Verb.POLICY_WRITTEN, by=by, store=store, policy=policy.pk, version=policy.version, lane=lane, scope=scope)
    return policy


@atomic
def approve(*, policy: PolicyVersion, by: User, effective_from: datetime | None = None, note: str = "") -> Verdict:
    """Put a version in force, now or from a moment to come. What it replaces stays where it is, for the record.

    Needs `approve_policy` as writing needed its right, and another person than the author. Conflict if it was judged
    already, or a later version of the scope was approved. The ladder starts again at shadow.
    """
    policy = _open_to(policy, by, "approve a policy")
    now = timezone.now()
    if effective_from is not None and effective_from < now:
        raise Invalid("A policy cannot have been in force in the past. Choose a time to come, or none for now.")
    later = PolicyVersion.objects.filter(lane=policy.lane, store=policy.store_id, scope=policy.scope, number__gt=policy.number)
    if later.filter(verdict__approved=True).exists():
        raise Conflict("A later version of this scope is approved already. Propose a new one instead.")
    verdict = Verdict(
        policy=policy, author_id=policy.author_id, by=by, approved=True, note=_note(note), effective_from=effective_from or now
    )
    verdict.save(force_insert=True)
    record(
        Verb.POLICY_APPROVED, by=by, store=policy.store, policy=policy.pk, version=policy.version, effective_from=effective_from or now
    )  # fmt: skip
    return verdict


@atomic
def send_back(*, policy: PolicyVersion, by: User, note: str) -> Verdict:
    """Say no, and why. Needs what approving needs."""
    policy = _open_to(policy, by, "send back a policy")
    verdict = Verdict(policy=policy, author_id=policy.author_id, by=by, approved=False, note=_note(note, needed=True))
    verdict.save(force_insert=True)
    record(Verb.POLICY_SENT_BACK, by=by, store=policy.store, policy=policy.pk, version=policy.version)
    return verdict


def _open_to(policy: PolicyVersion, by: User, to: str) -> PolicyVersion:
    """The locked version, once it is sure that this person may judge it now."""
    require_in(by, Perm.APPROVE_POLICY, policy.store_id, to=to, store=policy.store_id, policy=policy.pk)
    if policy.author_id == by.pk:
        raise refuse_second(
            by, Perm.APPROVE_POLICY, policy.store_id, "You wrote this version. Somebody else has to judge it.", policy=policy.pk
        )  # fmt: skip
    change(policy.lane)
    take_turn(policy.lane, policy.store_id, policy.scope)
    policy = PolicyVersion.objects.select_for_update(of=("self",)).select_related("store").get(pk=policy.pk)
    if verdict := Verdict.objects.filter(policy=policy).select_related("by").first():
        said = "approved" if verdict.approved else "sent back"
        raise Conflict(f"{verdict.by} has {said} this version already. Nothing was changed.")
    return policy


def _scope(scope: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{1,29}", scope):
        raise Invalid("A scope's name has 2 to 30 small letters, digits and hyphens, such as domestic-under-100.")
    return scope


def _note(note: str, *, needed: bool = False) -> str:
    note = note.replace("\x00", "").strip()
    if needed and len(note) < LEAST_NOTE:
        raise Invalid(f"Say in at least {LEAST_NOTE} characters why.")
    if len(note) > MOST_NOTE:
        raise Invalid(f"The note is too long; {MOST_NOTE:,} characters are the most.")
    return note


def _content(this: Lane, content: dict[str, Any]) -> Content:
    try:
        checked = Content.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        field = FIELDS.get(str(first["loc"][0])) if first["loc"] else None
        raise Invalid(f"{f'{field.label}: ' if field else ''}{first['msg'].removeprefix('Value error, ')}.".replace("..", ".")) from None
    if unknown := set(checked.automatic) - {key for key, outcome in this.outcomes.items() if outcome.automatic}:
        label = this.outcomes[key].label if (key := min(unknown)) in this.outcomes else key[:40]
        raise Invalid(f"“{label}” is always a person's decision; automation cannot choose it.")
    if checked.highest_mode in AUTOMATED and not (checked.automatic and checked.most_amount and checked.most_a_day):
        raise Invalid("A policy that allows automation says which outcomes, up to which amount, and how many a day.")
    if checked.advisor not in {"", "scorecard"} and this.prompt is None:
        raise Invalid(f"The lane {this.label.lower()} has no prompt, so only the scorecard can be asked.")
    return checked.model_copy(update={"settings": own.checked(this, checked.settings)})
