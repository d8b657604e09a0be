"""Whether one word, where it stands, is somebody's name."""

from __future__ import annotations

import re
from functools import cached_property

from vocanalytics.text.privacy.compounds import is_compound
from vocanalytics.text.privacy.cues import (
    AFTER,
    AFTER_SURE,
    AT_WORK,
    CONTACTED,
    GOES_ON,
    GREETING,
    HE_OR_SHE,
    SPOKEN_TO,
    TITLE,
    TRAIT,
    Cue,
    cue_before,
    word_set,
)
from vocanalytics.text.privacy.extent import (
    is_apposition,
    is_proper,
    is_signature,
    next_capital,
    starts_sentence,
    with_initials,
)
from vocanalytics.text.privacy.lexicon import is_common, is_two_words
from vocanalytics.text.privacy.tokens import Class, Token, is_english, is_title_case

_REACH = 40  # characters looked at before a word
_MISREAD = frozenset(map(chr, range(0x80, 0xC0)))  # what a wrongly decoded text leaves next to letters
_SMALL_NUMBER = re.compile(r"\s\d{1,3}(?!\d)|\d")
_PLACE_OR_DATE = re.compile(
    r"(?<!\w)(?:in|to|from|at|via|near|through|around|(?:\d+(?:st|nd|rd|th)?)(?: of)?) \Z", re.I
)
_WITH_A_FIRM = re.compile(r"(?<!\w)(?:deal\w*|work\w*|talk\w*|sp[eo]\w+) (?:with|to) \Z|(?<!\w)ask\w* for \Z", re.I)
_IN_COLOUR = re.compile(r"\b(?:in|colou?r|paint|trim)(?: is)? \Z", re.I)  # in Candy White
_TWO_INITIALS = re.compile(
    r"(?<![\w.])(?!U\.\s?[SK]\.|E\.\s?[UG]\.|[AP]\.\s?[MS]\.|N\.\s?B\.|D\.\s?C\.|I\.\s?E\.)(?:[A-Z]\.\s?){2,3}\Z"
)
_NEVER_TITLED = word_set("never_surname") | word_set("maker") | word_set("title")


class Judge:
    """Verdicts on the words of one text: True, a person; False, ask spaCy; None, nobody."""

    def __init__(self, text: str, words: list[Token]) -> None:
        self.text, self.words = text, words
        self._cues: dict[int, Cue] = {}
        self.titled, self.english = is_title_case(words), is_english(words)

    @cached_property
    def he_or_she(self) -> bool:
        return HE_OR_SHE.search(self.text) is not None

    def verdict(self, at: int) -> bool | None:
        token = self.words[at]
        known = token.kind is not Class.NOBODY or (token.capital and (token.surname or token.public))
        if len(token.folded) < 2 or not known:
            return None
        if not token.capital:
            lower = self._lower_case(at, token)
            return None if lower and is_compound(self.text, self.words, at, self._cue(token)) else lower
        if self._is_out_of_place(at, token):
            return None
        if is_signature(self.text, token):
            return True
        if token.kind is Class.GIVEN:
            return None if self._reads_as_a_verb(at, token) else True
        if token.kind is Class.CAPITALISED:
            return self._short(at, token)
        if token.kind is Class.CUED:
            return self._cued(at, token)
        return self._common_surname(token) if token.kind is Class.NOBODY else self._unknown(at, token)

    def _is_out_of_place(self, at: int, token: Token) -> bool:
        """A hashtag, a misread letter, "a", "Storm", "The Hunter", "Leon 1.4", "EDI", "St John's"."""
        before, after = self.text[token.start - 1 : token.start], self.text[token.end : token.end + 1]
        if before == "#" or before in _MISREAD or after in _MISREAD:
            return True
        if is_compound(self.text, self.words, at, self._cue(token)):
            return True
        previous = self.words[at - 1] if at and self.text[self.words[at - 1].end : token.start] == " " else None
        if previous and self.english and previous.folded in word_set("no_name_after"):
            return True
        if previous and self.english and previous.word == "the" and self._cue(token) < Cue.PERSON:
            return True
        if token.kind is Class.CUED and _IN_COLOUR.search(self._before(token)):
            return True
        if token.kind is Class.CUED and token.public and _PLACE_OR_DATE.search(self._before(token)):
            return True
        if token.kind is not Class.GIVEN:
            led = previous is not None and token.kind is Class.CUED and previous.folded in word_set("determiner")
            if (led or _SMALL_NUMBER.match(self.text, token.end)) and self._cue(token) < Cue.PERSON:
                return True
        return not is_proper(token.word) and self._cue(token) < Cue.PERSON

    def _cue(self, token: Token) -> Cue:
        cue = self._cues.get(token.start)
        if cue is None:
            cue = self._cues[token.start] = cue_before(self.text, token.start)
        return cue

    def introduced(self, token: Token) -> bool:
        """Whether the words before say that a name follows: Mr, my name is."""
        return self._cue(token) is Cue.NAME

    def _before(self, token: Token) -> str:
        return self.text[max(0, token.start - _REACH) : token.start]

    def _lower_case(self, at: int, token: Token) -> bool | None:
        if token.kind is Class.GIVEN:
            beside = {self.text[token.start - 1 : token.start], self.text[token.end : token.end + 1]}
            plain = not beside & _MISREAD and "#" not in beside
            return True if plain and (self.english or len(token.folded) > 5 or self._cue(token)) else None
        if token.kind is Class.CUED and not token.public and self._acts_at_start(token):
            return True
        if at == 0 or self.words[at - 1].folded not in word_set("before_lower_case") or token.kind is Class.NOBODY:
            return None
        if token.public and token.kind is not Class.CUED:
            return None
        return self._lower_case_after_cue(token, self._cue(token)) or None

    def _acts_at_start(self, token: Token) -> bool:
        """In "grace was helpful" the sentence opens with what only a person does."""
        opens = starts_sentence(self.text, token) and token.folded not in word_set("person_noun")
        return opens and AFTER_SURE.match(self.text, token.end) is not None

    def _lower_case_after_cue(self, token: Token, cue: Cue) -> bool:
        if token.kind is Class.CAPITALISED:
            contacted = self.english and GOES_ON.match(self.text, token.end) and CONTACTED.search(self._before(token))
            return cue >= Cue.PERSON or bool(contacted) or GREETING.search(self._before(token)) is not None
        if token.kind is Class.CUED:
            spoken_to = not token.public and SPOKEN_TO.search(self._before(token))
            return cue is Cue.NAME or (bool(spoken_to) and GOES_ON.match(self.text, token.end) is not None)
        likely = token.surname or (len(token.folded) > 2 and not token.word.isupper() and self.english)
        return cue is Cue.NAME and likely

    def _reads_as_a_verb(self, at: int, token: Token) -> bool:
        """In "Sue them" and "Peter out" the first word is no name."""
        if not is_common(token.folded) or at + 1 >= len(self.words) or not starts_sentence(self.text, token):
            return False
        following = self.words[at + 1]
        beside = self.text[token.end : following.start] == " "
        return beside and following.word in word_set("after_a_verb")

    def _short(self, at: int, token: Token) -> bool | None:
        """A short given name, or one that is a verb or a word of another language: Pat, Sue, Jan, Bas."""
        follower = next_capital(self.text, self.words, at)
        cue = self._cue(token)
        if cue or (follower is not None and follower.kind is Class.SURNAME):
            return True
        if is_common(token.folded) and starts_sentence(self.text, token):
            end = token.end
            acts = self._acts(end) or AFTER_SURE.match(self.text, end) or AT_WORK.match(self.text, end)
            return True if acts or (follower is not None and follower.surname) else None
        if not self.english:
            return True if AFTER_SURE.match(self.text, token.end) else None
        return None if self.titled and len(token.folded) < 4 else True

    def _acts(self, end: int) -> bool:
        """Whether what follows is what people do; a bare "was" needs a trait: "Bill was double the estimate"."""
        acts = AFTER.match(self.text, end)
        bare = acts is not None and acts[0].strip().lower() in ("is", "was", "'s", "’s")
        return acts is not None and (not bare or TRAIT.search(self.text, end, end + _REACH) is not None)

    def _cued(self, at: int, token: Token) -> bool | None:
        cue, brandlike = self._cue(token), token.folded in word_set("brandlike")
        if cue is Cue.NAME or (cue is Cue.PERSON and not brandlike and not self.titled):
            return True
        follower = next_capital(self.text, self.words, at)
        if token.folded in word_set("person_noun") and not (follower and follower.kind is Class.SURNAME):
            return None
        at_work = AT_WORK.match(self.text, token.end)
        if at_work and (
            cue is Cue.PERSON or self.he_or_she or TRAIT.search(self.text, at_work.end(), at_work.end() + _REACH)
        ):
            return True
        if brandlike or self.titled:
            return None
        named = follower is not None and follower.surname and not follower.public
        if named and follower is not None and follower.kind in (Class.SURNAME, Class.CAPITALISED, Class.GIVEN):
            return True
        if at_work or AFTER_SURE.match(self.text, token.end) or is_apposition(self.text, token):
            return True
        if token.public or not self.english:
            return None
        if starts_sentence(self.text, token):
            return False if self._acts(token.end) else None
        if is_common(token.folded) and follower is None and not GOES_ON.match(self.text, token.end):
            return None  # "with Jade stitching"
        return bool(cue) and (follower is None or follower.surname)

    def _unknown(self, at: int, token: Token) -> bool | None:
        cue = self._cue(token)
        initials = with_initials(self.text, token.start)
        has_initial = (
            initials < token.start and not token.public and (token.surname or self._addressed(token, initials))
        )
        if cue is Cue.NAME or has_initial:
            return True
        if self.titled or len(token.folded) < 3 or token.word.isupper():
            return None
        if is_two_words(token.folded) and not _TWO_INITIALS.search(self._before(token)):
            return None
        if cue is Cue.PERSON:
            firm = token.kind is Class.UNKNOWN and self.english and _WITH_A_FIRM.search(self._before(token))
            return not firm
        if not self.english:
            return None
        if _TWO_INITIALS.search(self._before(token)):
            return True
        follower = next_capital(self.text, self.words, at)
        kinds = {token.kind, follower.kind} if follower is not None else set()
        if Class.SURNAME in kinds and kinds <= {Class.UNKNOWN, Class.SURNAME} and follower is not None:
            return len(kinds) == 1
        if AFTER_SURE.match(self.text, token.end) or AT_WORK.match(self.text, token.end):
            return self.he_or_she
        return self._doubtful(token, cue)

    def _addressed(self, token: Token, initials: int) -> bool:
        """A name on no list after an initial: "M. Rousselot n'a pas", "served by J. Tavrosyan"."""
        if token.word.isupper() or len(token.folded) < 4 or is_two_words(token.folded):
            return False
        french = not self.english and self.text.startswith("M.", initials)
        return french or cue_before(self.text, initials) is not Cue.NONE

    def _doubtful(self, token: Token, cue: Cue) -> bool | None:
        acts = AFTER.match(self.text, token.end) is not None
        if not acts and _PLACE_OR_DATE.search(self._before(token)):
            return None
        greeted = GREETING.search(self._before(token)) is not None
        if cue is Cue.WEAK and (acts or greeted or token.kind is Class.SURNAME):
            return False
        return False if acts and self.he_or_she else None

    def _common_surname(self, token: Token) -> bool | None:
        """Mr Brown, Dr King, J. Smith."""
        initials = with_initials(self.text, token.start)
        if initials < token.start and token.surname and not token.public:
            return True
        title = TITLE.search(self.text[max(0, initials - _REACH) : initials])
        if not title or token.folded in _NEVER_TITLED:
            return None
        return True if token.surname or not title[0].startswith("Miss") else None  # Miss England
