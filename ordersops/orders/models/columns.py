"""Columns that several tables have in common."""

from typing import Any

MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}
COST: dict[str, Any] = {"max_digits": 16, "decimal_places": 4}
MARKS: dict[str, Any] = {"default": dict, "db_default": {}, "help_text": "Watermark -> the fields taken from it (orders/watermarks.py)."}
