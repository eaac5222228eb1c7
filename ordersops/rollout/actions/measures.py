"""What decisions measure: every advisor on its own answers, on the evidence that the decision was made on."""

from typing import TYPE_CHECKING

from django.apps import apps

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.advice.models import Recommendation, Replay, ReplayAnswer
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.lanes import lane as lane_named
from ordersops.errors import Conflict, Invalid
from ordersops.rollout.actions.ladder import demote
from ordersops.rollout.figures import agreement
from ordersops.rollout.gates import KEEP_AGREEMENT, KEEP_CHECKS, cannot_be_kept
from ordersops.rollout.ladder import Place, places
from ordersops.rollout.models import AUTOMATED, UNDO, Consideration, Harm, Mode, Trial, TrialSource, Void
from ordersops.rollout.queries import Book
from ordersops.rollout.turns import change
from ordersops.stores.models import Store

if TYPE_CHECKING:
    from ordersops.review.models import Decision

SEVERITIES = ("S1", "S2", "S3")


@atomic
def observe(*, decision: "Decision") -> list[Trial]:
    """Measure the advice that lies on a person's decision. In the unit of the decision; returns what was measured.

    Every advisor with an answer of its own on the decided snapshot counts, shown or in shadow, the scorecard too: it has always
    answered. A row that stands in for a silent advisor carries the scorecard's name, so it is measured as the scorecard's. Of two
    answers of the same advisor and version the newer counts. What automation decided measures nothing by itself.

    Where a person looks at what automation decided, that is a check of the advice that automation followed: taking it back is a
    disagreement until a person decides the case again; then this decision is the check, agreeing or not, and the taking back
    counts no more. A check that the ladder does not survive takes it down at once.
    """
    if decision.source != "person":
        return []
    automatic = _automatic(decision)
    if decision.outcome == UNDO:
        return _taken_back(decision, automatic) if automatic else []
    given, drawn = decision.recommendation, _was_drawn(decision.recommendation)
    newest: dict[str, Recommendation] = {}
    for row in Recommendation.objects.filter(snapshot=given.snapshot_id, lane=given.lane, order=given.order_id).order_by(
        "advised_at", "id"
    ):
        newest[_name(row)] = row
    if automatic:
        newest[_name(automatic.recommendation)] = automatic.recommendation
        for earlier in type(decision)._default_manager.filter(case=decision.case_id, outcome=UNDO, case_version__lt=decision.case_version):
            void(decision=earlier)
    trials = [
        Trial(
            lane=row.lane, store_id=row.store_id, scope=row.scope, policy_version=row.policy_version, advisor=name, recommendation=row,
            decision=decision, advised=row.outcome, decided=decision.outcome, agreed=row.outcome == decision.outcome,
            source=TrialSource.SAMPLED if drawn or (automatic and row.snapshot_id == automatic.recommendation.snapshot_id) else TrialSource.PERSON,
        )
        for name, row in newest.items()
    ]  # fmt: skip
    Trial.objects.bulk_create(trials, ignore_conflicts=True)
    if any(trial.source == TrialSource.SAMPLED and not trial.agreed for trial in trials):
        _fall_if_disagreed(automatic.recommendation if automatic else given)
    return trials


def _taken_back(undo: "Decision", automatic: "Decision") -> list[Trial]:
    """A person takes back what automation decided, or what a person decided after it: nobody stands by that advice now."""
    row = automatic.recommendation
    trial = Trial(
        lane=row.lane, store_id=row.store_id, scope=row.scope, policy_version=row.policy_version, advisor=_name(row), recommendation=row,
        decision=undo, advised=row.outcome, decided=UNDO, agreed=False, source=TrialSource.SAMPLED,
    )  # fmt: skip
    Trial.objects.bulk_create([trial], ignore_conflicts=True)
    _fall_if_disagreed(row)
    return [trial]


@atomic
def void(*, decision: "Decision") -> None:
    """A decision was undone: it measures nothing any more. In the unit of the undoing; a second time changes nothing."""
    Void.objects.bulk_create([Void(decision=decision)], ignore_conflicts=True)


@atomic
def observe_replay(replay: Replay) -> int:
    """Turn the answers of a finished replay into measurements, where the advisor is the one in force. Returns how many.

    Each answer counts in the scope that its evidence belongs to now, against what a person last decided on it. They count
    towards assist only (Trial). A second time changes nothing.
    """
    book = Book(lane_named(replay.lane))
    name = f"{replay.advisor} {replay.advisor_version}"
    rows = ReplayAnswer.objects.filter(replay=replay).exclude(outcome="").exclude(decided="").select_related("recommendation__snapshot")
    answers = list(rows)
    decided = _last_decisions([row.recommendation.snapshot_id for row in answers])
    trials = []
    for row in answers:
        then = row.recommendation
        decision, in_force = decided.get(then.snapshot_id), book.of(then.store_id, then.snapshot.evidence)
        if decision is None or in_force.advisor_version != name:
            continue
        trials.append(
            Trial(
                lane=replay.lane, store_id=then.store_id, scope=in_force.scope, policy_version=in_force.version, advisor=name,
                recommendation=then, decision=decision, advised=row.outcome, decided=decision.outcome,
                agreed=row.outcome == decision.outcome, source=TrialSource.REPLAY,
            )
        )  # fmt: skip
    Trial.objects.bulk_create(trials, ignore_conflicts=True)
    return len(trials)


@atomic
def report_harm(*, decision: "Decision", why: str, by: User, severity: str = "S1") -> Harm:
    """Say that an automatic decision did harm, such as a dispute of an order that it released. S1 takes the scope to assist at once.

    Needs `stop_automation` in the store; the system may. Conflict where a person decided, or it was reported already.
    """
    if not by.is_system:
        require(by, Perm.STOP_AUTOMATION, decision.store_id, to="report harm", case=decision.case_id)
    if severity not in SEVERITIES:
        raise Invalid("Severity is S1, S2 or S3.")
    why = why.replace("\x00", "").strip()
    if not 5 <= len(why) <= 300:
        raise Invalid("Say in a few words what happened, in at most 300 characters.")
    decision = type(decision)._default_manager.select_related("recommendation", "case").get(pk=decision.pk)
    change(decision.case.lane)  # one report at a time
    if decision.source != "system":
        raise Conflict("A person made this decision. Harm is reported of automatic ones.")
    if Harm.objects.filter(decision=decision).exists():
        raise Conflict("Harm by this decision was reported already.")
    given = decision.recommendation
    harm = Harm.objects.create(
        lane=given.lane, store_id=decision.store_id, scope=given.scope, decision=decision, severity=severity, why=why, by=by
    )  # fmt: skip
    record(Verb.HARM_REPORTED, by=by, case=decision.case, decision=decision.pk, severity=severity, why=why)
    if severity == "S1" and (here := _place_of(given)) and here.rung in AUTOMATED:
        _take_down(here, f"Harm by an automatic decision: {why}", "harm")
    return harm


def _fall_if_disagreed(given: Recommendation) -> None:
    change(given.lane)  # two disagreements at once see each other
    here = _place_of(given)
    if here is not None and here.rung in AUTOMATED and here.in_force.version == given.policy_version:
        take_down_if_disagreed(here)


def take_down_if_disagreed(here: Place) -> bool:
    """Take an automated scope to assist when agreement on its last checks is below what keeps it there."""
    checks = agreement(here.in_force, [TrialSource.SAMPLED], most=KEEP_CHECKS)
    if not cannot_be_kept(checks):
        return False
    wrong = checks.n - checks.agreed
    because = f"People disagreed with {wrong} of the last {checks.n} checks; {KEEP_AGREEMENT:.0%} agreement cannot be kept."
    _take_down(here, because, "agreement", checks=checks.n, agreed=checks.agreed)
    return True


def _take_down(here: Place, because: str, cause: str, **figures: int) -> None:
    store = Store.objects.get(pk=here.store_id) if here.store_id else None
    demote(
        lane=here.lane, store=store, scope=here.scope, to=Mode.ASSIST, because=because, by=User.objects.system(), cause=cause,
        figures=figures,
    )  # fmt: skip


def _place_of(given: Recommendation) -> Place | None:
    """Where the scope of this advice stands now, if it is still in force."""
    store_id = given.store_id if "@" in given.policy_version else None
    found = places(Book(lane_named(given.lane)))
    return next((one for one in found if (one.store_id, one.scope) == (store_id, given.scope)), None)


def _automatic(decision: "Decision") -> "Decision | None":
    """What automation decided on the same case before."""
    earlier = type(decision)._default_manager.filter(case=decision.case_id, source="system", case_version__lt=decision.case_version)
    return earlier.select_related("recommendation").order_by("-case_version").first()


def _was_drawn(given: Recommendation) -> bool:
    """Whether automation would have decided this and a person was drawn to check it."""
    rows = Consideration.objects.filter(recommendation__snapshot=given.snapshot_id, recommendation__subject=given.subject)
    return rows.filter(recommendation__lane=given.lane, result=Consideration.Result.SAMPLED).exists()


def _last_decisions(snapshots: list[str]) -> dict[str, "Decision"]:
    """The last standing decision of a person on each snapshot."""
    rows = apps.get_model("review.Decision")._default_manager.filter(recommendation__snapshot__in=snapshots, source="person")
    rows = rows.filter(superseded_by__isnull=True).exclude(outcome=UNDO).order_by("decided_at")
    return {decision.recommendation.snapshot_id: decision for decision in rows.select_related("recommendation")}


def _name(row: Recommendation) -> str:
    """The advisor and its version, as standings name it."""
    return f"{row.advisor} {row.advisor_version}"
