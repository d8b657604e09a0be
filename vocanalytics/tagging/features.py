"""What heads see besides vectors: hashed words with negation, character pieces, channel and question."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocanalytics.records import CHANNELS

EDITION = "features-4"
BUCKETS = 2**17  # of words; heads fold them
ASKED_BUCKETS = 2**12
_TERSE_CHARACTERS = 80
TERSE = 6  # words up to which an answer is read through its question
_MAX_CHARACTERS = 4_000
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?|[!?]+|[.,;:]|[^\w\s]")
_NEGATION = re.compile(
    r"(?:no|not|never|none|nothing|nobody|nowhere|neither|nor|without|hardly|barely|cannot|.+n['’]t"
    r"|(?:do|did|ca|wo|is|was|does|could|would|should|have|has|are|were)nt)$"
)
_REACH = 5  # words a negation colours
# judging words of any trade; what they are worth is learned
_PRAISE = frozenset(
    re.findall(
        r"\S+",
        """good great nice excellent amazing awesome brilliant fantastic superb wonderful perfect lovely love loved
        loves like liked happy pleased satisfied impressed impressive recommend recommended helpful help helped
        friendly kind polite professional efficient quick fast easy simple smooth comfortable reliable clean fair
        best better enjoy enjoyed pleasant beautiful worth works worked working informed explained understand
        useful listened care cared clear honest thorough prompt punctual patient welcoming attentive responsive
        flexible affordable resolved fixed solved thanks thank appreciate delighted courteous knowledgeable safe
        quiet spacious gut freundlich zufrieden super toll bien bueno excelente gentile ottimo bravo parfait""",
    )
)
_BLAME = frozenset(
    re.findall(
        r"\S+",
        """bad poor terrible awful horrible worst worse useless rude slow late delay delays delayed wait waiting
        waited problem problems issue issues complaint complaints complain fault faults faulty error errors
        broken broke break breaks fail fails failed failure crash crashes crashed disappointed disappointing
        disappointment annoying frustrating frustrated hassle stress stressful difficult complicated confusing
        confused dirty noise noisy loud rattle rattles expensive overpriced fee fees hidden pressure pushy
        ignored refused cancelled damage damaged scratch wrong mistake mistakes lack lacking missing waste
        trouble regret unhappy unhelpful unprofessional uncomfortable dangerous scary scam lied lie lies avoid
        hate hated nightmare joke mess letdown criticism fuss schlecht teuer kaputt schlimm malo caro pessimo nul""",
    )
)
_LETS_DOWN = re.compile(r"\blets? (?:me|us|you|her|him|them|anyone) down\b")
_STOPS = frozenset(".,;:!?")
_ASKS_WORSE = re.compile(
    r"improv|better|wors|dislik|least|frustrat|problem|wrong|complain|\bchang|disappoint|\bbad\b|negativ|challeng|difficult"
    r"|missing|issue|dissatisf|not (?:like|enjoy|happy)|fix\b|annoy|unhappy|\bdeclin|\bregret|let you down|fell short"
    r"|leave us|left us|leaving|cancel|stop(?:ped)? (?:using|buying)|(?:hold|held|holding) you back|prevent"
    r"|verbesser|besser|stör|gestört|ärger|fehlt|vermiss|kündig|unzufrieden|schlecht"
    r"|amélior|mieux|dépl[uû]|manqu|déçu|gên"
    r"|mejorar|molest|\bfalt|peor|miglior|mancat|delus|verbeter|ontbr|melhorar|\bpior",
    re.IGNORECASE,
)
_ASKS_BETTER = re.compile(
    r"\blik(?:e|ed)\b|\bbest\b|enjoy|\bgood\b|\bwell\b|\blov|positiv|strength|pleas(?:ed|ant)|\bsatisf|happy|impress"
    r"|great|appreciat|stand out|gefallen|gefiel|\bgute?s?\b|zufrieden|\bloben?\b|\bplu\b|\baim[eé]|appréci|\bbien\b"
    r"|\bgust|lo mejor|piaciut|apprezz|meglio|\bgoed\b|tevreden|gostou",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\bleast\b|\bnot\b|\bnicht\b|\bpas\b|\bno (?:le|te|les)\b|\bnon (?:le|ti|vi)\b|\bniet\b|\bnão\b", re.IGNORECASE
)
QUESTIONS = ("none", "open", "worse", "better")
_JUDGED = ("praise", "praise_negated", "blame", "blame_negated")
CIRCUMSTANCES = len(CHANNELS) + len(QUESTIONS) + len(_JUDGED)


@lru_cache(maxsize=1024)
def question_kind(question: str | None) -> str:
    """What a survey question invites: ``worse`` (criticism), ``better`` (praise), ``open`` or ``none``.

    >>> question_kind("What could we do better?"), question_kind("What did you like most?")
    ('worse', 'better')
    """
    if not question or not question.strip():
        return "none"
    asked = re.sub(r"would you like\b|well[- ]being|please", "", question, flags=re.IGNORECASE)
    if _DENIES.search(asked):
        return "worse"
    worse, better = bool(_ASKS_WORSE.search(asked)), bool(_ASKS_BETTER.search(re.sub(_ASKS_WORSE, "", asked)))
    if worse == better:
        return "open"
    return "worse" if worse else "better"


def words(text: str) -> list[str]:
    """Lower-case words; those a negation colours end in ``_not``.

    >>> words("No problems, friendly staff")
    ['no', 'problems_not', ',', 'friendly', 'staff']
    """
    marked, reach = [], 0
    for word in _TOKEN.findall(_LETS_DOWN.sub("letdown", text[:_MAX_CHARACTERS].lower())):
        if word[0] in _STOPS or word == "but":
            reach = 0
        marked.append(f"{word}_not" if reach and word[0].isalpha() else word)
        reach = _REACH if _NEGATION.match(word) else max(reach - 1, 0)
    return marked


def _grams(text: str) -> Iterator[str]:
    tokens = [word.encode("utf-8", "replace").decode() for word in words(text)]
    yield from tokens
    yield from map(" ".join, pairwise(tokens))
    for token in tokens:
        yield from _pieces(token)


def _answer(text: str, question: str) -> list[str]:
    # "pricing" means one thing after "What could we improve?" and another after "What did you like?"
    if question == "none" or not is_terse(text):
        return []
    return [f"{question}? {token.encode('utf-8', 'replace').decode()}" for token in words(text)]


def is_terse(text: str) -> bool:
    """Whether an answer is so short that only its question says what it means."""
    return len(text) < _TERSE_CHARACTERS and len(words(text)) <= TERSE


@lru_cache(maxsize=50_000)
def _pieces(word: str) -> tuple[str, ...]:
    plain = f"<{word.removesuffix('_not')}>"
    return tuple(f"#{plain[i : i + n]}" for n in (3, 4) for i in range(len(plain) - n + 1))


@cache
def _hasher(buckets: int) -> Any:
    from sklearn.feature_extraction import FeatureHasher

    return FeatureHasher(n_features=buckets, input_type="string", alternate_sign=False, dtype=np.float32)


def hashed(texts: Sequence[str]) -> Any:
    """Words, pairs and pieces of words: sparse rows of unit length, shape (n, BUCKETS)."""
    return _unit_rows((_grams(text) for text in texts), len(texts), BUCKETS)


def asked(texts: Sequence[str], questions: Sequence[str | None]) -> Any:
    """Words of terse answers, told apart by what was asked: sparse, shape (n, ASKED_BUCKETS); else rows of 0."""
    answers = (_answer(t, question_kind(q)) for t, q in zip(texts, questions, strict=True))
    return _unit_rows(answers, len(texts), ASKED_BUCKETS)


def _unit_rows(grams: Iterable[Iterable[str]], count: int, buckets: int) -> Any:
    if not count:
        from scipy.sparse import csr_matrix

        return csr_matrix((0, buckets), dtype=np.float32)
    from sklearn.preprocessing import normalize

    counts = _hasher(buckets).transform(grams)
    counts.data = np.sqrt(counts.data)
    return normalize(counts, copy=False)


def circumstances(
    texts: Sequence[str], channels: Sequence[str | None], questions: Sequence[str | None]
) -> NDArray[np.float32]:
    """Channel and, for a terse answer, kind of question, one-hot, and how the words judge: (n, CIRCUMSTANCES).

    ``survey`` is not told apart from an unknown channel: what counts as neutral differs from survey to survey.
    """
    columns = np.zeros((len(channels), CIRCUMSTANCES), dtype=np.float32)
    for row, (text, channel, question) in enumerate(zip(texts, channels, questions, strict=True)):
        if channel is not None and channel != "survey":
            columns[row, CHANNELS.index(channel)] = 1
        if is_terse(text):
            columns[row, len(CHANNELS) + QUESTIONS.index(question_kind(question))] = 1
        columns[row, -len(_JUDGED) :] = judged(words(text))
    return columns


def judged(marked: Sequence[str]) -> list[float]:
    """How much praise and blame the words hold, plain and negated: negated blame is praise of a kind.

    >>> judged(words("no issues, great staff"))
    [1.0, 0.0, 0.0, 1.0]
    """
    found = [0, 0, 0, 0]
    for word in marked:
        plain = word.removesuffix("_not")
        side = 0 if plain in _PRAISE else 2 if plain in _BLAME else -1
        if side >= 0:
            found[side + (plain != word)] += 1
    return [min(count, 3) ** 0.5 for count in found]
