"""What moves between a feed's file and the warehouse.

    Submission                one thing one customer sent on one channel
      ├─ Answer  (0..n)       an answered open question: the customer's own words, not yet masked
      └─ Score   (0..n)       one number a customer gave, on one scale

A reader turns every row of a file into exactly one `Row`: accepted, rejected or filtered. Nothing
here is written anywhere as it is: `vocanalytics.steps.ingest` masks and hashes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

Channel = Literal["review", "survey", "social", "contact"]
CHANNELS: tuple[str, ...] = get_args(Channel)

# What people type, or a survey tool writes, into a box that must not stay empty, in lower case without punctuation.
# "Nothing" and "none" are not among them: asked what to improve, they are an answer.
NO_ANSWER = frozenset(
    {"na", "n a", "nil", "no comment", "no comments", "no answer", "x", "xx", "xxx", "null"}
    | {"did not answer", "not answered", "no response", "not applicable"}
)

# scale -> lowest and highest value a customer can give
SCALES: dict[str, tuple[float, float]] = {
    "nps_0_10": (0, 10),
    "csat_1_5": (1, 5),
    "ces_1_7": (1, 7),
    "stars_1_5": (1, 5),
    "rating_1_10": (1, 10),
}


@dataclass(frozen=True, slots=True)
class Answer:
    question_id: str
    question: str | None  # as the customer read it
    text: str  # unmasked; may be empty


@dataclass(frozen=True, slots=True)
class Score:
    question_id: str
    question: str | None
    scale: str  # a key of SCALES
    value: float


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission as its feed tells it, unmasked.

    ``key`` is the feed's own id. A feed without one gives ``identity`` instead: the values that, with
    the number of earlier rows in the file that hold the same values, tell one submission from another.
    """

    source: str
    channel: str
    key: str | None
    identity: tuple[str, ...]
    submitted_on: date  # in the feed's own zone
    submitted_at: datetime | None  # UTC; None when the feed gives dates only
    updated_at: datetime | None  # UTC; orders revisions where the feed tells
    customer: str | None  # whatever the feed identifies customers by
    personal: tuple[str, ...]  # names and addresses the row itself gives away, to mask in its texts
    language: str | None  # ISO 639-1 as declared or as the feed says; None = detect
    context_touchpoint: str | None
    answers: tuple[Answer, ...]
    scores: tuple[Score, ...]
    dimensions: tuple[tuple[str, str], ...]  # (name, value), e.g. ("outlet", "Lindenhof")


@dataclass(frozen=True, slots=True)
class Accepted:
    position: int  # 1 = first row after the header, the row a person would point at
    submission: Submission


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be read. ``reason`` never holds cell content; ``raw`` is only ever hashed."""

    position: int
    code: str  # e.g. "date", "score_out_of_scale", "missing_key"
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class Filtered:
    position: int
    code: str  # e.g. "preview", "retweet"


Row = Accepted | Rejected | Filtered
