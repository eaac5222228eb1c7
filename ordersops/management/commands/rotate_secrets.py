"""`manage.py rotate_secrets`: seal everything under the newest key, so that older keys can be taken out of the ring."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models

from ordersops import sealing
from ordersops.accounts.models import User
from ordersops.advice import bodies
from ordersops.advice.models import CallBody
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases import files
from ordersops.cases.models import Attachment
from ordersops.intake.models import Delivery, body_context

BATCH = 200


class Command(BaseCommand):
    help = "Seal every secret and every stored body again under the first key of ORDERSOPS_SEALING_KEYS. Safe to repeat and to interrupt."

    def handle(self, *args: Any, **options: Any) -> None:
        key = sealing.newest_key()
        done = 0
        for model in apps.get_models():
            for field in model._meta.concrete_fields:
                if isinstance(field, sealing.SealedField):
                    done += reseal(model, field.attname, partial(_context, model, field))
        done += reseal(Delivery, "body", body_context)
        for column in ("request", "response"):
            done += reseal(CallBody, column, partial(_body_of_call, column))
        done += reseal(Attachment, "body", files.context)
        with atomic():
            record(Verb.KEYS_ROTATED, by=User.objects.system(), key=key.decode(), rows=done)
        self.stdout.write(f"{done} values are sealed under {key.decode()!r} now; nothing needs an older key.")


def reseal(model: type[models.Model], column: str, context: Callable[[object], str]) -> int:
    """Seal the column of all rows under the newest key, in batches, and return how many were sealed under another.

    A row that somebody changes at the same moment keeps their value, which is sealed under the newest key already.
    """
    newest, done, last = sealing.newest_key(), 0, None
    rows = model._default_manager.exclude(**{column: None}).order_by("pk")
    while True:
        batch = list((rows.filter(pk__gt=last) if last is not None else rows).values_list("pk", column)[:BATCH])
        if not batch:
            return done
        for pk, sealed in batch:
            if sealing.key_of(sealed) != newest:
                again = sealing.seal(sealing.unseal(sealed, context=context(pk)), context=context(pk))
                done += model._default_manager.filter(pk=pk, **{column: sealed}).update(**{column: again})
        last = batch[-1][0]


def _context(model: type[models.Model], field: sealing.SealedField, pk: object) -> str:
    return f"{model._meta.db_table}.{pk}.{field.column}"


def _body_of_call(column: str, call: object) -> str:
    return bodies.context(call, column)
