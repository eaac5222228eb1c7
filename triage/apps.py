from django.apps import AppConfig


class TriageLane(AppConfig):
    name = "triage"
