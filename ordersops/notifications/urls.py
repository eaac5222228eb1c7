from django.urls import path

from ordersops.notifications import rule_views, slack_door, slack_views, views

urlpatterns = [
    path("webhooks/", views.webhooks, name="webhooks"),
    path("webhooks/new/", views.new, name="webhook_new"),
    path("webhooks/<uuid:pk>/", views.webhook, name="webhook"),
    path("webhooks/<uuid:pk>/test", views.test, name="webhook_test"),
    path("webhooks/<uuid:pk>/rotate", views.rotate, name="webhook_rotate"),
    path("webhooks/<uuid:pk>/send-again", views.send_again, name="webhook_send_again"),
    path("webhooks/<uuid:pk>/remove", views.remove, name="webhook_remove"),
    path("notifications/", rule_views.notifications, name="notifications"),
    path("notifications/log/", rule_views.log, name="notification_log"),
    path("notifications/rules/new/", rule_views.new, name="notification_rule_new"),
    path("notifications/rules/<uuid:pk>/", rule_views.rule, name="notification_rule"),
    path("notifications/rules/<uuid:pk>/test", rule_views.test, name="notification_test"),
    path("notifications/rules/<uuid:pk>/remove", rule_views.remove, name="notification_rule_remove"),
    path("notifications/slack/", slack_views.accounts, name="slack_accounts"),
    path("notifications/slack/propose", slack_views.propose, name="slack_propose"),
    path("notifications/slack/confirm", slack_views.confirm, name="slack_confirm"),
    path("notifications/slack/disconnect", slack_views.disconnect, name="slack_disconnect"),
    path("notifications/slack/<uuid:pk>/end", slack_views.end, name="slack_end"),
    path("slack/link", slack_views.link, name="slack_link"),
    path("slack/interactions", slack_door.interactions, name="slack_interactions"),
]
