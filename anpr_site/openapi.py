"""What the OpenAPI schema says beyond what drf-spectacular finds by itself: tokens, scopes, problems, payloads."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import resolve_type_hint
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema_field
from rest_framework.views import APIView

from anpr_site.accounts.idempotency import HEADER, LONGEST_KEY, Idempotent
from anpr_site.accounts.problems import CONTENT_TYPE
from anpr_site.accounts.scopes import permission_of, scope_of
from detections.recognition_api import RecognitionView
from detections.search import CameraFilter, OccurringFilter

for of_its_own in (CameraFilter, OccurringFilter):  # their values stand in the database
    extend_schema_field(OpenApiTypes.STR)(of_its_own)

PROBLEM = {
    "type": "object",
    "description": "RFC 9457: what went wrong, for people in `detail` and for programs in `code`.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "message", "code")},
                "required": ["field", "message", "code"],
            },
        },
    },
    "required": ["type", "title", "status", "detail", "code"],
}
FAILURES = {
    "400": "The request makes no sense",
    "401": "No token, or one that is not good",
    "403": "A scope or a right is missing",
    "404": "There is no such thing, or it is not for you",
    "429": "Too many requests; see Retry-After",
}


class Schema(AutoSchema):  # type: ignore[misc]
    """Every operation says which scope it needs and how it fails."""

    def get_description(self) -> str:
        needed = [f"Scope `{scope_of(self.view, self.method)}`"]
        permission = permission_of(self.view, self.method)
        if permission:
            needed.append(f"right `{permission}`")
        return f"{super().get_description()}\n\n{', '.join(needed)}.".strip()

    def get_override_parameters(self) -> list[Any]:
        if self.method != "POST" or not isinstance(self.view, Idempotent):
            return list(super().get_override_parameters())
        words = "Sent again with the same key, the write is answered again, not done again."
        key = {"type": "string", "maxLength": LONGEST_KEY}
        return [OpenApiParameter(HEADER, key, OpenApiParameter.HEADER, description=words)]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            for status, words in self.failures().items():
                operation["responses"].setdefault(status, {"description": words, "content": self.failure_content()})
        return operation

    def failures(self) -> dict[str, str]:
        found = dict(FAILURES)
        if self.method in ("POST", "PUT", "PATCH"):
            found["413"] = "Too large"
            found["415"] = "Not JSON, or none of the types that this takes"
        if self.method == "POST":
            found["409"] = "Not now: the first request with this key still runs, or there is nothing to do again"
        if self.method == "POST" and isinstance(self.view, Idempotent):
            found["422"] = "The key was used for another request"
        if isinstance(self.view, RecognitionView):
            found |= {"422": "Damaged, or no picture", "503": "Busy, or the models are missing"}
        return found

    def failure_content(self) -> dict[str, Any]:
        """Views that imitate another system fail in its way."""
        is_ours = type(self.view).get_exception_handler is APIView.get_exception_handler
        schema = {"$ref": "#/components/schemas/Problem"} if is_ours else {"type": "object"}
        return {CONTENT_TYPE if is_ours else "application/json": {"schema": schema}}


def with_problem(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Adds the shape of every failure to the components."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result


def of_version_1(endpoints: list[Any], **more: Any) -> list[Any]:
    """Only addresses that are ours to keep; those that imitate other systems are described by those."""
    return [each for each in endpoints if each[0].startswith("/api/v1/") and each[0] != "/api/v1/plate-reader"]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[misc]
    target_class = "anpr_site.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "An API token, made on the page “API tokens”."}


class Payload(OpenApiSerializerExtension):  # type: ignore[misc]
    """A ``PayloadSerializer`` answers what its ``TypedDict`` says."""

    target_class = "anpr_site.accounts.payloads.PayloadSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = resolve_type_hint(self.target.payload)
        return schema
