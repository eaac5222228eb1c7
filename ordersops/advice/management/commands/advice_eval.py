"""`manage.py advice_eval --set FILE`: score an advisor on labelled questions. `--make FILE` writes a set from what was decided."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ordersops.advice.advisors import ADVISORS, SCORECARD
from ordersops.advice.answers import Unregistered
from ordersops.advice.calibration import Share, percentile
from ordersops.advice.evaluate import Evaluation, evaluate
from ordersops.advice.golden import Unreadable, make, read
from ordersops.advice.models import Prompt
from ordersops.cases.lanes import Prompt as LanePrompt
from ordersops.cases.lanes import lanes


class Command(BaseCommand):
    help = "Score an advisor on a set of labelled questions, or write such a set from decided questions whose truth is known."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--set", type=Path, metavar="FILE", help="the set to ask, one JSON object a line")
        what.add_argument("--make", type=Path, metavar="FILE", help="write a set here; masked unless told otherwise")
        parser.add_argument("--lane", default="fraud", help="with --make: of this lane")
        parser.add_argument("--unmasked", action="store_true", help="with --make: with personal values, for use inside the house only")
        parser.add_argument("--advisor", choices=sorted(ADVISORS), default=SCORECARD)
        parser.add_argument("--prompt", default="", help="name of a registered prompt in place of the lane's")
        parser.add_argument("--most-dollars", type=Decimal, default=Decimal(5))
        parser.add_argument("--least-accuracy", type=float, default=0.0, metavar="SHARE", help="exit with 1 below this, such as 0.9")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the report here too")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["make"]:
            self._make(options["make"], options["lane"], options["unmasked"])
            return
        prompt = Prompt.objects.filter(name=options["prompt"]).first() if options["prompt"] else None
        if options["prompt"] and prompt is None:
            raise CommandError(f"No prompt {options['prompt']!r} is registered.")
        try:
            with options["set"].open(encoding="utf-8") as file:
                questions = list(read(file))  # a set that cannot be read whole is not asked in part
        except (OSError, UnicodeDecodeError) as problem:
            raise CommandError(f"{options['set']} cannot be read: {problem}.") from problem
        except Unreadable as problem:
            raise CommandError(f"{options['set']}: {problem}.") from problem
        if not questions:
            raise CommandError(f"{options['set']} holds no question.")
        try:
            found = evaluate(
                questions, advisor_key=options["advisor"], prompt=LanePrompt(prompt.name, prompt.text) if prompt else None,
                most_dollars=options["most_dollars"],
            )  # fmt: skip
        except Unregistered as problem:
            raise CommandError(f"{problem} Nothing was asked.") from problem
        if options["markdown"]:
            options["markdown"].write_text("\n".join(markdown(found)) + "\n", encoding="utf-8")
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json()))
        else:
            self.stdout.write("\n".join(markdown(found)))
        if found.accuracy < options["least_accuracy"] or (found.stopped and options["least_accuracy"] > 0):
            wanted = f"{options['least_accuracy']:.1%}"
            raise CommandError(f"{found.accuracy:.1%} right is below {wanted}. {found.stopped}".strip(), returncode=1)

    def _make(self, file: Path, lane_key: str, unmasked: bool) -> None:
        if lane_key not in lanes():
            raise CommandError(f"There is no lane {lane_key!r}.")
        if file.exists():
            raise CommandError(f"{file} is there already; a set is never overwritten.")
        count = 0
        with file.open("x", encoding="utf-8") as out:
            file.chmod(0o600)
            for count, line in enumerate(make(lane_key=lane_key, unmasked=unmasked), start=1):  # noqa: B007  the last one is the count
                out.write(f"{line}\n")
        kind = "with personal values: keep it inside the house" if unmasked else "masked"
        self.stdout.write(f"{count} labelled questions are in {file}, {kind}.")


def markdown(found: Evaluation) -> Iterator[str]:
    """The report, for people and for the notes of a merge."""
    yield f"# {found.advisor} {found.version}"
    yield ""
    yield f"{_share(found.all.share)} right of {found.all.count} questions."
    if found.stopped:
        yield f"**Not all were asked.** {found.stopped}"
    yield ""
    yield "| expected | answered | questions |"
    yield "|---|---|--:|"
    yield from (f"| {expected} | {said} | {count} |" for (expected, said), count in sorted(found.confusion.items()))
    yield ""
    yield "| of | right | 95 % interval |"
    yield "|---|--:|---|"
    for kind, table in (("expected", found.expected), ("tag", found.tags)):
        for key, tally in sorted(table.items()):
            share = tally.share
            yield f"| {kind} {key} | {tally.right} of {tally.count} | {share.low:.1%} to {share.high:.1%} |"
    yield ""
    answers = Share(found.answers_verified, found.all.count)
    yield f"- claims verified: {_share(Share(found.claims_verified, found.claims))}; answers: {_share(answers)}"
    yield "- outcomes of the calls: " + ", ".join(f"{code} {count}" for code, count in sorted(found.codes.items()))
    if found.faults:
        yield "- faults: " + ", ".join(f"{code} {count}" for code, count in sorted(found.faults.items()))
    yield f"- cost: {found.cost_micros / 1_000_000:,.4f} US dollars"
    yield f"- time: p50 {percentile(found.latencies, 0.5) or 0:,.0f} ms, p95 {percentile(found.latencies, 0.95) or 0:,.0f} ms"
    calibration = found.calibration
    if calibration.brier is not None:
        yield f"- Brier score: {calibration.brier:.3f} on {calibration.count} labels, {calibration.bad} of them bad"
        yield ""
        yield "| score | mean | turned out bad |"
        yield "|---|--:|---|"
        yield from (f"| {one.low} to {one.high} | {one.mean:.0f} | {one.bad.part} of {one.bad.whole} |" for one in calibration.bins)
    if found.wrong:
        yield ""
        yield "Wrong: " + "; ".join(f"line {line} (expected {expected}, said {said})" for line, expected, said in found.wrong[:50])


def _share(share: Share) -> str:
    return "–" if share.value is None else f"{share.value:.1%}"
