"""What each kind of effect takes: typed, bounded, and nothing else. Connectors read the keys as they stand here."""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from ordersops.errors import Invalid

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=r"^[^\x00]*$")]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x1f]*$")]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=r"^[^\x00-\x1f,]+$")]
Money = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)]
Web = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=r"^(https?://[^\s\x00]+)?$")]


class Arguments(BaseModel):
    """Base. What is not named is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def kept(self) -> dict[str, Any]:
        """As it is stored with the effect: JSON, amounts as text."""
        return self.model_dump(mode="json")


class Nothing(Arguments):
    """The order says it all."""


class HoldOrder(Arguments):
    reason: Literal["fraud", "address", "stock", "payment", "other"] = "other"
    note: Short = ""


class Cancel(Arguments):
    reason: Literal["customer", "fraud", "inventory", "declined", "other"] = "other"
    restock: bool = True
    refund: bool = False
    notify: bool = False


class Assessment(Arguments):
    """What the review found. The signals themselves stay here (law 19)."""

    level: Literal["low", "high"]


class Tags(Arguments):
    add: list[Tag] = Field(default=[], max_length=20)
    remove: list[Tag] = Field(default=[], max_length=20)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.add and not self.remove:
            raise ValueError("name a tag to add or to remove")
        if set(self.add) & set(self.remove):
            raise ValueError("a tag cannot be added and removed at once")
        return self


class Note(Arguments):
    text: Text = ""


class Metafield(Arguments):
    namespace: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_$:.-]{2,60}$")]
    key: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{2,60}$")]
    type: Annotated[str, StringConstraints(pattern=r"^[a-z_.]{2,60}$")] = "single_line_text_field"
    value: Text


class Address(Arguments):
    name: Word
    address1: Word
    address2: Short = ""
    city: Word
    province: Short = ""
    postal_code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20, pattern=r"^[^\x00-\x1f]*$")] = ""
    country: Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z]{2}$")]
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=r"^[^\x00-\x1f]*$")] = ""
    company: Short = ""


class UpdateAddress(Arguments):
    address: Address


class RefundLine(Arguments):
    external_id: Word
    quantity: int = Field(ge=1, le=100_000)
    restock: Literal["return", "cancel", "none"] = "none"


class Refund(Arguments):
    amount: Money
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    lines: list[RefundLine] = Field(default=[], max_length=250)
    shipping_amount: Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)] = Decimal("0.00")
    note: Text = ""
    notify: bool = False

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.shipping_amount > self.amount:
            raise ValueError("the shipping part is more than the whole")
        if len({line.external_id for line in self.lines}) != len(self.lines):
            raise ValueError("a line is named twice")
        return self


class Portion(Arguments):
    external_id: Word
    quantity: int = Field(ge=1, le=100_000)


class Move(Arguments):
    """Without a fulfilment order all that is open of the order moves: it is read when it is sent."""

    fulfilment_order: Short = ""
    location: Word


class AskedUnits(Arguments):
    external_id: Word
    sku: Short = ""
    quantity: int = Field(ge=1, le=100_000)


class ToNode(Arguments):
    """What a warehouse is asked to ship. The address is that of the order when it leaves."""

    location: Word
    lines: list[AskedUnits] = Field(min_length=1, max_length=250)
    service: Literal["standard", "expedited"] = "standard"
    gift: bool = False


class FromNode(Arguments):
    """A request to a warehouse, by the id of its effect, that is not to be shipped any more."""

    location: Word
    request: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]


class Split(Arguments):
    fulfilment_order: Word
    lines: list[Portion] = Field(min_length=1, max_length=250)


class Merge(Arguments):
    """Two fulfilment orders of one place that ship together again; the first one stays."""

    fulfilment_order: Word
    part: Word


class Message(Arguments):
    fulfilment_order: Word
    message: Short = ""


class Fulfil(Arguments):
    fulfilment_order: Word
    tracking_number: Word
    carrier: Word
    url: Web = ""
    notify: bool = False


class Unship(Arguments):
    fulfilment_order: Word
    tracking_number: Word


class Return(Arguments):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    return_: Word = Field(alias="return")

    def kept(self) -> dict[str, Any]:
        return self.model_dump(mode="json", by_alias=True)


class DeclineReturn(Return):
    reason: Literal["return_period_ended", "final_sale", "other"] = "other"
    note: Text = ""


class ProcessReturn(Return):
    lines: list[Portion] = Field(min_length=1, max_length=250)


class Replace(Arguments):
    """What is sent once more, for nothing."""

    lines: list[Portion] = Field(min_length=1, max_length=250)
    reason: Literal["lost", "damaged", "wrong_item", "faulty", "other"] = "other"
    note: Text = ""


class Letter(Arguments):
    """A message to the customer about the order itself. Its text is the caller's."""

    about: Literal["order", "delivery", "address", "payment", "return", "refund", "replacement"] = "order"
    subject: Word
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=4000, pattern=r"^[^\x00]*$")]


class Ticket(Arguments):
    subject: Word
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=4000, pattern=r"^[^\x00]*$")]
    priority: Literal["low", "normal", "high", "urgent"] = "normal"


class Adjust(Arguments):
    item: Word
    location: Word
    delta: int = Field(ge=-10_000, le=10_000)
    reason: Word

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if self.delta == 0:
            raise ValueError("the difference is nought")
        return self


def parse(model: type[Arguments], raw: Any) -> Arguments:
    """The arguments as their kind takes them. Raises Invalid with a sentence for each thing that is wrong."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        said = []
        for one in error.errors(include_url=False, include_input=False, include_context=False)[:5]:
            where = " ".join(str(part).replace("_", " ") for part in one["loc"]).strip().capitalize()
            what = one["msg"].removeprefix("Value error, ")
            said.append(f"{where}: {what}" if where else what.capitalize())
        raise Invalid(f"{'. '.join(said)}. Nothing was planned.") from error
