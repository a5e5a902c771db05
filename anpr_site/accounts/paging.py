"""Pages of rows by a cursor: as quick at the end as at the beginning, and stable while rows come in."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError as ModelError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class Paging(CursorPagination):
    """``limit`` rows a page; a view names its order in ``ordering``, the last field of which is unique."""

    page_size = 100
    max_page_size = 500
    page_size_query_param = "limit"

    def get_page_size(self, request: Request) -> int:
        typed = request.query_params.get(self.page_size_query_param or "", "")
        if not typed:
            return self.page_size
        if not typed.isascii() or not typed.isdecimal() or not int(typed[:9]):
            raise ValidationError({"limit": _("Write a whole number from 1 to %d.") % self.max_page_size})
        return min(int(typed[:9]), self.max_page_size)

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        return tuple(view.ordering)

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        try:
            return super().paginate_queryset(queryset, request, view)
        except (ModelError, ValueError, OverflowError) as error:
            raise NotFound(_("There is no such page: a cursor is taken from “next” or “previous”.")) from error
