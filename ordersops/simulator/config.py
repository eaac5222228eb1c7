"""What the simulated store is told when it starts: one JSON document, parsed once, refused with a sentence."""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from .hooks import Hook, first_hooks

Platform = Literal["shopify", "generic", "woocommerce"]


class ConfigError(ValueError):
    """The configuration cannot be used; the message says which entry and why."""


@dataclass(frozen=True)
class Node:
    """The warehouse of one of a shop's places: where it answers, and what both sides sign with."""

    place: str
    endpoint: str
    secret: str


@dataclass(eq=False)
class Shop:
    """One shop of the simulated world and the door of the product that its webhooks go to.

    There is one object for each shop: a rotated secret counts for everything that is sent from then on. With an `api_key`
    the product may use the interface of the shop's platform; `hooks` are the subscriptions of a shop that keeps a list.
    """

    index: int
    name: str
    platform: Platform
    endpoint: str
    secret: str
    currency: str
    domain: str
    api_key: str = ""
    api_secret: str = ""
    mail: str = ""  # where its mail service hands customers' e-mails on
    contact: str = ""  # its web form
    hooks: list[Hook] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)


@dataclass(frozen=True)
class Config:
    """`rate` is new orders a minute over all shops; `tempo` multiplies every wait inside a story (1 = demo time)."""

    shops: tuple[Shop, ...]
    port: int = 8020
    rate: float = 12.0
    seed: int | None = 7
    product_url: str | None = None
    backfill: int = 40
    stop_after: float | None = None
    tempo: float = 1.0
    mail_port: int | None = None  # where the mailboxes of all customers take mail
    stock: bool = False  # whether the shops tell what lies on their shelves
    host: str = field(default="127.0.0.1")


def load(source: str) -> Config:
    """Read the configuration from a file, or from standard input when `source` is `-`."""
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"Cannot read the configuration {source}: {error.strerror}.") from error
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"The configuration is not JSON: {error}.") from error
    return parse(raw)


def parse(raw: Any) -> Config:
    """Turn the JSON document into a Config. Raises ConfigError on a missing, misspelt or impossible entry."""
    if not isinstance(raw, dict):
        raise ConfigError("The configuration must be a JSON object.")
    known = {"shops", "port", "rate", "seed", "product_url", "backfill", "stop_after", "tempo", "host", "stock", "mail_port"}
    if strange := set(raw) - known:
        raise ConfigError(f"Unknown entries in the configuration: {', '.join(sorted(strange))}.")
    shops = raw.get("shops")
    if not isinstance(shops, list) or not shops:
        raise ConfigError("The configuration needs a list `shops` with at least one shop.")
    config = Config(shops=tuple(_shop(index, shop) for index, shop in enumerate(shops)))
    return replace(
        config,
        port=int(_number(raw, "port", config.port, 0, 65535)),
        rate=_number(raw, "rate", config.rate, 0, 6000),
        seed=None if raw.get("seed", config.seed) is None else int(_number(raw, "seed", 7, -(2**62), 2**62)),
        product_url=_text_or_none(raw, "product_url"),
        backfill=int(_number(raw, "backfill", config.backfill, 0, 100_000)),
        stop_after=None if raw.get("stop_after") is None else _number(raw, "stop_after", 0, 0, 10**9),
        mail_port=None if raw.get("mail_port") is None else int(_number(raw, "mail_port", 0, 0, 65535)),
        stock=raw.get("stock") is True,
        tempo=_number(raw, "tempo", config.tempo, 0, 100),
        host=_text_or_none(raw, "host") or config.host,
    )


def _shop(index: int, raw: Any) -> Shop:
    if not isinstance(raw, dict):
        raise ConfigError(f"shops[{index}] must be an object.")
    texts = {}
    for key in ("name", "endpoint", "secret", "currency", "domain"):
        value = raw.get(key)
        if not isinstance(value, str) or not value:
            raise ConfigError(f"shops[{index}].{key} must be a text that is not empty.")
        texts[key] = value
    if not texts["endpoint"].startswith(("http://", "https://")):
        raise ConfigError(f"shops[{index}].endpoint must be an http(s) address.")
    keys = {}
    for key in ("api_key", "api_secret", "mail", "contact"):
        keys[key] = raw.get(key, "")
        if not isinstance(keys[key], str):
            raise ConfigError(f"shops[{index}].{key} must be a text.")
    match raw.get("platform"):
        case "shopify":
            platform: Platform = "shopify"
        case "generic":
            platform = "generic"
        case "woocommerce":
            platform = "woocommerce"
        case other:
            raise ConfigError(f"shops[{index}].platform must be shopify, generic or woocommerce, not {other!r}.")
    if not fits(platform, texts["secret"]):
        raise ConfigError(f"shops[{index}].secret must be whsec_ followed by base64.")
    return Shop(
        index=index,
        platform=platform,
        hooks=first_hooks(platform, texts["endpoint"], texts["secret"]),
        nodes=nodes(raw.get("nodes")),
        **texts,
        **keys,
    )


def nodes(raw: Any) -> list[Node]:
    """The warehouses of a shop. Raises ConfigError where one cannot be used."""
    found = []
    for one in raw or []:
        place, endpoint, secret = (str(one.get(key) or "") if isinstance(one, dict) else "" for key in ("place", "endpoint", "secret"))
        if not place or not endpoint.startswith(("http://", "https://")) or not secret or not _is_standard_secret(secret):
            raise ConfigError("A node needs a place, an endpoint, and a secret that begins with whsec_.")
        found.append(Node(place, endpoint, secret))
    return found


def fits(platform: Platform, secret: str) -> bool:
    """Whether the platform can sign with the secret."""
    return bool(secret) and (platform != "generic" or _is_standard_secret(secret))


def _is_standard_secret(secret: str) -> bool:
    try:
        return bool(base64.b64decode(secret.removeprefix("whsec_") + "=="))
    except ValueError:
        return False


def _number(raw: dict[str, Any], key: str, default: float, low: float, high: float) -> float:
    value = raw.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ConfigError(f"{key} must be a number from {low:g} to {high:g}, not {value!r}.")
    return value


def _text_or_none(raw: dict[str, Any], key: str) -> str | None:
    value = raw.get(key)
    if value is not None and not isinstance(value, str):
        raise ConfigError(f"{key} must be a text.")
    return value
