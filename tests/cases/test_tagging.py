"""tag: words of a store's vocabulary on cases, and finding cases by them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from ordersops.accounts.models import User
from ordersops.accounts.roles import ROLES, Perm, Role
from ordersops.audit.verbs import Verb
from ordersops.cases.actions import next_case, tag
from ordersops.cases.actions.tagging import MOST_TAGS, MOST_WORDS, normal
from ordersops.cases.models import Case, Tag
from ordersops.cases.taking import take
from ordersops.errors import Conflict, Forbidden, Invalid
from ordersops.search.queries import search
from ordersops.stores.models import Store
from tests.factories import CaseFactory
from tests.kernel.history import events, told
from tests.people import MakePerson

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(store: Store) -> Case:
    return CaseFactory(order__store=store)


def vocabulary(store: Store) -> list[str]:
    return sorted(Tag.objects.filter(store=store).values_list("name", flat=True))


def test_tags_are_put_on_and_taken_off_in_one_act(case: Case, fraud_reviewer: User, store: Store) -> None:
    tag(case=case, add=["Gift Wrap", "#vip"], by=fraud_reviewer)
    tag(case=case, add=["called"], remove=["VIP"], by=fraud_reviewer)
    case.refresh_from_db()
    assert case.tags == ["called", "gift-wrap"]
    first, second = events(Verb.CASE_TAGGED, case=case)
    assert (first.data["added"], first.data["removed"]) == (["gift-wrap", "vip"], [])
    assert (second.data["added"], second.data["removed"]) == (["called"], ["vip"])
    assert "called put on; vip taken off" in second.sentence
    assert told(case=case) == [Verb.CASE_TAGGED] * 2


def test_the_vocabulary_holds_the_words_in_use(case: Case, fraud_reviewer: User, store: Store) -> None:
    other = CaseFactory(order__store=store)
    tag(case=case, add=["gift", "vip"], by=fraud_reviewer)
    tag(case=other, add=["gift"], by=fraud_reviewer)
    tag(case=case, remove=["gift", "vip"], by=fraud_reviewer)
    assert vocabulary(store) == ["gift"]
    tag(case=other, remove=["gift"], by=fraud_reviewer)
    assert vocabulary(store) == []


def test_each_store_has_its_own_words(case: Case, fraud_reviewer: User, other_store: Store, make_person: MakePerson) -> None:
    tag(case=case, add=["gift"], by=fraud_reviewer)
    tag(case=CaseFactory(order__store=other_store), add=["other"], by=make_person(Role.FRAUD_REVIEWER, other_store))
    assert (vocabulary(case.store), vocabulary(other_store)) == (["gift"], ["other"])


@pytest.mark.parametrize("role", [role for role in Role if Perm.DISCUSS_CASES not in ROLES[role]])
def test_it_needs_the_right_to_discuss_cases(role: Role, case: Case, make_person: MakePerson) -> None:
    with pytest.raises(Forbidden):
        tag(case=case, add=["gift"], by=make_person(role, case.store))


def test_not_in_another_store_and_not_by_the_system(case: Case, other_store: Store, make_person: MakePerson, system: User) -> None:
    for person in (make_person(Role.SUPERVISOR, other_store), system):
        with pytest.raises(Forbidden):
            tag(case=case, add=["gift"], by=person)
    case.refresh_from_db()
    assert case.tags == []


@pytest.mark.parametrize("state", ["waiting", "decided", "withdrawn"])
def test_a_case_in_any_state_can_be_tagged(state: str, case: Case, fraud_reviewer: User) -> None:
    Case.objects.update(state=state)
    assert tag(case=case, add=["false-positive"], by=fraud_reviewer).tags == ["false-positive"]


def test_again_is_a_conflict(case: Case, fraud_reviewer: User) -> None:
    tag(case=case, add=["gift"], by=fraud_reviewer)
    for change in ({"add": ["gift"]}, {"remove": ["vip"]}, {}):
        with pytest.raises(Conflict, match="already"):
            tag(case=case, by=fraud_reviewer, **change)
    assert told(case=case) == [Verb.CASE_TAGGED]


def test_a_case_carries_so_many_and_no_more(case: Case, fraud_reviewer: User) -> None:
    tag(case=case, add=[f"word-{n}" for n in range(MOST_TAGS)], by=fraud_reviewer)
    with pytest.raises(Invalid, match=f"at most {MOST_TAGS}"):
        tag(case=case, add=["more"], by=fraud_reviewer)
    assert "more" in tag(case=case, add=["more"], remove=["word-0"], by=fraud_reviewer).tags


def test_a_store_has_so_many_words_and_no_more(case: Case, fraud_reviewer: User) -> None:
    Tag.objects.bulk_create(Tag(store=case.store, name=f"word-{n}", used_at=case.opened_at) for n in range(MOST_WORDS))
    tag(case=case, add=["word-7"], by=fraud_reviewer)
    with pytest.raises(Invalid, match="Use one of them"):
        tag(case=case, add=["more"], by=fraud_reviewer)


@pytest.mark.parametrize("word", ["", "  ", "-", "ada@example.org", "a/b", "<b>", "x" * 25, "order-4711471", "5550100123", "a--b"])
def test_what_is_no_tag_is_refused(word: str, case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(Invalid):
        tag(case=case, add=["gift", word], by=fraud_reviewer)
    assert vocabulary(case.store) == []


def test_on_and_off_at_once_is_no_wish(case: Case, fraud_reviewer: User) -> None:
    with pytest.raises(Invalid, match="at once"):
        tag(case=case, add=["Gift"], remove=["gift"], by=fraud_reviewer)


@pytest.mark.parametrize(
    ("typed", "kept"), [("  #Gift  Wrap ", "gift-wrap"), ("CALLED_back", "called-back"), ("größe", "grösse"), ("24h", "24h")]
)
def test_one_word_one_spelling(typed: str, kept: str) -> None:
    assert normal(typed) == kept


# --- finding ----------------------------------------------------------------------------------------------------------
@pytest.fixture
def tagged(case: Case, fraud_reviewer: User, store: Store) -> Case:
    CaseFactory(order__store=store, priority=99)
    return tag(case=case, add=["gift", "vip"], by=fraud_reviewer)


def test_the_queue_is_filtered_by_a_tag(tagged: Case, fraud_reviewer: User, client: Client) -> None:
    client.force_login(fraud_reviewer)
    page = client.get(reverse("queue", args=["fraud"]), {"tag": "GIFT"})
    assert [case.pk for case in page.context["cases"]] == [tagged.pk]
    assert page.context["query"] == "tag=gift"
    assert '<span class="badge badge-tag">gift</span>' in page.content.decode()
    assert len(client.get(reverse("queue", args=["fraud"])).context["cases"]) == 2
    assert client.get(reverse("queue", args=["fraud"]), {"tag": "nothing-has-it"}).context["cases"] == []
    assert len(client.get(reverse("queue", args=["fraud"]), {"tag": "<b>"}).context["cases"]) == 2  # no tag: left out, as an old link


def test_the_next_case_is_one_with_the_tag(tagged: Case, fraud_reviewer: User) -> None:
    assert take("fraud", fraud_reviewer, "tag=vip") == tagged
    assert next_case(lane="fraud", by=fraud_reviewer) != tagged


def test_a_saved_view_keeps_the_tag(tagged: Case, fraud_reviewer: User, client: Client) -> None:
    client.force_login(fraud_reviewer)
    path = reverse("queue", args=["fraud"])
    client.post(reverse("view_save"), {"name": "Gifts", "path": path, "query": "tag=gift"})
    assert f"{path}?tag=gift" in client.get(path).content.decode()


def test_words_of_other_stores_are_not_offered(tagged: Case, other_store: Store, make_person: MakePerson, client: Client) -> None:
    client.force_login(make_person(Role.FRAUD_REVIEWER, other_store))
    page = client.get(reverse("queue", args=["fraud"]), {"tag": "gift"})
    assert (page.context["tags"], page.context["cases"]) == ([], [])


def test_search_finds_a_case_by_its_tag(
    tagged: Case, fraud_reviewer: User, order_clerk: User, make_person: MakePerson, other_store: Store
) -> None:
    url = reverse("case", args=[tagged.pk])
    assert [hit.url for hit in search(fraud_reviewer, "Gift", 5).cases] == [url]
    assert search(order_clerk, "gift", 5).cases == []
    assert search(make_person(Role.SUPERVISOR, other_store), "gift", 5).cases == []


# --- the page ---------------------------------------------------------------------------------------------------------
def test_the_form_keeps_what_a_colleague_changed_meanwhile(tagged: Case, fraud_reviewer: User, supervisor: User, client: Client) -> None:
    client.force_login(fraud_reviewer)
    url = reverse("case_tag", args=[tagged.pk])
    assert 'name="kept" value="gift" checked' in client.get(url).content.decode()
    tag(case=tagged, add=["called"], by=supervisor)  # after the form was drawn
    sent: dict[str, Any] = {"had": ["gift", "vip"], "kept": ["gift"], "more": "Express, gift"}
    assert client.post(url, sent).status_code == 303
    tagged.refresh_from_db()
    assert tagged.tags == ["called", "express", "gift"]
    head = client.get(reverse("case", args=[tagged.pk])).content.decode()
    assert f"{reverse('queue', args=['fraud'])}?tag=express" in head


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(tagged: Case, fraud_reviewer: User, client: Client) -> None:
    client.force_login(fraud_reviewer)
    answer = client.post(
        reverse("case_tag", args=[tagged.pk]), {"had": ["gift", "vip"], "kept": ["gift", "vip"], "more": "ada@mail.example"}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "is no tag" in page
    assert 'value="ada@mail.example"' in page
