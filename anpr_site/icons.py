"""The tag ``lucide`` of the templates: each icon is drawn once, for a page shows some of them a hundred times."""

from __future__ import annotations

from functools import cache

from django import template
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide as draw

register = template.Library()


@register.simple_tag
def lucide(name: str, size: int = 24, **attributes: str) -> SafeString:
    return drawn(name, size, *attributes.items())


@cache
def drawn(name: str, size: int, *attributes: tuple[str, str]) -> SafeString:
    return mark_safe(draw(name, size=size, **dict(attributes)))
