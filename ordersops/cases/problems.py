"""An open problem: one row of the control tower, from whichever part of the product it comes."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils import timezone


@dataclass(slots=True)
class Problem:
    """What is wrong, what it risks, who has it, and what to do next. `source` is a lane, or effects, intake, advice, stores."""

    key: str  # unique among all, and stable
    source: str
    source_label: str
    store_id: UUID
    store: str
    about: str  # the order, the delivery, the store
    url: str
    what: str  # the exception, in two or three words
    signal: str  # what was seen
    since: datetime
    due_at: datetime | None = None  # None: it is late from the beginning
    warn_at: datetime | None = None
    paused: bool = False
    amount: Decimal | None = None
    currency: str = ""
    owner: str = ""  # "" for nobody
    mine: bool = False
    next_action: str = ""
    next_url: str = ""
    kin: str = field(default="")  # what many may have in common: a warehouse, a carrier, an error

    @property
    def urgency(self) -> str:
        """late, soon, later or paused, as clocks of cases have it."""
        now = timezone.now()
        if self.paused:
            return "paused"
        if self.due_at is None or self.due_at < now:
            return "late"
        return "soon" if self.warn_at is not None and self.warn_at <= now else "later"

    @property
    def order(self) -> tuple[datetime, str]:
        """The most urgent first: by deadline; what has none by when it began."""
        return (self.due_at or self.since, self.key)
