"""What colleagues say to each other about a case: comments, questions, answers, files."""

from collections.abc import Sequence

from django.utils import timezone

from ordersops.accounts.access import can, require
from ordersops.accounts.models import User
from ordersops.accounts.roles import Perm
from ordersops.audit.actions import atomic, record
from ordersops.audit.verbs import Verb
from ordersops.cases import files
from ordersops.cases.actions.lease import locked
from ordersops.cases.models import Attachment, Case, Comment, Mention
from ordersops.errors import Conflict, Invalid

LONGEST = 4000
SHORTEST_NOTE = 5
MOST_ASKED = 10
MOST_FILES = 50


@atomic
def comment(*, case: Case, text: str, by: User, ask: Sequence[User] = ()) -> Comment:
    """Say something about the case, and ask colleagues who may discuss it. Whoever was asked and says something has answered.

    Needs `discuss_cases`; closed cases can be talked about too.
    """
    require(by, Perm.DISCUSS_CASES, case.store_id, to="comment on this case", case=case)
    text = _text(text)
    if not text:
        raise Invalid("Write something first.")
    asked = list({person.pk: person for person in ask}.values())
    for person in asked:
        if person.pk == by.pk or not person.is_active or not can(person, Perm.DISCUSS_CASES, case.store_id):
            raise Invalid(f"{person} cannot be asked: choose a colleague who may discuss cases of this store.")
    if len(asked) > MOST_ASKED:
        raise Invalid(f"Ask at most {MOST_ASKED} colleagues at once.")
    case = locked(case)
    answered = Mention.objects.filter(case=case, person=by, answered_at=None).update(answered_at=timezone.now())
    kind = Comment.Kind.QUESTION if asked else Comment.Kind.ANSWER if answered else Comment.Kind.COMMENT
    said = _say(case, by, kind, text)
    Mention.objects.bulk_create(Mention(comment=said, case=case, person=person) for person in asked)
    case.save(update_fields=["comments_count", "changed_at"])
    if asked:
        record(Verb.CASE_ASKED, by=by, case=case, comment=said.pk, of=", ".join(person.name for person in asked))
    else:
        record(Verb.CASE_ANSWERED if answered else Verb.CASE_COMMENTED, by=by, case=case, comment=said.pk)
    return said


@atomic
def attach(*, case: Case, name: str, content: bytes, by: User, text: str = "") -> Attachment:
    """Attach a file of at most the set size. Its type is found in its content; a picture is drawn anew. Needs `discuss_cases`."""
    require(by, Perm.DISCUSS_CASES, case.store_id, to="attach a file to this case", case=case)
    kept = files.accept(name, content)
    case = locked(case)
    if Attachment.objects.filter(case=case).count() >= MOST_FILES:
        raise Conflict(f"The case has {MOST_FILES} files already, which is the most.")
    said = _say(case, by, Comment.Kind.FILE, _text(text))
    made = Attachment(
        store_id=case.store_id, case=case, comment=said, name=kept.name, kind=kept.kind, size=len(kept.content), sha256=kept.sha256
    )  # fmt: skip
    made.body = files.seal(made.pk, kept.content)
    made.save(force_insert=True)
    case.save(update_fields=["comments_count", "changed_at"])
    record(Verb.CASE_ATTACHED, by=by, case=case, attachment=made.pk, kind=made.kind, size=made.size, sha256=made.sha256)
    return made


def note_of(case: Case, by: User, kind: str, note: str, *, needed: str = "") -> Comment | None:
    """The note that goes with an act, as a comment; in the caller's unit, which holds the case and saves it. `needed`: what it must say."""
    text = _text(note)
    if needed and len(text) < SHORTEST_NOTE:
        raise Invalid(f"Say in a note {needed}.")
    return _say(case, by, kind, text) if text else None


def _say(case: Case, by: User, kind: str, text: str) -> Comment:
    case.comments_count += 1
    return Comment.objects.create(store_id=case.store_id, case=case, by=by, kind=kind, text=text)


def _text(text: str) -> str:
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(text) > LONGEST:
        raise Invalid(f"That is too long; {LONGEST:,} characters are the most.")
    return text
