"""What leaves the house about what happened: who wants it, one row for each recipient and event, and the log of attempts."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ordersops.accounts.roles import Perm
from ordersops.ids import uuid7
from ordersops.sealing import SealedField

if TYPE_CHECKING:
    from ordersops.accounts.models import User


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    def manageable_by(self, user: "User") -> Self:
        """Those of the stores whose connections the person manages, and their own for all stores."""
        from ordersops.accounts.access import store_ids

        stores = store_ids(user, Perm.MANAGE_STORES)
        return self.filter(removed_at=None).filter(Q(store__in=stores) | Q(store=None, owner=user)) if stores else self.none()


class Subscriber(models.Model):
    """An address that is told of chosen events by signed webhooks, in the owner's name: it gets what the owner may see now.

    A replaced secret signs beside the new one until `previous_secret_expires_at`, so that the receiver can change without a gap.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=80)
    url = models.URLField()
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.PROTECT, related_name="+", help_text="None: all of the owner's.")
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    verbs = ArrayField(models.CharField(max_length=40))
    secret: Any = SealedField()
    previous_secret: Any = SealedField()
    previous_secret_expires_at = models.DateTimeField(null=True)
    is_active = models.BooleanField(default=True)
    stopped_because = models.CharField(max_length=300, blank=True, help_text="Why we stopped it; empty when a person did.")
    failing_since = models.DateTimeField(null=True, help_text="The first failure after the last success.")
    created_at = models.DateTimeField(auto_now_add=True)
    removed_at = models.DateTimeField(null=True)

    # Set for pages:
    sent_today: int
    dead: int

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=Q(verbs__len__gt=0), name="notifications_subscriber_wants_something")]

    def __str__(self) -> str:
        return self.name

    @property
    def line(self) -> str:
        return f"webhook:{self.pk}"

    def secrets(self) -> list[str]:
        """Those that sign now, the current one first."""
        until = self.previous_secret_expires_at
        previous = self.previous_secret if until and until > timezone.now() else ""
        return [self.secret, previous] if previous else [self.secret]


class Severity(models.TextChoices):
    HIGH = "high", "High"
    ANOMALOUS = "anomalous", "Anomalous"
    REST = "rest", "Everything else"


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Teams"
    WEBHOOK = "webhook", "Webhook"


class Route(models.TextChoices):
    """Where a message goes and how soon, by severity: `<channel>:<pace>`."""

    NONE = "", "Not at all"
    EMAIL_NOW = "email:now", "E-mail, at once"
    EMAIL_HOURLY = "email:hourly", "E-mail, gathered hourly"
    EMAIL_DAILY = "email:daily", "E-mail, gathered daily"
    SLACK_NOW = "slack:now", "Slack, at once"
    SLACK_HOURLY = "slack:hourly", "Slack, gathered hourly"
    TEAMS_NOW = "teams:now", "Teams, at once"
    TEAMS_HOURLY = "teams:hourly", "Teams, gathered hourly"


class Rule(models.Model):
    """“Tell me when”: what a person wants to be told of, where it must have happened, and by which way, branching by severity.

    `slack_channel` is a channel of the workspace, empty for a message to the person alone. During quiet hours messages are
    gathered until they end; what is of high severity comes through where the person says so.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="notification_rules")
    topics = ArrayField(models.CharField(max_length=40))
    lane = models.CharField(max_length=30, blank=True, help_text="Empty: every lane.")
    store = models.ForeignKey("stores.Store", null=True, on_delete=models.CASCADE, related_name="+", help_text="None: all of the person's.")
    high = models.CharField(max_length=20, choices=Route.choices, blank=True)
    anomalous = models.CharField(max_length=20, choices=Route.choices, blank=True)
    rest = models.CharField(max_length=20, choices=Route.choices, blank=True)
    slack_channel = models.CharField(max_length=30, blank=True)
    teams_url: Any = SealedField()
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    time_zone = models.CharField(max_length=60, default="UTC")
    high_comes_through = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # Set for pages:
    says: list[str]
    needs_slack: bool

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(topics__len__gt=0), name="notifications_rule_wants_something"),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None) | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="notifications_quiet_has_two_ends",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.topics)

    @property
    def routes(self) -> list[tuple[str, str]]:
        """(severity, way) in words, of those that lead somewhere."""
        return [(str(one.label), str(Route(getattr(self, one)).label)) for one in Severity if getattr(self, one)]

    def quiet_ends(self, now: datetime) -> datetime | None:
        """When the quiet time ends that it is now; None while it is not quiet."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return None
        here = now.astimezone(ZoneInfo(self.time_zone))
        at, begins, ends = here.time(), self.quiet_from, self.quiet_until
        quiet = begins <= at < ends if begins < ends else at >= begins or at < ends
        if not quiet:
            return None
        day = here.date() + timedelta(days=1) if begins > ends and at >= begins else here.date()
        return datetime.combine(day, ends, here.tzinfo)

    def next_digest(self, pace: str, now: datetime) -> datetime:
        """The next full hour, or eight in the morning of the person's day."""
        here = now.astimezone(ZoneInfo(self.time_zone))
        if pace == "hourly":
            return here.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        today = datetime.combine(here.date(), time(8), here.tzinfo)
        return today if today > here else datetime.combine(here.date() + timedelta(days=1), time(8), here.tzinfo)


class SlackAccount(models.Model):
    """Which person a Slack user is. It counts from when the person has confirmed it, signed in here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="slack_account")
    team = models.CharField(max_length=30, blank=True)
    slack_user = models.CharField(max_length=30, unique=True)
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.slack_user


class State(models.TextChoices):
    READY = "ready", "Waiting"
    SENDING = "sending", "Sending"
    DONE = "done", "Delivered"
    DEAD = "dead", "Failed"
    DROPPED = "dropped", "Not wanted any more"


TRANSITIONS: dict[str, frozenset[str]] = {
    State.READY: frozenset({State.SENDING, State.DROPPED, State.DEAD}),
    State.SENDING: frozenset({State.READY, State.DONE, State.DEAD, State.DROPPED}),
    State.DEAD: frozenset({State.READY}),
    State.DONE: frozenset(),
    State.DROPPED: frozenset(),
}


class Outgoing(models.Model):
    """One message to one recipient. Written by the reader of the history, in the transaction that moves its mark: none is lost, none is twice.

    `line` is what rests when it fails: one subscriber, Slack, one Teams address, e-mail. Rows of one `bundle` leave as one
    message. A subscriber's rows of one stream leave one after the other.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    line = models.CharField(max_length=60, db_collation="C")
    subscriber = models.ForeignKey(Subscriber, null=True, on_delete=models.PROTECT, related_name="outgoing")
    person = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE, related_name="+")
    rule = models.ForeignKey(Rule, null=True, on_delete=models.SET_NULL, related_name="+")
    event = models.ForeignKey(
        "audit.Event",
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="None: a test.",
    )
    message_id = models.CharField(max_length=80, help_text="The same for every attempt, and for every recipient of the event.")
    verb = models.CharField(max_length=40, blank=True)
    severity = models.CharField(max_length=10, choices=Severity.choices, default=Severity.REST)
    stream = models.CharField(max_length=80, blank=True, db_collation="C")
    seq = models.BigIntegerField(default=0)
    target = models.CharField(max_length=320, blank=True, help_text="Slack channel or user, or address.")
    secret_target: Any = SealedField(help_text="An address that is a secret by itself.")
    content = models.JSONField(null=True, help_text="The message, where no event makes it.")
    bundle = models.CharField(max_length=120, blank=True)
    dedupe_key = models.CharField(max_length=160, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    attempts = models.PositiveIntegerField(default=0)
    not_before = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(state__in=State.values), name="notifications_state_known")]
        indexes = [
            models.Index("line", "not_before", "id", condition=Q(state__in=["ready", "sending"]), name="notifications_ready"),
            models.Index("subscriber", "stream", "seq", condition=Q(state__in=["ready", "sending"]), name="notifications_chain"),
            models.Index("bundle", condition=Q(state="ready") & ~Q(bundle=""), name="notifications_bundle"),
            models.Index(
                "subscriber",
                F("created_at").desc(),
                F("id").desc(),
                condition=Q(subscriber__isnull=False),
                name="notifications_of_subscriber",
            ),
            models.Index("subscriber", condition=Q(state="dead", subscriber__isnull=False), name="notifications_dead"),
            models.Index(
                "person",
                F("created_at").desc(),
                F("id").desc(),
                condition=Q(person__isnull=False),
                name="notifications_of_person",
            ),
            models.Index("settled_at", condition=Q(settled_at__isnull=False), name="notifications_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.verb or 'message'} by {self.channel}"


class Attempt(models.Model):
    """One attempt at delivering: what the other side answered, how fast, and the beginning of what it said."""

    id = models.BigAutoField(primary_key=True)
    outgoing = models.ForeignKey(Outgoing, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    status = models.PositiveIntegerField(null=True)
    latency_ms = models.PositiveIntegerField(null=True)
    excerpt = models.CharField(max_length=300, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"Attempt {self.number}"


class Mark(models.Model):
    """Up to where the history was read: all events of `epoch` with transaction ids below `xid`. One row."""

    name = models.CharField(max_length=20, primary_key=True)
    epoch = models.BigIntegerField()
    xid = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.name} at {self.xid}"


class Breaker(models.Model):
    """How a line has been doing: after several faults in a row it is left alone for a while. A row for every line that was ever used."""

    key = models.CharField(max_length=60, primary_key=True, db_collation="C")
    faults = models.PositiveIntegerField(default=0, help_text="In a row.")
    open_until = models.DateTimeField(null=True)
    alert = models.CharField(max_length=300, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.key


class SlackRequest(models.Model):
    """A signed request of Slack that was taken once: the same bytes are not taken again."""

    signature = models.CharField(max_length=80, primary_key=True)
    at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return self.signature
