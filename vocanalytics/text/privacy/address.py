"""Postal addresses: house and street in the order of six languages, postcodes, post boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from vocanalytics.text.privacy.spans import Span

_AREAS = (
    "AB|AL|BA|BB|BD|BH|BL|BN|BR|BS|BT|B|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|EC|EH|EN|EX|E|FK|"
    "FY|GL|GU|GY|G|HA|HD|HG|HP|HR|HS|HU|HX|"
    "IG|IM|IP|IV|JE|KA|KT|KW|KY|LA|LD|LE|LL|LN|LS|LU|L|ME|MK|ML|M|NE|NG|NN|NP|NR|NW|N|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|"
    "RM|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|"
    "ST|SW|SY|S|TA|TD|TF|TN|TQ|TR|TS|TW|UB|WA|WC|WD|WF|WN|WR|WS|WV|W|YO|ZE"
)
_INWARD = (
    r"(?!\d(?:WD|DR|TH|ST|ND|RD|GB|TB|HR|PH|FT|HP|PS|WH|NM|HZ|LB|LT|YR|YO|XL|PT|SD|"
    r"XX)\b)\d[ABD-HJLNP-UW-Z]{2}"
)
_UK = re.compile(
    rf"(?<![\w.-])(?=[A-Z]{{1,2}}\d)(?:(?:{_AREAS})\d[A-Z\d]?\s{_INWARD}|"
    rf"(?=[A-Z]{{2}})(?:{_AREAS})\d[A-Z\d]?{_INWARD})(?![\w-])"
)
_UK_LOWER = re.compile(rf"(?<![\w.-])(?=[a-z]{{1,2}}\d)(?:{_AREAS})\d[A-Z\d]?\s?{_INWARD}(?![\w-])", re.I)
_UK_LOWER_TIGHT = re.compile(r"[a-z]{2}\d[a-z\d]?\d[a-z]{2}\Z|[a-z]{1,2}\d[a-z\d]?\s\d[a-z]{2}\Z")
_EIRCODE = re.compile(
    r"(?<![\w.-])(?:[ACDEFHKNPRTVWXY]\d[\dW])\s?(?=[A-Z]*\d)(?=\d*[A-Z])[ACDEFHKNPRTVWXY0-9]{4}(?![\w-])"
)
_CANADA = re.compile(r"(?<![\w.-])[ABCEGHJ-NPRSTVXY]\d[A-Z] ?\d[A-Z]\d(?![\w-])")
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|ID|IL|IA|KS|KY|LA|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|PA|RI|SC|"
    "SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_NOT_AMOUNT = r"(?![\w]|[.,]\d|\s?(?:miles?|km|mi\b|k\b|points|euros?|dollars|pounds|people|cars))"
_ZIP = re.compile(rf"\b(?:(?:{_STATES})\.?,? |, ?(?:IN|OR|ME|OK|HI) )\d{{5}}(?:-\d{{4}})?{_NOT_AMOUNT}")
_CODE_CUE = re.compile(
    r"\b(?:post\s?code|zip(?:\s?code)?|postal code|plz|postleitzahl|code postal|c[óo]digo postal|cap|eircode|"
    r"pin\s?code)"
    r"(?:\s+(?:is|was|of|ist|est|es|area|in|"
    r"number)){0,2}\s*[:=#(]?\s*(?P<code>(?=\w*\d)[A-Z0-9]{3,7}(?:[ -](?=\w*\d)[A-Z0-9]{3,4})?)" + _NOT_AMOUNT,
    re.I,
)
_BOX = re.compile(
    r"\b(?:P\.?\s?O\.?\s?Box|Post Office Box|Postfach|Apartado(?:\s+de\s+[Cc]orreos)?|Casella\s+[Pp]ostale|"
    r"Bo[iî]te\s+[Pp]ostale|Postbus|Locked Bag)\s*(?:[Nn]o\.?|[Nn]umber|#)?\s*\d[\d ]{0,8}\d|"
    r"\bP\.?\s?O\.?\s?Box\s*\d",
    re.I,
)

_NUMBER = r"(?<![\w.,/:£$€#+-])\d{1,5}(?:[-/]\d{1,4})?\s?[A-Za-z]?,?\s+"
_TYPES = (
    r"Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Close|Court|Ct|Crescent|Cres|Place|Pl|Way|Boulevard|Blvd|"
    r"Terrace|Gardens|Gdns|Grove|Square|Sq|Mews|Hill|"
    r"Parade|Walk|Row|Highway|Hwy|Parkway|Pkwy|Circle|Cir|Trail|Loop|Rise|View|Green|Vale|Quay|Wharf|Embankment|"
    r"Esplanade|Promenade|Strand|Marg|Nagar|Approach|Yard|Meadows?|Cottages|Villas|Croft|Paddocks?|Fold|Dene|Brow|Broadway|Causeway"
)
_NOT_STREET = (
    r"(?!(?i:miles?|km|kms|hours?|hrs?|minutes?|mins?|days?|weeks?|months?|years?|seconds?|cars?|lanes?|wheel|"
    r"doors?|stars?|ways?|people|times|more|other|of|the|a|an|and|or|in|on|at|to|"
    r"for|from|with|by|was|is|are|were|seater|seats?|speed|point|k|th|st|nd|rd|am|pm|mph|test|front|rear|all|disc|"
    r"disk|hard|self|years?|yr|yrs|different|good|great|bad|long|short|first|"
    r"second|third|half|per|each|every|old|new|big|small|extra|free|sport|performance|series|inch|gb|tb|x|door|left|"
    r"right|one|two|no)\b)"
)
_CAPITALISED = rf"(?:{_NOT_STREET}(?-i:[A-ZÀ-Þ])[\w'’.-]{{0,30}}\s+){{1,4}}"
_STREET = re.compile(
    rf"{_NUMBER}(?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West|Upper|Lower|Old|New|Great|Little|"
    rf"St\.?)\s+)?{_CAPITALISED}(?i:{_TYPES})\b\.?"
    rf"(?:,?\s+(?:Apt\.?|Apartment|Suite|Ste\.?|Unit|#)\s?#?\w{{1,5}})?"
    rf"(?:,? Dublin \d{{1,2}}\b)?(?!\s+(?:mode|assist|control|train|wheel))",
)
_NUMBERED_STREET = re.compile(
    r"(?<![\w.,/:£$€#-])\d{1,5}\s+(?:(?:N|S|E|W|North|South|East|West)\.?\s+)?\d{1,3}(?:st|nd|rd|th)\s+(?:Street|St|"
    r"Avenue|Ave|Road|Rd|Place|Pl|Court|Ct|Drive|Dr)\b\.?"
)
_THE_STREET = re.compile(
    r"(?<![\w.,/:£$€#-])\d{1,4}[A-Za-z]?,?\s+The\s+(?:Street|Avenue|Close|Crescent|Grove|Mews|Green|Drive|Lane|"
    r"Parade|Square|Terrace|Gardens|Broadway|Strand|Mall|Rise|Ridgeway|Paddocks?|Orchard|Meadows?|Cedars|Elms|Oaks|Willows|Laurels|"
    r"Beeches|Limes|Hollies|Firs|Maltings|Granary|Stables|Courtyard|Croft|Fairway|Hawthorns|Spinney|Copse|Dell|Glebe|Quadrant|"
    r"Circus|Poplars|Pines|Birches|Chestnuts|Rowans|Moorings|Coppice)\b"
)
_ONE_WORD = re.compile(
    r"(?<=(?: at| to| on| is) )\d{1,4}[A-Za-z]? (?!Motor|Half|All|High)[A-Z][a-z]{3,10}(?:way|gate)\b"
)
_LOWER_STREET = re.compile(
    rf"(?<![\w.,/:£$€#-])\d{{1,5}}[a-z]?,?\s+(?:{_NOT_STREET}[a-z'’.-]{{2,20}}\s+){{1,3}}"
    r"(?:street|road|avenue|lane|crescent|boulevard|close|drive|court|terrace|gardens|grove|mews|rd|ave|blvd|st|"
    r"ln)\b\.?",
    re.I,
)
_LOWER_CUE = re.compile(
    r"(?<!\w)(?:at|on|is|to|from|live|lives|address|visit|near|outside|of)\s*[:,]?\s+\Z|:\s+\Z", re.I
)
_UNIT_BEFORE = re.compile(
    r"(?<!\w)(?:Flat|Apartment|Apt\.?|Unit|Suite|Ste\.?|Room|Floor|Block|House|No\.?|"
    r"Number)\s?(?:\d{1,4}[A-Z]?,?\s+)?\Z",
    re.I,
)
_OWN = re.compile(r"(?<!\w)(?:my|our|the|this|a) \Z", re.I)  # "my house 12 Elm Road"
_TAIL = r"(?:,?\s+(?:D-|A-|CH-|F-|E-|I-)?\d{4,5}(?:\s+[A-ZÄÖÜÀ-Þ][\w-]+)?)?"
_GERMAN = re.compile(
    r"(?<!\w)(?:(?:[A-ZÄÖÜ][\wäöüß.-]{0,30}[ -]){0,2}[A-Za-zÄÖÜäöüß][\wäöüß-]{0,30}?(?:stra(?:ß|ss)e|str\.)|"
    r"(?:[A-ZÄÖÜ][\wäöüß.-]{1,30}[ -]){1,2}(?:Stra(?:ß|ss)e|Str\.|Allee|Weg|Platz|Ring|Damm|Ufer)|"
    r"[A-ZÄÖÜ][\wäöüß]{2,30}(?:weg|platz|allee|gasse|damm|ufer|straat|laan|gracht|plein|kade|vej|gatan|"
    r"gata))\s*\d{1,4}\s?[a-zA-Z]?(?![\w.,]\d|\w)" + _TAIL
)
_FRENCH = re.compile(
    r"(?<![\w.,/:£$€-])\d{1,4}(?:\s?(?:bis|ter|quater|[A-Da-d]))?,?\s+(?:(?i:rue|boulevard|bd|chemin|impasse|"
    r"all[ée]e|faubourg|ruelle)\s+(?:(?i:de la|de l['’]|des|de|du|d['’]|la|le|les|l['’])\s*)*[\wÀ-ÿ'’-]{2,30}|"
    r"(?i:avenue|place|quai|route|cours|square)\s+(?:(?i:de la|de l['’]|des|de|du|d['’]|la|le|les|"
    r"l['’])\s*)*[A-ZÀ-Þ][\wÀ-ÿ'’-]{1,30})(?:[ -][A-ZÀ-Þ][\wÀ-ÿ'’-]{1,30}){0,3}" + _TAIL
)
_FLOOR = r"(?:,?\s\d{1,2}\s?[ºª°](?:\s?(?:[A-Z]\b|izq\w*\.?|dcha\.?))?|,\s\d{1,2}-\d{1,2}\b)?"
_SPANISH = re.compile(
    r"(?<!\w)(?:(?:[Cc]alle|[Cc]/|[Aa]venida|[Aa]vda\.?|[Cc]arrer)\s*(?=[\w ]{3,40},? \d{1,4}(?! [a-z]))|(?:[Aa]v\.|"
    r"[Pp]laza|[Pp]aseo|[Rr]onda|[Cc]amino|[Rr]ua|[Tt]ravessa)\s+(?=(?:(?:de|la|del|da|do|dos|das|los|las) "
    r"){1,3}[A-ZÀ-Þ]|[A-ZÀ-Þ][\wÀ-ÿ]{2,30}(?: [A-ZÀ-Þ][\wÀ-ÿ]{2,30})?, ?\d))(?:(?:de la|de los|de las|del|de|la|el|"
    r"da|do|dos|das)\s+)*"
    r"[A-ZÀ-Þa-z][\wÀ-ÿ'’.-]{1,30}(?:\s+(?:de|la|del|y|e|los|da|do|"
    r"[A-ZÀ-Þ][\wÀ-ÿ'’.-]{1,30})){0,4},?\s*(?:n[ºo°]\.?\s*|n[úu]mero\s+)?\d{1,4}(?![\w:]|[.,]\d)" + _FLOOR + _TAIL
)
_ITALIAN = re.compile(
    r"(?<!\w)(?:[Vv]ia|[Vv]iale|[Pp]iazza|[Cc]orso|[Ll]argo|[Vv]icolo|[Pp]iazzale)\s+(?:(?:di|del|della|dei|delle|"
    r"dello|degli|d['’])\s*)*[A-ZÀ-Þ][\wÀ-ÿ'’.]{1,30}(?:\s+[A-ZÀ-Þ][\wÀ-ÿ'’.]{1,30}){0,3}"
    r"(?:,\s*(?:n\.?\s*)?|\s+n\.?\s*)\d{1,4}[A-Za-z]?(?![\w:]|[.,]\d)"
    + _TAIL
    + r"|(?<=\bin )(?:via|viale|piazza|corso) [A-ZÀ-Þ][\wÀ-ÿ'’.]{1,30}(?:\s+[A-ZÀ-Þ][\wÀ-ÿ'’.]{1,30}){0,3} \d{1,4}\b"
)
_POLISH = re.compile(
    r"(?<!\w)(?:ul\.|al\.|os\.|pl\.|ulica|aleja)\s*(?:[A-ZŻŹĆĄŚĘŁÓŃ][\w-]{1,30}\s+){1,3}\d{1,4}(?:\s?/\s?\d{1,4}|"
    r"[A-Za-z])?(?!\w)"
)
_TURKISH = re.compile(
    r"(?<!\w)(?:[A-ZÇĞİÖŞÜ][\w.]{1,30}\s+){1,3}(?:Caddesi|Cad\.|Sokak|Sokağı|Sok\.|Mahallesi|Mah\.|"
    r"Bulvarı)\s*(?:No\s*[:.]?\s*)?\d{1,4}(?:/\d{1,4})?(?!\w)"
)
_AT_MARKET = re.compile(
    r"(?<!\w)(?:Am|An der|An den|Auf dem|Auf der|Im|In der|In den|Zum|Zur|Unter den|Hinter der|Vor dem)\s"
    r"[A-ZÄÖÜ][\wäöüß-]{2,30}\s(?:\d{1,3}\s?[a-h]|"
    r"\d{1,3}(?=,?\s(?:D-|A-|CH-)?\d{4,5}\s[A-ZÄÖÜ]))(?![\w.,]\d|\w)" + _TAIL
)
_NAMED_HOUSE = re.compile(
    rf"(?<![\w.,/:£$€#-])(?:\d{{1,4}}[A-Za-z]?,?\s)?The(?:\s(?!{_TYPES})[A-Z][\w'’-]{{2,20}}){{1,3}},\s{_CAPITALISED}(?:{_TYPES})\b"
)
_BUSINESS_UNIT = re.compile(
    r"\bUnit\s\d{1,3}[A-Z]?,?\s(?:[A-Z][\w'’-]{1,20}\s){1,3}(?:Industrial|Business|Trading|Retail|Enterprise|Science)\s(?:Estate|Park|Centre)\b"
)
_ALTEN_MARKT = re.compile(
    r"(?<=[\w,:] )(?:Am|An der|An den|Auf dem|Auf der|Im|In der|Zum|Zur|Hinter der|Vor dem)\s"
    r"(?:[A-ZÄÖÜ]\w{2,12}(?:en|er)\s)?"
    r"(?!(?:Mon|Diens|Donners|Frei|Sams|Sonn)tag|Mittwoch|Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|"
    r"November|Dezember|Jahre?|Kilometer|Durchschnitt|Schnitt|Alter|Wert|Vergleich|Preis|Stufe|Version|Note|Ende|Anfang)"
    r"[A-ZÄÖÜ][\wäöüß-]{2,30}\s\d{1,3}\s?[a-h]?(?![\w%€°]|[.,:]\d|\s?(?:Uhr|km|Tage|Wochen|Monate|Minuten|Stunden|Euro|Mal|Jahre|kW))"
    + _TAIL
)
_BEFORE_CODE = re.compile(
    rf"(?:\d{{1,4}}[A-Za-z]?,?\s)?(?:(?:The\s)?(?:[A-Z][\w'’-]{{1,20}}\s){{0,2}}(?:House|Cottage|Farm|Lodge|Barn|Forge|Mill|Hall|Court|Rectory|Villa|Manor|Flat\s\d+),\s)?"
    rf"(?:[A-Z][\w'’.-]{{1,20}}\s){{1,3}}(?:{_TYPES}),?\s(?:(?:[A-Z][\w'’-]{{1,20}},?\s){{1,3}})?\Z"
)
_TOWN = re.compile(r",?[ \n](?:[A-ZÀ-Þ][\wÀ-ÿ'’-]+[ -]){0,2}[A-ZÀ-Þ][\wÀ-ÿ'’-]+,?[ \n]")
# A pattern runs only if the lower-cased text holds one of its trigger strings; () always runs.
_PATTERNS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (_STREET, ()),
    (_NUMBERED_STREET, ("st ", "nd ", "rd ", "th ")),
    (_THE_STREET, (" the ",)),
    (_ONE_WORD, ("way", "gate")),
    (_GERMAN, ("str", "weg", "platz", "allee", "gasse", "damm", "ufer", "ring")),
    (_GERMAN, ("laan", "gracht", "plein", "kade", "vej", "gatan", "gata")),
    (_AT_MARKET, ("am ", "an de", "auf de", "im ", "in de", "zum ", "zur ", "unter den", "hinter der", "vor dem")),
    (_ALTEN_MARKT, (" am ", " an de", " auf de", " im ", " in der", " zum ", " zur ", " hinter der", " vor dem")),
    (_BUSINESS_UNIT, ("unit ",)),
    (_NAMED_HOUSE, ("the ",)),
    (_FRENCH, ("rue", "boulevard", "bd ", "chemin", "impasse", "all", "faubourg", "ruelle")),
    (_FRENCH, ("avenue", "place", "quai", "route", "cours", "square")),
    (_SPANISH, ("calle", "c/", "av", "plaza", "paseo", "carrer", "ronda", "camino", "rua", "travessa")),
    (_ITALIAN, ("via", "piazza", "corso", "largo", "vicolo")),
    (_POLISH, ("ul", "al.", "os.", "pl.", "aleja")),
    (_TURKISH, ("cad", "sok", "mah", "bulvar")),
    (_BOX, ("box", "postfach", "apartado", "casella", "postale", "postbus", "locked bag")),
    (_UK, ()),
    (_EIRCODE, ()),
    (_CANADA, ()),
    (_ZIP, ()),
)  # fmt: skip


def addresses(text: str) -> Iterator[Span]:
    """House number with street, postcode, post box; a town stays unless it stands between street and postcode."""
    found = sorted(_parts(text), key=lambda span: span.start)
    for street, code in pairwise(found):
        if _TOWN.fullmatch(text, street.end, code.start):
            yield Span(street.start, code.end, "ADDRESS")
    for code in found:
        before = _BEFORE_CODE.search(text, max(0, code.start - 90), code.start) if _UK.match(text, code.start) else None
        if before:
            yield Span(before.start(), code.end, "ADDRESS")
    yield from found


def _parts(text: str) -> Iterator[Span]:
    """Streets, postcodes and post boxes, each on its own."""
    lowered = text.lower()
    for pattern, triggers in _PATTERNS:
        if not triggers or any(trigger in lowered for trigger in triggers):
            yield from (
                Span(_with_unit(text, match.start()), match.end(), "ADDRESS") for match in pattern.finditer(text)
            )
    for match in _LOWER_STREET.finditer(text):
        before = text[max(0, match.start() - 24) : match.start()]
        if _LOWER_CUE.search(before) or _UNIT_BEFORE.search(before):
            yield Span(_with_unit(text, match.start()), match.end(), "ADDRESS")
    if any(trigger in lowered for trigger in ("code", "zip", "plz", "postleit", "digo", "cap", "pin")):
        yield from (Span(*match.span("code"), "ADDRESS") for match in _CODE_CUE.finditer(text))
    for match in _UK_LOWER.finditer(text):
        if match[0].islower() and _UK_LOWER_TIGHT.match(match[0]):
            yield Span(*match.span(), "ADDRESS")


def _with_unit(text: str, start: int) -> int:
    """Where "Flat 4," before the house number begins."""
    match = _UNIT_BEFORE.search(text, max(0, start - 20), start)
    if match and _OWN.search(text, max(0, match.start() - 6), match.start()):
        return start
    return match.start() if match else start
