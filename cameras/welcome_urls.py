"""The addresses of the first steps."""

from __future__ import annotations

from django.urls import path

from cameras import welcome

app_name = "welcome"
urlpatterns = [
    path("", welcome.welcome, name="page"),
    path("demo/", welcome.add_demo, name="demo"),
    path("check/<slug:name>/", welcome.check, name="check"),
]
