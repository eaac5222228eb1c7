from django.urls import path

from triage import views

urlpatterns = [path("", views.exceptions, name="exceptions")]
