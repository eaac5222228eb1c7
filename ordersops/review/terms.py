"""How a person changes what an outcome means in particular: the lane's forms, drawn into the confirm steps and read from them."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict

from ordersops.advice.models import Recommendation
from ordersops.cases.lanes import Lane
from ordersops.rollout.queries import written

if TYPE_CHECKING:
    from ordersops.review.queries import Available

PREFIX = "terms"


def terms_for(about: Lane, advice: Recommendation, outcome: str) -> dict[str, Any]:
    """The terms of an outcome as the rules compute them on the evidence of this advice, under its policy."""
    if outcome == advice.outcome:
        return dict(advice.terms)
    return about.terms(advice.snapshot.evidence, outcome, written(advice).policy(advice.policy_version))


def drawn(
    about: Lane,
    advice: Recommendation | None,
    outcomes: Iterable[str],
    posted: QueryDict | None = None,
    *,
    prepared: Mapping[str, Mapping[str, str]] | None = None,
) -> dict[str, forms.Form]:
    """The form of each of these outcomes that has one, with what was typed where it comes back. `number` is the outcome's place.

    `prepared`: by outcome, words that a playbook fills in.
    """
    found = {}
    for number, outcome in enumerate(outcomes if advice is not None else (), start=1):
        assert advice is not None
        typed = typed_in(posted, outcome) if posted is not None else None
        form = about.terms_form(advice.snapshot.evidence, outcome, terms_for(about, advice, outcome), data=typed)
        if form is not None:
            form.initial.update(prepared.get(outcome, {}) if prepared else {})
            form.prefix, form.number = f"{PREFIX}-{outcome}", number  # type: ignore[attr-defined]
            found[outcome] = form if typed is None else _kept(form, typed)
    return found


def outcomes_of(about: Lane, may: "Available", act: str) -> list[str]:
    """The outcomes whose terms can be changed in the step of this act. Approving allows other terms only where they are no other decision."""
    if act == "override":
        return [outcome.key for outcome in may.others]
    return [may.recommended.key] if may.recommended and may.recommended.key not in about.adjustable else []


def of_page(about: Lane, advice: Recommendation | None, may: "Available") -> dict[str, dict[str, forms.Form]]:
    """The forms for the confirm steps that lie in the case page itself; none of a step that is not open."""
    return {
        f"{act}_terms": drawn(about, advice, outcomes_of(about, may, act) if getattr(may, act) else ()) for act in ("approve", "override")
    }


def typed_in(posted: QueryDict, outcome: str) -> QueryDict | None:
    """What was typed into the form of this outcome, under the names that the lane gave its fields; None where it was not sent."""
    start = f"{PREFIX}-{outcome}-"
    names = [name for name in posted if name.startswith(start)]
    if not names:
        return None
    found = QueryDict(mutable=True)
    for name in names:
        found.setlist(name.removeprefix(start), posted.getlist(name))
    return found


def _kept(form: forms.Form, typed: Mapping[str, Any]) -> forms.Form:
    """Judge it under the lane's own names before it is drawn under ours."""
    prefix, form.prefix = form.prefix, None
    form.full_clean()
    form.prefix = prefix
    assert isinstance(typed, QueryDict)
    renamed = QueryDict(mutable=True)
    for name in typed:
        renamed.setlist(form.add_prefix(name), typed.getlist(name))
    form.data = renamed
    return form
