"""Columns that more than one app has.

JSON that is written often: Django inserts many rows as arrays (UNNEST), in which every quotation mark of a JSON text is escaped one by one: for
evidence that cost more than everything else. A field whose type Django does not know by name is written as plain VALUES.
"""

from typing import Any

from django.db import models


class PlainTextField(models.TextField):
    def get_internal_type(self) -> str:
        return "PlainTextField"

    def db_type(self, connection: Any) -> str:
        return "text"


class PlainJSONField(models.JSONField):
    def get_internal_type(self) -> str:
        return "PlainJSONField"

    def db_type(self, connection: Any) -> str:
        return "jsonb"


class SubjectField(models.UUIDField):
    """What a question, advice or case is about: the lane's subject. Where nothing else is named it is the row's order."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"editable": False, **options})

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        value = getattr(model_instance, self.attname)
        if value is None:
            value = model_instance.order_id
            setattr(model_instance, self.attname, value)
        return value
