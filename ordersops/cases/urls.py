from django.urls import path

from ordersops.cases import act_views, views

urlpatterns = [
    path("queues/<slug:lane>/", views.queue, name="queue"),
    path("queues/<slug:lane>/rows", views.rows, name="_queue_rows"),
    path("queues/<slug:lane>/hints", views.hints, name="_queue_hints"),
    path("queues/<slug:lane>/next", views.take_next, name="queue_next"),
    path("cases/<uuid:pk>/assign", act_views.assign, name="case_assign"),
    path("cases/<uuid:pk>/escalate", act_views.escalate, name="case_escalate"),
    path("cases/<uuid:pk>/hand-back", act_views.hand_back, name="case_hand_back"),
    path("cases/<uuid:pk>/snooze", act_views.snooze, name="case_snooze"),
    path("cases/<uuid:pk>/tags", act_views.tag, name="case_tag"),
    path("cases/<uuid:pk>/deadline", act_views.deadline, name="case_deadline"),
    path("cases/<uuid:pk>/wake", act_views.wake, name="case_wake"),
    path("cases/<uuid:pk>/reopen", act_views.reopen, name="case_reopen"),
    path("cases/<uuid:pk>/comment", act_views.comment, name="case_comment"),
    path("cases/<uuid:pk>/conversation", act_views.conversation, name="_case_conversation"),
    path("cases/<uuid:pk>/news", act_views.news, name="_case_news"),
    path("cases/<uuid:pk>/leave", act_views.leave, name="case_leave"),
    path("attachments/<uuid:pk>", act_views.attachment, name="attachment"),
]
