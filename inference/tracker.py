"""Joins the observations of successive frames into tracks, one for each pass of a vehicle."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from inference.lines import Line, Way
from inference.types import Box, Direction, Frame, Observation, Standing
from inference.vote import AttributeBallot, Ballot, is_within_one_edit

MOVING_GAP_S = 1.0
MAX_GAP_S = 4.0
PARKED_AFTER_S = 1.5
STAYS_WITHIN = 0.7
PATIENCE_FOR_UNREAD = 10.0
MIN_CLOSENESS = 0.12
GROWTH_TO_TELL = 1.15
MAX_GONE = 50
SHADOW_S = 2.0


@dataclass(slots=True)
class Motion:
    """Where a box was last seen and how fast its center goes, in pixels a second."""

    box: Box
    clock: float
    speed: tuple[float, float] | None = None

    def update(self, box: Box, clock: float) -> None:
        gap = clock - self.clock
        if gap > 0:
            now = tuple((new - old) / gap for new, old in zip(box.center, self.box.center, strict=True))
            before = self.speed or now
            self.speed = (0.4 * before[0] + 0.6 * now[0], 0.4 * before[1] + 0.6 * now[1])
        self.box, self.clock = box, clock

    def at(self, clock: float) -> Box:
        """Where the box should be now, going on as before for a second at most."""
        gap = min(clock - self.clock, 1.0)
        dx, dy = (round(speed * gap) for speed in self.speed or (0.0, 0.0))
        return Box(self.box.x1 + dx, self.box.y1 + dy, self.box.x2 + dx, self.box.y2 + dy)

    def closeness(self, box: Box, clock: float, reach: float) -> float:
        """1 when the box is where it was expected, 0 when it is out of reach or of another size.

        ``reach`` is the distance, in box lengths, that a box may be off after 0.2 s; more after a longer time, and
        while its speed is not known.
        """
        expected = self.at(clock)
        length = max(expected.width, expected.height, 1)
        ratio = max(box.width, box.height, 1) / length
        if not 0.5 < ratio < 2.0:
            return 0.0
        (x, y), (ex, ey) = box.center, expected.center
        distance: float = ((x - ex) ** 2 + (y - ey) ** 2) ** 0.5 / length
        limit = (reach if self.speed is not None else 2 * reach) * min(3.0, max(1.0, (clock - self.clock) / 0.2))
        return max(expected.iou(box), 0.6 * (1 - distance / limit))


@dataclass(slots=True, eq=False)
class Track:
    """What is known of one vehicle's pass: sums and the clearest pictures, never all frames."""

    id: str
    first_seen: float
    first_clock: float
    last_seen: float
    last_clock: float
    anchor: Box
    anchor_clock: float
    vehicle: Motion | None = None
    plate: Motion | None = None
    looks: int = 0
    ballot: Ballot = field(default_factory=Ballot)
    attributes: AttributeBallot = field(default_factory=AttributeBallot)
    dissent: list[tuple[Observation, float]] = field(default_factory=list)
    portrait: Observation | None = None
    tried: int = 0
    tried_clock: float = float("-inf")
    tried_height: float = 0.0
    face: NDArray[np.float32] | None = None
    described_clock: float = float("-inf")
    surest: float = 0.0
    first_size: float = 0.0
    last_size: float = 0.0
    way: Way | None = None
    told: str | None = None
    told_clock: float = float("-inf")

    @classmethod
    def begin(cls, observation: Observation, clock: float) -> Track:
        seen = observation.frame.captured_at
        track = cls(uuid.uuid4().hex, seen, clock, seen, clock, observation.box, clock)
        track.see(observation, clock)
        return track

    def see(self, observation: Observation, clock: float) -> None:
        """The vehicle was found again."""
        if observation.vehicle is not None:
            self.vehicle = _moved(self.vehicle, observation.vehicle.box, clock)
        if observation.plate is not None:
            self.plate = _moved(self.plate, observation.plate.box, clock)
        if self.anchor.iou(observation.box) < STAYS_WITHIN:
            self.anchor, self.anchor_clock = observation.box, clock
        self.last_seen, self.last_clock = observation.frame.captured_at, clock
        self.looks += 1
        self.surest = max(self.surest, observation.vehicle.confidence if observation.vehicle else 0.0)
        self._measure(observation)

    def closeness(self, observation: Observation, clock: float) -> float:
        """How well the observation goes on with this track, 0 to 1."""
        scores = []
        if self.vehicle is not None and observation.vehicle is not None:
            scores.append(self.vehicle.closeness(observation.vehicle.box, clock, reach=0.5))
        if self.plate is not None and observation.plate is not None:
            scores.append(self.plate.closeness(observation.plate.box, clock, reach=1.5))
        if not scores:
            return self._holds(observation, clock)
        if clock - self.last_clock > MOVING_GAP_S and min(scores) < 0.5:
            return 0.0
        return sum(scores) / len(scores)

    def is_parked(self) -> bool:
        return self.last_clock - self.anchor_clock >= PARKED_AFTER_S

    def direction(self) -> Direction:
        """By the lines that it crossed; where none are drawn, by whether it grows."""
        if self.way is not None:
            return self.way.crossed
        if not self.first_size or not self.last_size:
            return "unknown"
        growth = self.last_size / self.first_size
        if growth > GROWTH_TO_TELL:
            return "approaching"
        return "receding" if growth < 1 / GROWTH_TO_TELL else "unknown"

    def standing(self) -> Standing:
        winner = self.ballot.winner
        if winner is None:
            return Standing(self.id, looks=self.looks)
        return Standing(
            self.id,
            winner.text,
            winner.confidence,
            winner.char_confidences,
            winner.votes,
            self.ballot.looks,
            self.ballot.tallies(),
        )

    def covers(self, other: Track) -> bool:
        """Whether the boxes at the last sight, or the other's picture, lie on each other for the most part."""
        if self.vehicle is None or other.vehicle is None:
            return False
        boxes = [other.vehicle.box] + ([other.portrait.box] if other.portrait else [])
        mine = self.vehicle.box
        return any(mine.overlap(box) > 0.5 * max(1, min(mine.area(), box.area())) for box in boxes)

    def absorb(self, other: Track) -> None:
        """The other, younger track was this same vehicle."""
        self.vehicle, self.plate = other.vehicle or self.vehicle, other.plate or self.plate
        self.anchor, self.anchor_clock = other.anchor, other.anchor_clock
        self.last_seen, self.last_clock = other.last_seen, other.last_clock
        self.last_size = other.last_size or self.last_size
        self.looks += other.looks
        self.tried, self.tried_clock = 0, other.tried_clock
        self.ballot.absorb(other.ballot)
        self.attributes.absorb(other.attributes)
        self.dissent = []
        if self.way is not None and other.way is not None:
            self.way.join(other.way)

    def rest(self) -> None:
        """It is over: keeps what finding it again needs, and none of its frames but the packed evidence."""
        self.ballot.pack()
        self.portrait, self.dissent = None, []

    def _holds(self, observation: Observation, clock: float) -> float:
        """For a plate seen without its vehicle, or the other way round: does one lie in the other?"""
        if observation.plate is not None and self.vehicle is not None:
            inner, outer = observation.plate.box, self.vehicle.at(clock)
        elif observation.vehicle is not None and self.plate is not None:
            inner, outer = self.plate.at(clock), observation.vehicle.box
        else:
            return 0.0
        return 0.3 * inner.overlap(outer) / max(1, inner.area())

    def _measure(self, observation: Observation) -> None:
        """Size for the direction, and the largest whole view for a vehicle whose plate is never read."""
        box = observation.box
        height, width = observation.frame.image.shape[:2]
        is_whole = box.x1 > 2 and box.y1 > 2 and box.x2 < width - 2 and box.y2 < height - 2
        if is_whole and observation.vehicle is not None:
            self.last_size = box.area() ** 0.5
            self.first_size = self.first_size or self.last_size
        if self.told:
            self.portrait = None
        elif observation.vehicle is not None and (
            self.portrait is None or (is_whole and box.area() > 1.1 * self.portrait.box.area())
        ):
            self.portrait = observation


class Tracker:
    """The tracks of one camera."""

    def __init__(self, reappear_gap_s: float, lines: Sequence[Line] = ()) -> None:
        self._reappear_gap_s = reappear_gap_s
        self._lines = lines
        self._look_clock = 0.0
        self._pause_s = 0.0
        self.live: list[Track] = []
        self._gone: list[Track] = []

    def assign(self, observations: list[Observation], clock: float) -> list[Track]:
        """The track of each observation, in their order; new tracks for what fits none."""
        pause = clock - self._look_clock
        self._pause_s = pause if not self._pause_s else 0.8 * self._pause_s + 0.2 * min(pause, MAX_GAP_S)
        self._look_clock = clock
        pairs = sorted(
            (
                (track.closeness(observation, clock), t, o)
                for t, track in enumerate(self.live)
                for o, observation in enumerate(observations)
            ),
            reverse=True,
        )
        chosen: dict[int, Track] = {}
        taken: set[int] = set()
        for closeness, t, o in pairs:
            if closeness < MIN_CLOSENESS:
                break
            if t not in taken and o not in chosen:
                taken.add(t)
                chosen[o] = self.live[t]
        return [self._seen(chosen.get(o), observation, clock) for o, observation in enumerate(observations)]

    def _seen(self, track: Track | None, observation: Observation, clock: float) -> Track:
        if track is None:
            track = Track.begin(observation, clock)
            self.live.append(track)
        else:
            track.see(observation, clock)
        if self._lines:
            track.way = track.way or Way()
            track.way.see(observation, self._lines)
        return track

    def stay(self, frame: Frame) -> None:
        """Nothing moved since the last look: who was seen then is still there."""
        for track in self.live:
            if track.last_clock == self._look_clock:
                track.last_seen, track.last_clock = frame.captured_at, frame.clock
        self._look_clock = frame.clock

    def split(self, track: Track, observation: Observation) -> Track:
        """Another vehicle has taken this track's place: a new track begins, the old one is over."""
        newcomer = Track.begin(observation, observation.frame.clock)
        self.live.append(newcomer)
        track.last_clock = float("-inf")
        return newcomer

    def reunite(self, track: Track) -> Track:
        """The older track of the same vehicle, if its plate was read before, else itself.

        The older one may even be in view: then it had gone astray to another vehicle, and finds back here.
        """
        older = self._twin(track)
        if older is None:
            return track
        self.live.remove(track)
        if older not in self.live:
            self._gone.remove(older)
            self.live.append(older)
        older.absorb(track)
        return older

    def is_part_of_other(self, track: Track) -> bool:
        """Whether it lay, for the most part, on a vehicle that was read at about the same time."""
        return any(
            other.ballot.winner is not None
            and other is not track
            and other.last_clock > track.first_clock - SHADOW_S
            and other.first_clock < track.last_clock + SHADOW_S
            and other.covers(track)
            for other in [*self.live, *self._gone]
        )

    def expire(self, clock: float) -> list[Track]:
        """The tracks that ended."""
        ended = [track for track in self.live if clock - track.last_clock > self.patience_s(track)]
        self.live = [track for track in self.live if track not in ended]
        known = [track for track in self._gone if clock - track.last_clock <= self._reappear_gap_s]
        self._gone = (known + [track for track in ended if track.ballot.winner is not None])[-MAX_GONE:]
        return ended

    def end(self) -> list[Track]:
        """No more frames: all that were live."""
        ended, self.live, self._gone = self.live, [], []
        return ended

    def patience_s(self, track: Track) -> float:
        """How long its vehicle may be out of sight before the track ends."""
        if not track.is_parked():
            return min(max(MOVING_GAP_S, 3 * self._pause_s), MAX_GAP_S)
        return self._reappear_gap_s * (1.0 if track.ballot.winner is not None else PATIENCE_FOR_UNREAD)

    def _twin(self, track: Track) -> Track | None:
        mine = track.ballot.winner
        if mine is None:
            return None
        for other in [*self.live, *reversed(self._gone)]:
            theirs = other.ballot.winner
            if theirs is None or other is track:
                continue
            if mine.text == theirs.text and theirs.votes > 1:
                return other
            unsure = mine.votes == 1 or theirs.votes == 1
            if other.last_clock < track.last_clock and unsure and is_within_one_edit(mine.text, theirs.text):
                return other
        return None


def _moved(motion: Motion | None, box: Box, clock: float) -> Motion:
    if motion is None:
        return Motion(box, clock)
    motion.update(box, clock)
    return motion
