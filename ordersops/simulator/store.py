"""The running simulated store: director, sender, callbacks and record wired together."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from . import shelves
from .callbacks import Callbacks
from .config import Config, Shop
from .director import Director
from .mailbox import Mailboxes
from .record import Record
from .sender import Sender
from .shopify_admin import ShopifyAdmin
from .warehouse import Warehouses
from .woocommerce_api import WooCommerce

PATIENCE = 60.0  # seconds that the product may take to answer for the first time


class Store:
    """Starts and stops as one. `quiet` keeps it from writing to standard output."""

    def __init__(self, config: Config, *, quiet: bool = False, pause: float = 0.5) -> None:
        self.config = config
        self.record = Record(quiet=quiet)
        self.sender = Sender(self.record, pause=pause)
        self.director = Director(config, out=self.sender.send, record=self.record)
        self.callbacks = Callbacks(self.director)
        self.warehouses = Warehouses(self.director)
        self.shopify = ShopifyAdmin(self.director)
        self.woocommerce = WooCommerce(self.director)
        self.mailboxes = Mailboxes(config.host, config.mail_port, self.record.got) if config.mail_port is not None else None
        self.stopping = threading.Event()

    def shop(self, index: str) -> Shop | None:
        return self.config.shops[int(index)] if index.isdecimal() and int(index) < len(self.config.shops) else None

    def wait_for_product(self, patience: float = PATIENCE) -> bool:
        """Ask politely until the product answers anything at all; False if it did not, or if the store is told to stop."""
        endpoint = urlsplit(self.config.shops[0].endpoint)
        address = self.config.product_url or f"{endpoint.scheme}://{endpoint.netloc}"
        deadline, pause = time.monotonic() + patience, 0.2
        with requests.Session() as session:
            session.trust_env = False
            while not self.stopping.is_set():
                try:
                    if session.get(f"{address.rstrip('/')}/healthz", timeout=5, allow_redirects=False).status_code < 500:
                        return True
                except requests.RequestException:
                    pass
                if time.monotonic() + pause > deadline:
                    return False
                self.stopping.wait(pause)
                pause = min(pause * 1.5, 3.0)
        return False

    def open(self) -> None:
        """Send the past, then let the present begin."""
        if self.mailboxes:
            self.mailboxes.start()
        self.sender.start()
        for shop in (shop for shop in self.config.shops if shop.platform == "woocommerce"):
            for hook in shop.hooks:
                self.director.ping(shop, hook)
        if self.config.stock:
            for shop in self.config.shops:
                for message in shelves.told(shop, now=datetime.now(UTC)):
                    self.sender.send(message)
        if self.config.backfill:
            count = self.director.tell_past(self.config.backfill)
            self.record.say(f"{self.config.backfill} orders of the last days, {count} webhooks, seed {self.director.seed}")
        self.director.start()
        if self.config.rate:
            self.director.tell_first()

    def close(self) -> None:
        self.stopping.set()
        if self.mailboxes:
            self.mailboxes.stop()
        self.director.stop()
        self.sender.stop()

    def state(self) -> dict[str, Any]:
        shops = [
            {"index": s.index, "name": s.name, "platform": s.platform, "currency": s.currency, "domain": s.domain, "endpoint": s.endpoint}
            for s in self.config.shops
        ]
        return self.record.state() | {
            "shops": shops,
            "rate": self.director.rate,
            "seed": self.director.seed,
            "waiting": self.sender.waiting,
            "warehouses": self.warehouses.state(),
        }
