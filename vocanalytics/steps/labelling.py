"""``voc label export`` and ``import``: people label segments, the labels correct them and teach."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from vocanalytics.errors import CheckFailed, ConfigError, SourceError, TaxonomyError
from vocanalytics.statistics.agreement import Agreement, cohens_kappa, pooled_kappa
from vocanalytics.steps.job import Job
from vocanalytics.steps.label_sheet import NONE, POLARITIES, Line, read_sheet, sheet_suffix, write_sheet
from vocanalytics.steps.table_files import replacing
from vocanalytics.taxonomy import Taxonomy, load_taxonomy
from vocanalytics.warehouse.connection import Connection, transaction
from vocanalytics.warehouse.corrections import correct, newest_model
from vocanalytics.warehouse.label_draws import draw
from vocanalytics.warehouse.labels import Stored, Verdict, coders, drawn_keys, judged_by_two, store_labels

_SHOWN_ROWS = 5
_UNTOUCHED = "Nothing was imported."
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Exported:
    audit: int
    teach: int


def export_sheet(
    job: Job, path: Path, *, audit: int, teach: int, seed: int = 0, guess: bool = True, unlabelled: bool = False
) -> Exported:
    """Draw segments and write them to a new sheet; see `vocanalytics.warehouse.label_draws.draw`.

    Raises
    ------
    ConfigError
        Another suffix, a file that is there already, or nothing asked for.
    CheckFailed
        Nothing is tagged with this frame yet.
    """
    kind = sheet_suffix(path)
    if path.exists():
        raise ConfigError(f"{path}: is there already and may hold somebody's labels. Name another; nothing was drawn.")
    if audit < 0 or teach < 0 or not audit + teach:
        raise ConfigError("--audit and --teach count segments; at least one must be above 0. Nothing was drawn.")
    frame = load_taxonomy(job.taxonomy)
    with job.store() as con, replacing(path) as partial, transaction(con):
        model = tagging_model(con, frame)
        rows = draw(con, model, frame, audit=audit, teach=teach, seed=seed, unlabelled=unlabelled)
        write_sheet(partial, kind, rows, frame, guess=guess)
    strata = [row.stratum for row in rows]
    return Exported(strata.count("audit"), strata.count("teach"))


def tagging_model(con: Connection, frame: Taxonomy) -> str:
    """The model that tagged last; `CheckFailed` where none did."""
    model = newest_model(con, frame.id)
    if model is None:
        raise CheckFailed(f"nothing is tagged with {frame.id} yet; run `voc run` first. Nothing was drawn or measured.")
    return model


def import_sheet(job: Job, path: Path, coder: str) -> list[str]:
    """Check a filled-in sheet, keep its labels and let them correct their segments; returns lines to print.

    Raises
    ------
    ConfigError
        A coder without a name.
    SourceError
        The sheet cannot be read, or holds rows nobody drew or one segment twice; names the rows.
    TaxonomyError
        An id the frame does not have; names the rows and the nearest ids.
    """
    frame = load_taxonomy(job.taxonomy)
    lines = read_sheet(path)
    filled = [line for line in lines if not line.is_blank]
    with job.store() as con:
        known = {name.casefold(): name for name in coders(con)}
        verdicts = _checked(filled, frame, drawn_keys(con, frame.id), _Coder(coder, known), path.name)
        model = newest_model(con, frame.id)
        with transaction(con):
            stored = store_labels(con, verdicts, frame.id)
            changed = correct(con, model, frame) if model else 0
        pairs = judged_by_two(con, frame.id)
    return [*_told(len(lines), verdicts, stored, changed), *agreement_lines(pairs, {v.coder for v in verdicts})]


class _Coder:
    """Who labelled: the person of a line, else of the sheet; "bert" is the Bert who labelled before."""

    def __init__(self, name: str, known: Mapping[str, str]) -> None:
        self._known = dict(known)
        self._sheet = self._person(name)

    def of(self, line: Line) -> str:
        return self._person(line.coder) if line.coder else self._sheet

    def _person(self, given: str) -> str:
        name = " ".join(given.split())
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise ConfigError(f"--coder: expected a name of 1 to {_LONGEST_NAME} characters. {_UNTOUCHED}")
        return self._known.setdefault(name.casefold(), name)


def _checked(lines: Sequence[Line], frame: Taxonomy, drawn: set[str], coder: _Coder, where: str) -> list[Verdict]:
    themes, points = [theme.id for theme in frame.themes], [point.id for point in frame.touchpoints]
    _refuse(where, "segment_key: expected keys `voc label export` wrote for " + frame.id, lines, drawn, _key)
    _refuse(where, f"themes: expected ids of {frame.id} or {NONE}", lines, [*themes, NONE], lambda line: line.themes)
    _refuse(where, f"touchpoint: expected ids of {frame.id} or {NONE}", lines, [*points, NONE, ""], _place)
    _refuse(
        where, f"polarity: expected {', '.join(POLARITIES)}", lines, [*POLARITIES, ""], lambda line: [line.polarity]
    )
    both = [line.row for line in lines if NONE in line.themes and len(line.themes) > 1]
    if both:
        raise SourceError(f"{where}: themes: {NONE} beside another theme in {_rows(both)}. Keep one. {_UNTOUCHED}")
    verdicts = [_verdict(line, coder) for line in lines]
    _refuse_twice(where, lines, verdicts)
    return list(dict.fromkeys(verdicts))


def _key(line: Line) -> list[str]:
    return [line.segment_key]


def _place(line: Line) -> list[str]:
    return [line.touchpoint]


def _refuse(
    where: str, expected: str, lines: Sequence[Line], known: Iterable[str], cells: Callable[[Line], Iterable[str]]
) -> None:
    """Cells that are not known, by their rows: what stands in them may be anybody's words."""
    allowed = set(known)
    unknown = {line.row: [cell for cell in cells(line) if cell not in allowed] for line in lines}
    bad = [row for row, found in unknown.items() if found]
    if not bad:
        return
    if cells is _key:
        raise SourceError(f"{where}: {expected}, found others in {_rows(bad)}. Put the key back. {_UNTOUCHED}")
    near = [f"row {row}: {_nearest(unknown[row][0], sorted(allowed - {''}))}" for row in bad[:_SHOWN_ROWS]]
    raise TaxonomyError(
        f"{where}: {expected}, found others in {_rows(bad)}. Nearest: {'; '.join(near)}. "
        f"Correct the sheet. {_UNTOUCHED}"
    )


def _nearest(cell: str, known: list[str]) -> str:
    return difflib.get_close_matches(cell.lower().replace(" ", "_"), known, n=1, cutoff=0.0)[0]


def _rows(bad: Sequence[int]) -> str:
    shown = ", ".join(f"{row:,}" for row in bad[:_SHOWN_ROWS]) + (", ..." if len(bad) > _SHOWN_ROWS else "")
    return f"{len(bad):,} row(s) of the sheet: {shown} (the header is row 1)"


def _verdict(line: Line, coder: _Coder) -> Verdict:
    def ids(cells: Sequence[str]) -> tuple[str, ...] | None:
        return tuple(sorted(set(cells) - {NONE})) if cells else None

    place = ids([line.touchpoint] if line.touchpoint else [])
    return Verdict(
        line.segment_key, coder.of(line), ids(line.themes), place, line.polarity or None, line.is_guess_shown
    )


def _refuse_twice(where: str, lines: Sequence[Line], verdicts: Sequence[Verdict]) -> None:
    first: dict[tuple[str, str], Verdict] = {}
    pairs = zip(lines, verdicts, strict=True)
    bad = [line.row for line, said in pairs if first.setdefault((said.segment_key, said.coder), said) != said]
    if bad:
        raise SourceError(
            f"{where}: one segment labelled twice by the same coder, differently, in {_rows(bad)}. "
            f"Keep one of each. {_UNTOUCHED}"
        )


def _told(rows: int, verdicts: Sequence[Verdict], stored: Stored, changed: int) -> list[str]:
    who = ", ".join(sorted({verdict.coder for verdict in verdicts})) or "nobody"
    axes = {"themes": [v.themes for v in verdicts], "touchpoint": [v.touchpoint for v in verdicts]}
    judged = [f"{axis} {sum(cell is not None for cell in cells):,}" for axis, cells in axes.items()]
    judged.append(f"polarity {sum(v.polarity is not None for v in verdicts):,}")
    return [
        f"{rows:,} rows, {rows - len(verdicts):,} not judged; labels by {who}: "
        f"{stored.new:,} new, {stored.changed:,} changed, {stored.unchanged:,} known already",
        f"judged: {', '.join(judged)}; a blank is no judgement, {NONE} says that nothing applies",
        f"of the new and changed ones {stored.audit:,} are audit: they measure and never teach",
        f"{changed:,} segments corrected in the store; `voc publish` puts them into the tables",
    ]


def agreement_lines(pairs: Sequence[tuple[str, Verdict]], of: set[str]) -> list[str]:
    """Per two coders, one of them in ``of``, and axis: Cohen's kappa on what both judged."""
    told = []
    for one, other in itertools.combinations(sorted({verdict.coder for _, verdict in pairs}), 2):
        if not {one, other} & of:
            continue
        by = [{key: said for key, said in pairs if said.coder == name} for name in (one, other)]
        both = [(by[0][key], by[1][key]) for key in by[0].keys() & by[1].keys()]
        told += [f"{one} and {other}: {axis:<11}{_kappa(found)}" for axis, found in _agreements(both) if found.n]
    return told


def _agreements(both: Sequence[tuple[Verdict, Verdict]]) -> list[tuple[str, Agreement]]:
    themes = [(set(a.themes), set(b.themes)) for a, b in both if a.themes is not None and b.themes is not None]
    names = sorted(set().union(*itertools.chain.from_iterable(themes)))
    first, second = ([[name in pair[side] for name in names] for pair in themes] for side in (0, 1))
    points = [(a.touchpoint, b.touchpoint) for a, b in both if a.touchpoint is not None and b.touchpoint is not None]
    moods = [(a.polarity, b.polarity) for a, b in both if a.polarity and b.polarity]
    return [
        ("themes", pooled_kappa(first, second) if themes else Agreement(0, 0, 0, 0)),
        ("touchpoint", cohens_kappa([str(a) for a, _ in points], [str(b) for _, b in points])),
        ("polarity", cohens_kappa([a for a, _ in moods], [b for _, b in moods])),
    ]


def _kappa(found: Agreement) -> str:
    if found.kappa != found.kappa:  # NaN
        return f"kappa not defined, both gave one and the same answer throughout, n {found.n:,}"
    return f"Cohen's kappa {found.kappa:.2f} (95 % {found.low:.2f} to {found.high:.2f}), n {found.n:,}"
