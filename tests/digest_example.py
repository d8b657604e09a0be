"""An invented car brand's feedback, published for real: items with their tags into a store, the store into tables."""

from __future__ import annotations

import html
import json
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
from filled_store import SCHEMA

from vocanalytics.config import Settings
from vocanalytics.resources import resolve_taxonomy
from vocanalytics.statistics import FUNCTIONS
from vocanalytics.steps.job import Job, open_job
from vocanalytics.taxonomy import Taxonomy, load_taxonomy
from vocanalytics.warehouse.building import Edition, build

MODEL = "clf-1"
PERIOD = "2026-06-01"
LAST_DAY = date(2026, 6, 28)  # a Sunday, so that the last four weeks are complete
FEED = """
  - {name: owner_survey, channel: survey, format: csv, path: x.csv, questions: [{id: why, column: a}],
     submitted: {column: d}}
"""


@dataclass(frozen=True)
class Said:
    """One submission with one item; each idea is (text, touchpoint, theme, polarity)."""

    ideas: tuple[tuple[str, str | None, str | None, str], ...]
    on: date = LAST_DAY
    source: str = "owner_survey"
    scores: dict[str, float] = field(default_factory=dict)
    language: str = "en"
    spam: bool = False
    flag: str = ""  # why somebody must see it today

    @property
    def verbatim(self) -> str:
        return " ".join(text for text, *_ in self.ideas)


def one(text: str, point: str | None, theme: str | None, polarity: str = "negative", **more: Any) -> Said:
    return Said(((text, point, theme, polarity),), **more)


def publish_said(
    folder: Path, said: Iterable[Said], taxonomy: Taxonomy | None = None, events: Iterable[dict[str, Any]] = ()
) -> Job:
    """Build the real tables where publishing would put them; returns the job whose digest can be written."""
    import duckdb

    taxonomy = taxonomy or automotive()
    made = folder / "home" / "published" / "20260701T080000-000001"
    made.mkdir(parents=True)
    with duckdb.connect(":memory:") as con:
        con.execute("set timezone = 'UTC'")
        for script in SCHEMA:
            con.execute(script.read_text(encoding="utf-8"))
        _store(con, list(said), taxonomy)
        con.execute(f"attach '{made / 'insights.duckdb'}' as publication")
        edition = Edition(MODEL, taxonomy.id, "m1", LAST_DAY, 30, 5)
        build(con, "publication", edition=edition, taxonomy=taxonomy, functions=FUNCTIONS, events=list(events))
    manifest = {"id": made.name, "as_of": str(LAST_DAY), "min_base": 30, "min_cell": 5}
    (made / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (made.parent / "current").symlink_to(made.name)
    return job(folder)


@cache
def automotive() -> Taxonomy:
    return load_taxonomy(resolve_taxonomy("automotive"))


def job(folder: Path) -> Job:
    (folder / "sources.yaml").write_text(f"taxonomy: automotive\nsources:{FEED}", encoding="utf-8")
    return open_job(Settings(sources=folder / "sources.yaml", home=folder / "home", key_file=folder / ".key"))


def _store(con: Any, said: list[Said], taxonomy: Taxonomy) -> None:
    stage_of, at = taxonomy.stage_of, "2026-07-01 08:00:00+00"
    pair = {"revision": 1, "model": MODEL, "taxonomy": taxonomy.id}
    tables: dict[str, list[dict[str, Any]]] = {name: [] for name in ("submissions", "scores", "feedback_items")}
    tables |= {name: [] for name in ("segments", "tags", "taggings", "flags")}
    for n, s in enumerate(said):
        item, submission = {"item_id": f"i{n:05}"}, {"submission_id": f"s{n:05}"}
        channel = {"owner_survey": "survey", "dealer_reviews": "review"}.get(s.source, "social")
        tables["submissions"].append(submission | {
            "source": s.source, "channel": channel, "submitted_on": s.on, "revision": 1,
            "content_digest": str(n), "masking": "m1", "file_name": "f", "first_ingested_at": at, "ingested_at": at,
        })  # fmt: skip
        tables["scores"] += [
            submission | {"question_id": q, "score_scale": SCALES[q], "score": v} for q, v in s.scores.items()
        ]
        tables["feedback_items"].append(item | submission | {
            "revision": 1, "question_id": "why", "verbatim": s.verbatim or None,
            "content": "text" if s.ideas else "no_content",
            "language": s.language if s.ideas else None, "word_count": 5, "masked_count": 0, "is_spam": s.spam,
        })  # fmt: skip
        if s.ideas:
            tables["taggings"].append(
                item | pair | {"item_polarity": "neutral", "item_polarity_score": 0.0, "tagged_at": at}
            )
        if s.flag:
            tables["flags"].append(item | {
                "revision": 1, "reason": s.flag, "span_start": 0, "span_end": len(s.ideas[0][0]), "confidence": 0.9,
                "edition": "rules-1",
            })  # fmt: skip
        for segment, tag in _segments(s, item | pair, stage_of):
            tables["segments"].append(segment)
            tables["tags"] += tag
    for name, rows in tables.items():
        if rows:
            con.register("rows", pa.Table.from_pylist(rows))
            extra = ", map()::map(varchar, varchar) as dimensions" if name == "submissions" else ""
            con.execute(f"insert into {name} by name select *{extra} from rows")
            con.unregister("rows")


SCALES = {"nps": "nps_0_10", "csat": "csat_1_5", "ces": "ces_1_7", "stars": "stars_1_5"}


def _segments(said: Said, key: dict[str, Any], stage_of: dict[str, str]) -> Iterator[tuple[dict[str, Any], list[Any]]]:
    start = 0
    for number, (text, point, theme, polarity) in enumerate(said.ideas):
        value = {"negative": -0.9, "neutral": 0.0, "positive": 0.9}[polarity]
        place = {
            "touchpoint": point,
            "stage": stage_of.get(point or ""),
            "touchpoint_source": "text" if point else None,
        }
        yield key | place | {
            "segment_no": number, "span_start": start, "span_end": start + len(text),
            "outcome": "tagged" if theme else "abstained", "touchpoint_outcome": "tagged" if point else "abstained",
            "touchpoint_confidence": 0.9 if point else None, "polarity": polarity, "polarity_score": value,
            "polarity_confidence": 0.9,
        }, [key | {"segment_no": number, "theme": theme, "theme_confidence": 0.9}] if theme else []  # fmt: skip
        start += len(text) + 1


# touchpoint, theme, polarity, weight, words; {} takes a detail so that no two customers say the same
LINES = (
    (
        "service_visit",
        "waiting_time",
        "negative",
        9,
        "I sat in the workshop lounge for {} hours just for an oil change",
    ),
    ("service_visit", "kept_informed", "negative", 6, "nobody told me the car would need {} more days"),
    ("service_visit", "staff_attitude", "positive", 9, "the lady at the service desk was lovely on my visit number {}"),
    ("service_visit", "resolution", "negative", 3, "brought it in {} times and the rattle is still there"),
    ("infotainment", "software", "negative", 8, "the screen froze {} times on the motorway last week"),
    ("infotainment", "ease", "negative", 3, "it takes {} taps to get to the seat heating"),
    ("owner_app", "software", "negative", 5, "app logged me out {} times this month"),
    ("owner_app", "ease", "positive", 3, "preheating from the app takes {} seconds, brilliant"),
    ("vehicle", "comfort_space", "positive", 10, "drove {} miles in one go and my back never noticed"),
    ("vehicle", "efficiency_range", "negative", 5, "winter range dropped to {} miles, that is not what was promised"),
    ("vehicle", "design", "positive", 7, "{} neighbours have asked me about the colour already"),
    ("vehicle", "build_quality", "negative", 3, "trim came loose after {} months"),
    ("charging", "performance", "negative", 5, "never more than {} kW at the fast charger"),
    ("charging", "ease", "positive", 2, "plugged in and paid within {} seconds"),
    ("delivery", "staff_attitude", "positive", 6, "spent {} minutes explaining everything at the handover"),
    ("delivery", "condition", "negative", 2, "found {} scratches on the door when I collected it"),
    ("order", "waiting_time", "negative", 5, "delivery date moved {} times without a word"),
    ("contact_centre", "responsiveness", "negative", 5, "{} e-mails and not one reply"),
    ("contact_centre", "staff_competence", "positive", 2, "sorted my question in {} minutes"),
    ("warranty", "honesty", "negative", 2, "claim refused after {} weeks with a different reason each time"),
    ("negotiation", "price_value", "positive", 3, "got {} percent off without begging"),
    ("finance", "fees", "negative", 2, "a fee of {} pounds appeared at the very end"),
    ("website", "ease", "negative", 2, "the configurator lost my build {} times"),
    ("test_drive", "overall", "positive", 3, "{} minutes behind the wheel and I was sold"),
    (None, "price_value", "negative", 3, "too expensive by {} thousand for what it is"),
    ("vehicle", None, "neutral", 6, "I have the {} litre boot version"),
)
TAILS = (
    "and my sister saw the same thing with hers in spring",
    "which I did mention to the man at the front desk",
    "the second time since we moved house in March",
    "quite unlike the car we had for eleven years",
    "while the children were waiting in the back",
    "so the neighbours had something to talk about again",
    "on an otherwise very ordinary rainy Tuesday",
    "and that is all I am going to say on it",
    "just as the brochure on the kitchen table predicted",
    "though a colleague with another model disagrees",
    "and I drive about thirty thousand kilometres a year",
)
_POLARITY_SCORE = {"negative": 4, "neutral": 7, "positive": 9}


def sixteen_weeks(per_week: int = 45, seed: int = 7) -> list[Said]:
    """Software grows in the last eight weeks and waiting at the workshop eases; the rest varies by chance.

    Two periods of four weeks, because a change is told when a second period says the same.
    """
    chance, said = random.Random(seed), []
    for day in range(-7 * 16 + 1, 1):
        late = day > -56
        weights = [_weight(line, late) for line in LINES]
        for _ in range(per_week // 7 + (chance.random() < per_week % 7 / 7)):
            lines = {chance.choices(LINES, weights)[0] for _ in range(chance.choice((1, 1, 2)))}
            said.append(_customer(chance, LAST_DAY + timedelta(day), sorted(lines, key=LINES.index), len(said)))
    return said


def _weight(line: tuple[Any, ...], late: bool) -> float:
    growing, easing = line[:2] == ("infotainment", "software"), line[:2] == ("service_visit", "waiting_time")
    return line[3] * (4 if late and growing else 0.35 if late and easing else 1.7 if easing else 1)


def _customer(chance: random.Random, on: date, lines: list[tuple[Any, ...]], number: int) -> Said:
    source = chance.choices(("owner_survey", "dealer_reviews", "x_posts"), (5, 3, 2))[0]
    mood = sum(_POLARITY_SCORE[line[2]] for line in lines) / len(lines) + chance.uniform(-2, 2)
    scores = {
        "owner_survey": {
            "nps": max(0, min(10, round(mood))), "csat": max(1, min(5, round(mood / 2))),
            "ces": max(1, min(7, round(mood * 0.7))),
        },
        "dealer_reviews": {"stars": max(1, min(5, round(mood / 2)))},
    }.get(source, {})  # fmt: skip
    if source == "owner_survey" and chance.random() < 0.15:
        return Said((), on, source, scores)
    tail = TAILS[number * 7 % len(TAILS)]
    ideas = tuple((f"{line[4].format(number % 90 + 2)}, {tail}.", line[0], line[1], line[2]) for line in lines)
    return Said(ideas, on, source, scores, language=chance.choice(["en"] * 12 + ["de"]), spam=chance.random() < 0.02)


# two in the period, at one touchpoint; one before it
ALARMS = (
    one("the brakes did nothing and I went straight on.", "vehicle", "safety", flag="safety"),
    one("smoke came out of the dashboard.", "vehicle", "safety", flag="fire_or_injury", on=date(2026, 6, 9)),
    one("my lawyer will write to you about this.", "warranty", "honesty", flag="legal_or_press", on=date(2026, 5, 2)),
)  # fmt: skip
EVENTS = (
    {
        "id": "screens_4", "label": "Screen software 4.0", "kind": "update", "starts_on": date(2026, 5, 4),
        "ends_on": date(2026, 5, 10), "touchpoints": ["infotainment", "software_update"],
        "about": "Rolled out over the air, new menus.",
    },
    {
        "id": "survey_moved", "label": "Survey sent a day later", "kind": "survey_change",
        "starts_on": date(2026, 6, 2), "ends_on": date(2026, 6, 2), "sources": ["owner_survey"],
    },
)  # fmt: skip


def page(folder: Path, name: str = "company.html", period: str = PERIOD) -> str:
    return (folder / "home" / "digests" / period / name).read_text(encoding="utf-8")


def words_of(markup: str) -> str:
    """What a reader sees."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).replace("\u00a0", " ").split())


def tables(folder: Path) -> Path:
    return folder / "home" / "published" / "current" / "insights.duckdb"
