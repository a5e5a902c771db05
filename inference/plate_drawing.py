"""Drawn plates whose text is known: the layouts of many countries as data, and one function that draws them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import font_fjallaone
import font_roboto
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Picture
from PIL import ImageDraw, ImageFont

from inference.plate_format import FORMATS, PlateFormat, normalize
from inference.types import Image

BUNDLED_FONTS: tuple[str, ...] = tuple(
    str(path)
    for path in [*font_fjallaone.font_files.values(), *font_roboto.font_files.values()]
    if str(path).endswith(("FjallaOne-Regular.ttf", "Roboto-Bold.ttf", "Roboto-Medium.ttf"))
)

Color = tuple[int, int, int]
WHITE, YELLOW, BLACK, DARK = (238, 238, 236), (30, 190, 240), (24, 22, 22), (40, 38, 36)
BLUE, RED, GREEN, GRAY, PALE = (140, 60, 15), (40, 35, 185), (60, 110, 25), (165, 162, 158), (225, 232, 236)
GLYPH_HEIGHT = 96


@dataclass(frozen=True, slots=True)
class PlateStyle:
    """One layout of one region; lengths are millimetres, colors BGR.

    ``papers`` and ``inks`` go together by place. ``heads`` and ``feet`` are small texts that are no part of the
    plate's text, in bands of ``head`` and ``foot`` times the height. ``masks`` replaces the region's own.
    """

    name: str
    region: str
    width: int = 520
    height: int = 110
    papers: tuple[Color, ...] = (WHITE,)
    inks: tuple[Color, ...] = (BLACK,)
    rows: int = 1
    glyph_height: float = 0.7
    glyph_width: float = 0.56
    band: str = ""
    band_color: Color = BLUE
    head: float = 0.0
    foot: float = 0.0
    heads: tuple[str, ...] = ()
    feet: tuple[str, ...] = ()
    head_color: Color | None = None
    masks: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class DrawnPlate:
    """A clean front view; ``text`` is what a reader must say, a two-row plate top row first."""

    image: Image
    text: str
    region: str
    rows: int


def _eu(code: str, sign: str, weight: float = 1.0) -> tuple[PlateStyle, ...]:
    one = PlateStyle(code, code, band=sign, weight=weight)
    two = replace(one, name=f"{code}-2", width=300, height=220, rows=2, glyph_height=0.36, weight=weight * 0.15)
    return one, two


def _state(code: str, heads: str, feet: str, papers: tuple[Color, ...], inks: tuple[Color, ...]) -> PlateStyle:
    return PlateStyle(
        f"us-{code}",
        f"us-{code}" if any(entry.region == f"us-{code}" for entry in FORMATS) else "us",
        *(305, 152),
        papers=papers,
        inks=inks,
        glyph_height=0.47,
        glyph_width=0.5,
        head=0.22,
        foot=0.16,
        heads=tuple(heads.split("|")),
        feet=tuple(feet.split("|")),
        weight=1.1,
    )


NAVY, SEA, SKY, CREAM, ORANGE = (95, 35, 15), (130, 90, 10), (235, 215, 190), (205, 235, 245), (40, 130, 235)
STATES: tuple[PlateStyle, ...] = (
    _state("ny", "NEW YORK", "EMPIRE STATE|EXCELSIOR|", (ORANGE, WHITE, WHITE), (NAVY, NAVY, BLACK)),
    _state("nj", "NEW JERSEY|Garden State", "GARDEN STATE|", ((150, 225, 240), PALE), (BLACK, BLACK)),
    _state("pa", "PENNSYLVANIA", "VISITPA.COM|www.state.pa.us", (WHITE, PALE), (NAVY, NAVY)),
    _state("ct", "CONNECTICUT", "CONSTITUTION STATE", (SKY, WHITE), (NAVY, NAVY)),
    _state("ca", "California|CALIFORNIA", "dmv.ca.gov|", (WHITE, WHITE, BLACK), (NAVY, (110, 40, 20), YELLOW)),
    _state("tx", "TEXAS|Texas", "The Lone Star State|TEXAS TRUCK", (WHITE, PALE), (BLACK, NAVY)),
    _state("fl", "MYFLORIDA.COM|FLORIDA", "SUNSHINE STATE|IN GOD WE TRUST", (WHITE, PALE), (GREEN, GREEN)),
    _state("il", "Illinois|ILLINOIS", "Land of Lincoln", (WHITE, SKY), (RED, BLACK)),
    _state("oh", "OHIO|Ohio", "BIRTHPLACE OF AVIATION|DISCOVER", (WHITE, SKY), (NAVY, RED)),
    _state("ma", "MASSACHUSETTS|Massachusetts", "The Spirit of America", (WHITE,), (RED,)),
    _state("va", "VIRGINIA|Virginia", "VIRGINIA IS FOR LOVERS|400th Anniversary", (WHITE,), (NAVY,)),
    _state("md", "MARYLAND|Maryland", "WAR OF 1812|TREASURE THE CHESAPEAKE", (WHITE, PALE), (BLACK, NAVY)),
    _state("wa", "WASHINGTON|Washington", "EVERGREEN STATE", (WHITE, SKY), (NAVY, BLUE)),
    _state("az", "ARIZONA", "GRAND CANYON STATE", ((190, 170, 210), (150, 190, 230)), (GREEN, SEA)),
    _state("mi", "MICHIGAN|PURE MICHIGAN", "Great Lakes Splendor|MICHIGAN.ORG", (WHITE, BLUE), (NAVY, WHITE)),
    _state("co", "COLORADO", "", (GREEN, WHITE), (WHITE, GREEN)),
    _state("ga", "GEORGIA|Georgia", "PEACH STATE|FULTON|COBB", (WHITE, PALE), (BLACK, NAVY)),
    _state("nc", "NORTH CAROLINA|First in Flight", "First in Flight|NORTH CAROLINA", (WHITE,), (RED,)),
    _state("mn", "Minnesota|EXPLORE", "10,000 lakes", (SKY, WHITE), (NAVY, NAVY)),
    _state("wi", "WISCONSIN", "America's Dairyland", (WHITE,), (BLACK,)),
    _state("or", "Oregon|OREGON", "PACIFIC WONDERLAND|", (PALE, SKY), (NAVY, BLACK)),
    _state("nv", "NEVADA", "THE SILVER STATE|HOME MEANS NEVADA", (PALE, (210, 190, 170)), (NAVY, NAVY)),
    _state("ut", "UTAH|Utah", "LIFE ELEVATED|GREATEST SNOW ON EARTH", (WHITE, (170, 200, 230)), (NAVY, BLACK)),
    _state("tn", "TENNESSEE|Tennessee", "The Volunteer State|tnvacation.com", (PALE, SEA), (NAVY, WHITE)),
    _state("al", "ALABAMA|Heart of Dixie", "Sweet Home Alabama", (WHITE, SKY), (BLACK, NAVY)),
    _state("in", "INDIANA|Indiana", "In God We Trust|Crossroads of America", (NAVY, SKY), (WHITE, NAVY)),
    _state("mo", "MISSOURI", "SHOW-ME STATE", (WHITE, SKY), (NAVY, BLACK)),
    _state("la", "LOUISIANA|Louisiana", "Sportsman's Paradise", (WHITE,), (RED,)),
    _state("ok", "OKLAHOMA", "NATIVE AMERICA|TravelOK.com", (WHITE, SKY), (BLACK, NAVY)),
    _state("on", "ONTARIO|Ontario", "YOURS TO DISCOVER", (WHITE,), (BLUE,)),
    _state("qc", "Quebec", "Je me souviens", (WHITE,), (BLUE,)),
    _state("me", "Maine", "Vacationland", (PALE, CREAM), (NAVY, GREEN)),
    _state("nh", "NEW HAMPSHIRE", "LIVE FREE OR DIE", (SKY, PALE), (GREEN, GREEN)),
    _state("sc", "SOUTH CAROLINA", "While I Breathe, I Hope|Smiling Faces", (SKY, WHITE), (NAVY, BLUE)),
    _state("ky", "KENTUCKY|Kentucky", "UNBRIDLED SPIRIT|Bluegrass State", (SKY, WHITE), (NAVY, BLACK)),
    _state("nm", "NEW MEXICO|New Mexico USA", "Land of Enchantment", (YELLOW, SEA), (RED, YELLOW)),
)

MERCOSUR = PlateStyle(
    "br-mercosur", "br", 400, 130, (WHITE,), (BLACK, RED, BLUE), glyph_height=0.52, head=0.25, heads=("BRASIL",),
    head_color=(150, 60, 10), masks=("LLLNLNN",), weight=7,
)  # fmt: skip
BR_OLD = PlateStyle(
    "br-old", "br", 400, 130, (GRAY, GRAY, GRAY, WHITE, RED), (BLACK, DARK, BLACK, RED, WHITE), glyph_height=0.52,
    head=0.25, heads=("SP SAO PAULO", "RJ RIO DE JANEIRO", "PR CURITIBA", "MG BELO HORIZONTE", "RS PORTO ALEGRE",
    "BA SALVADOR", "SC JOINVILLE", "DF BRASILIA", "GO GOIANIA", "PE RECIFE", "CE FORTALEZA", "ES VITORIA",
    "PR MARINGA", "SP CAMPINAS"), masks=("LLL-NNNN", "LLL.NNNN", "LLL NNNN"), weight=9,
)  # fmt: skip

STYLES: tuple[PlateStyle, ...] = (
    *_eu("de", "D", 4), *_eu("pl", "PL", 2), *_eu("ro", "RO"), *_eu("fr", "F", 3), *_eu("it", "I", 3), *_eu("es", "E", 3),
    *_eu("cz", "CZ", 2), *_eu("hr", "HR", 2), *_eu("at", "A", 2), *_eu("gr", "GR"), *_eu("pt", "P"), *_eu("sk", "SK", 2),
    *_eu("si", "SLO", 1.5), *_eu("hu", "H", 1.5), *_eu("bg", "BG"), *_eu("dk", "DK"), *_eu("se", "S"), *_eu("fi", "FIN"),
    *_eu("no", "N"), *_eu("lt", "LT"), *_eu("lv", "LV"), *_eu("ee", "EST"), *_eu("ie", "IRL"), *_eu("ua", "UA"),
    *_eu("ch", ""), *STATES, MERCOSUR, BR_OLD,
    PlateStyle("nl", "nl", papers=(YELLOW,), band="NL", weight=2),
    PlateStyle("be", "be", inks=(RED,), band="B", weight=1.5),
    PlateStyle("it-old", "it", inks=(BLACK,), glyph_height=0.62, weight=1),
    PlateStyle("fr-old", "fr", papers=(YELLOW, BLACK), inks=(BLACK, WHITE), weight=0.5),
    PlateStyle("gb", "gb", papers=(WHITE, YELLOW), inks=(BLACK, BLACK), weight=3),
    PlateStyle("gb-band", "gb", papers=(WHITE, YELLOW), inks=(BLACK, BLACK), band="GB", weight=1.5),
    PlateStyle("gb-square", "gb", 285, 203, (WHITE, YELLOW), (BLACK, BLACK), 2, 0.38, weight=0.7),
    replace(MERCOSUR, name="br-mercosur-moto", width=200, height=170, rows=2, glyph_height=0.32, weight=2),
    replace(BR_OLD, name="br-old-moto", width=200, height=170, rows=2, glyph_height=0.32, weight=2),
    PlateStyle("ar", "ar", 400, 130, (WHITE,), (BLACK,), glyph_height=0.52, head=0.25, heads=("REPUBLICA ARGENTINA",),
               head_color=(150, 60, 10), masks=("LL NNN LL",)),
    PlateStyle("ar-old", "ar", 400, 130, (BLACK,), (WHITE,), masks=("LLL NNN",), heads=("ARGENTINA",), head=0.16),
    PlateStyle("in", "in", 500, 120, (WHITE, WHITE, YELLOW), (BLACK, BLACK, BLACK), weight=2),
    PlateStyle("in-band", "in", 500, 120, (WHITE,), (BLACK,), band="IND", weight=2),
    PlateStyle("in-two", "in", 200, 100, (WHITE, YELLOW), (BLACK, BLACK), 2, 0.4, weight=2.5),
    PlateStyle("vn-long", "vn", 470, 110, (WHITE, YELLOW, BLUE), (BLACK, BLACK, WHITE), masks=("NNL-NNN.NN",)),
    PlateStyle("vn-two", "vn", 190, 140, (WHITE, YELLOW, BLUE), (BLACK, BLACK, WHITE), 2, 0.38, weight=2,
               masks=("NN-LN|NNN.NN", "NN-LN|NNNN", "NNL|NNN.NN")),
    PlateStyle("tw", "tw", 320, 150, (WHITE, WHITE, YELLOW), (BLACK, GREEN, BLACK), glyph_height=0.56),
    PlateStyle("id", "id", 430, 135, (BLACK, WHITE, YELLOW), (WHITE, BLACK, BLACK), glyph_height=0.52, foot=0.26,
               feet=("09.24", "11-27", "05 26", "12.19", "03-21"), weight=1.5),
    PlateStyle("my", "my", 460, 110, (BLACK,), (WHITE,), weight=1.5),
    PlateStyle("my-two", "my", 220, 150, (BLACK,), (WHITE,), 2, 0.38, weight=1),
    PlateStyle("sg", "sg", 460, 110, (BLACK,), (WHITE,), weight=0.7),
    PlateStyle("th", "th", 340, 150, (WHITE,), (BLACK,), glyph_height=0.5, foot=0.28, feet=("BANGKOK", "CHIANG MAI")),
    PlateStyle("tr", "tr", 520, 112, band="TR", weight=2),
    PlateStyle("tr-two", "tr", 300, 210, (WHITE,), (BLACK,), 2, 0.36, band="TR", weight=0.4),
    PlateStyle("il", "il", 520, 110, (YELLOW,), (BLACK,), band="IL", weight=1.5),
    PlateStyle("ae", "ae", 520, 110, (WHITE,), (BLACK,), masks=("L NNNNN", "L NNNN", "LL NNNNN")),
    PlateStyle("ae-two", "ae", 300, 150, (WHITE,), (BLACK,), glyph_height=0.5, head=0.3, heads=("DUBAI", "ABU DHABI")),
    PlateStyle("sa", "sa", 520, 110, (WHITE,), (BLACK,), band="KSA", band_color=PALE),
    PlateStyle("tn", "tn", 520, 110, (BLACK,), (WHITE,)),
    PlateStyle("ph", "ph", 390, 140, (WHITE,), (BLACK, GREEN), glyph_height=0.52, foot=0.2, feet=("MATATAG NA REPUBLIKA",
               "REGION III", "NCR"), heads=("PILIPINAS",), head=0.12),
    PlateStyle("au", "au", 372, 134, (WHITE, YELLOW, PALE), (BLACK, BLACK, BLUE), glyph_height=0.55, head=0.12, foot=0.18,
               heads=("", "VICTORIA"), feet=("NSW", "QUEENSLAND - SUNSHINE STATE", "VICTORIA - STAY ALERT")),
)  # fmt: skip

_WEIGHTS = np.array([style.weight for style in STYLES])
_BY_REGION = {entry.region: entry for entry in FORMATS}


def draw_plate(
    rng: np.random.Generator,
    style: PlateStyle | None = None,
    fonts: Sequence[str] = BUNDLED_FONTS,
    text: str | None = None,
) -> DrawnPlate:
    """A clean plate, about 100-200 pixels high, in ``style`` or in a random one.

    ``text`` with its separators (``ABC-1D23``, rows parted by ``|``) replaces the random one.
    """
    chosen = style or STYLES[int(rng.choice(len(STYLES), p=_WEIGHTS / _WEIGHTS.sum()))]
    written = text or _write(rng, chosen)
    rows = split_rows(written) if chosen.rows == 2 else [written.replace("|", " ")]
    scale = float(rng.uniform(0.85, 1.0)) * (0.62 if chosen.rows == 2 or chosen.height > 120 else 0.9)
    width, height = int(chosen.width * scale), int(chosen.height * scale)
    place = int(rng.integers(max(len(chosen.papers), len(chosen.inks))))
    paper, ink = chosen.papers[place % len(chosen.papers)], chosen.inks[place % len(chosen.inks)]
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.clip(np.array(paper) + rng.integers(-12, 13), 0, 255)
    left, right = _draw_bands(image, chosen, rng, ink)
    top = int(height * (0.03 + chosen.head))
    bottom = int(height * (0.97 - chosen.foot))
    font = str(fonts[int(rng.integers(len(fonts)))])
    gap = (bottom - top) / len(rows)
    for index, row in enumerate(rows):
        middle = top + gap * (index + 0.5)
        tall = min(height * chosen.glyph_height * float(rng.uniform(0.9, 1.1)), gap * 0.94)
        _draw_row(image, row, font, (left, right, middle, tall), (chosen, rng, ink))
    if rng.random() < 0.6:
        cv2.rectangle(
            image, (1, 1), (width - 2, height - 2), ink if rng.random() < 0.7 else DARK, int(rng.integers(1, 4))
        )
    return DrawnPlate(image, normalize(written), chosen.region, len(rows))


def split_rows(written: str) -> list[str]:
    """The two rows of a text: parted at ``|``, else at the separator nearest the middle."""
    if "|" in written:
        return written.split("|")
    places = [index for index, char in enumerate(written) if char in " -.*" and 0 < index < len(written) - 1]
    if not places:
        half = len(written) // 2
        return [written[:half], written[half:]]
    place = min(places, key=lambda index: abs(index - len(written) / 2 + 0.5))
    return [written[:place], written[place + 1 :]]


def _write(rng: np.random.Generator, style: PlateStyle) -> str:
    """A random text with its separators."""
    known: PlateFormat = _BY_REGION[style.region]
    mask = str(rng.choice(np.array(style.masks or known.masks)))
    prefix = str(rng.choice(np.array(known.prefixes))) if known.prefixes else ""
    written = ""
    for char in mask:
        if char == "L":
            written += str(rng.choice(np.array(list(known.letters))))
        elif char == "N":
            written += str(rng.integers(10))
        else:
            written += prefix if char == "P" else char.upper()
    return written


def _draw_bands(image: Image, style: PlateStyle, rng: np.random.Generator, ink: Color) -> tuple[int, int]:
    """The coloured band and the small texts; returns the columns between which the text may stand."""
    height, width = image.shape[:2]
    left, right = int(width * 0.02), int(width * 0.98)
    if style.head_color:
        image[: int(height * style.head)] = style.head_color
    small = BUNDLED_FONTS[int(rng.integers(len(BUNDLED_FONTS)))]
    head_ink = WHITE if style.head_color else ink
    for part, texts, y in ((style.head, style.heads, 0.02), (style.foot, style.feet, 0.98 - style.foot)):
        words = str(rng.choice(np.array(texts))) if texts else ""
        if words:
            tall = int(height * part * float(rng.uniform(0.55, 0.85)))
            _draw_words(image, words, small, (width // 2, int(height * (y + part / 2)), tall), head_ink)
    if style.band and rng.random() < 0.93:
        wide = int(height * (0.36 if style.rows == 1 else 0.2))
        image[:, :wide] = style.band_color
        _draw_words(image, style.band, small, (wide // 2, int(height * 0.78), max(6, int(wide * 0.4))), WHITE)
        if style.band_color == BLUE:
            for angle in np.arange(12) * np.pi / 6:
                x, y = wide / 2 + np.cos(angle) * wide * 0.3, height * 0.33 + np.sin(angle) * wide * 0.3
                cv2.circle(image, (int(x), int(y)), 1, YELLOW, -1)
        left = wide + int(width * 0.01)
        if style.region in ("it", "fr", "al") and rng.random() < 0.7:
            right = width - wide
            image[:, right:] = style.band_color
            right -= int(width * 0.01)
    return left, right


@cache
def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


@cache
def glyph(path: str, text: str) -> NDArray[np.uint8]:
    """The shape of a text, cut tight, ``GLYPH_HEIGHT`` pixels high; 255 is ink."""
    font = _font(path, GLYPH_HEIGHT)
    x1, y1, x2, y2 = font.getbbox(text)
    canvas = Picture.new("L", (max(1, int(x2 - x1)) + 4, max(1, int(y2 - y1)) + 4))
    ImageDraw.Draw(canvas).text((2 - x1, 2 - y1), text, fill=255, font=font)
    mask = np.asarray(canvas)
    rows, columns = np.flatnonzero(mask.max(1) > 60), np.flatnonzero(mask.max(0) > 60)
    if not rows.size:
        return np.zeros((GLYPH_HEIGHT, 4), np.uint8)
    tight = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    wide = max(2, round(tight.shape[1] * GLYPH_HEIGHT / tight.shape[0]))
    return np.asarray(cv2.resize(tight, (wide, GLYPH_HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def _stamp(image: Image, mask: NDArray[np.uint8], place: tuple[float, float, float, float], ink: Color) -> None:
    """Paints a shape into the box x, y, width, height."""
    x, y, wide, tall = (round(value) for value in place)
    if wide < 1 or tall < 1:
        return
    x1, y1, x2, y2 = max(x, 0), max(y, 0), min(x + wide, image.shape[1]), min(y + tall, image.shape[0])
    if x2 <= x1 or y2 <= y1:
        return
    shape = cv2.resize(mask, (wide, tall), interpolation=cv2.INTER_AREA)[y1 - y : y2 - y, x1 - x : x2 - x, None]
    part = image[y1:y2, x1:x2]
    strength = shape.astype(np.float32) / 255
    part[:] = (part * (1 - strength) + np.array(ink, np.float32) * strength).astype(np.uint8)


def _draw_words(image: Image, words: str, font: str, place: tuple[int, int, int], ink: Color) -> None:
    """Small print centred on x, y."""
    x, y, tall = place
    mask = glyph(font, words)
    wide = min(mask.shape[1] * tall / GLYPH_HEIGHT * (1.15 if words.islower() else 1.0), image.shape[1] * 0.9)
    _stamp(image, mask, (x - wide / 2, y - tall / 2, wide, tall), ink)


def _draw_row(
    image: Image,
    row: str,
    font: str,
    place: tuple[float, float, float, float],
    look: tuple[PlateStyle, np.random.Generator, Color],
) -> None:
    """One row of characters between two columns; ``place`` is left, right, middle and character height."""
    left, right, middle, tall = place
    style, rng, ink = look
    pitch = float(rng.uniform(0.08, 0.2)) * tall * style.glyph_width / 0.56
    stretch = float(rng.uniform(0.85, 1.25))
    widths = []
    for char in row:
        if char.isalnum():
            natural = glyph(font, char).shape[1] / GLYPH_HEIGHT
            widths.append(tall * (natural if char in "1I" else 0.5 * natural + 0.5 * style.glyph_width) * stretch)
        else:
            widths.append(tall * {"*": float(rng.uniform(0.3, 0.6))}.get(char, float(rng.uniform(0.15, 0.35))))
    total = sum(widths) + pitch * (len(row) - 1)
    room = right - left
    squeeze = min(1.0, room * 0.97 / total) if total else 1.0
    if total * squeeze < room * 0.8 and rng.random() < 0.5:
        pitch += (room * 0.85 - total) / len(row) * float(rng.uniform(0.2, 1.0))
        total = sum(widths) + pitch * (len(row) - 1)
    x = left + (room - total * squeeze) / 2 + float(rng.uniform(-0.3, 0.3)) * max(0.0, room * 0.97 - total * squeeze)
    for char, wide in zip(row, widths, strict=True):
        wide *= squeeze
        if char.isalnum():
            _stamp(image, glyph(font, char), (x, middle - tall / 2, wide, tall), ink)
        else:
            _draw_separator(image, char, (x, middle, wide, tall), (rng, ink))
        x += wide + pitch * squeeze


def _draw_separator(
    image: Image, char: str, place: tuple[float, float, float, float], look: tuple[np.random.Generator, Color]
) -> None:
    x, middle, wide, tall = place
    rng, ink = look
    center = (round(x + wide / 2), round(middle))
    if char == "-":
        thick = max(1, round(tall * 0.06))
        cv2.rectangle(image, (round(x), center[1] - thick), (round(x + wide), center[1] + thick), ink, -1)
    elif char == ".":
        cv2.circle(
            image,
            (center[0], round(middle + tall * float(rng.choice([0.0, 0.42])))),
            max(1, round(tall * 0.06)),
            ink,
            -1,
        )
    elif char == "*":
        color = tuple(int(value) for value in rng.integers(30, 220, 3))
        axes = (max(2, round(wide * 0.45)), max(2, round(wide * float(rng.uniform(0.4, 0.7)))))
        for part in range(int(rng.integers(1, 3))):
            at = (center[0], round(middle + (part * 2 - 1) * tall * 0.22 if rng.random() < 0.5 else middle))
            if rng.random() < 0.6:
                cv2.ellipse(image, at, axes, 0, 0, 360, color, -1)
            else:
                cv2.rectangle(image, (at[0] - axes[0], at[1] - axes[1]), (at[0] + axes[0], at[1] + axes[1]), color, -1)
