"""`manage.py advice_export FILE`: decisions with their masked evidence, one JSON object a line."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ordersops.advice.export import Asked, begin


class Command(BaseCommand):
    help = "Write decisions with their masked evidence and advice to a file (JSONL). Nothing personal is in it; notes stay here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--lane", default="")
        parser.add_argument("--store", help="only of the store with this name")
        parser.add_argument("--since", type=_moment, help="decided from this moment on, such as 2026-01-31 (UTC if no zone)")
        parser.add_argument("--until", type=_moment, help="decided before this moment")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        stores = apps.get_model("stores", "Store").objects
        store = stores.filter(name=options["store"]).first() if options["store"] else None
        if options["store"] and store is None:
            raise CommandError(f"There is no store named {options['store']!r}.")
        if file.exists():
            raise CommandError(f"{file} is there already; an export is never overwritten.")
        asked = Asked(options["lane"], store.pk if store else None, options["since"], options["until"])
        count = 0
        try:
            with file.open("x", encoding="utf-8") as out:
                file.chmod(0o600)
                for line in begin(by=get_user_model().objects.get(is_system=True), asked=asked, everywhere=True):
                    out.write(line)
                    count += 1
        except OSError as problem:
            raise CommandError(f"{file} cannot be written: {problem.strerror}.") from problem
        self.stdout.write(f"{count} decisions are in {file}.")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
