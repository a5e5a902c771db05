"""The site as an app: registers the start-up checks; and its own admin."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class SiteConfig(AppConfig):
    name = "anpr_site"
    label = "anpr_site"

    def ready(self) -> None:
        from anpr_site import checks, openapi, openapi_recognition  # noqa: F401 - each registers what it has
        from anpr_site.accounts import audit

        audit.register()


class PlatewatchAdminConfig(AdminConfig):
    default_site = "anpr_site.admin_site.PlatewatchAdmin"
