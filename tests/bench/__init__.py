"""How fast the product is, measured and never asserted.

    uv run python -m tests.bench.accept    the door, beside a bare Django view on the same server
    uv run python -m tests.bench.drain     from deliveries to assessed orders and cases, and how soon a case is seen
    uv run python -m tests.bench.desk      the pages, while the number of orders grows
    uv run python -m tests.bench.effects   from due to settled at stores that take their time
    uv run python -m tests.bench.notifications  events to subscribers, and what listening costs

Each takes `--quick` (under 50 seconds) and `--json` (one object a line, the last is the summary). Each has a data directory and a
database of its own, which go with it, and uses loopback only. The figures of one run belong together: another machine, or
a busy one, gives others.
"""
