"""The words of a sample's fields."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    """What a person said. ``correct``: the model's text stands. ``corrected``: the person's text stands. ``wrong``: the
    model's text is not what the plate says, and nobody has written what does. ``unreadable``: a plate that no person
    can read. ``not_a_plate``: what was found is something else. ``skipped``: come back later.
    """

    PENDING = "pending", _("pending")
    CORRECT = "correct", _("correct")
    CORRECTED = "corrected", _("corrected")
    WRONG = "wrong", _("wrong")
    UNREADABLE = "unreadable", _("unreadable")
    NOT_A_PLATE = "not_a_plate", _("not a plate")
    SKIPPED = "skipped", _("skipped")


OPEN = (State.PENDING, State.SKIPPED)
"""Nobody has judged the sample."""
TEXT_IS_KNOWN = (State.CORRECT, State.CORRECTED)
"""``true_text`` says what stands on the plate."""
VERIFIED = (State.CORRECT, State.CORRECTED, State.UNREADABLE, State.NOT_A_PLATE)
"""A person said what the picture shows: good to learn from."""
JUDGED = (*VERIFIED, State.WRONG)


class Review(TextChoices):
    """The second opinion. ``waiting``: wanted, not yet given. ``disputed``: the two differ, staff settle it."""

    NONE = "", _("none")
    WAITING = "waiting", _("waiting")
    AGREED = "agreed", _("agreed")
    DISPUTED = "disputed", _("disputed")
    SETTLED = "settled", _("settled")


class Reason(TextChoices):
    """Why a sample was kept."""

    EVERYTHING = "everything", _("everything is kept")
    UNCERTAIN = "uncertain", _("uncertain")
    ONE_IN_N = "one_in_n", _("one in so many")
    HARD_NEGATIVE = "hard_negative", _("perhaps not a plate")
    PICKED = "picked", _("picked by a person")
    IMPORTED = "imported", _("imported")


class Origin(TextChoices):
    CAMERA = "camera", _("camera")
    IMPORT = "import", _("import")


class Action(TextChoices):
    """``second`` is a second opinion, ``settle`` ends a dispute, ``batch`` answered many at once."""

    ANSWER = "answer", _("answer")
    SECOND = "second", _("second opinion")
    SETTLE = "settle", _("settled")
    BATCH = "batch", _("batch correction")
    IMPORT = "import", _("import")
    UNDO = "undo", _("undo")
