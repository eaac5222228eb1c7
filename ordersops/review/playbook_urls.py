from django.urls import path

from ordersops.review.views import playbooks

urlpatterns = [
    path("", playbooks.playbooks, name="playbooks"),
    path("<slug:lane>/new", playbooks.add, name="playbook_add"),
    path("<uuid:pk>/", playbooks.playbook, name="playbook"),
    path("<uuid:pk>/change", playbooks.change, name="playbook_change"),
    path("<uuid:pk>/retire", playbooks.retire, name="playbook_retire"),
    path("<uuid:pk>/restore", playbooks.restore, name="playbook_restore"),
]
