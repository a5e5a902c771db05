"""Dataset exports: ordered on a page or by a program, written where the cameras run; imports are done there too."""

from __future__ import annotations

import hashlib
import logging
import threading
import time

import cv2
from django.contrib.auth.models import User
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections, connection
from django.db.models import QuerySet
from django.utils import timezone

from cameras.rights import is_staff, visible_cameras
from inference.backends.base import BackendError
from inference.weights import WeightsError
from labeling.dataset_files import ZipTarget
from labeling.dataset_plan import Options, chosen_samples
from labeling.export import Counts, export_dataset
from labeling.export_models import DatasetExport, Progress
from labeling.import_jobs import import_next
from labeling.jobs import Clock, Stopped, Teller, cancel, claim, give_back, mine
from labeling.models import Sample
from labeling.privacy_log import note
from labeling.privacy_models import Act

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
REFUSALS = (OSError, ValueError, WeightsError, BackendError, cv2.error)


def ask(user: User, *, only_verified: bool = True, blur_others: bool = False, licence: str = "") -> DatasetExport:
    """An order for what this person may see."""
    options = {
        "only_verified": only_verified,
        "blur_others": blur_others,
        "cameras": cameras_of(user),
        "licence": licence,
    }
    return DatasetExport.objects.create(asked_by=user, options=options)


def cameras_of(user: User) -> list[int] | None:
    """Whose samples this person may export: ``None`` for staff means all, also the imported ones."""
    return None if is_staff(user) else list(visible_cameras(user).values_list("pk", flat=True))


def samples_for(user: User, *, only_verified: bool = True) -> QuerySet[Sample]:
    """What an order of this person would begin with."""
    cameras = cameras_of(user)
    return chosen_samples(Options(only_verified, cameras=None if cameras is None else tuple(cameras)))


def remove(export: DatasetExport) -> None:
    """The row and its file."""
    cancel(export)
    export.path.unlink(missing_ok=True)
    export.delete()


class ExportLoop:
    """Runs where the workers run: in the server when it is the only process, else in ``run_cameras``."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock

    def run(self, stop: threading.Event) -> None:
        while not stop.wait(LOOK_EVERY_S):
            close_old_connections()
            try:
                self.step(stop)
                import_next(stop)
            except (OperationalError, InterfaceError) as error:
                connection.close()
                logger.warning("no dataset goes out or comes in: %s", error)
        connection.close()

    def step(self, stop: threading.Event) -> DatasetExport | None:
        """The next export, done or failed; ``None`` when nobody waits for one any more."""
        export = claim(DatasetExport.objects.all())
        if export is None:
            return None
        try:
            counts = write(export, Teller(export, stop, self._clock))
        except Stopped:
            export.path.with_name(export.file_name + ".part").unlink(missing_ok=True)
            give_back(export)
        except (DatabaseError, InterfaceError):
            raise
        except REFUSALS as error:
            logger.warning("dataset export %s failed: %s", export.pk, error)
            mine(export).update(progress=Progress.FAILED, error=str(error)[:500], ended_at=timezone.now(), step="")
        else:
            finish(export, counts)
        return DatasetExport.objects.filter(pk=export.pk).first()


def write(export: DatasetExport, tell: Teller) -> Counts:
    chosen = dict(export.options)
    licence = str(chosen.pop("licence", ""))
    cameras = chosen.pop("cameras", None)
    options = Options(cameras=None if cameras is None else tuple(cameras), **chosen)
    return export_dataset(ZipTarget(export.path), options, tell, licence)


def finish(export: DatasetExport, counts: Counts) -> None:
    with export.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    size = export.path.stat().st_size
    values = {"counts": counts.as_json(), "bytes": size, "sha256": digest, "ended_at": timezone.now(), "step": ""}
    if not mine(export).update(progress=Progress.DONE, **values):
        export.path.unlink(missing_ok=True)
        return
    summary = {"samples": counts.samples.total(), "files": counts.files, "bytes": size}
    note(Act.DATASET, export.asked_by, f"export {export.pk}", counts=summary)
