from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ordersops.audit.actions import atomic, record
from ordersops.audit.export import export
from ordersops.audit.verbs import Verb


class Command(BaseCommand):
    help = "Write the history to a file that `python -m ordersops.audit.offline` checks without the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--store", help="only the events of the store with this name")
        parser.add_argument(
            "--since", help="only events from this moment on, such as 2026-01-31 or 2026-01-31T09:00+01:00 (UTC if no zone)"
        )

    def handle(self, *args: Any, file: Path, store: str | None, since: str | None, **options: Any) -> None:
        one = apps.get_model("stores", "Store").objects.filter(name=store).first() if store else None
        if store and one is None:
            raise CommandError(f"There is no store named {store!r}.")
        moment = _moment(since) if since else None
        if file.exists():
            raise CommandError(f"{file} is there already; an export is never overwritten.")
        # Recorded and committed first, so that the export holds the line about itself.
        system = get_user_model().objects.get(is_system=True)
        filters = {key: value for key, value in (("store", store), ("since", since)) if value}
        with atomic():
            record(Verb.AUDIT_EXPORTED, by=system, store=one, format="jsonl", filters=filters)
        try:
            counts = export(file, by=system.name, store=one.pk if one else None, since=moment)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from error
        self.stdout.write(f"{counts['event']} events and {counts['checkpoint']} checkpoints are in {file}.")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f"--since {text!r} is not a moment such as 2026-01-31 or 2026-01-31T09:00+01:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
