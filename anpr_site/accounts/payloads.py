"""Rows as JSON: each shape is a ``TypedDict``, from which the OpenAPI schema is made."""

from __future__ import annotations

import copy
from typing import Any, ClassVar, TypeVar

from django.core.exceptions import ValidationError as ModelError
from django.db.models import Model
from rest_framework import serializers
from rest_framework.fields import get_error_detail

Row = TypeVar("Row", bound=Model)


class PayloadSerializer(serializers.BaseSerializer[Row]):
    """Only writes JSON; ``payload`` is the type of what ``to_representation`` gives."""

    payload: ClassVar[type]


class CleanSerializer(serializers.ModelSerializer[Row]):
    """Takes JSON under the same rules as the pages' forms: the model's own ``clean``."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        model: type[Row] = self.Meta.model
        row = copy.copy(self.instance) if isinstance(self.instance, model) else model()
        relations = {field.name for field in model._meta.many_to_many}
        for name, value in attrs.items():
            if name not in relations:
                setattr(row, name, value)
        try:
            row.full_clean(validate_constraints=False)
            row.validate_constraints()
        except ModelError as error:
            raise serializers.ValidationError(get_error_detail(error)) from error
        return attrs
