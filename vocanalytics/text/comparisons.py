"""Other brands that customers name, and those they compare with.

Whose customer somebody is decides what a name means. Where the own brand is known, whoever names another one weighs
us against it, in whatever words ("my Audi had this as standard"), so every other brand counts. Where it is not, most
names are the customer's own car or bank; only a comparison in so many words counts ("better than my BMW").
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vocanalytics.taxonomy import Competitor
from vocanalytics.text.lists import ADJECTIVES

EDITION = "comparisons-2"

_ARTICLE = r"(?:the|an?|my|our|your|his|her|their|any|another|other|some)"
_FORMER = r"(?:old|older|previous|last|former|other|second|ex|(?:[\w]+['’]s?))"
_FILLED = r"(?:\s+[\w'’-]+){0,5}\s+"
_BEFORE = re.compile(
    rf"""(?:
        \b(?:than|compared?\s+(?:\w+\s+)?(?:to|with)|comparing\s+(?:\w+\s+)?(?:to|with|against)|comparison\s+(?:to|with)
          |unlike|instead\s+of|versus|vs\.?|torn\s+between|choosing\s+between|ahead\s+of|on\s+a\s+par\s+with
          |up\s+there\s+with|as\s+(?!well|soon|long|far)\w+\s+as|same\s+as|(?:superior|inferior|similar|equal)\s+to
          |used\s+to\s+(?:have|own|drive|fly|be|bank|stay|shop|order|use)
          |(?:switch|chang|mov|convert|defect|com|go|cross)(?:e|ed|ing)?\s+(?:\w+\s+)?(?:from|back\s+to|over\s+to)
          |came\s+(?:\w+\s+)?from|went\s+back\s+to|switch(?:ed|ing)?\s+to
          |(?:should|would|could)(?:\s+have|['’]ve|\s+of)\s+(?:bought|got|gone\s+(?:for|with)|chosen|kept|stayed\s+with)
          |wish(?:ed)?\s+(?:i|we)(?:['’]d|\s+had)?\s+(?:bought|got|gone\s+(?:for|with)|kept|stayed\s+with)
          |next\s+(?:one|car|time)\s+(?:\w+\s+){{1,3}}be|(?:looking|look|looked)\s+at
          |beats?|outclass(?:es)?|rivals?|match(?:es)?|(?:drives|feels|looks|handles|sounds)\s+like
        ){_FILLED}
      | \bthan\s+(?:i|we|you|one)\s+can\s+say\s+(?:for|of|about){_FILLED}
      | \b(?:chose|picked|preferred|prefer|took|bought|have|choose|pick)\s[^.!?;,]{{0,40}}\bover\s+(?:{_ARTICLE}\s+)?
      | \b(?:my|our|his|her|the|an)\s+(?:{_FORMER})\s+(?:[\w-]+\s+)?
      | \b(?:is|was|it['’]?s)\s+(?:no|hardly\s+an?|not\s+quite\s+an?)\s+
      | \b(?:ex|non)-
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
_AFTER = re.compile(
    r"""\s+(?:
        (?:[\w'’-]+\s+){0,2}(?:before(?:hand)?\b(?!\s+\w+\s+\w+ing)|previously\b)
      | (?:does|do|did|has|had|have|offers?|gives?|gave|manages?|managed)\s+(?:this|that|it|these|them|better|more)\b
      | with\s+the\s+same\b | vs\b | versus\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_STEMS = re.sub(r"y\b", "[yi]", ADJECTIVES)  # easier
_BETTER = rf"(?:better|worse|(?:{_STEMS})[a-z]?e?r|(?:more|less)\s+(?!than\b)\w+|(?:miles|way|streets|far)\s+ahead)\b"
# "better now", "cheaper than I thought": than itself
_THAN_ITSELF = r"(?!\s+(?:now|since|every|each|than\s+(?:i|we|expected|ever|before|last|usual)\b))"
# said of a brand by name, perhaps with a model or a second brand
_SUBJECT = re.compile(
    rf"""(?:['’]?s)?(?:\s+(?-i:[A-Z0-9])[\w-]*)?(?:\s+(?:or|and)\s+(?-i:[A-Z])[\w-]*)?\s+(?:
        (?:is|are|was|were|feels?|looks?)\s+(?:(?:so|much|far|way|even|also|still)\s+)?{_BETTER}{_THAN_ITSELF}
      | (?:has|have|had|offers?|gives?|gave)\s+(?:(?:so|much|far)\s+)?(?:better|more)\b
      | (?:has|have|had|offers?|gives?|comes?\s+with)\s+(?:[\w'’-]+\s+){{1,4}}as\s+standard\b
      | would\s+have\s+\w+\s+(?:\w+\s+){{0,3}}?(?:twice\s+as|half\s+the|{_BETTER})
      | (?:would|does|do)(?:\s+never|\s+not|n['’]t)\s+\w+\s+(?:[\w'’]+\s+){{1,3}}?
        (?:so|like\s+(?:this|that)|this\s+way)\b
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_FORMERLY = re.compile(
    r"\s+(?:[\w-]+\s+)?(?:i|we)\s+(?:had|drove|owned|leased|ran|used)\s+(?:before(?:hand)?|previously)\b(?!\s+\w+\s+\w+ing)",
    re.I,
)
_JOINED = re.compile(
    rf"(?:['’]?s)?(?:\s+[\w-]+)?\s*(?:,|/|&|\bor\b|\band\b|\bnor\b)\s*(?:or\s+|and\s+)?(?:{_ARTICLE}\s+)?", re.I
)
_OWN = re.compile(r"\b(?:my|our|the|this|that)\s+(?:\w+\s+)?$", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?…\n]['\"”’)]*\s*|^[\W_]+)$")
_WORD = re.compile(r"[^\W\d_]{2,}|[iI]\b")
_WINDOW = 90


@dataclass(frozen=True, slots=True)
class NamedBrand:
    """Another brand in a verbatim, by offsets, end exclusive."""

    brand: str
    start: int
    end: int


class BrandReader:
    """Finds the brands of a list in masked verbatims.

    >>> reader = BrandReader([Competitor("Audi"), Competitor("Volkswagen", ("vw",)), Competitor("SEAT", (), True)])
    >>> [found.brand for found in reader.read("Quieter than my old Audi, and the seat fits")]
    ['Audi']
    >>> [found.brand for found in reader.read("My Audi had this as standard")]
    []
    >>> [found.brand for found in reader.read("My Audi had this as standard", brand="VW")]
    ['Audi']
    """

    def __init__(self, competitors: Sequence[Competitor]) -> None:
        told = [(text, one) for one in competitors for text in (one.label, *one.phrases)]
        owners = dict([*((_plain(text), one) for text, one in told), *told])
        self._brands = {_key(spelling): one for spelling, one in owners.items()}
        spellings = sorted(owners, key=len, reverse=True)  # Dodge Ram before Dodge
        names = "|".join(r"[\s-]?".join(map(re.escape, re.split(r"[\s-]+", spelling))) for spelling in spellings)
        self._names = re.compile(rf"(?<!\w)(?:{names or '(?!)'})(?=(?:['’]?s)?(?!\w))", re.IGNORECASE)
        listed = [(one.label, one.phrases, one.ordinary_word) for one in competitors]
        self.edition = f"{EDITION}-{hashlib.sha256(repr(listed).encode()).hexdigest()[:8]}"

    def read(self, verbatim: str, brand: str | None = None, model: str | None = None) -> list[NamedBrand]:
        """The other brands, in reading order.

        Parameters
        ----------
        verbatim : str
            The customer's words, personal data masked.
        brand : str, optional
            The brand or brands the words are about. Given, every listed brand it does not name counts as another,
            even if the list does not know the own one; without, only comparisons count.
        model : str, optional
            What was bought; tells the own brand where it names one ("VW Golf").
        """
        found = list(self._named(verbatim))
        if not found:
            return []
        own = {self._label(match.group()) for match in self._names.finditer(f"{brand or ''} / {model or ''}")}
        others = [one for one in found if one.brand not in own]
        return others if brand or own else list(_compared(verbatim, others))

    def _label(self, spelling: str) -> str:
        return self._brands[_key(spelling)].label

    def _named(self, verbatim: str) -> Iterator[NamedBrand]:
        for match in self._names.finditer(verbatim):
            competitor = self._brands[_key(match.group())]
            if not competitor.ordinary_word or _is_name(verbatim, *match.span()):
                yield NamedBrand(competitor.label, *match.span())


def _key(spelling: str) -> str:
    return re.sub(r"[\s-]", "", spelling).casefold()


def _plain(spelling: str) -> str:
    """As written where the keyboard lacks the letter: Citroen, Skoda."""
    return "".join(c for c in unicodedata.normalize("NFKD", spelling) if not unicodedata.combining(c))


def _is_name(verbatim: str, start: int, end: int) -> bool:
    """Whether an ordinary word is written as a name: a capital inside a sentence that is not all capitals."""
    before, after = verbatim[max(0, start - _WINDOW) : start], verbatim[end : end + _WINDOW]
    if not verbatim[start].isupper() or _SENTENCE_START.search(before):
        return False
    around = [*_WORD.findall(before)[-3:], *_WORD.findall(after)[:3]]
    return sum(1 for word in around if word[0].islower()) * 2 >= len(around)


def _compared(verbatim: str, found: list[NamedBrand]) -> Iterator[NamedBrand]:
    """Those that stand in a comparison, or are joined to one that does: "than my BMW or Audi"."""
    last_end = None
    for one in found:
        before, after = verbatim[max(0, one.start - _WINDOW) : one.start], verbatim[one.end : one.end + _WINDOW]
        is_joined = last_end is not None and _JOINED.fullmatch(verbatim, last_end, one.start) is not None
        is_subject = not _OWN.search(before) and (_AFTER.match(after) or _SUBJECT.match(after))
        if is_joined or is_subject or _BEFORE.search(before) or _FORMERLY.match(after):
            last_end = one.end
            yield one
