"""The colors that the recognition names, for the catalogs of other languages."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

COLORS = (
    _("black"),
    _("white"),
    _("gray"),
    _("silver"),
    _("red"),
    _("blue"),
    _("green"),
    _("yellow"),
    _("orange"),
    _("brown"),
    _("beige"),
    _("gold"),
    _("purple"),
    _("pink"),
)
