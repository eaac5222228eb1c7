"""People, with their skills and hours. What they may do is in roles.py and access.py."""

from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from ordersops.ids import uuid7


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def system(self) -> "User":
        """The user as whom automation acts. It is made by `sync_roles` and cannot sign in."""
        return self.get(is_system=True)


class SkillKind(models.TextChoices):
    LANGUAGE = "language", "Language"
    LANE = "lane", "Lane"
    SUBJECT = "subject", "Subject"


class Skill(models.Model):
    """What somebody is good at: a language, a lane, a subject. Said of people, asked for when work is handed out; it gives no right."""

    kind = models.CharField(max_length=20, choices=SkillKind.choices)
    name = models.CharField(max_length=60)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [models.UniqueConstraint("kind", Lower("name"), name="accounts_one_skill_of_a_name")]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser, PermissionsMixin):
    """A person, or the one system user."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_system = models.BooleanField(default=False, editable=False)
    joined_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, help_text="When the person last opened a page, to the minute.")
    time_zone = models.CharField(max_length=60, blank=True, default="", db_default="", help_text="IANA name; empty where nobody said.")
    skills = models.ManyToManyField(Skill, blank=True, related_name="people")

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    # Set for pages:
    off_duty: str

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="accounts_one_user_per_email"),
            models.UniqueConstraint("is_system", condition=models.Q(is_system=True), name="accounts_one_system_user"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def last_here(self) -> datetime | None:
        """When the person was last seen, be it only signing in."""
        return max((at for at in (self.seen_at, self.last_login) if at), default=None)

    @property
    def initials(self) -> str:
        parts = (self.name or self.email).split()
        return "".join(part[0] for part in [parts[0], parts[-1]][: len(parts)]).upper()


class Weekday(models.IntegerChoices):
    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class Shift(models.Model):
    """When a person usually works on one day of the week, in their own time zone. One that ends before it starts goes on past midnight."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ["weekday"]
        constraints = [
            models.UniqueConstraint(fields=["person", "weekday"], name="accounts_one_shift_a_day"),
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="accounts_weekday_known"),
            models.CheckConstraint(condition=~models.Q(starts=models.F("ends")), name="accounts_shift_has_a_length"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"
