"""Widgets of the camera form: shapes on the picture, and hours of the week."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.datastructures import MultiValueDict
from django.utils.dates import WEEKDAYS
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

SPARE_ROWS = 2


class ShapesWidget(forms.Textarea):
    """JSON as text, over which ``shape_editor.js`` lays a picture to draw on."""

    def __init__(self, kind: str) -> None:
        super().__init__({"rows": 2, "cols": 80, "data-shapes": kind, "spellcheck": "false"})


class ScheduleWidget(forms.Widget):
    """A row for each span of hours and two empty ones; the value is the JSON that ``cameras.schedule`` reads."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        given = read(value)
        blank = {"days": [], "from": "", "to": ""}
        rows = [
            {
                "number": number,
                "from": row.get("from", ""),
                "to": row.get("to", ""),
                "days": [(day, _(str(label)), day in (row.get("days") or [])) for day, label in WEEKDAYS.items()],
            }
            for number, row in enumerate([*given, *[blank] * SPARE_ROWS], start=1)
        ]
        context = {"name": name, "rows": rows, "count": len(rows)}
        return mark_safe(render_to_string("cameras/_schedule_widget.html", context))

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        count = str(data.get(f"{name}-count", ""))
        assert isinstance(data, MultiValueDict)
        rows = []
        for number in range(1, min(int(count), 100) + 1 if count.isdecimal() else 1):
            days = [int(day) for day in data.getlist(f"{name}-{number}-days") if day.isdecimal()]
            start, end = data.get(f"{name}-{number}-from", ""), data.get(f"{name}-{number}-to", "")
            if days or start or end:
                rows.append({"days": days, "from": start, "to": end})
        return json.dumps(rows)

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return f"{name}-count" not in data

    def id_for_label(self, id_: str) -> str:
        return ""


def read(value: Any) -> list[dict[str, Any]]:
    try:
        rows = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
