from django.urls import path

from ordersops.insights import quality_views, signal_views, tower_views, workload_views

urlpatterns = [
    path("tower/", tower_views.tower, name="tower"),
    path("tower/rows", tower_views.rows, name="_tower_rows"),
    path("workload/", workload_views.workload, name="workload"),
    path("workload/cases/<uuid:pk>/assign", workload_views.assign, name="workload_assign"),
    path("signals/<slug:lane>/", signal_views.signals, name="signals"),
    path("signals/<slug:lane>/released", signal_views.released, name="_signals_released"),
    path("quality/", quality_views.quality, name="quality"),
    path("quality/next", quality_views.next_review, name="quality_next"),
    path("quality/reviews/<uuid:pk>/", quality_views.review, name="second_review"),
    path("quality/answers/<uuid:pk>/", quality_views.answer, name="second_answer"),
]
