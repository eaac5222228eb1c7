"""System checks: settings that would hurt, found before anything starts."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from ordersops import jobs, sealing, sweeper

SHORTEST_SECRET = 40
FEWEST_LETTERS = 8


@register(Tags.security)
def unsafe_settings(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """What is harmless on one's own machine and dangerous where others can reach it."""
    found: list[CheckMessage] = []
    public = urlsplit(settings.PUBLIC_URL).hostname not in settings.LOOPBACK
    if settings.DEBUG and public:
        found.append(Error("ORDERSOPS_DEBUG is on at a public address: error pages would show settings and data.", id="ordersops.E001"))
    if public and not settings.HTTPS:
        found.append(Error(f"ORDERSOPS_URL is {settings.PUBLIC_URL}: sessions and webhooks need https.", id="ordersops.E002"))
    if len(settings.SECRET_KEY) < SHORTEST_SECRET or len(set(settings.SECRET_KEY)) < FEWEST_LETTERS:
        found.append(
            Error(
                f"ORDERSOPS_SECRET_KEY is weak: {SHORTEST_SECRET} random characters or more are needed.",
                hint="Unset it, and one is made and kept in the data directory.",
                id="ordersops.E003",
            )
        )
    if settings.ALLOW_PRIVATE_CALLBACKS and public:
        found.append(
            Warning(
                "ORDERSOPS_ALLOW_PRIVATE_CALLBACKS is on at a public address: an edited store could make this host call its neighbours.",
                id="ordersops.W001",
            )
        )
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("ORDERSOPS_HOSTS contains *: name the hosts.", id="ordersops.E004"))
    return found


@register()
def sealing_keys(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """The key ring can be read."""
    try:
        sealing.newest_key()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="ordersops.E010")]
    return []


@register()
def dotted_paths(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every lane, platform, rule, kind of work and round can be imported."""
    paths = [("LANES", path) for path in settings.LANES] + [("PLATFORMS", path) for path in settings.PLATFORMS]
    paths += [("jobs.KINDS", path) for kind in jobs.KINDS.values() for path in (kind.path, kind.ready)]
    paths += [("WHEN_ACCESS_ENDS", path) for path in settings.WHEN_ACCESS_ENDS] + [("CLOSED_ADVICE", settings.CLOSED_ADVICE)]
    paths += [("sweeper.ROUNDS", one.path) for one in sweeper.ROUNDS]
    found: list[CheckMessage] = []
    for table, path in paths:
        try:
            import_string(path)
        except ImportError as error:
            found.append(Error(f"{table} names {path}, which cannot be imported: {error}", id="ordersops.E011"))
    return found


@register()
def clusters(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """A task must not be given out again while it may still run (platform.md 7), and every kind of work needs its cluster."""
    found: list[CheckMessage] = []
    configured: dict[str, Any] = settings.Q_CLUSTER
    for name, cluster in {configured["name"]: configured, **configured["ALT_CLUSTERS"]}.items():
        longest = cluster["timeout"] * (cluster["queue_limit"] / cluster["workers"] + 1)
        if cluster["retry"] <= longest:
            found.append(
                Error(f"Q_CLUSTER {name!r}: retry is {cluster['retry']} s and must be more than {longest:.0f} s.", id="ordersops.E020")
            )
    for kind_name, kind in jobs.KINDS.items():
        if kind.cluster not in settings.CLUSTERS:
            found.append(Error(f"{kind_name} is for the cluster {kind.cluster!r}, which CLUSTERS does not have.", id="ordersops.E021"))
    return found


@register()
def connections(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """A pool hands connections out and takes them back; connections that stay with a thread would empty it."""
    database = settings.DATABASES["default"]
    if database["OPTIONS"].get("pool") and database["CONN_MAX_AGE"] != 0:
        return [Error("ORDERSOPS_DB_POOL needs CONN_MAX_AGE = 0.", id="ordersops.E030")]
    return []
