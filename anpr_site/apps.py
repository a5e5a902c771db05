"""The site as an app: registers the start-up checks."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "anpr_site"
    label = "anpr_site"

    def ready(self) -> None:
        from anpr_site import checks  # noqa: F401 - registers them
