"""What workers and sources say of their trouble, in the viewer's language.

They say it in English, for logs and programs, and it is kept so; pages show it through ``in_words``.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

KNOWN = (
    _("does not exist"),
    _("not found, or in use by another program"),
    _("gives no picture; is it unplugged?"),
    _("addresses start with rtsp://, http:// or https://"),
    _("write synthetic: or synthetic: and a number"),
    _("no answer within %(seconds)s s"),
    _("wrong user name or password (401)"),
    _("the camera refuses this user (403)"),
    _("the camera knows no stream of this name (404)"),
    _("the camera answered with an error"),
    _("connection refused: nothing listens at this address"),
    _("the connection was cut"),
    _("the camera ended the stream"),
    _("cannot be reached: is the host name right and the network up?"),
    _("unknown codec; H.264 plays everywhere"),
    _("unknown kind of address"),
    _("sends data, but no picture that can be decoded (%(count)s damaged)"),
    _("not a video"),
    _("not a video: it holds no pictures"),
    _("not a video: no picture can be decoded"),
    _("no picture can be decoded any more"),
    _("not opened"),
    _("is a folder, not a video"),
    _("may not be read: permission denied"),
    _("cannot be read: %(why)s"),
    _("the file is empty (0 bytes)"),
    _("the folder holds no pictures"),
    _("the source holds no picture"),
    _("not a picture"),
    _("damaged picture: %(why)s"),
    _("has more than %(count)s million pixels; scale it down"),
    _("the source has come to its end"),
    _("no picture comes"),
    _("the picture has not changed for %(seconds)s s"),
    _("the machine is too slow: %(done)s of %(wanted)s frames a second"),
    _("the source has not answered for %(seconds)s s"),
    _("the models do not load"),
    _("recognition has stood still for %(seconds)s s"),
    _("the worker breaks down again and again; its log says why"),
    _("the worker hangs; restart the service"),
    _("the database refuses; reads are kept until it takes them (%(why)s)"),
    _("pictures are not stored: %(why)s"),
    _("less than %(room)s MB are free on the disk"),
    _("No space left on device"),
    _("Read-only file system"),
    _("Permission denied"),
    _("%(file)s is missing: get it with `git checkout %(same)s`, or train and `make export`"),
    _("%(file)s is damaged (%(why)s): get it again with `git checkout %(same)s`"),
    _("its sha256 is not the one in config.json"),
    _("has no %(suffix)s file for %(backend)s: choose another backend or run `make export`"),
    _("unknown backend %(name)s: choose openvino, onnx, ncnn or torch"),
    _("unknown region %(name)s: choose one of %(known)s"),
    _("%(runtime)s is not installed: %(how)s"),
    _("%(runtime)s cannot load %(file)s: %(why)s"),
    _("%(file)s is missing: export the model%(how)s"),
    _("%(file)s is no ONNX model: export it again"),
)
"""A name of the source and a colon may stand before each; what stands in ``%(…)s`` may be one of these again."""


def pattern(text: str) -> re.Pattern[str]:
    parts = re.split(r"%\((\w+)\)s", text)
    written = "".join(f"(?P<{part}>.*)" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return re.compile(f"(?:(?P<_source>.+?): )?{written}", re.DOTALL)


PATTERNS = tuple((text, pattern(text)) for text in KNOWN)


def in_words(reason: str) -> str:
    """The reason in the language in force; as it is where it is none of ours."""
    if not reason:
        return ""
    for text, known in PATTERNS:
        found = known.fullmatch(reason)
        if found is not None:
            said = found.groupdict()
            source = said.pop("_source")
            words = gettext(text) % {name: in_words(value) for name, value in said.items()}
            return f"{source}: {words}" if source else words
    return reason
