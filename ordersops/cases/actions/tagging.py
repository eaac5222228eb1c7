"""Tags: words of a store's own vocabulary that colleagues put on cases, to find them again."""

import re
from collections.abc import Iterable

from django.utils import timezone

from ordersops.accounts.access import require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases.actions.lease import locked
from ordersops.cases.models import Case, Tag
from ordersops.errors import Conflict, Invalid

MOST_TAGS = 8  # on one case
MOST_WORDS = 200  # in the vocabulary of a store
LONGEST_TAG = 24
_WORD = re.compile(r"[^\W_]+(-[^\W_]+)*")
_NUMBER = re.compile(r"\d{5,}")


@atomic
def tag(*, case: Case, by: User, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Case:
    """Put tags on the case and take others off, in one act. A word that the store does not know yet joins its vocabulary; one that no
    case carries any more leaves it.

    Needs `discuss_cases`; closed cases can be tagged too. They are what a colleague says, as a comment is: nothing puts a tag by itself, and
    no rule reads one. Invalid for a word that is none, or one too many; Conflict where nothing would change.
    """
    require(by, Perm.DISCUSS_CASES, case.store_id, to="tag this case", case=case)
    wanted, unwanted = [normal(word) for word in add], {normal(word) for word in remove}
    if both := sorted(unwanted & set(wanted)):
        raise Invalid(f"“{both[0]}” cannot be put on and taken off at once.")
    case = locked(case)
    added = sorted(set(wanted) - set(case.tags))
    removed = sorted(unwanted & set(case.tags))
    if not added and not removed:
        raise Conflict("The case has these tags already. Nothing was changed.")
    tags = sorted((set(case.tags) | set(added)) - set(removed))
    if len(tags) > MOST_TAGS and added:
        raise Invalid(f"A case carries at most {MOST_TAGS} tags; this would be {len(tags)}. Take some off first.")
    case.tags = tags
    case.save(update_fields=["tags", "changed_at"])
    _know(case, added, removed)
    record(Verb.CASE_TAGGED, by=by, case=case, change=_change(added, removed), added=added, removed=removed)
    return case


def normal(word: str) -> str:
    """The word as it is kept: small letters, digits and hyphens. Invalid for one that is none, or that could name a customer or order."""
    found = re.sub(r"[\s_]+", "-", word.strip().lstrip("#").strip()).casefold()
    if not _WORD.fullmatch(found):
        raise Invalid(f"“{word[:40]}” is no tag: use letters, digits and hyphens.")
    if len(found) > LONGEST_TAG:
        raise Invalid(f"“{found[:40]}…” is too long for a tag; {LONGEST_TAG} characters are the most.")
    if _NUMBER.search(found):
        raise Invalid(f"“{found}” has a long number in it. A tag says what kind of case it is, never whose: write that in a comment.")
    return found


def asked_for(text: str) -> str:
    """A tag to look for, or "" for what can be none: nothing carries it."""
    try:
        return normal(text)
    except Invalid:
        return ""


def words(text: str) -> list[str]:
    """What was typed into one field, separated by commas."""
    return [part for part in text.split(",") if part.strip()]


def _know(case: Case, added: list[str], removed: list[str]) -> None:
    """Keep the vocabulary: its rows are locked in one order, so two people cannot wait for each other, nor drop what the other just used."""
    known = Tag.objects.filter(store=case.store_id)
    held = {row.name for row in known.filter(name__in=[*added, *removed]).order_by("name").select_for_update()}
    if (new := len(set(added) - held)) and known.count() + new > MOST_WORDS:
        raise Invalid(f"This store has {MOST_WORDS} tags already, which is the most. Use one of them.")
    now = timezone.now()
    Tag.objects.bulk_create(
        [Tag(store_id=case.store_id, name=name, used_at=now) for name in added],
        update_conflicts=True, unique_fields=["store", "name"], update_fields=["used_at"],
    )  # fmt: skip
    dropped = [name for name in removed if not Case.objects.filter(store=case.store_id, tags__contains=[name]).exists()]
    known.filter(name__in=dropped).delete()


def _change(added: list[str], removed: list[str]) -> str:
    parts = [f"{', '.join(added)} put on"] if added else []
    return "; ".join([*parts, f"{', '.join(removed)} taken off"] if removed else parts)
