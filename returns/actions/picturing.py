"""Photos of a line, kept as what they show and nothing else."""

from collections.abc import Sequence

from ordersops.errors import Invalid
from ordersops.ids import uuid7
from returns import photos
from returns.models import Photo, ReturnLine


def keep_photos(row: ReturnLine, given: Sequence[tuple[str, bytes]]) -> int:
    """Keep new photos of the line; the same one twice is one. In the caller's unit. Returns how many are new."""
    held = set(row.photos.values_list("sha256", flat=True)) if given else set()
    new = 0
    for name, content in given:
        kept = photos.taken(name, content)
        if kept.sha256 in held:
            continue
        if len(held) >= photos.MOST:
            raise Invalid(f"{photos.MOST} photos of one line are enough.")
        pk = uuid7()
        Photo.objects.create(
            id=pk,
            store_id=row.store_id,
            line=row,
            kind=kept.kind,
            size=len(kept.content),
            sha256=kept.sha256,
            body=photos.seal(pk, kept.content),
        )
        held.add(kept.sha256)
        new += 1
    return new
