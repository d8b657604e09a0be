"""Licence plates: by national shape where the shape is unmistakable, else next to a cue word."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

from vocanalytics.text.privacy.lexicon import LISTS, is_common
from vocanalytics.text.privacy.spans import Span

_FILE: dict[str, list[str]] = tomllib.loads((LISTS / "plates.toml").read_text(encoding="utf-8"))
_SEP = r"[ -]?"
_GB = rf"[A-Z]{{2}}\d{{2}}{_SEP}[A-Z]{{3}}"
_GB_OLD = rf"[A-Z]\d{{1,3}}{_SEP}[A-Z]{{3}}|[A-Z]{{3}}{_SEP}\d{{1,3}}[A-Z]?"
_NI = rf"[A-Z]{{1,3}}{_SEP}\d{{1,4}}"
_DE = r"[A-ZÄÖÜ]{1,3}[- :][A-Z]{1,2}[ -]?\d{1,4}[EH]?"
_FR = rf"[A-Z]{{2}}{_SEP}\d{{3}}{_SEP}[A-Z]{{2}}"
_ES = rf"\d{{4}}{_SEP}[BCDFGHJ-NPRSTV-Z]{{3}}"
_COUNTY = "|".join(_FILE["irish_counties"])
_IE = rf"\d{{2}}[12]?{_SEP}(?:{_COUNTY}){_SEP}\d{{1,6}}"
_NL = (
    r"[A-Z]{2}-\d{2,3}-[A-Z]{1,2}|\d{1,2}-[A-Z]{2,3}-\d{1,2}|[A-Z]{1,2}-\d{3}-[A-Z]{1,2}|[A-Z]{2}-[A-Z]{2}-\d{2}|"
    r"\d{2}-\d{2}-[A-Z]{2}|\d{2}-[A-Z]{2}-[A-Z]{2}"
)
_PL = rf"[A-Z]{{2,3}}{_SEP}(?=\w*\d)[A-Z0-9]{{4,5}}"
_US = r"[A-Z0-9]{1,4}[ -]?[A-Z0-9]{2,5}"
_AT = r"[A-Z]{1,2}-(?:\d{2,5}[A-Z]{1,3}|[A-Z]{2,3} ?\d{1,3})"
_IN = rf"[A-Z]{{2}}{_SEP}\d{{1,2}}{_SEP}[A-Z]{{1,3}}{_SEP}\d{{4}}"

_DISTRICT = "|".join(_FILE["german_districts"])
_MODELS = re.compile(r"(?:[CHB]R|[UZWX]R|HR|CR|C|E|S|X|I|A|B)-(?:V|R|HR|TR|GT|M|T|S|D|E|EV|UP)\b|G[TR]-")
_AIRLINES = frozenset(_FILE["airlines"])
_AIRPORTS = frozenset(_FILE["airports"])
_SURE = re.compile(
    rf"(?<![\w/-])(?:(?P<gb>{_GB})|(?P<de>(?:{_DISTRICT})-[A-Z]{{1,2}}(?:[ ]\d{{1,4}}|\d{{3,4}})[EH]?)|"
    rf"(?P<fr>[A-Z]{{2}}-\d{{3}}-[A-Z]{{2}})|(?P<nl>{_NL})|"
    rf"(?P<ie>\d{{2}}[12]?-(?:{_COUNTY})-\d{{3,6}}|"
    rf"\d{{2}}[12][ ]?(?:{_COUNTY})[ ]?\d{{3,6}})|(?P<in>{_IN}))(?![\w/]|-\w)"
)
_LOWER_GB = re.compile(r"(?<![\w/-])(?:[a-z]{2}\d{2}|[a-z]{2}(?:0[2-9]|[1256]\d|7[0-5]) )[a-z]{3}(?![\w/]|-\w)")
_MODEL_LETTERS = frozenset(_FILE["not_a_suffix"])

_CUE = re.compile(
    r"\b(?:(?:licen[cs]e|number|vehicle|car|reg(?:istration)?|index|private|personal|cherished|"
    r"index)\s+(?:number\s+)?plates?(?:\s+(?:number|no\.?))?|number\s?plates?|plates?|"
    r"(?:car'?s?\s+)?reg(?:istration|o)?(?:\s+(?:number|no\.?|mark|plate|is))?|registered(?:\s+as)?|reg\.|vrm|vrn|"
    r"tag(?:\s+(?:number|no\.?))?|"
    r"(?:amtliches\s+)?kennzeichen|nummernschild|immatricul\w+|plaque(?:\s+d'immatriculation)?|matr[ií]cula|targa|"
    r"kenteken|rejestrac\w+|plaka)"
    r"(?:\s+(?:is|was|of|reads?|being|ist|lautet|est|es|number|no\.?|on|my|the|car|it's)){0,3}\s*[:=#,(\"'-]{0,2}\s*",
    re.I,
)
_CUE_WORDS = (
    "plate",
    "reg",
    "vrm",
    "vrn",
    "tag",
    "kennzeichen",
    "nummernschild",
    "immatr",
    "plaque",
    "matr",
    "targa",
    "kenteken",
    "rejestr",
    "plaka",
)
_NATIONAL = re.compile(rf"(?:{_IN}|{_GB}|{_FR}|{_DE}|{_AT}|{_IE}|{_ES}|{_NL}|{_GB_OLD}|{_PL}|{_NI})(?![\w-])", re.I)
_ANY_STATE = re.compile(rf"(?:{_US})(?![\w-])")
_BEHIND = re.compile(
    rf"(?<![\w/-])(?P<plate>{_GB}|{_GB_OLD}|{_DE}|{_AT}|{_FR}|{_ES}|{_IE})"
    r"(?i:(?=\s*[,)\"']?\s*(?:is|was|as)?\s*(?:my|the|our|his|her|its)?\s*"
    r"(?:reg|registration|number plate|plate|licen[cs]e plate|kennzeichen)\b))"
)
_UNIT = re.compile(
    r"\d+\s?(?:st|nd|rd|th|km|mi|mph|k|hrs?|mins?|days?|weeks?|months?|years?|cars?|times|x|am|pm)\Z", re.I
)


def plates(text: str) -> Iterator[Span]:
    """Plates of GB, DE, FR, IE, NL and India by shape; of those, ES, PL, IT and the US by a cue word."""
    for match in _SURE.finditer(text):
        if _is_sure(match):
            yield Span(*match.span(), "PLATE")
    for match in _LOWER_GB.finditer(text):
        last = match[0][4:].strip()
        if last not in _MODEL_LETTERS and not is_common(last) and not is_common(match[0][:2]):
            yield Span(*match.span(), "PLATE")
    lowered = text.lower()
    if not any(word in lowered for word in _CUE_WORDS):
        return
    for match in _BEHIND.finditer(text):
        yield Span(*match.span("plate"), "PLATE")
    for cue in _CUE.finditer(text):
        yield from _after(text, cue.end())


def _is_sure(match: re.Match[str]) -> bool:
    if match.lastgroup == "gb":
        last = match[0][-3:].lower()
        if match[0][:2] in _AIRLINES and match[0][-3:] in _AIRPORTS:
            return False
        return last not in _MODEL_LETTERS and not (is_common(last) and " " in match[0])
    return not (
        match.lastgroup == "de" and _MODELS.match(match[0]) and re.search(r"\D(?:(?:19|20)\d\d|\d\d?)\Z", match[0])
    )


def _after(text: str, at: int) -> Iterator[Span]:
    plate = _NATIONAL.match(text, at) or _ANY_STATE.match(text, at)
    if plate is None:
        return
    letters = [word for word in re.findall(r"[^\W\d_]+", plate[0])]
    digits = re.sub(r"\D", "", plate[0])
    readable = any(len(word) > 1 and is_common(word.lower()) and not word.isupper() for word in letters)
    if digits and letters and len(plate[0]) >= 4 and not readable and not _UNIT.match(plate[0]):
        yield Span(*plate.span(), "PLATE")
