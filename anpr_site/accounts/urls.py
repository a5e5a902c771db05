"""The addresses of a person's own access."""

from __future__ import annotations

from django.urls import path

from anpr_site.accounts import views

app_name = "accounts"
urlpatterns = [
    path("tokens/", views.tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke, name="revoke"),
]
