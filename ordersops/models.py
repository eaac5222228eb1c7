"""What the processes tell each other: wake-ups that are under way, signs of life, and how often strangers asked for something."""

from django.db import models


class Wakeup(models.Model):
    """A wake-up for one kind of work that no worker has taken yet. Its key makes wake-ups coalesce."""

    kind = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(auto_now_add=True)


class Heartbeat(models.Model):
    """The last time that a cluster ran the canary job, or that the sweeper made its round."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()


class Usage(models.Model):
    """How often something was asked in a window, by whom: a digest, so that no address of anybody is kept.

    `window`: when it ends, in seconds since 1970.
    """

    key = models.CharField(max_length=64, primary_key=True)
    window = models.BigIntegerField()
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.count} in {self.window}"
