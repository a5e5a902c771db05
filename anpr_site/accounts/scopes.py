"""What a request may do: its token's scopes, and always no more than its user may do on the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from anpr_site.accounts.choices import Scope
from anpr_site.accounts.models import ApiToken

if TYPE_CHECKING:
    from rest_framework.views import APIView

VERBS = {"POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}


def rights_over(row: str) -> dict[str, str]:
    """For ``required_permission`` where looking, too, needs a right: ``rights_over("detections.gate")``."""
    app, name = row.split(".")
    return {method: f"{app}.{verb}_{name}" for method, verb in {"GET": "view", **VERBS}.items()}


def scope_of(view: Any, method: str) -> str:
    """``required_scope`` of the view, a scope or one for each method; without it: to read reads, to write manages."""
    declared = getattr(view, "required_scope", None) or {}
    if not isinstance(declared, dict):
        return str(declared)
    return str(declared.get(method, Scope.READ if method in SAFE_METHODS else Scope.MANAGE))


def permission_of(view: Any, method: str) -> str | None:
    """``required_permission`` of the view, a Django permission or one for each method, ``None`` for whoever is known.

    A view that declares none but shows rows asks for the permission to add, change or delete such rows; reading
    is open to whoever is known, for the rows themselves are chosen by the cameras that the user may see.
    """
    if hasattr(view, "required_permission"):
        declared = view.required_permission
        return declared.get("GET" if method == "HEAD" else method) if isinstance(declared, dict) else declared
    queryset = getattr(view, "queryset", None)
    if method not in VERBS or queryset is None:
        return None
    model: type[Model] = queryset.model
    return f"{model._meta.app_label}.{VERBS[method]}_{model._meta.model_name}"


class HasScope(BasePermission):
    """The default of every view of the API."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        method = request.method or "GET"
        scope = scope_of(view, method)
        if isinstance(request.auth, ApiToken) and not request.auth.may(scope):
            raise PermissionDenied(_("This token may not do that: it lacks the scope “%s”.") % scope, "scope")
        permission = permission_of(view, method)
        if permission is not None and not request.user.has_perm(permission):
            raise PermissionDenied(_("You may not do that: the right “%s” is missing.") % permission, "permission")
        return True
