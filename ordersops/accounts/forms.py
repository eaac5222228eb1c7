"""What is typed about people, roles and teams."""

from datetime import time
from typing import Any

from django import forms

from ordersops.accounts.models import SkillKind, User, Weekday
from ordersops.choices import choose_from
from ordersops.lists import Filters, StoreField, Words


class PeopleFilters(Filters):
    q = Words()
    store = StoreField()
    role = forms.ChoiceField()
    team = forms.ChoiceField()
    skill = forms.ChoiceField()
    state = forms.ChoiceField(choices=[("", "All"), ("active", "Active"), ("invited", "Invited"), ("closed", "Closed")])


class RequestFilters(Filters):
    state = forms.ChoiceField()
    kind = forms.ChoiceField()


class InviteForm(forms.Form):
    """Who, and the role that a second person is asked to approve."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField(max_length=254)
    role = forms.CharField(max_length=40)
    store = forms.UUIDField()
    why = forms.CharField(min_length=5, max_length=1000)


class RoleForm(forms.Form):
    """A role in a store, and why it is asked for or taken away."""

    role = forms.CharField(max_length=40)
    store = forms.UUIDField()
    why = forms.CharField(min_length=5, max_length=1000)


class WhyForm(forms.Form):
    why = forms.CharField(min_length=5, max_length=1000)


class OwnRoleForm(forms.Form):
    name = forms.CharField(max_length=60)
    based_on = forms.CharField(max_length=40, required=False)
    perms = forms.MultipleChoiceField(required=False)
    why = forms.CharField(min_length=5, max_length=1000)

    def __init__(self, *args: Any, perms: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        choose_from(self, "perms", perms)


class ProfileForm(forms.Form):
    """Time zone, a beginning and an end for each day of the week, and skills."""

    time_zone = forms.CharField(max_length=60, required=False)
    skills = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, skills: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        choose_from(self, "skills", skills)
        for day in Weekday:
            self.fields[f"from_{day.value}"] = forms.TimeField(required=False)
            self.fields[f"to_{day.value}"] = forms.TimeField(required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for day in Weekday:
            start, end = found.get(f"from_{day.value}"), found.get(f"to_{day.value}")
            if (start is None) != (end is None) or (start is not None and start == end):
                self.add_error(f"from_{day.value}", f"{day.label} needs a beginning and another end, or neither.")
        return found

    def hours(self) -> dict[int, tuple[time, time]]:
        """The working days."""
        read = self.cleaned_data
        return {day.value: (read[f"from_{day.value}"], read[f"to_{day.value}"]) for day in Weekday if read.get(f"from_{day.value}")}

    @staticmethod
    def initial_of(person: User) -> dict[str, Any]:
        filled: dict[str, Any] = {"time_zone": person.time_zone, "skills": [str(skill.pk) for skill in person.skills.all()]}
        for shift in person.shifts.all():
            filled[f"from_{shift.weekday}"], filled[f"to_{shift.weekday}"] = f"{shift.starts:%H:%M}", f"{shift.ends:%H:%M}"
        return filled


class TeamForm(forms.Form):
    name = forms.CharField(max_length=60)
    stores = forms.MultipleChoiceField()
    members = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, stores: list[tuple[str, str]], members: list[tuple[str, str]] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        choose_from(self, "stores", stores)
        choose_from(self, "members", members or [])


class SkillForm(forms.Form):
    kind = forms.ChoiceField(choices=SkillKind.choices)
    name = forms.CharField(max_length=60)


class PasswordForm(forms.Form):
    password = forms.CharField(max_length=200, strip=False, widget=forms.PasswordInput)
    again = forms.CharField(max_length=200, strip=False, widget=forms.PasswordInput)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("password") != found.get("again"):
            self.add_error("again", "The two are not the same.")
        return found
