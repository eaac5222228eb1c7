"""`manage.py connect_store --platform P --name N`: add a sales channel from the command line."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from ordersops.accounts.models import User
from ordersops.errors import Refusal
from ordersops.stores.actions import connect
from ordersops.stores.platforms import platforms


class Command(BaseCommand):
    help = "Connect a store, and print its endpoint and webhook secret. The secret is not shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--platform", required=True, help=f"one of: {', '.join(sorted(platforms()))}")
        parser.add_argument("--name", required=True, help="how people call the store")
        parser.add_argument("--secret", help="the sender's webhook secret; without it, one is made")
        parser.add_argument("--currency", default="USD", help="ISO 4217 code (USD)")
        parser.add_argument("--time-zone", default="UTC", help="IANA name (UTC)")
        parser.add_argument("--callback-url", default="", help="where decisions are sent, signed (generic platform)")
        parser.add_argument("--api-url", default="", help="where the platform's own interface is; the store is then read, too")
        parser.add_argument("--api-key", default="", help="access token, or consumer key")
        parser.add_argument("--api-secret", default="", help="consumer secret, where the platform has one")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            by = User.objects.system()
        except User.DoesNotExist:
            raise CommandError("There is no system user yet. Run `manage.py sync_roles` first.") from None
        try:
            store = connect(
                name=options["name"],
                platform=options["platform"],
                by=by,
                currency=options["currency"],
                time_zone=options["time_zone"],
                secret=options["secret"],
                callback_url=options["callback_url"],
                api_url=options["api_url"],
                api_key=options["api_key"],
                api_secret=options["api_secret"],
            )
        except Refusal as refusal:
            raise CommandError(refusal.message) from None
        found: dict[str, Any] = {
            "id": str(store.pk),
            "name": store.name,
            "platform": store.platform,
            "endpoint_path": store.endpoint_path,
            "endpoint_url": settings.PUBLIC_URL + store.endpoint_path,
            "secret": store.webhook_secret,
        }
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        width = max(map(len, found))
        for name, value in found.items():
            self.stdout.write(f"{name.replace('_', ' '):<{width}}  {value}")
