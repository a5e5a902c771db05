"""The admin, for members of the group staff as for those whom Django calls staff; it has no login of its own."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cameras.roles import is_staff


class PlatewatchAdmin(AdminSite):
    site_header = site_title = "Platewatch"
    index_title = _("Settings")

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """No list shows a row of dates: the database would need named time zones, which MariaDB comes without."""
        super().register(model_or_iterable, admin_class, **options, date_hierarchy=None)

    def has_permission(self, request: HttpRequest) -> bool:
        return is_staff(request.user)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Who is signed in and comes here is not let in, and signing in again would not help."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
