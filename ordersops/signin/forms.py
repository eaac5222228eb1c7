"""What can be filled in on the pages about signing in."""

from django import forms


class RuleForm(forms.Form):
    store = forms.UUIDField()
    role = forms.CharField(max_length=60)
