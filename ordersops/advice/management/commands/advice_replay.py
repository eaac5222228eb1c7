"""`manage.py advice_replay --lane fraud`: put old questions to an advisor again, and say what would have been different."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ordersops.advice import replay as replays
from ordersops.advice.advisors import ADVISORS
from ordersops.advice.answers import Unregistered
from ordersops.advice.models import Replay
from ordersops.advice.replay_report import Report, report, url_of
from ordersops.cases.lanes import lane, lanes


class Command(BaseCommand):
    help = "Ask old questions again, from their snapshots. Orders, cases and recommendations stay as they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--lane", default="fraud")
        parser.add_argument("--store", help="only the store with this name")
        parser.add_argument("--since", type=_moment, help="advised after this moment, such as 2026-01-31 (UTC if no zone)")
        parser.add_argument("--until", type=_moment, help="advised up to this moment")
        parser.add_argument("--days", type=int, help=f"advised in the last so many days ({replays.DAYS})")
        parser.add_argument("--advisor", choices=sorted(ADVISORS), help="whom to ask; the one in force if left out")
        parser.add_argument("--prompt", default="", help="name of a registered prompt, such as fraud-1, in place of the lane's")
        parser.add_argument(
            "--policy", choices=[replays.THEN, replays.NOW], default=replays.THEN, help="thresholds of then, or those in force"
        )
        parser.add_argument(
            "--limit", type=int, default=1000, help=f"at most so many questions, the newest; never more than {replays.MOST:,}"
        )
        parser.add_argument("--decided-only", action="store_true", help="only questions on which somebody has decided")
        parser.add_argument(
            "--most-dollars", type=_dollars, default=replays.MOST_DOLLARS, help="cap of this replay; the stores' budgets are not touched"
        )  # fmt: skip
        parser.add_argument("--seconds", type=float, help="stop after so long; run again with --resume to go on")
        parser.add_argument("--at-once", type=int, default=4, choices=range(1, 17), metavar="1-16", help="calls at the same time")
        parser.add_argument("--resume", type=UUID, metavar="ID", help="go on with a replay that was cut off")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            replay = self._resumed(options["resume"]) if options["resume"] else self._started(options)
            stopped = replays.run(
                replay, most_dollars=options["most_dollars"], seconds=options["seconds"],
                at_once=1 if replay.advisor == replays.SCORECARD else options["at_once"],
            )  # fmt: skip
        except Unregistered as problem:
            raise CommandError(f"{problem} Nothing was asked.") from problem
        found = report(replay)
        if options["json"]:
            self.stdout.write(json.dumps({**found.as_json(), "stopped": stopped}))
            return
        for line in lines(found):
            self.stdout.write(line)
        if stopped:
            self.stdout.write(f"Not finished: {stopped} Go on with --resume {replay.pk}.")

    def _resumed(self, pk: UUID) -> Replay:
        replay = Replay.objects.filter(pk=pk).first()
        if replay is None:
            raise CommandError(f"There is no replay {pk}.")
        return replay

    def _started(self, options: dict[str, Any]) -> Replay:
        if options["lane"] not in lanes():
            raise CommandError(f"There is no lane {options['lane']!r}; there are: {', '.join(sorted(lanes()))}.")
        stores = apps.get_model("stores", "Store").objects
        store = stores.filter(name=options["store"]).first() if options["store"] else None
        if options["store"] and store is None:
            raise CommandError(f"There is no store named {options['store']!r}.")
        since = options["since"]
        if options["days"] is not None:
            if since:
                raise CommandError("Name --since or --days, not both.")
            since = (options["until"] or timezone.now()) - timedelta(days=options["days"])
        return replays.start(
            lane=lane(options["lane"]), store=store, by=get_user_model().objects.get(is_system=True), because="manage.py advice_replay",
            advisor_key=options["advisor"] or "", since=since, until=options["until"], limit=options["limit"],
            decided_only=options["decided_only"], prompt=options["prompt"], policy=options["policy"],
        )  # fmt: skip


def lines(found: Report) -> Iterator[str]:
    """The report as people read it."""
    yield f"Replay {found.replay.pk} of {found.replay.lane} with {found.replay.advisor} {found.replay.advisor_version}"
    yield f"  {url_of(found.replay)}"
    if not found.asked:
        yield "No question was found: nothing was advised in this period, or nothing decided."
        return
    yield f"questions            {found.asked:,}, answered {found.answers.whole:,}"
    if found.identical:
        yield f"scorecard            {found.identical}"
    yield f"flips                {found.flipped.part:,} ({_percent(found.flipped.value)})"
    for (then, now), count in sorted(found.matrix.items()):
        yield f"  {then:>12} -> {now:<12} {count:,}"
    if found.agreed_now:
        yield f"as people decided    then {_percent(found.agreed_then.value)}, now {_percent(found.agreed_now.value)} of {found.agreed_now.whole:,}"
    if found.shift:
        yield f"score shift          mean {found.shift[0]:+.1f}, p5 {found.shift[1]:+.0f}, p95 {found.shift[2]:+.0f}"
    yield f"claims verified      {_percent(found.claims.value)} of {found.claims.whole:,}; answers {_percent(found.answers.value)}"
    if found.failed:
        yield "without an answer    " + ", ".join(f"{code} {count:,}" for code, count in sorted(found.failed.items()))
    yield f"cost                 {found.dollars:,.4f} US dollars"
    if found.latency:
        yield f"time                 p50 {found.latency[0]:,.0f} ms, p95 {found.latency[1]:,.0f} ms"
    for flip in found.flips:
        decided = f", decided {flip.decided}" if flip.decided else ""
        yield f"  {flip.number}: {flip.then} ({flip.score_then}) -> {flip.now} ({flip.score_now}){decided}  {flip.url}"
    if found.flipped.part > len(found.flips):
        yield f"  and {found.flipped.part - len(found.flips):,} more"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _dollars(text: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not 0 <= amount <= 100_000:
        raise ValueError(text)
    return amount
