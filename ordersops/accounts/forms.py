"""Inviting somebody, and naming a role in a store."""

from django import forms

from ordersops.accounts.roles import Role


class InviteForm(forms.Form):
    email = forms.EmailField(max_length=254)
    name = forms.CharField(max_length=120)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
    store = forms.UUIDField()
