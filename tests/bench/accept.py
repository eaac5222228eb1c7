"""The door: signed Shopify orders of about 5 kB against `manage.py up`, beside a bare Django view on the same server.

First with everything running, when the workers take their share of the machine; then the door alone, which is the web server
started by the same command line, in turns with the yardstick. `server us` and `postgres us` are processor time for each request.
"""

import time
from dataclasses import dataclass, field
from statistics import median
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.bench import bare
from tests.bench.load import Fired, fire
from tests.bench.orders import Teller, many, slim
from tests.bench.report import Report, arguments, percentile, spread
from tests.bench.stage import Running, Shop, Stage, free_port, stage

CONNECTIONS = (1, 16, 64)
FASTEST = 3500  # requests a second that are made ready for a round


@dataclass
class Target:
    """Somewhere to send to, and what came of it at each number of connections."""

    name: str
    running: Running
    path: str
    count: str  # the statement that counts its rows
    rounds: dict[int, list[Fired]] = field(default_factory=dict)
    stored: dict[int, int] = field(default_factory=dict)
    web: dict[int, float] = field(default_factory=dict)  # processor seconds of the server, and below of the database
    postgres: dict[int, float] = field(default_factory=dict)


class Bench:
    def __init__(self, on: Stage, shop: Shop, report: Report, seconds: float) -> None:
        self.on, self.shop, self.report, self.seconds = on, shop, report, seconds
        self.hooks = [slim(hook) for hook in Teller(shop).placed(200)]
        self.size = round(sum(len(hook.body) for hook in self.hooks) / len(self.hooks))

    def one_round(self, target: Target, url: str, connections: int, *, warm: bool = False) -> None:
        seconds = 0.4 if warm else self.seconds
        requests = [hook.request(target.path) for hook in many(self.hooks, int(seconds * FASTEST), self.shop.secret)]
        before = _count(url, target.count)
        web, postgres = target.running.seconds(), self.on.postgres_seconds()
        fired = fire(target.running.port, requests, connections=connections, seconds=seconds)
        web, postgres = target.running.seconds() - web, self.on.postgres_seconds() - postgres
        stored = _count(url, target.count) - before
        if not warm:
            target.rounds.setdefault(connections, []).append(fired)
            target.stored[connections] = target.stored.get(connections, 0) + stored
            target.web[connections] = target.web.get(connections, 0.0) + web
            target.postgres[connections] = target.postgres.get(connections, 0.0) + postgres

    def tell(self, target: Target, connections: int, **more: object) -> float:
        """One row; returns the median rate of the rounds."""
        rounds = target.rounds[connections]
        rate = median(fired.rate for fired in rounds)
        acknowledged = sum(fired.acknowledged for fired in rounds)
        times = spread([latency for fired in rounds for latency in fired.latencies])
        self.report.row(
            target.name, connections=connections, per_s=round(rate), **times, not_200=sum(fired.refused for fired in rounds),
            acknowledged=acknowledged, lost=acknowledged - target.stored[connections],
            server_us=round(target.web[connections] / max(acknowledged, 1) * 1e6),
            postgres_us=round(target.postgres[connections] / max(acknowledged, 1) * 1e6), **more,
        )  # fmt: skip
        return rate


def main() -> None:
    asked = arguments(__doc__ or "")
    report = Report("accept", as_json=asked.json)
    rounds, seconds = (2, 0.9) if asked.quick else (5, 6.0)
    with stage() as on:
        with on.up() as running:
            shop = on.connect_store("Bench")
            bench = Bench(on, shop, report, seconds)
            report.say(
                f"Bodies of {bench.size:,} bytes on average, each signed and of an order of its own; {rounds} rounds of {seconds} s."
            )
            web = running.web()
            busy = Target("everything running", running, shop.path, "SELECT count(*) FROM intake_delivery")
            bench.one_round(busy, on.url, 16, warm=True)
            for connections in CONNECTIONS:
                bench.one_round(busy, on.url, connections)
                bench.tell(busy, connections, pending=on.rows("SELECT count(*) FROM intake_delivery WHERE state = 'pending'")[0][0])
        on.rows("TRUNCATE intake_delivery, ordersops_wakeup, django_q_ormq")
        _alone(bench, rounds, web, busy)


def _alone(bench: Bench, rounds: int, web: tuple[list[str], dict[str, str]], busy: Target) -> None:
    """The door and the yardstick in turns, and the summary."""
    on, report = bench.on, bench.report
    bare_url = _bare_database(on.url)
    command, environment = web
    servers = []
    try:
        servers.append(_serve(on, command, environment, "ordersops.wsgi:application"))
        own = {**environment, "BARE_DATABASE_URL": bare_url, "BARE_SECRET": bench.shop.secret}
        servers.append(_serve(on, command, own, f"{bare.__name__}:application"))
        door = Target("the door alone", servers[0], bench.shop.path, "SELECT count(*) FROM intake_delivery")
        yardstick = Target("bare view", servers[1], bare.PATH, "SELECT count(*) FROM bare_delivery")
        pairs = [(door, on.url), (yardstick, bare_url)]
        for target, url in pairs:
            bench.one_round(target, url, 16, warm=True)
        ratios, rates = {}, {}
        for connections in CONNECTIONS:
            for number in range(rounds):
                for target, url in pairs if number % 2 == 0 else reversed(pairs):
                    bench.one_round(target, url, connections)
            rates[connections] = bench.tell(door, connections)
            ratios[connections] = round(rates[connections] / bench.tell(yardstick, connections), 3)
            report.row("door / bare view", connections=connections, ratio=ratios[connections])
    finally:
        for server in servers:
            server.stop()
    p99 = percentile([latency for fired in door.rounds[16] for latency in fired.latencies], 0.99) * 1000
    targets = (busy, door, yardstick)
    lost = sum(fired.acknowledged for one in targets for done in one.rounds.values() for fired in done)
    lost -= sum(stored for one in targets for stored in one.stored.values())
    report.summary(
        {"0.85 of the bare view at 16": ratios[16] >= 0.85, "p99 under 50 ms at 16": p99 < 50, "nothing lost": lost == 0},
        body_bytes=bench.size,
        **{f"door_per_s_at_{number}": round(rates[number]) for number in CONNECTIONS},
        **{f"ratio_at_{number}": ratios[number] for number in CONNECTIONS},
        door_p99_ms_at_16=round(p99, 1),
        **{f"everything_running_per_s_at_{number}": round(busy.rounds[number][0].rate) for number in CONNECTIONS},
        not_200=sum(fired.refused for one in targets for done in one.rounds.values() for fired in done),
        lost=lost,
    )


def _serve(on: Stage, command: list[str], environment: dict[str, str], application: str) -> Running:
    """The product's own command line with another port and application."""
    port = free_port()
    asked = list(command)
    asked[asked.index("--port") + 1] = str(port)
    asked[-1] = application
    running = on.start(asked, port, environment)
    _wait_until_it_listens(running)
    return running


def _wait_until_it_listens(running: Running) -> None:
    """A webhook without a signature is refused by both: any answer will do."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and running.process.poll() is None:
        try:
            if fire(running.port, [b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"], connections=1, seconds=1).latencies:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"The server did not start:\n{running.log.read_text(errors='replace')[-3000:]}")


def _bare_database(url: str) -> str:
    """A database beside the product's, with the yardstick's one table."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE bare")
    own = urlunsplit(urlsplit(url)._replace(path="/bare"))
    with psycopg.connect(own, autocommit=True) as connection:
        connection.execute(bare.TABLE)
    return own


def _count(url: str, statement: str) -> int:
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(statement).fetchone()  # type: ignore[call-overload]
        return int(row[0])


if __name__ == "__main__":
    main()
