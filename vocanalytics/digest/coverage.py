"""What the results rest on: who was heard, what was left out, what the method cannot say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from vocanalytics.digest import words
from vocanalytics.digest.reading import Published

Row = dict[str, Any]

FOREIGN_SHARE = 0.1  # from here on, items in other languages can move a source's figures
SILENCE = 3  # times a source's usual gap between days with feedback
MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class SourceLine:
    source: str
    channel: str
    submissions: str
    items: str
    counted: str
    no_content: str
    left_out: str
    abstained: str
    quarantined: str
    languages: str


def source_lines(published: Published) -> list[SourceLine]:
    return [_line(row, [r for r in published.languages if r["source"] == row["source"]]) for row in published.coverage]


def _line(row: Row, languages: list[Row]) -> SourceLine:
    counted, unsure = row["counted_item_count"], row["abstained_item_count"]
    told = [f"{words.LANGUAGES.get(one['language'], one['language'])} {one['item_count']:,}" for one in languages[:3]]
    rest = sum(one["item_count"] for one in languages[3:])
    return SourceLine(
        source=words.plain(row["source"]),
        channel=row["channel"] or "",  # nothing of it could be read
        submissions=f"{row['submission_count']:,}",
        items=f"{row['item_count']:,}",
        counted=f"{counted:,}",
        no_content=f"{row['no_content_item_count']:,}",
        left_out=f"{row['duplicate_item_count']:,} / {row['spam_item_count']:,}",
        abstained=f"{unsure:,} of {counted:,} ({words.percent(100 * unsure / counted)})" if counted else "none",
        quarantined=f"{row['quarantined_row_count'] or 0:,}",
        languages=", ".join([*told, f"other {rest:,}"] if rest else told) or "none",
    )


def counted_items(published: Published) -> int:
    return sum(row["counted_item_count"] for row in published.coverage)


def heard_sources(published: Published) -> list[str]:
    """Sources with feedback of any kind in the period."""
    return [words.plain(row["source"]) for row in published.coverage if row["submission_count"]]


def silent_sources(published: Published) -> list[str]:
    return [words.plain(row["source"]) for row in published.coverage if not row["submission_count"]]


def caveats(published: Published, *, is_weighted: bool = False) -> list[str]:
    """``is_weighted``: some scores of the page are weighted to the declared population."""
    but = " but the scores weighted to your population, and those as far as its dimensions go" if is_weighted else ""
    found = [
        f"Those who answer, review or post are not all customers. Nothing here corrects for who chose to speak{but}.",
        "A score that is lower among those who complain of something goes with it; whether fixing it would raise the "
        "score is another question.",
        "An item counts once for a pain point, however often it repeats it. Shares of different pain points overlap.",
        "Items are read by a classifier. Where it is not sure it abstains; the abstained are in the base of every "
        "share and in no pain point, so shares err on the low side.",
        *measured(published),
        "A change is named only where it is clear after allowing for how many were tested: q, the share of false "
        "alarms to expect among changes as clear as this one, is under 0.05. "
        "“No clear change” means that we cannot tell.",
    ]
    if foreign := _foreign(published):
        found.insert(0, foreign)
    if small := _small(published):
        found.insert(0, small)
    if silent := silent_sources(published):
        found.insert(0, f"Nothing came from {words.listed(silent)} in this period.")
    if partly := _partly(published):
        found.insert(0, partly)
    if published.is_fallback:
        found.insert(
            0,
            f"The last four weeks hold fewer than {published.publication.min_base} items, so the whole history is "
            "told, and nothing is compared with before.",
        )
    if published.period and not published.period.is_complete:
        found.insert(0, "The period is not over yet; its figures will still grow.")
    return found


def _small(published: Published) -> str:
    """Sources whose base is under the least that is compared."""
    least = published.publication.min_base
    few = [row for row in published.coverage if 0 < row["counted_item_count"] < least]
    told = [f"{words.plain(row['source'])} ({words.many(row['counted_item_count'], 'item')})" for row in few]
    return f"Small bases: {words.listed(told)}; under {least} items nothing is compared." if told else ""


def _partly(published: Published) -> str:
    """Sources that were heard in a part of the period only: they began in it, or fell silent before it ended."""
    told = [
        f"{words.plain(row['source'])} ({when})"
        for row in published.coverage
        if row["submission_count"] and (when := _when(row, published))
    ]
    more = [words.many(len(told) - MOST_NAMED, "more source")] if len(told) > MOST_NAMED else []
    return f"Heard in part of the period only: {words.listed(told[:MOST_NAMED] + more)}." if told else ""


def _when(row: Row, published: Published) -> str:
    period, first, last = published.period, row["first_on"], row["last_on"]
    if period is None:
        return ""
    end = min(period.last, date.fromisoformat(published.publication.as_of or str(period.last)))
    begins = first > period.first
    # a feed that is not heard daily has its last day before most periods end
    usual = (last - first).days / max(row["day_count"] - 1, 1)
    ends = (end - last).days > SILENCE * usual
    if begins and ends:
        return f"on {words.day(first)}" if first == last else f"from {words.span(first, last)}"
    return f"from {words.day(first)}" if begins else f"until {words.day(last)}" if ends else ""


def _foreign(published: Published) -> str:
    """Sources of which a good part is in a language the models do not know."""
    told = [
        f"{words.plain(row['source'])} {other:,} of {words.many(counted, 'item')} "
        f"({words.percent(100 * other / counted)})"
        for row in published.coverage
        if (counted := row["counted_item_count"])
        and (other := row["other_language_item_count"]) >= FOREIGN_SHARE * counted
    ]
    return (
        f"Not in English: {words.listed(told)}. The models read English, and German only in outline: polarity and "
        "themes of these items are unreliable."
        if told
        else ""
    )


def measured(published: Published) -> list[str]:
    """How well the classifier behind these tables reads, as far as people checked; withheld labels by name."""
    rows = [row for row in published.quality if row["label_name"] and row["f1"] is not None]
    if not rows:
        return [
            "Nobody has checked the classifier on this feedback yet (“voc label export” makes the sheet); the model "
            "card says how well it did on other labelled text."
        ]
    withheld = sorted({row["label_name"] for row in published.quality if row["is_withheld"] and row["label_name"]})
    worst = min(rows, key=lambda row: (row["f1"], row["label_name"]))
    found = [
        f"Measured on {words.many(len({row['label_name'] for row in rows}), 'label')} of this frame; the one it reads "
        f"worst is {worst['label_name']}: F1 {worst['f1']:.2f} on {words.many(worst['support'], 'coded case')}."
    ]
    if withheld:
        found.append(f"Withheld, because they measured too low: {words.listed(withheld)}. Nothing here counts them.")
    return found
