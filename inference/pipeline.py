"""Frames of one camera in, plate reads out: looks when something moves, reads while it helps, tells when it is sure."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inference.looks import (
    Models,
    PipelineSettings,
    Stopwatch,
    clearness,
    describe,
    find,
    load_models,
    plate_size,
    read,
    recognize,
)
from inference.motion import MotionGate, small_gray
from inference.tracker import Track, Tracker
from inference.types import Frame, FrameResult, Observation, PlateRead, Standing
from inference.vote import CONFIRMED_VOTES, Winner, is_other_plate, is_within_one_edit

__all__ = ["Models", "Pipeline", "PipelineSettings", "load_models", "recognize"]

LOOK_AGAIN_S = 3.0
TELL_AGAIN_S = 20.0
TELL_UNSETTLED_AFTER_S = 8.0
LOST_S = 0.3
"""A vehicle out of sight for so long is told with what it has; its track may wait for it for seconds yet.

With a single sure vote it is told after half of that wait.
"""
MIN_LOOKS_UNREAD = 4
MIN_SIGHT_UNREAD_S = 0.5
SURE_VEHICLE = 0.6
LONE_VOTE_CONFIDENCE = 0.5
LEAST_SHARE = 0.25
LEAST_CONFIDENCE = 0.35
FACE_WIDTH = 24
SAME_FACE = 0.75
EAGER_TRIES = 15
TRY_AGAIN_S = 2.0
SOLID_VOTES = 5
SOLID_CONFIDENCE = 0.8
CHECK_MOVING_S = 0.4
CLOSER = 1.15
"""Times the height of the plate as it was read: then it is worth reading again, however sure the text was."""
CHECK_PARKED_S = 10.0
MAX_DESCRIPTIONS = 5
DESCRIBE_AGAIN_S = 0.3


class Pipeline:
    """Belongs to one camera and one thread; what it shares with others is in ``models``."""

    def __init__(self, models: Models, settings: PipelineSettings) -> None:
        self._models = models
        self._settings = settings
        self._tracker = Tracker(settings.reappear_gap_s, settings.lines)
        self._gate = MotionGate()
        self._last: FrameResult | None = None
        self._look_clock = float("-inf")

    def process(self, frame: Frame) -> FrameResult:
        """Looks at the frame, or passes it over when nothing moved."""
        restarted = self._start_over() if frame.clock < self._look_clock else []
        if self._last is not None and self._may_pass(frame):
            return self._pass(frame, self._last)
        watch = Stopwatch()
        vehicles, found = find(self._models, self._settings, frame, watch)
        trusted = {i: sure for i, observation in enumerate(found) if (sure := _trusted(observation)) is not None}
        counted = list(trusted)
        tracks = self._tracker.assign(list(trusted.values()), frame.clock)
        self._read(found, counted, tracks, watch)
        tracks = [self._count(track, found[i]) for track, i in zip(tracks, counted, strict=True)]
        if self._settings.read_attributes:
            self._describe(found, counted, tracks, watch)
        standings: list[Standing | None] = [None] * len(found)
        for track, i in zip(tracks, counted, strict=True):
            standings[i] = track.standing()
        labels = tuple(standing.text if standing else "" for standing in standings)
        reads = restarted + self._tell(frame.clock)
        self._look_clock = frame.clock
        self._gate.looked(frame.image)
        self._last = FrameResult(
            frame, tuple(vehicles), tuple(found), tuple(reads), watch.stop(), labels, tuple(standings)
        )
        return self._last

    def flush(self) -> list[PlateRead]:
        """No more frames come: the last reads of all that is still in view."""
        return [read for track in self._tracker.end() if (read := self._read_of(track, ended=True))]

    def _start_over(self) -> list[PlateRead]:
        """The clock went back, for the source was opened anew: what was seen before has ended."""
        self._look_clock, self._last = float("-inf"), None
        return self.flush()

    def _may_pass(self, frame: Frame) -> bool:
        if not self._settings.gate_motion or frame.clock - self._look_clock >= LOOK_AGAIN_S:
            return False
        if any(self._is_eager(track) for track in self._tracker.live if track.last_clock >= self._look_clock):
            return False
        return not self._gate.has_moved(frame.image)

    def _pass(self, frame: Frame, last: FrameResult) -> FrameResult:
        self._tracker.stay(frame)
        return replace(last, frame=frame, reads=tuple(self._tell(frame.clock)), ms={"total": 0.0}, is_still=True)

    def _read(self, found: list[Observation], counted: list[int], tracks: list[Track], watch: Stopwatch) -> None:
        """Reads the plates of the tracks that need it, in one batch; the others were read often enough."""
        wanted = []
        for i, track in zip(counted, tracks, strict=True):
            if found[i].plate is None or found[i].reason is not None:
                continue
            if self._wants_reading(track, found[i]):
                wanted.append((i, track))
            else:
                found[i] = replace(found[i], reason="duplicate")
        if not wanted:
            return
        results = read(self._models, self._settings, [found[i] for i, _ in wanted], watch)
        for (i, track), observation in zip(wanted, results, strict=True):
            found[i] = observation
            track.tried += 1
            track.tried_clock = observation.frame.clock
            track.tried_height = max(track.tried_height, plate_size(observation.plate)[1] if observation.plate else 0.0)
            track.face = small_gray(observation.box.crop(observation.frame.image), FACE_WIDTH)

    def _wants_reading(self, track: Track, observation: Observation) -> bool:
        """Often until the text is sure, then now and then, as it comes closer, and when it does not look the same."""
        assert observation.plate is not None
        if plate_size(observation.plate)[1] >= CLOSER * track.tried_height:
            return True
        since = observation.frame.clock - track.tried_clock
        winner = track.ballot.winner
        if winner and winner.votes >= SOLID_VOTES and winner.confidence >= SOLID_CONFIDENCE:
            if since < CHECK_MOVING_S or not track.is_parked() or since >= CHECK_PARKED_S:
                return since >= CHECK_MOVING_S
            return not _is_same_face(track, small_gray(observation.box.crop(observation.frame.image), FACE_WIDTH))
        return not track.is_parked() or track.tried < EAGER_TRIES or since >= TRY_AGAIN_S

    def _is_eager(self, track: Track) -> bool:
        """Whether more looks are wanted though nothing moves: a plate is in sight and not yet settled."""
        return track.plate is not None and not self._is_settled(track) and 0 < track.tried < EAGER_TRIES

    def _count(self, track: Track, observation: Observation) -> Track:
        """Gives the reading to its track; gives back the track that the observation belongs to after all.

        A reading that contradicts a confirmed text waits: confirmed by a second one, it is another vehicle.
        """
        if observation.reading is None or observation.reason is not None:
            return track
        text = observation.reading.text
        winner = track.ballot.winner
        weight = clearness(observation)
        if winner is None or winner.votes < CONFIRMED_VOTES or not is_other_plate(winner.text, text):
            for earlier, its_weight in track.dissent:
                track.ballot.add(earlier, its_weight)
            track.dissent = []
            track.ballot.add(observation, weight)
        else:
            agreeing = [d for d in track.dissent if d[0].reading and is_within_one_edit(d[0].reading.text, text)]
            track.dissent = [*track.dissent[-3:], (observation, weight)]
            if not agreeing:
                track.tried_clock = float("-inf")
                return track
            track = self._part(track, [*agreeing, (observation, weight)])
        return self._tracker.reunite(track) if track.told is None else track

    def _part(self, track: Track, readings: list[tuple[Observation, float]]) -> Track:
        newcomer = self._tracker.split(track, readings[-1][0])
        for observation, weight in readings:
            newcomer.ballot.add(observation, weight)
        return newcomer

    def _describe(self, found: list[Observation], counted: list[int], tracks: list[Track], watch: Stopwatch) -> None:
        """Brand and color of the vehicles that came clearly closer since they were last described."""
        wanted = [
            (i, track)
            for i, track in zip(counted, tracks, strict=True)
            if found[i].vehicle is not None
            and track.attributes.looks < MAX_DESCRIPTIONS
            and found[i].frame.clock - track.described_clock >= DESCRIBE_AGAIN_S
            and (track.attributes.looks < 2 or found[i].box.area() > 1.2 * track.attributes.largest)
        ]
        if not wanted:
            return
        for (i, track), observation in zip(
            wanted, describe(self._models, [found[i] for i, _ in wanted], watch), strict=True
        ):
            found[i] = observation
            track.described_clock = observation.frame.clock
            if observation.attributes is not None:
                track.attributes.add(observation.attributes, observation.box.area())

    def _tell(self, clock: float) -> list[PlateRead]:
        """What is new: reads that settled, changed, lasted or ended."""
        ended = self._tracker.expire(clock)
        reads = [self._read_of(track, ended=True) for track in ended]
        for track in self._tracker.live:
            if self._is_due(track, clock):
                reads.append(self._read_of(track, ended=False))
                track.told_clock = clock
                if track.is_parked():
                    track.ballot.pack()
        for track in ended:
            track.rest()
        return [read for read in reads if read is not None]

    def _is_settled(self, track: Track) -> bool:
        winner = track.ballot.winner
        if winner is None or winner.confidence < LEAST_CONFIDENCE:
            return False
        return winner.votes >= self._settings.settle_votes and winner.share >= 0.5

    def _is_due(self, track: Track, clock: float) -> bool:
        text = track.ballot.winner.text if track.ballot.winner else ""
        if track.told is not None:
            changed = bool(text) and text != track.told and self._is_settled(track)
            return changed or clock - track.told_clock >= TELL_AGAIN_S
        if self._is_settled(track) or clock - track.first_clock >= TELL_UNSETTLED_AFTER_S:
            return True
        winner = track.ballot.winner
        if winner is None or not _is_credible(winner, track):
            return False
        if winner.votes >= CONFIRMED_VOTES:
            return clock - track.last_clock >= LOST_S
        is_sure = winner.confidence >= SOLID_CONFIDENCE
        return is_sure and clock - track.last_clock >= self._tracker.patience_s(track) / 2

    def _read_of(self, track: Track, *, ended: bool) -> PlateRead | None:
        """What the votes say at present; ``None`` for what is no vehicle for sure."""
        winner = track.ballot.winner
        if winner is not None and not track.told and not self._is_settled(track) and not _is_credible(winner, track):
            winner = None
        best = winner.evidence.shown() if winner else self._unread(track)
        if best is None:
            return None
        reading = best.reading if winner else None
        track.told = winner.text if winner else ""
        return PlateRead(
            track_id=track.id,
            text=track.told,
            confidence=winner.confidence if winner else 0.0,
            char_confidences=winner.char_confidences if winner else (),
            votes=winner.votes if winner else 0,
            looks=track.ballot.looks if winner else track.looks,
            first_seen=track.first_seen,
            last_seen=track.last_seen,
            direction=track.direction(),
            attributes=track.attributes.result(),
            best=best,
            raw_text=reading.raw_text if reading else "",
            region=reading.region if reading else None,
            others=track.ballot.others(),
            tallies=track.ballot.tallies(),
            ended=ended,
        )

    def _unread(self, track: Track) -> Observation | None:
        """The picture of a vehicle whose plate was not read.

        None for what was hardly seen, is too far off to be read, or is part of a vehicle that was read.
        """
        portrait = track.portrait
        if portrait is None or portrait.vehicle is None or track.looks < MIN_LOOKS_UNREAD:
            return None
        is_large = max(portrait.box.width, portrait.box.height) >= 3 * self._settings.min_plate_width
        is_sure = track.last_clock - track.first_clock >= MIN_SIGHT_UNREAD_S and track.surest >= SURE_VEHICLE
        return portrait if is_large and is_sure and not self._tracker.is_part_of_other(track) else None


def _trusted(observation: Observation) -> Observation | None:
    """What of it is sure enough to follow: a doubtful plate says nothing about where its vehicle is."""
    if observation.reason == "zone":
        return None
    if observation.reason != "low_detection_confidence":
        return observation
    return replace(observation, plate=None) if observation.vehicle is not None else None


def _is_credible(winner: Winner, track: Track) -> bool:
    """Whether a text that never settled is worth telling: readings that all differ mostly saw no whole plate."""
    if winner.votes >= CONFIRMED_VOTES:
        return winner.votes >= LEAST_SHARE * track.ballot.looks and winner.confidence >= LEAST_CONFIDENCE
    is_only = track.ballot.looks == 1 or track.vehicle is not None
    return is_only and winner.confidence >= LONE_VOTE_CONFIDENCE


def _is_same_face(track: Track, face: NDArray[np.float32]) -> bool:
    if track.face is None or track.face.shape != face.shape:
        return False
    return float(np.corrcoef(track.face.ravel(), face.ravel())[0, 1]) > SAME_FACE
