"""Models in the admin: their figures beside each other, the one that runs, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cameras.roles import is_staff
from detections.model_registry import choose, known_models, roll_back, running_model
from detections.model_versions import ModelChoice, ModelVersion
from inference.weights import WeightsError

FIGURES = {
    "plates": gettext_lazy("plates"),
    "exact": gettext_lazy("read exactly %"),
    "characters": gettext_lazy("characters %"),
    "found": gettext_lazy("found %"),
    "tight": gettext_lazy("tight boxes %"),
    "false_alarms": gettext_lazy("false alarms %"),
    "brand": gettext_lazy("brand %"),
    "color": gettext_lazy("color %"),
    "ms": gettext_lazy("ms"),
}


class StaffLooks:
    """Staff see the rows; what changes them are actions and commands."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request.user)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ModelVersion)
class ModelVersionAdmin(StaffLooks, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "task", "runs", "measured", "is_builtin", "measured_at", "note")
    list_filter = ("task",)
    ordering = ("task", "-id")
    actions = ("run_model", "go_back")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The product's own models are rows from the first look on."""
        if self.has_view_permission(request):
            known_models()
        return super().changelist_view(request, extra_context)

    @admin.display(description=gettext_lazy("runs"), boolean=True)
    def runs(self, model: ModelVersion) -> bool:
        return running_model(model.task) == model

    @admin.display(description=gettext_lazy("on judged samples"))
    def measured(self, model: ModelVersion) -> SafeString | str:
        shown = [f"{label} {model.figures[name]}" for name, label in FIGURES.items() if name in model.figures]
        return format_html("{}", ", ".join(shown)) if shown else _("not measured: run compare_models")

    @admin.action(description=gettext_lazy("Run this model"))
    def run_model(self, request: HttpRequest, rows: QuerySet[ModelVersion]) -> None:
        for model in rows.order_by("id"):
            try:
                choose(model, request.user)
            except WeightsError as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, _("{model} runs: the cameras start again with it.").format(model=model))

    @admin.action(description=gettext_lazy("Go back to the model before"))
    def go_back(self, request: HttpRequest, rows: QuerySet[ModelVersion]) -> None:
        for task in sorted(set(rows.values_list("task", flat=True))):
            try:
                choice = roll_back(task, request.user)
            except WeightsError as error:
                self.message_user(request, str(error), messages.ERROR)
                continue
            if choice is None:
                self.message_user(request, _("There was no other model before."), messages.WARNING)
            else:
                told = _("{model} runs again: the cameras start again with it.").format(model=choice.model)
                self.message_user(request, told)


@admin.register(ModelChoice)
class ModelChoiceAdmin(StaffLooks, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("at", "task", "model", "by")
    list_filter = ("task",)
    list_select_related = ("model", "by")
