"""How rows are written and inputs are read: strictly, and the same everywhere."""

from typing import Any

from rest_framework import serializers


# --- Out --------------------------------------------------------------------------------------------------------------
class Row(serializers.ModelSerializer[Any]):
    """A row as it is shown. Nothing is ever written through it: all writes are verbs."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for field in fields.values():
            field.read_only, field.required = True, False
            field.validators = []
        return fields


class Money(serializers.Serializer[Any]):
    """An amount as a decimal text, and its currency (ISO 4217). Null where the store did not say."""

    amount = serializers.CharField(read_only=True, help_text="Decimal digits, such as 120.00")
    currency = serializers.CharField(read_only=True)

    def __init__(self, amount: str = "amount", currency: str = "currency", **options: Any) -> None:
        self._amount, self._currency = amount, currency
        super().__init__(**{"source": "*", "allow_null": True, "read_only": True, **options})

    def to_representation(self, row: Any) -> Any:
        amount: Any = row
        for part in self._amount.split("."):
            amount = getattr(amount, part)
        currency: Any = row
        for part in self._currency.split("."):
            currency = getattr(currency, part)
        return None if amount is None else {"amount": f"{amount:f}", "currency": currency}


class Texts(serializers.ListField):
    """A list of texts."""

    child = serializers.CharField()

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"read_only": True, **options})


class Document(serializers.DictField):
    """A JSON object whose names depend on the platform."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"read_only": True, **options})


class Named(serializers.Serializer[Any]):
    """A thing by id and name."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)


class Person(Named):
    """A colleague, or the system."""


class StoreName(Named):
    """A store."""


# --- In ---------------------------------------------------------------------------------------------------------------
class Input(serializers.Serializer[Any]):
    """What a client sends. What is not named is refused: a misspelt field must not be silently without effect."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            raise serializers.ValidationError({name[:80]: ["There is no such field."] for name in unknown[:10]})
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """A text, and nothing that could be made one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A whole number: digits in an address, a JSON number in a body."""

    def to_internal_value(self, data: Any) -> int:
        in_address = getattr(self.parent, "in_address", False)
        if not (isinstance(data, str) and data.isascii() and data.isdigit() if in_address else type(data) is int):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Flag(serializers.BooleanField):
    """true or false."""

    TRUE_VALUES = {True, "true"}
    FALSE_VALUES = {False, "false"}
    NULL_VALUES: set[Any] = set()

    def to_internal_value(self, data: Any) -> bool:
        if data in (0, 1) and not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(super().to_internal_value(data))


class Nothing(Input):
    """No fields: send {} or nothing."""
