"""What the processes tell each other: wake-ups that are under way, and signs of life."""

from django.db import models


class Wakeup(models.Model):
    """A wake-up for one kind of work that no worker has taken yet. Its key makes wake-ups coalesce."""

    kind = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(auto_now_add=True)


class Heartbeat(models.Model):
    """The last time that a cluster ran the canary job, or that the sweeper made its round."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
