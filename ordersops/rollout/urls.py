from django.urls import path

from ordersops.rollout import views

urlpatterns = [
    path("", views.rollout, name="rollout"),
    path("promote", views.promote, name="rollout_promote"),
    path("demote", views.demote, name="rollout_demote"),
    path("stop", views.stop, name="rollout_stop"),
    path("switches/<uuid:pk>/lift", views.allow, name="rollout_allow"),
    path("policies", views.write_policy, name="policy_write"),
    path("policies/new", views.new_policy, name="policy_new"),
    path("policies/<uuid:pk>", views.policy, name="policy"),
    path("policies/<uuid:pk>/approve", views.approve, name="policy_approve"),
    path("policies/<uuid:pk>/send-back", views.send_back, name="policy_send_back"),
]
