"""A past of any size: orders that the product itself took in and assessed, multiplied in the database.

A few hundred orders go through door, intake, advice and desk. Each of them is then a template: `grow` copies it with its parts, its
case, advice, decision and history to as many orders as asked for, each with a person, a day, a number and keys of its own. So the rows are
what the product writes, and the planner's statistics are those of a shop. Chains of copied events do not verify.

Import it after `Stage.django()`.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import psycopg
from django.apps import apps
from django.utils import timezone

OPEN_CASES = 5000
DECIDED_CASES = 10_000
WITH_ADVICE = 3000  # orders without a case that keep their evidence, in each growth
DAYS = 400
GUARDS = (("audit_event", "chain"), ("audit_head", "by_hand"))
BULK = 50_000  # from here on the indexes are built afterwards
FIRST = (
    "Avery Jordan Priya Marcus Elena Owen Hannah Theo Grace Malik Nora Felix",
    "Ivy Samuel Leah Dominic Anna Lukas Frieda Emre Camille Bastien Haruka Kenji",
)
FRONTS = ("Al Bel Car Dor El Fen Gar Hal In Jor Kel Lin Mar", "Nor Os Per Quin Ros Sal Tor Ul Ver Wal Yor Zel")
ENDS = ("berg ford stein son wick ham ley mann dale croft", "ton ski aga ert ino")


class Growth:
    """One growth by `count` orders, when there are `orders` by `before` people.

    In every statement `m` is the new order and `t` the template's row. With `waiting` each of the orders has an open case, after one of
    these templates; the first of them keep all of their evidence, the others share their template's snapshot.
    """

    def __init__(
        self, connection: psycopg.Connection[Any], stores: Sequence[UUID], *, orders: int, persons: int, count: int,
        open_cases: int = OPEN_CASES, waiting: Sequence[UUID] = (),
    ) -> None:  # fmt: skip
        self.connection, self.stores = connection, stores
        self.orders, self.before, self.count = orders, persons, count
        self.open_cases, self.waiting = open_cases, waiting
        self.persons = max(count // 3, 1)

    def run(self) -> None:
        for setting in (
            "session_replication_role = replica",
            "synchronous_commit = off",
            "maintenance_work_mem = '400MB'",
            "work_mem = '200MB'",
        ):
            self.connection.execute(f"SET {setting}")
        for table, trigger in GUARDS:
            self.connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")  # type: ignore[arg-type]
        indexes = self._drop_indexes() if self.count >= BULK else []
        self._map()
        self._people()
        self._orders()
        self._parts()
        self._cases()
        self._traces()
        for table, trigger in GUARDS:
            self.connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")  # type: ignore[arg-type]
        for statement in indexes:
            self.connection.execute(statement)
        self.connection.execute("VACUUM ANALYZE")

    # --- Who, when, and after which template --------------------------------------------------------------------------
    def _map(self) -> None:
        """One order in twenty has an open case and one in twenty a decided one, up to the limits; those with open ones are the newest."""
        upto = self.orders + self.count
        opened = min(self.open_cases, upto // 20) - min(self.open_cases, self.orders // 20)
        decided = min(DECIDED_CASES, upto // 20) - min(DECIDED_CASES, self.orders // 20)
        templates = _templates(self.connection)
        if self.waiting:
            opened, decided, templates["open"] = self.count, 0, list(self.waiting)
        self.connection.execute("DROP TABLE IF EXISTS bench_map, bench_person")
        self.connection.execute(
            """
            CREATE UNLOGGED TABLE bench_map AS
            SELECT g, kind, at, uuidv7(at - now()) AS id, CASE WHEN g %% 10 < 7 THEN %(one)s::uuid ELSE %(two)s::uuid END AS store,
                %(persons_before)s + 1 + floor(random() * %(persons)s)::bigint AS person, full_copy,
                CASE kind WHEN 'open' THEN (%(open)s::uuid[])[1 + g %% %(opens)s] WHEN 'decided' THEN (%(decided)s::uuid[])[1 + g %% %(decideds)s]
                    ELSE (%(plain)s::uuid[])[1 + g %% %(plains)s] END AS template
            FROM (
                SELECT g, kind, kind = 'decided' OR kind = 'open' AND g < %(first)s + %(with_case)s OR kind = 'plain' AND place <= %(with_advice)s
                    AS full_copy,
                    now() - CASE kind WHEN 'open' THEN random() * interval '6 hours'
                        WHEN 'decided' THEN interval '7 hours' + random() * interval '60 days'
                        ELSE interval '7 hours' + random() * %(days)s * interval '1 day' END AS at
                FROM (SELECT g, g - %(first)s + 1 - %(n_open)s - %(n_decided)s AS place,
                        CASE WHEN g < %(first)s + %(n_open)s THEN 'open' WHEN g < %(first)s + %(n_open)s + %(n_decided)s THEN 'decided'
                            ELSE 'plain' END AS kind
                    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS g) AS numbered
            ) AS placed
            """,
            {
                "one": self.stores[0], "two": self.stores[1], "persons_before": self.before, "persons": self.persons, "days": DAYS,
                "open": templates["open"], "opens": len(templates["open"]), "decided": templates["decided"],
                "decideds": len(templates["decided"]), "plain": templates["plain"], "plains": len(templates["plain"]), "first": self.orders + 1,
                "last": upto, "n_open": opened, "n_decided": decided, "with_advice": WITH_ADVICE, "with_case": OPEN_CASES,
            },
        )  # fmt: skip
        self.connection.execute("CREATE INDEX ON bench_map (template)")
        firsts = " ".join(FIRST).split()
        lasts = [front + end for front in " ".join(FRONTS).split() for end in " ".join(ENDS).split()]
        self.connection.execute(
            """
            CREATE UNLOGGED TABLE bench_person AS
            SELECT p, gen_random_uuid() AS id, first, last, first || ' ' || last AS name, lower(first || '.' || last) || p AS local,
                lower(first || '.' || last) || p || '@shopper.example' AS email, (2000000000 + p)::text AS phone,
                hashtextextended('email' || p, 1) AS email_key, hashtextextended('phone' || p, 1) AS phone_key,
                hashtextextended('ip' || p / 2, 1) AS ip_key, hashtextextended('card' || p, 1) AS card_key,
                hashtextextended('ship' || p, 1) AS ship_key, hashtextextended('device' || p, 1) AS device_key
            FROM (SELECT p, (%(firsts)s::text[])[1 + p %% %(n_first)s] AS first, (%(lasts)s::text[])[1 + p * 7919 %% %(n_last)s] AS last
                FROM generate_series(%(from)s::bigint, %(to)s::bigint) AS p) AS named
            """,
            {"firsts": firsts, "n_first": len(firsts), "lasts": lasts, "n_last": len(lasts), "from": self.before + 1,
                "to": self.before + self.persons},
        )  # fmt: skip
        self.connection.execute("CREATE UNIQUE INDEX ON bench_person (p)")
        self.connection.execute("ANALYZE bench_map, bench_person")

    # --- Orders ---------------------------------------------------------------------------------------------------------
    def _people(self) -> None:
        """One customer for each person, with the counts that the orders add up to."""
        own = {
            "id": "p.id", "store_id": f"'{self.stores[0]}'::uuid", "external_id": "'bench-' || p.p", "email": "p.email", "name": "p.name",
            "phone": "p.phone", "orders_count": "o.orders", "first_order_at": "o.low", "last_order_at": "o.high",
        }  # fmt: skip
        counted = "SELECT person, count(*) AS orders, min(at) AS low, max(at) AS high FROM bench_map GROUP BY person"
        one = "t.id = (SELECT customer_id FROM orders_order WHERE customer_id IS NOT NULL ORDER BY id LIMIT 1)"
        self._copy("orders.Customer", own, one, start=f"bench_person p JOIN ({counted}) o ON o.person = p.p")

    def _orders(self) -> None:
        """Every fiftieth order keeps a key of its template, so that new orders of the same shoppers find a past."""
        keys = {
            f"{key}_key": f"CASE WHEN t.{key}_key IS NULL THEN NULL WHEN m.g %% 50 = {place} THEN t.{key}_key ELSE p.{key}_key END"
            for place, key in enumerate(("email", "phone", "ip", "card", "ship", "device"))
        }
        named = "CASE WHEN t.{0} ? 'name' THEN jsonb_set(t.{0}, '{{name}}', to_jsonb(p.name)) ELSE t.{0} END"
        self._copy(
            "orders.Order",
            {
                "id": "m.id", "store_id": "m.store", "external_id": "(9100000000000000000 + m.g)::text", "number": "'#' || (500000 + m.g)",
                "customer_id": "p.id", "placed_at": "m.at", "source_at": "t.source_at + (m.at - t.placed_at)", "received_at": "m.at",
                "cancelled_at": "t.cancelled_at + (m.at - t.placed_at)", "closed_at": "t.closed_at + (m.at - t.placed_at)", "email": "p.email",
                "name": "p.name", "phone": "p.phone", "total": "round(t.total * (0.5 + m.g %% 100 / 100.0), 2)",
                "captured": "greatest(round(t.captured * (0.5 + m.g %% 100 / 100.0), 2), t.refunded)",
                "shipping_address": named.format("shipping_address"), "billing_address": named.format("billing_address"), **keys,
                "search": "array_to_tsvector(ARRAY[(500000 + m.g)::text, (9100000000000000000 + m.g)::text, lower(p.first), lower(p.last), p.email,"
                " p.local, p.phone, '1znort' || m.g] || w.words)",
            },
            "t.id = m.template JOIN bench_person p ON p.p = m.person"
            " JOIN LATERAL (SELECT coalesce(array_agg(DISTINCT lower(sku)) FILTER (WHERE sku <> ''), '{}') AS words"
            " FROM orders_line l WHERE l.order_id = t.id) w ON true",
            order="m.at",
        )  # fmt: skip
        self.connection.execute(
            """
            INSERT INTO orders_storeday AS d (store_id, day, orders, total, squares)
            SELECT o.store_id, (o.placed_at AT TIME ZONE 'UTC')::date, count(*), sum(o.total), sum(o.total * o.total)
            FROM orders_order o JOIN bench_map m ON m.id = o.id WHERE o.total IS NOT NULL GROUP BY 1, 2
            ON CONFLICT (store_id, day) DO UPDATE SET orders = d.orders + EXCLUDED.orders, total = d.total + EXCLUDED.total,
                squares = d.squares + EXCLUDED.squares
            """
        )

    def _parts(self) -> None:
        """Lines, money, parcels, disputes and holds of every order."""
        mine = {"id": "uuidv7()", "store_id": "m.store", "order_id": "m.id"}
        shift = "(m.at - (SELECT placed_at FROM orders_order o WHERE o.id = m.template))"
        times = {
            "orders.Line": (), "orders.Transaction": ("at", "source_at"), "orders.Shipment": ("shipped_at", "delivered_at", "source_at"),
            "orders.Refund": ("at", "source_at"), "orders.Dispute": ("opened_at", "due_at", "source_at"),
        }  # fmt: skip
        for model, moved in times.items():
            own = {name: f"t.{name} + {shift}" for name in moved}
            if model == "orders.Shipment":
                own["tracking_numbers"] = "jsonb_build_array('1ZN0RT' || m.g)"
            self._copy(model, {**mine, **own}, "t.order_id = m.template")
        decision = "CASE WHEN t.decision_id IS NULL THEN NULL ELSE md5(t.decision_id::text || m.g)::uuid END"
        held = "t.order_id = m.template AND (m.full_copy OR m.kind = 'open')"
        self._copy("orders.Hold", {**mine, "placed_at": "m.at", "decision_id": decision}, held)

    # --- Cases, advice, decisions ---------------------------------------------------------------------------------------
    def _cases(self) -> None:
        body = "replace(t.body, t.order_id::text, m.id::text)"
        sha = "encode(sha256(convert_to({}, 'UTF8')), 'hex')"
        own = {"store_id": "m.store", "order_id": "m.id", "subject": "m.id"}
        fits, asked = "t.order_id = m.template AND m.full_copy", "t.order_id = m.template AND (m.full_copy OR m.kind = 'open')"
        case = {
            **own, "id": "md5(t.id::text || m.g)::uuid", "opened_at": "m.at", "due_at": "m.at + (t.due_at - t.opened_at)", "changed_at": "m.at",
            "decided_at": "m.at + (t.decided_at - t.opened_at)", "leased_by_id": "NULL", "lease_until": "NULL", "priority": "t.priority + m.g %% 12",
        }  # fmt: skip
        self._copy("cases.Case", case, f"{asked} AND t.group_key = ''")
        self._copy("advice.Snapshot", {**own, "sha256": sha.format(body), "body": body, "taken_at": "m.at"}, fits)
        snapshot = sha.format(
            "replace((SELECT s.body FROM advice_snapshot s WHERE s.sha256 = t.snapshot_id), t.order_id::text, m.id::text)"
        )
        advised = {
            **own, "id": "md5(t.id::text || m.g)::uuid", "snapshot_id": f"CASE WHEN m.full_copy THEN {snapshot} ELSE t.snapshot_id END",
            "advised_at": "m.at + (t.advised_at - (SELECT min(r.advised_at) FROM advice_recommendation r WHERE r.order_id = t.order_id))",
        }  # fmt: skip
        self._copy("advice.Recommendation", advised, asked)
        through = "t.recommendation_id = r.id JOIN bench_map m ON m.template = r.order_id AND m.full_copy"
        self._copy(
            "advice.Signal",
            {"recommendation_id": "md5(t.recommendation_id::text || m.g)::uuid"},
            through,
            start="advice_recommendation r",
            skip=("id",),
        )
        decided = {
            "id": "md5(t.id::text || m.g)::uuid", "store_id": "m.store", "case_id": "md5(t.case_id::text || m.g)::uuid",
            "recommendation_id": "md5(t.recommendation_id::text || m.g)::uuid", "supersedes_id": "NULL", "decided_at": "m.at + interval '20 minutes'",
        }  # fmt: skip
        self._copy(
            "review.Decision", decided, "t.case_id = c.id JOIN bench_map m ON m.template = c.order_id AND m.full_copy", start="cases_case c"
        )
        done = {
            **own, "id": "md5(t.id::text || m.g)::uuid", "decision_id": "md5(t.decision_id::text || m.g)::uuid",
            "idempotency_key": "md5(t.id::text || m.g)", "state": "CASE WHEN m.g %% 200 = 0 THEN 'handed_over' ELSE 'done' END", "planned_at": "m.at",
            "due_at": "m.at", "not_before": "m.at", "settled_at": "m.at + interval '1 hour'",
        }  # fmt: skip
        self._copy("effects.Effect", done, fits)

    # --- Deliveries and history -----------------------------------------------------------------------------------------
    def _traces(self) -> None:
        """All of them for orders copied in full, and two events and one delivery for each of the others."""
        shift = "(m.at - (SELECT placed_at FROM orders_order o WHERE o.id = m.template))"
        delivery = {
            "id": "uuidv7(m.at - now())", "store_id": "m.store", "order_id": "m.id", "resource": "'order:' || (9100000000000000000 + m.g)",
            "dedupe_key": "md5(t.id::text || m.g)", "delivery_id": "md5(t.id::text || m.g)", "body": "NULL", "source_at": f"t.source_at + {shift}",
            "received_at": f"coalesce(t.source_at + {shift}, m.at)", "not_before": "m.at", "processed_at": "m.at", "lease_until": "NULL",
        }  # fmt: skip
        self._copy("intake.Delivery", delivery, "t.order_id = m.template AND (m.full_copy OR t.topic = 'orders/create')", order="m.at")
        event = {
            "stream": "'order:' || m.id", "at": "m.at + (t.at - first.at)", "store_id": "m.store", "order_id": "m.id",
            "case_id": "CASE WHEN t.case_id IS NULL THEN NULL ELSE md5(t.case_id::text || m.g)::uuid END",
        }  # fmt: skip
        self._copy(
            "audit.Event", event,
            "t.order_id = m.template AND t.stream = 'order:' || m.template"
            " AND (m.full_copy OR t.seq = 1 OR t.verb = 'order.assessed' AND t.seq < 8)"
            " JOIN audit_event first ON first.stream = t.stream AND first.seq = 1",
            order="m.at", skip=("id",),
        )  # fmt: skip

        self.connection.execute(
            """
            INSERT INTO audit_head (stream, seq, hash)
            SELECT DISTINCT ON (e.stream) e.stream, e.seq, e.hash FROM bench_map m JOIN audit_event e ON e.stream = 'order:' || m.id
            ORDER BY e.stream, e.seq DESC
            """
        )

    # --- Copying --------------------------------------------------------------------------------------------------------
    def _copy(
        self, model: str, changed: Mapping[str, str], fits: str, *, order: str = "", start: str = "bench_map m", skip: Sequence[str] = ()
    ) -> None:
        """Insert a copy of each template's row `t` that fits, with some columns changed."""
        meta = apps.get_model(model)._meta
        columns = [field.column for field in meta.concrete_fields if field.column not in skip]
        values = ", ".join(changed.get(column, f't."{column}"') for column in columns)
        names = ", ".join(f'"{column}"' for column in columns)
        statement = f"INSERT INTO {meta.db_table} ({names}) SELECT {values} FROM {start} JOIN {meta.db_table} t ON {fits}"
        self.connection.execute(f"{statement} ORDER BY {order}" if order else statement, {})  # type: ignore[arg-type]

    def _drop_indexes(self) -> list[str]:
        """Drop what no constraint needs; returns the statements that bring it back."""
        rows = self.connection.execute(
            """
            SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class r ON r.oid = i.indrelid
            WHERE NOT i.indisunique AND r.relname ~ '^(orders|audit|intake)_' AND c.relnamespace = 'public'::regnamespace
            """
        ).fetchall()
        keep = ("orders_line_order_id", "advice_of_order")  # the copying itself reads by them
        dropped = [(name, statement) for name, statement in rows if not name.startswith(keep)]
        for name, _ in dropped:
            self.connection.execute(f'DROP INDEX "{name}"')  # type: ignore[arg-type]
        return [statement for _, statement in dropped]


def _templates(connection: psycopg.Connection[Any]) -> dict[str, list[UUID]]:
    """Orders to copy: with an open case, with a decided one, and without any; whatever is missing is replaced by the last."""
    rows = connection.execute(
        """
        SELECT o.id, coalesce(max(c.state), 'plain') FROM orders_order o LEFT JOIN cases_case c ON c.order_id = o.id
        WHERE o.placed_at IS NOT NULL AND o.external_id NOT LIKE '91%%' AND o.placed_at < %s
            AND NOT EXISTS (SELECT FROM cases_member x WHERE x.order_id = o.id)
        GROUP BY o.id HAVING coalesce(max(c.group_key), '') = '' AND coalesce(max(c.state), 'plain') NOT IN ('withdrawn', 'waiting') ORDER BY o.id
        """,
        [timezone.now()],
    ).fetchall()
    found: dict[str, list[UUID]] = {"open": [], "decided": [], "plain": []}
    for pk, kind in rows:
        found[kind].append(pk)
    return {kind: ids or found["plain"] for kind, ids in found.items()}
