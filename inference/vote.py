"""Makes one text of a track's readings: clusters within one edit, voted character by character."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from rapidfuzz.distance import LCSseq, Levenshtein

from inference.types import Attributes, Observation, Reading

MAX_TEXTS = 24
MAX_FRAMES = 3
CONFIRMED_VOTES = 2
MOST_TOLD = 6


@dataclass(slots=True)
class Evidence:
    """A look that said a text, and how clearly; packed, its frame takes a tenth of the memory."""

    observation: Observation
    quality: float
    jpeg: bytes = b""

    def pack(self) -> None:
        if not self.jpeg:
            frame = self.observation.frame
            self.jpeg = cv2.imencode(".jpg", frame.image)[1].tobytes()
            self.observation = replace(self.observation, frame=replace(frame, image=frame.image[:0].copy()))

    def shown(self) -> Observation:
        """The look with its whole frame."""
        if not self.jpeg:
            return self.observation
        image = np.asarray(cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        return replace(self.observation, frame=replace(self.observation.frame, image=image))


@dataclass(slots=True)
class Tally:
    """All readings that say one text. ``support`` is the weighted confidence of each character, summed."""

    text: str
    votes: int = 0
    weight: float = 0.0
    support: list[float] = field(default_factory=list)
    best: Evidence | None = None

    def absorb(self, other: Tally) -> None:
        self.votes += other.votes
        self.weight += other.weight
        self.support = [mine + theirs for mine, theirs in zip(self.support, other.support, strict=True)]
        if other.best is not None and (self.best is None or other.best.quality > self.best.quality):
            self.best = other.best


@dataclass(frozen=True, slots=True)
class Winner:
    """The text that the votes hold at present. ``share`` is its part of the weight of all readings."""

    text: str
    votes: int
    char_confidences: tuple[float, ...]
    strength: float
    share: float
    evidence: Evidence

    @property
    def confidence(self) -> float:
        """That of the weakest character: one wrong character makes a wrong plate."""
        return min(self.char_confidences)


class Ballot:
    """The readings of one track, summed up by text: small however long the vehicle stays."""

    def __init__(self) -> None:
        self._tallies: dict[str, Tally] = {}
        self.looks = 0
        self.winner: Winner | None = None

    def add(self, observation: Observation, weight: float) -> None:
        """Counts a reading; ``weight`` says how clearly its plate was seen."""
        reading = observation.reading
        assert reading is not None
        assert reading.text, "only readings with a text are counted"
        confidences = char_confidences(reading)
        evidence = Evidence(observation, weight * min(confidences))
        self._merge(Tally(reading.text, 1, weight, [weight * c for c in confidences], evidence))
        self.looks += 1
        self._elect()

    def absorb(self, other: Ballot) -> None:
        """Counts the readings of another track that turned out to be the same vehicle."""
        for tally in other._tallies.values():
            self._merge(tally)
        self.looks += other.looks
        self._elect()

    def pack(self) -> None:
        """Keeps little memory: only the winner's evidence, and that packed."""
        for tally in self._tallies.values():
            if tally.best is not None and tally.text == self._winning():
                tally.best.pack()
            else:
                tally.best = None

    def others(self) -> tuple[tuple[str, int], ...]:
        """The texts that did not win, most votes first."""
        winning = self.winner.text if self.winner else ""
        losers = [(tally.text, tally.votes) for tally in self._tallies.values() if tally.text != winning]
        return tuple(sorted(losers, key=lambda loser: -loser[1])[: MOST_TOLD - 1])

    def tallies(self) -> tuple[tuple[str, int, float], ...]:
        """All texts with their votes and their share of the weight, heaviest first."""
        total = sum(tally.weight for tally in self._tallies.values())
        ranked = sorted(self._tallies.values(), key=lambda tally: -tally.weight)
        return tuple((tally.text, tally.votes, round(tally.weight / total, 4)) for tally in ranked[:MOST_TOLD])

    def _merge(self, tally: Tally) -> None:
        known = self._tallies.get(tally.text)
        if known is None:
            self._tallies[tally.text] = tally
        else:
            known.absorb(tally)

    def _elect(self) -> None:
        self.winner = elect(list(self._tallies.values()))
        ranked = sorted(self._tallies.values(), key=lambda tally: (tally.text == self._winning(), tally.weight))
        is_sure = self.winner is not None and self.winner.votes > MAX_FRAMES
        for tally in ranked[: -1 if is_sure else -MAX_FRAMES]:
            tally.best = None
        for tally in ranked[:-MAX_TEXTS]:
            del self._tallies[tally.text]

    def _winning(self) -> str:
        return self.winner.text if self.winner else ""


def elect(tallies: list[Tally]) -> Winner | None:
    """The strongest text of the strongest cluster; a text that was confirmed outranks any single reading.

    Half a plate, or one row of two, is often read well and often; the whole plate, once confirmed, outranks its part.
    """
    total = sum(tally.weight for tally in tallies)
    winners = [_strongest(cluster, total) for cluster in _clusters(tallies)]
    found = [winner for winner in winners if winner is not None]
    best = max(found, key=lambda w: (w.votes >= CONFIRMED_VOTES, w.strength), default=None)
    if best is None:
        return None
    longer = [w for w in found if w.votes >= CONFIRMED_VOTES and len(w.text) > len(best.text) and best.text in w.text]
    return max(longer, key=lambda w: w.strength, default=best)


def _clusters(tallies: list[Tally]) -> list[list[Tally]]:
    """The heaviest text with all that are within one edit of it, then the heaviest of the rest, and so on."""
    rest = sorted(tallies, key=lambda tally: (-tally.weight, tally.text))
    clusters = []
    while rest:
        seed = rest[0].text
        clusters.append([tally for tally in rest if Levenshtein.distance(seed, tally.text, score_cutoff=1) <= 1])
        rest = [tally for tally in rest if tally not in clusters[-1]]
    return clusters


def _strongest(cluster: list[Tally], total: float) -> Winner | None:
    """The vote by position among the texts of the prevailing length; only a text that was read can win."""
    weight_of: dict[int, float] = {}
    for tally in cluster:
        weight_of[len(tally.text)] = weight_of.get(len(tally.text), 0.0) + tally.weight
    length = max(weight_of, key=lambda size: (weight_of[size], size))
    members = [tally for tally in cluster if len(tally.text) == length]
    support: list[dict[str, float]] = [{} for _ in range(length)]
    for tally in members:
        for position, character in enumerate(tally.text):
            here = support[position]
            here[character] = here.get(character, 0.0) + tally.support[position]
    shown = [tally for tally in members if tally.best is not None]
    if not shown:
        return None
    sums = {tally.text: [support[i][c] for i, c in enumerate(tally.text)] for tally in shown}
    best = max(shown, key=lambda tally: (tally.votes >= CONFIRMED_VOTES, min(sums[tally.text]), tally.weight))
    assert best.best is not None
    weight = weight_of[length]
    confidences = tuple(min(1.0, value / weight) for value in sums[best.text])
    return Winner(best.text, best.votes, confidences, min(sums[best.text]), best.weight / total, best.best)


def char_confidences(reading: Reading) -> tuple[float, ...]:
    """One for each character of the text, also where the reader gave none."""
    if len(reading.char_confidences) == len(reading.text):
        return reading.char_confidences
    return (reading.confidence,) * len(reading.text)


def is_other_plate(one: str, other: str) -> bool:
    """Whether two texts are too different to be readings of the same plate; a part of a plate is not."""
    shorter = min(len(one), len(other))
    misread = max(0, (shorter - 3) // 2)
    return shorter >= 4 and LCSseq.similarity(one, other) < shorter - misread


def is_within_one_edit(one: str, other: str) -> bool:
    return bool(Levenshtein.distance(one, other, score_cutoff=1) <= 1)


Share = tuple[float, float]
"""The weight of the looks that say a name, and the same times their confidence."""


class AttributeBallot:
    """Brand and color of one vehicle, from a few looks, each counting as much as it shows.

    What fewer than half of them say is ``unknown``.
    """

    def __init__(self) -> None:
        self._brands: dict[str, Share] = {}
        self._colors: dict[str, Share] = {}
        self._weight = 0.0
        self.looks = 0
        self.largest = 0

    def add(self, attributes: Attributes, size: int) -> None:
        """``size`` is the vehicle's area in pixels."""
        for shares, name, confidence in (
            (self._brands, attributes.brand, attributes.brand_confidence),
            (self._colors, attributes.color, attributes.color_confidence),
        ):
            _count(shares, name, size, size * confidence)
        self._weight += size
        self.looks += 1
        self.largest = max(self.largest, size)

    def absorb(self, other: AttributeBallot) -> None:
        for shares, more in ((self._brands, other._brands), (self._colors, other._colors)):
            for name, share in more.items():
                _count(shares, name, *share)
        self._weight += other._weight
        self.looks += other.looks
        self.largest = max(self.largest, other.largest)

    def result(self) -> Attributes:
        return Attributes(*self._said(self._brands), *self._said(self._colors))

    def _said(self, shares: dict[str, Share]) -> tuple[str, float]:
        """The name of at least half of the weight, and its confidence over all looks."""
        for name, (weight, confident) in shares.items():
            if name != "unknown" and 2 * weight >= self._weight:
                return name, confident / self._weight
        return "unknown", 0.0


def _count(shares: dict[str, Share], name: str, weight: float, confident: float) -> None:
    before = shares.get(name, (0.0, 0.0))
    shares[name] = before[0] + weight, before[1] + confident
