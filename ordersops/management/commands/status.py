"""`manage.py status`: how much there is, what waits, and who is alive."""

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connection

from ordersops.status import collect


class Command(BaseCommand):
    help = "Orders, deliveries, cases, decisions, effects, events, the oldest row that waits, and signs of life."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = collect()
        except Error as error:
            missing = connection.connection is not None
            sentence = "The database has no tables yet: run manage.py up." if missing else "The database does not answer."
            self.stderr.write(f"{sentence} ({' '.join(str(error).split())})")
            sys.exit(1)
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        self.stdout.write(f"ordersops {settings.VERSION}")
        for name, value in found.items():
            shown = ", ".join(f"{key} {_shown(part)}" for key, part in value.items()) if isinstance(value, dict) else _shown(value)
            self.stdout.write(f"{name.replace('_', ' '):<22}{shown or 'none'}")


def _shown(value: object) -> str:
    if value is None:
        return "never"
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
