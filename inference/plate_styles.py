"""The layouts of plates as data: sizes, colors, bands and small print of each region."""

from __future__ import annotations

from dataclasses import dataclass, replace

from inference.plate_format import FORMATS

Color = tuple[int, int, int]
WHITE, YELLOW, BLACK, DARK = (238, 238, 236), (30, 190, 240), (24, 22, 22), (40, 38, 36)
BLUE, RED, GREEN, GRAY, PALE = (140, 60, 15), (40, 35, 185), (60, 110, 25), (165, 162, 158), (225, 232, 236)


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
    *_eu("de", "D", 4), *_eu("pl", "PL", 2), *_eu("ro", "RO"), *_eu("fr", "F", 3), *_eu("it", "I", 3),
    *_eu("es", "E", 3), *_eu("cz", "CZ", 2), *_eu("hr", "HR", 2), *_eu("at", "A", 2), *_eu("gr", "GR"),
    *_eu("pt", "P"), *_eu("sk", "SK", 2), *_eu("si", "SLO", 1.5), *_eu("hu", "H", 1.5), *_eu("bg", "BG"),
    *_eu("dk", "DK"), *_eu("se", "S"), *_eu("fi", "FIN"), *_eu("no", "N"), *_eu("lt", "LT"), *_eu("lv", "LV"),
    *_eu("ee", "EST"), *_eu("ie", "IRL"), *_eu("ua", "UA"), *_eu("ch", ""),
    *STATES, MERCOSUR, BR_OLD,
    PlateStyle("nl", "nl", papers=(YELLOW,), band="NL", weight=2),
    PlateStyle("be", "be", inks=(RED,), band="B", weight=1.5),
    PlateStyle("it-old", "it", inks=(BLACK,), glyph_height=0.62, weight=1),
    PlateStyle("fr-old", "fr", papers=(YELLOW, BLACK), inks=(BLACK, WHITE), weight=0.5),
    PlateStyle("gb", "gb", papers=(WHITE, YELLOW), inks=(BLACK, BLACK), weight=5),
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
    PlateStyle("ph", "ph", 390, 140, (WHITE,), (BLACK, GREEN), glyph_height=0.52, head=0.12, foot=0.2,
               heads=("PILIPINAS",), feet=("MATATAG NA REPUBLIKA", "REGION III", "NCR")),
    PlateStyle("au", "au", 372, 134, (WHITE, YELLOW, PALE), (BLACK, BLACK, BLUE), glyph_height=0.55, head=0.12,
               foot=0.18, heads=("", "VICTORIA"), feet=("NSW", "QUEENSLAND - SUNSHINE STATE", "VICTORIA - STAY ALERT")),
)  # fmt: skip
