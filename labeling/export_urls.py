"""The addresses of dataset exports and of one plate's data; ``labeling.urls`` takes them in."""

from __future__ import annotations

from django.urls import path

from labeling import export_views, import_views, privacy_views

urlpatterns = [
    path("privacy/", privacy_views.privacy, name="privacy"),
    path("exports/", export_views.exports, name="exports"),
    path("exports/<int:pk>/dataset.zip", export_views.download, name="export"),
    path("exports/<int:pk>/cancel/", export_views.cancel_export, name="export-cancel"),
    path("exports/<int:pk>/delete/", export_views.delete_export, name="export-delete"),
    path("imports/", import_views.imports, name="imports"),
    path("imports/<int:pk>/part/", import_views.import_part, name="import-part"),
    path("imports/<int:pk>/delete/", import_views.delete_import, name="import-delete"),
]
