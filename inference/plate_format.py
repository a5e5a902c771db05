"""How plates are written, region by region."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS = ALPHABET[10:]

LOOK_ALIKES: Mapping[str, str] = {
    "O": "0",
    "Q": "0",
    "D": "0",
    "0": "OQD",
    "I": "1",
    "1": "I",
    "B": "8",
    "8": "B",
    "S": "5",
    "5": "S",
    "Z": "2",
    "2": "Z",
    "G": "6",
    "6": "G",
}
SHORTEST_WORD = 4
"""Letters; fewer may be what is left of a plate that was cut off."""


@dataclass(frozen=True, slots=True)
class PlateFormat:
    """The plates of one region.

    In a mask ``L`` is a letter, ``N`` a digit, ``D`` a digit but 0, ``P`` one of ``prefixes``, a lower-case letter
    stands for itself; space, dash, point and ``*`` (a seal or emblem) separate, and ``|`` separates the rows of a
    two-row plate. ``letters`` are the letters that ``L`` allows.
    """

    region: str
    masks: tuple[str, ...]
    letters: str = LETTERS
    prefixes: tuple[str, ...] = ()


def _without(excluded: str) -> str:
    return "".join(letter for letter in LETTERS if letter not in excluded)


_DE = (
    "A AA AB ABG AC AE AH AIC AK AM AN AO AP AS ASL ASZ AU AUR AW AZ AZE B BA BAD BAR BB BBG BC BCH BE BED BER BF BGL "
    "BH BI BID BIN BIR BIT BIW BK BKS BL BLB BLK BM BN BNA BO BOR BOT BR BRA BRB BRG BRK BRL BRV BS BSB BSK BT BTF "
    "BUD BUR BUS BUZ BZ C CA CAS CB CE CHA CLP CLZ CO COC COE CR CUX CW D DA DAH DAN DAU DB DBR DD DE DEG DEL DGF DH "
    "DI DIL DIN DIZ DKB DL DLG DM DN DO DON DU DUD DUW DW DZ E EA EB EBE EBN EBS ECK ED EE EF EG EH EI EIC EIL EIN "
    "EIS EL EM EMD EMS EN ER ERB ERH ERK ERZ ES ESB ESW EU EW F FB FD FDB FDS FEU FF FFB FG FH FI FKB FL FLO FN FO "
    "FOR FR FRG FRI FRW FS FT FTL FU FUS FW FZ G GA GAN GAP GC GD GDB GE GEL GEM GEO GER GF GG GHA GHC GI GK GL GLA "
    "GM GMN GN GNT GO GOA GOH GP GR GRA GRH GRI GRM GRZ GS GT GTH GU GUB GUN GV GVM GW GZ H HA HAB HAL HAM HAS HB HBN "
    "HBS HC HCH HD HDH HDL HE HEB HEF HEI HEL HER HET HF HG HGN HGW HH HHM HI HIG HIP HK HL HM HMU HN HO HOG HOH HOL "
    "HOM HOR HOT HP HR HRO HS HSK HST HU HV HVL HWI HX HY HZ IGB IK IL ILL IN IS IZ J JE JEV JL JUL K KA KB KC KE KEH "
    "KEL KEM KF KG KH KI KIB KK KL KLE KLZ KM KN KO KON KOT KOZ KR KRU KS KT KU KUN KUS KW KY KYF L LA LAN LAU LB LBS "
    "LBZ LC LD LDK LDS LEO LER LEV LF LG LH LI LIB LIF LIP LL LM LO LOB LOS LP LR LRO LSA LSN LSZ LU LUN LUP LWL M MA "
    "MAB MAI MAK MAL MAR MB MC MD ME MED MEG MEI MEK MEL MER MET MG MGH MGN MH MHL MI MIL MK MKK ML MM MN MO MOD MOL "
    "MON MOS MQ MR MS MSE MSH MSP MST MTK MTL MU MUB MUL MUN MUR MVL MW MY MYK MZ MZG N NAB NAI NAU NB ND NDH NE NEA "
    "NEB NEC NEN NES NEW NF NH NI NK NL NM NMB NMS NO NOH NOL NOM NOR NP NR NRU NU NVP NW NWM NY NZ OA OAL OB OBB OBG "
    "OC OCH OD OE OF OG OH OHA OHR OHV OHZ OK OL OP OPR OS OSL OTW OVI OVL OVP OZ P PA PAF PAN PAR PB PCH PE PEG PF "
    "PI PIR PL PLO PM PN PR PRU PS PW PZ QFT QLB R RA RC RD RDG RE REG REH REI RG RH RI RID RIE RL RM RN RO ROD ROF "
    "ROH ROK ROL ROS ROT ROW RP RS RSL RT RU RUD RUG RV RW RY RZ S SAB SAD SAL SAN SAW SB SBG SBK SC SCZ SDH SDL SDT "
    "SE SEB SEE SEF SEL SFB SFT SG SGH SH SHA SHG SHK SHL SI SIG SIM SK SL SLE SLF SLG SLK SLN SLS SLU SLZ SM SMU SN "
    "SO SOB SOG SOK SOL SOM SON SP SPB SPN SR SRB SRO ST STA STB STD STE STH STL STO SU SUL SUW SW SWA SY SZ SZB TBB "
    "TDO TE TET TF TG THL THW TIR TO TOL TP TR TS TT TU TUT UB UE UEM UER UFF UH UL UM UN USI V VAI VB VEC VER VG VIB "
    "VIE VIT VK VOH VR VS W WA WAF WAK WAN WAR WAT WB WBG WBS WDA WE WEL WEN WER WES WF WG WHV WI WIL WIS WIT WIZ WK "
    "WL WLG WM WMS WN WND WO WOB WOH WOL WOR WOS WR WRN WS WSF WST WSW WT WTL WTM WU WUG WUM WUN WUR WW WZ WZL Z ZE "
    "ZEL ZI ZIG ZP ZR ZW ZZ"
)
_PL = (
    "DW DWR DLU DJ CB CBY CIN CG LU LUB LZ FZ FG EL ELW EPI KR KRA KN KTA WA WB WD WE WF WH WI WJ WK WN WT WU WW WX WY"
    " WPR WGM OP OPO RZ RKR BI BIA GD GDA GA GWE SK ST STA SZ SZA SJ SJZ SD SO SB SBL TK TKI NO NOL PO POZ PZ PKL ZS ZK"
    " SR SL SCI SGL SRB SBE SBI SBN SC SCZ SG SH SI SIM SJ SKL SLU SM SMI SMY SPI SPS SRC SRS SSW SW SWD SWZ SY SZY SZO"
    " KOS KBR KBC KCH KDA KGR KLI KMI KMY KNS KNT KOL KPR KRA KSU KT KTT KWA KWI WA WGR WL WLI WLS WMA WMI"
    " WML WND WOR WOS"
    " WOT WPI WPL WPN WPU WPY WPZ WR WRA WS WSC WSE WSI WSK WSZ WWE WWL WWY WZ WZU WZW WZY WI WX PGN PGO PK"
    " PL PLE PN PNT"
    " PO POB POS POT PP PSE PSR PSZ PWA PWL PWR PZ PZL DB DBA DBL DGL DGR DKA DKL DLB DLE DLW DMI DOA DOL DPL DSR DST"
    " DSW DTR DW DWL DZA DZG DZL LB LBI LBL LC LCH LHR LJA LKR LKS LLB LLE LLU LOP LPA LPU LRA LRY LSW LTM LWL LZ LZA"
)
_RO = (
    "AB AR AG BC BH BN BT BV BR BZ CS CL CJ CT CV DB DJ GL GR GJ HR HD IL IS IF MM MH MS NT OT PH SM SJ SB"
    " SV TR TM TL VS VL VN"
)
_IN = "AN AP AR AS BR CH CG DD DL GA GJ HR HP JH JK KA KL LD MH ML MN MP MZ NL OD OR PB PY RJ SK TN TR TS UK UP WB"
_IE = "C CE CN CW D DL G KE KK KY L LD LH LK LM LS MH MN MO OY RN SO T TN TS TY W WD WH WW WX"
_HR = "BJ BM CK DA DE DJ DU GS IM KA KC KR KT KZ MA NA NG OG OS PU PZ RI SB SI SK SL ST SB VK VT VU VZ ZD ZG ZU"
_ID = (
    "A B D E F G H K L M N P R S T W Z AA AB AD AE AG BA BB BD BE BG BH BK BL BM BN BP DA DB DD DE DG DH"
    " DK DL DM DN DR DT KB KT"
)
_SI = "LJ MB CE KR KP NM GO MS KK SG PO"
_BG = "A B BH BP BT C CA CB CC CH CM CO CT E EB EH H K KH M OB P PA PB PK PP T TX X Y"
_CH = "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH"
_AT = (
    "W G GU L LL S SL IB IL I K KL BR DL DO FE FK GD GM HL KB KR KU LI LN LZ MD MI MU NK OP P PL RI SB SW"
    " TU VB VI VK VL WB WL WN WT WY ZT"
)
_MY = "A B C D F J K M N P R T W V Q S L Z"


def _split(codes: str) -> tuple[str, ...]:
    return tuple(codes.split())


FORMATS: tuple[PlateFormat, ...] = (
    PlateFormat("at", ("P*DNNLL", "P*DNNNL", "P*DNNNNL", "P*DNLLL"), _without("QO"), _split(_AT)),
    PlateFormat("be", ("N-LLL-NNN", "LLL-NNN")),
    PlateFormat("bg", ("P NNNN LL",), "ABEKMHOPCTYX", _split(_BG)),
    PlateFormat("ch", ("P*DNNNNN", "P*DNNNN", "P*DNNN"), prefixes=_split(_CH)),
    PlateFormat("cz", ("NLN NNNN", "NLL NNNN", "LLL NN-NN"), _without("GOQW")),
    PlateFormat(
        "de",
        (
            *(
                "P*LL DNNN",
                "P*LL DNN",
                "P*L DNNN",
                "P*LL DN",
                "P*L DNN",
                "P*LL DNNe",
                "P*L DNNe",
                "P*LL DNe",
                "P*L DNe",
            ),
            *("P*LL DNNh", "P*L DNNh", "P*LL DNh", "P*L DNh"),
        ),
        prefixes=_split(_DE),
    ),
    PlateFormat("dk", ("LL DN NNN",), _without("IOQW")),
    PlateFormat("ee", ("NNN LLL",)),
    PlateFormat("es", ("NNNN LLL",), "BCDFGHJKLMNPRSTVWXYZ"),
    PlateFormat("fi", ("LLL-NNN",)),
    PlateFormat("fr", ("LL-NNN-LL", "LL-NNN-LL", "NNNN LL NN", "NNN LLL NN"), _without("IOU")),
    PlateFormat("gb", ("LLNN LLL", "LLNN LLL", "LDNN LLL", "LDN LLL", "LD LLL", "LLL DNNL"), _without("IQ")),
    PlateFormat("gr", ("LLL-NNNN",), "ABEZHIKMNOPTYX"),
    PlateFormat("hr", ("P*NNNN-LL", "P*NNN-LL", "P*NNN-L", "P*NNNN-L"), _without("QWXY"), _split(_HR)),
    PlateFormat("hu", ("LLL-NNN", "aL LL-NNN")),
    PlateFormat("ie", ("NNN-P-DNNNN", "NNN-P-DNNN", "NN-P-DNNNN", "NN-P-DNNN", "NN-P-DNN"), prefixes=_split(_IE)),
    PlateFormat("it", ("LL NNNLL",), _without("IOQU")),
    PlateFormat("lt", ("LLL NNN",)),
    PlateFormat("lv", ("LL-DNNN", "LL-DNN")),
    PlateFormat(
        "nl", ("LL-NNN-L", "L-NNN-LL", "NN-LLL-N", "N-LLL-NN", "NN-LL-LL", "LL-LL-NN", "LL-NN-LL"), _without("AEIOUCQ")
    ),
    PlateFormat("no", ("LL DNNNN",), _without("GIMOQW")),
    PlateFormat(
        "pl",
        ("P*NNNNN", "P*NNNNL", "P*NNNLL", "P*NLNNN", "P*NNLNN", "P*LNNNN", "P*NNLL", "P*LNNN", "P*NNNL", "P*NLNN"),
        _without("BDIOQZ"),
        _split(_PL),
    ),
    PlateFormat("pt", ("LL*NN*LL", "NN*NN*LL", "NN*LL*NN")),
    PlateFormat("ro", ("P*NN*LLL", "b*NNN*LLL", "b*NN*LLL"), _without("Q"), _split(_RO)),
    PlateFormat("se", ("LLL NNN", "LLL NNL"), _without("IQV")),
    PlateFormat("si", ("P*NN-LLL", "P*LL-NNN", "P*LN-NNN"), _without("QWXY"), _split(_SI)),
    PlateFormat("sk", ("LL*NNNLL",), _without("QW")),
    PlateFormat("ua", ("LL NNNN LL",), "ABCEHIKMOPTX"),
    PlateFormat("br", ("LLL-NNNN", "LLLNLNN")),
    PlateFormat("ar", ("LLL NNN", "LL NNN LL")),
    PlateFormat(
        "us-ny", ("LLL*NNNN", "LLL-NNNN", "tNNNNNNc", "yNNNNNNc", "NNNNNLL", "NLNNL", "NNNN", "NNNNNN"), _without("IOQ")
    ),
    PlateFormat("us-nj", ("LNN-LLL", "LNN*LLL", "LLL-NNL", "LLLNNL", "LLNNNL")),
    PlateFormat("us-pa", ("LLL-NNNN", "LLL*NNNN"), _without("IOQ")),
    PlateFormat("us-ct", ("LL*NNNNN", "NNN*LLL", "LLNNNNN", "NLLLLN")),
    PlateFormat("us-ca", ("NLLLNNN", "NLNNNNN", "NNNNNLN")),
    PlateFormat("us-tx", ("LLL*NNNN", "LLLNNNN", "LLN*LNNN")),
    PlateFormat("us-fl", ("LLL*LNN", "LNN*NLL", "NNN*LLL", "LL*NNNL", "LLLLNN")),
    PlateFormat("us-il", ("LL NNNNN", "L NNNNNN", "NNN NNNN")),
    PlateFormat("us-oh", ("LLL NNNN",)),
    PlateFormat("us-ma", ("NLL LNN", "NNNLLN", "NLLNNN")),
    PlateFormat("us-va", ("LLL-NNNN",), _without("IOQ")),
    PlateFormat("us-md", ("NLLNNNN", "NLL*NNNN", "LLL NNN"), _without("IOQU")),
    PlateFormat("us-wa", ("LLLNNNN", "LLL NNNN"), _without("IOQ")),
    PlateFormat("us-az", ("LLLNNNN", "LLL*NNNN")),
    PlateFormat("us-mi", ("LLL NNNN", "LLL NLN")),
    PlateFormat("us-co", ("LLL-NNN", "LLL-LNN")),
    PlateFormat("us-ga", ("LLLNNNN", "LLL NNNN")),
    PlateFormat("us-nc", ("LLL-NNNN",), _without("GIOQU")),
    PlateFormat(
        "us",
        (
            *(
                "LLL NNN",
                "NNN LLL",
                "NNN*LLL",
                "LLL*NNN",
                "LL NNNN",
                "NNLLNN",
                "LNNNLL",
                "NNNNNNL",
                "LNN-NNL",
                "LLN LNL",
            ),
            *("NNL*NNN", "NNL NNN", "LNL NNN", "NNN LL", "NNNN LL", "NNNN LLL", "NNLLNNN", "NLNNLNN", "NNLNNLN"),
        ),
    ),
    PlateFormat(
        "in",
        (
            "P NN LL NNNN",
            "P NN L NNNN",
            "P-NN-LL-NNNN",
            "P N LLL NNNN",
            "P NN LLL NNNN",
            "P NN NNNN",
            "P N LL NNNN",
            "P NN LLL NNN",
            "P NN LL NNN",
            "P NN L NNN",
            "P NN LL NN",
            "P NN LL N",
            "NN bh NNNN LL",
            "NN bh NNNN L",
        ),
        _without("IO"),
        _split(_IN),
    ),
    PlateFormat(
        "vn",
        (
            "NNL-NNN.NN",
            "NNL-NNNN",
            "NN-LN|NNN.NN",
            "NN-LN|NNNN",
            "NNL|NNN.NN",
            "NNLL-NNN.NN",
            "NN-LL|NNN.NN",
            "NN-LL|NNNN",
            "NN-LNNNNN",
        ),
        "ABCDEFGHKLMNPSTUVXYZ",
    ),
    PlateFormat(
        "tw",
        ("LLL-NNNN", "NNNN-LL", "LL-NNNN", "LNN-NNN", "NNN-LLL", "LLL-NNN", "LNL-NNN", "NNNN-LN", "NLL-NNN", "NL-NNNN"),
        _without("IO"),
    ),
    PlateFormat(
        "id",
        ("P DNNN LL", "P DNNN LLL", "P DNNN L", "P DNN LL", "P DNN LLL", "P DN LLL", "P DN LL"),
        prefixes=_split(_ID),
    ),
    PlateFormat("my", ("PLL DNNN", "PLL DNN", "PLN DNNN", "PLLDN", "PL DNNN"), _without("IO"), _split(_MY)),
    PlateFormat("th", ("N NNNN", "NNNN")),
    PlateFormat("tr", ("NN L NNNN", "NN LL NNN", "NN LL NNNN", "NN LLL NN", "NN LLL NNN"), _without("QWX")),
    PlateFormat("il", ("NN-NNN-NN", "NNN-NN-NNN")),
    PlateFormat("ae", ("L DNNNN", "L DNNN", "LL DNNNN", "NN DNNNN")),
    PlateFormat("sa", ("NNNN LLL",), "ABJDRSXTEGKLZNHUV"),
    PlateFormat("tn", ("NNN*NNNN", "NN*NNNN", "NNN*NNN", "NN*NNN")),
    PlateFormat("sg", ("sLL DNNN L", "sLL DNN L"), _without("IO")),
    PlateFormat("ph", ("LLL NNNN", "LLL NNN")),
    PlateFormat("au", ("LLL-NNN", "LLL-NNL", "NLL-NLL", "NLL NLL")),
)

GROUPS: Mapping[str, tuple[str, ...]] = {
    "eu": _split("at be bg ch cz de dk ee es fi fr gb gr hr hu ie it lt lv nl no pl pt ro se si sk ua"),
    "us": tuple(entry.region for entry in FORMATS if entry.region.startswith("us")),
}

REGIONS: tuple[str, ...] = tuple(sorted({entry.region for entry in FORMATS} | set(GROUPS)))
"""What may be chosen as a camera's region."""


class UnknownRegionError(ValueError):
    """No format is known under this region code."""


def normalize(text: str) -> str:
    """``text`` as plates are compared: A-Z 0-9 only, accents dropped (``M-ÜX 12`` becomes ``MUX12``)."""
    plain = unicodedata.normalize("NFKD", text).upper()
    return "".join(char for char in plain if char in ALPHABET)


def formats_of(region: str | None) -> tuple[PlateFormat, ...]:
    """The formats of a region or group; all of them without one. Raises ``UnknownRegionError``."""
    if region is None:
        return FORMATS
    codes = GROUPS.get(region, (region,))
    found = tuple(entry for entry in FORMATS if entry.region in codes)
    if not found:
        raise UnknownRegionError(f"unknown region {region!r}: choose one of {', '.join(REGIONS)}")
    return found


def regions_of(text: str, region: str | None = None) -> tuple[str, ...]:
    """The regions, within the chosen one, whose formats ``text`` fits."""
    return tuple(code for code, pattern in _patterns(region) if pattern.fullmatch(text))


def is_word(text: str) -> bool:
    """Whether it may be a word that somebody chose for a plate, as they may in the United States and elsewhere."""
    return len(text) >= SHORTEST_WORD and text.isalpha()


def as_spaced(text: str, gaps: Sequence[float], region: str | None = None) -> str:
    """A text that fits a format, with O and 0, or I and 1, as the gaps between its characters ask for.

    ``gaps`` are the distances of each character from the next, in any unit. The text stays as it is, unless its gaps
    are those of another format alone that one such swap makes it fit: AV03 OJP is British, AV 030 JP French;
    V 19584 is of Dubai, VI 9584 of Latvia.
    """
    if not gaps or is_spaced_like(text, gaps, region):
        return text
    spaced = [twin for twin in _twins(text) if is_spaced_like(twin, gaps, region)]
    return spaced[0] if len(spaced) == 1 else text


def is_spaced_like(text: str, gaps: Sequence[float], region: str | None = None) -> bool:
    """Whether a format that ``text`` fits has its separators where the gaps are widest."""
    for pattern in _grouped_patterns(region):
        match = pattern.fullmatch(text)
        if match and len(gaps) == len(text) - 1 and pattern.groups > 1:
            ends = {match.end(group) - 1 for group in range(1, pattern.groups)}
            inside = [gap for index, gap in enumerate(gaps) if index not in ends]
            if min(gaps[index] for index in ends) > max(inside, default=0.0):
                return True
    return False


def _twins(text: str) -> list[str]:
    """The texts with one O for a 0, I for a 1 or the reverse: look-alikes that most plates' fonts draw the same."""
    other = {"O": "0", "0": "O", "I": "1", "1": "I"}
    return [text[:index] + other[char] + text[index + 1 :] for index, char in enumerate(text) if char in other]


@cache
def _patterns(region: str | None) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (entry.region, re.compile("|".join(_expression(mask, entry) for mask in entry.masks)))
        for entry in formats_of(region)
    )


@cache
def _grouped_patterns(region: str | None) -> tuple[re.Pattern[str], ...]:
    """One for each mask, what stands between its separators as groups."""
    return tuple(
        re.compile("".join(f"({_expression(part, entry)})" for part in re.split(r"[ .*|-]", mask)))
        for entry in formats_of(region)
        for mask in entry.masks
    )


def _expression(mask: str, entry: PlateFormat) -> str:
    parts = {"L": f"[{entry.letters}]", "N": "[0-9]", "D": "[1-9]", "P": f"(?:{'|'.join(entry.prefixes)})"}
    return "".join(parts.get(char) or (char.upper() if char.islower() else "") for char in mask)
