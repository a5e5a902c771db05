"""The addresses of the live wall, of detections, plates and statistics, and of the pictures."""

from __future__ import annotations

from django.urls import path

from anpr_site.accounts.files import open_to_tokens
from detections import detail, gate_urls, plate_views, saved_views, scan_views, statistics_views, views

app_name = "detections"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("detections/", views.detection_list, name="list"),
    path("detections/export.<str:kind>", views.detection_export, name="export"),
    path("detections/<int:pk>/", detail.detection_detail, name="detail"),
    path("detections/searches/", saved_views.save_search, name="save-search"),
    path("detections/searches/<int:pk>/delete/", saved_views.delete_search, name="delete-search"),
    path("plates/<str:text>/", plate_views.plate_page, name="plate"),
    path("plates/<str:text>/notes/", plate_views.add_note, name="add-note"),
    path("plates/<str:text>/tags/", plate_views.add_tag, name="add-tag"),
    path("plates/<str:text>/notes/<int:pk>/remove/", plate_views.remove, {"what": "notes"}, name="remove-note"),
    path("plates/<str:text>/tags/<int:pk>/remove/", plate_views.remove, {"what": "tags"}, name="remove-tag"),
    path("statistics/", statistics_views.statistics_page, name="statistics"),
    path("media/<path:path>", open_to_tokens(views.picture), name="picture"),
    *scan_views.urlpatterns,
    *gate_urls.urlpatterns,
]
