"""The addresses of the dataset: samples, labeling, progress."""

from __future__ import annotations

from django.urls import path

from anpr_site.accounts.files import open_to_tokens
from labeling import batch_views, desk_views, mode_views, progress_views, views
from labeling.export_urls import urlpatterns as exports

app_name = "labeling"
urlpatterns = [
    path("", views.sample_list, name="list"),
    path("bulk/", views.bulk, name="bulk"),
    path("undo/", views.undo_batch, name="undo-batch"),
    path("pick/<int:pk>/", views.pick_detection, name="pick"),
    path("samples/<int:pk>/", views.sample_detail, name="detail"),
    path("samples/<int:pk>/<str:kind>.jpg", open_to_tokens(views.picture), name="picture"),
    path("label/", desk_views.desk_page, name="desk"),
    path("label/next/", desk_views.desk_next, name="next"),
    path("label/answer/", desk_views.desk_answer, name="answer"),
    path("label/undo/", desk_views.desk_undo, name="undo"),
    path("label/release/", desk_views.desk_release, name="release"),
    path("label/renew/", desk_views.desk_renew, name="renew"),
    path("misreads/", batch_views.misreads, name="misreads"),
    path("mode/", mode_views.mode, name="mode"),
    path("mode/switch/", mode_views.switch, name="switch"),
    path("progress/", progress_views.progress_page, name="progress"),
    *exports,
]
