"""Columns of JSON that is written often.

Django inserts many rows as arrays (UNNEST), in which every quotation mark of a JSON text is escaped one by one: for
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
