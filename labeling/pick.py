"""A detection that somebody wants to correct becomes a sample."""

from __future__ import annotations

import uuid

from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from detections.models import Detection
from labeling.choices import Reason
from labeling.collect import decoded, doubt_of, jpeg_of, save_with_files
from labeling.likeness import group_of, picture_hash
from labeling.models import PICTURES, Sample
from labeling.quota import DISK_RESERVE, disk_free


class CannotPick(Exception):
    """There is nothing to judge, or no room for it; the message says which."""


def pick(detection: Detection) -> Sample:
    """The sample that was kept of this text, else a new one with copies of the pictures. Raises ``CannotPick``."""
    kept = Sample.objects.filter(track_id=detection.track_id, text=detection.plate_text).first()
    if kept is not None:
        return kept
    if disk_free() < DISK_RESERVE:
        raise CannotPick(_("The disk is nearly full: no samples are kept until there is room."))
    frame, vehicle, rectified = (
        read(field.name or "") for field in (detection.picture, detection.vehicle_picture, detection.plate_picture)
    )
    if not (frame or vehicle or rectified):
        raise CannotPick(_("The pictures of this detection are gone; there is nothing to judge."))
    image = decoded(frame)
    plate = jpeg_of(image, detection.plate_box) or rectified
    files = dict(zip(PICTURES, (frame, vehicle, plate, rectified), strict=True))
    sample = sample_of_detection(detection)
    sample.height, sample.width = image.shape[:2]
    sample.bytes = sum(map(len, files.values()))
    sample.picture_hash = picture_hash(decoded(vehicle or rectified))
    sample.group = group_of(sample)
    save_with_files(sample, files)
    return sample


def read(name: str) -> bytes:
    """Empty where the picture is gone."""
    if not name:
        return b""
    try:
        with default_storage.open(name) as file:
            content: bytes = file.read()
    except OSError:
        return b""
    return content


def sample_of_detection(detection: Detection) -> Sample:
    against = sum(votes for _text, votes in detection.others)
    weakest = min(detection.char_confidences, default=detection.confidence)
    same = (
        "track_id camera vehicle_box plate_box corners kind region confidence char_confidences votes looks others"
        " brand brand_confidence color color_confidence model_version"
    )
    return Sample(
        uid=uuid.uuid4(),
        detection=detection,
        camera_name=detection.camera.name,
        visit=detection.track_id,
        captured_at=detection.first_seen,
        reason=Reason.PICKED,
        text=detection.plate_text,
        uncertainty=doubt_of(detection.plate_text, weakest, detection.votes, against, bool(detection.region)),
        **{name: getattr(detection, name) for name in same.split()},
    )
