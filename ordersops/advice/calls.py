"""Keeping what was said to an advisor, what came back, and what it cost."""

import hashlib
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ordersops.advice import prices
from ordersops.advice.answers import Exchange
from ordersops.advice.bodies import sealed
from ordersops.advice.models import Call, CallBody
from ordersops.ids import uuid7


def keep(
    exchange: Exchange, *, store_id: UUID, lane: str, snapshot_id: str, purpose: str, advisor: str, trace_id: str, attempt: int = 1
) -> Call:
    """The call as a row, priced by today's table, with its bodies sealed beside it."""
    call_id, today, usage = uuid7(), timezone.now().date(), exchange.usage
    # A service that names a cheaper model than was asked for must not make a call look cheap.
    models = {exchange.model_requested, exchange.model_returned or exchange.model_requested}
    call = Call(
        id=call_id, trace_id=trace_id, store_id=store_id, lane=lane, snapshot_id=snapshot_id, purpose=purpose, advisor=advisor,
        model_requested=exchange.model_requested[:80], model_returned=exchange.model_returned[:80], prompt_id=exchange.prompt_sha256,
        request_sha256=hashlib.sha256(exchange.request).hexdigest(), outcome=exchange.outcome, detail=exchange.detail[:300],
        status=exchange.status, stop_reason=exchange.stop_reason[:40], request_id=exchange.request_id[:120], input_tokens=usage.input,
        output_tokens=usage.output, cache_read_tokens=usage.cache_read, cache_write_tokens=usage.cache_write,
        cost_micros=max(prices.cost_micros(model, usage, on=today) for model in models), prices=prices.table_of(today),
        latency_ms=exchange.latency_ms, attempt=attempt,
    )  # fmt: skip
    with transaction.atomic():
        call.save(force_insert=True)
        CallBody.objects.create(
            call=call, request=sealed(call_id, "request", exchange.request),
            response=None if exchange.response is None else sealed(call_id, "response", exchange.response),
        )  # fmt: skip
    return call
