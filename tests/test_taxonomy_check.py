"""Looking a coding frame over, and asking why a text is tagged as it is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest
import yaml
from workspace import BAKERY, ROOT, voc

from vocanalytics import Encoder, Tagger
from vocanalytics.config import Settings
from vocanalytics.errors import ConfigError, TaxonomyError
from vocanalytics.steps.explain_tags import try_text
from vocanalytics.steps.taxonomy_check import Checked, check_taxonomy
from vocanalytics.tagging.frame_check import FEW, THIN, check_frame, plain
from vocanalytics.tagging.frame_preview import Told, preview
from vocanalytics.tagging.reasons import explain
from vocanalytics.taxonomy import Taxonomy, Theme, Touchpoint

TASTE = (
    "The bread tasted wonderful", "Stale and tasteless rolls", "These cakes are delicious", "Far too salty for me",
    "The croissants have no flavour", "A lovely sour taste in the rye", "The cake was dry and bland",
    "Best tasting baguette in town", "The icing was sickly sweet",
)  # fmt: skip
QUEUE = (
    "We queued for twenty minutes", "The line goes out of the door every morning", "Waited ages to be served",
    "No wait at all, straight to the front", "Only one till open and a long queue", "Half an hour in line for a roll",
    "I gave up waiting and left", "They serve the queue quickly", "Always a wait on Saturdays",
)  # fmt: skip


@pytest.fixture(scope="session")
def encoder():
    return Encoder.load()


@pytest.fixture(scope="session")
def shipped():
    return check_taxonomy("general")


def look(encoder, *labels: Theme | Touchpoint):
    """Axis by axis, as `Checked` sees a frame of these labels."""
    themes = tuple(label for label in labels if isinstance(label, Theme))
    points = tuple(label for label in labels if isinstance(label, Touchpoint))
    frame = Taxonomy("bakery", "1", 0.5, (), points, themes)
    return Checked(frame, check_frame(frame, encoder.embed))


def of(checked, kind):
    return [finding for finding in checked.findings if finding.kind == kind]


def test_a_sound_small_frame_has_nothing_to_fix(encoder):
    three = [f"{text} {n}" for text in TASTE for n in ("today", "again", "as ever")]
    checked = look(encoder, Theme("taste", "Taste", "How bread tastes", examples=tuple(three)))
    assert (checked.findings, checked.exit_code) == ([], 0)
    assert checked.lines()[-1] == "nothing found"


def test_the_same_definition_of_two_labels_must_be_fixed_wherever_it_stands(encoder):
    checked = look(
        encoder,
        Theme("taste", "Taste", "How it tastes", include=("Freshness of the bread!",)),
        Theme("fresh", "Freshness", "freshness of the  bread", exclude=("what it tastes like: taste",)),
    )
    (found,) = of(checked, "overlap")
    assert (found.severity, found.label, found.other, checked.exit_code) == ("fail", "taste", "fresh", 1)
    assert {plain(found.text), plain(found.other_text)} == {"freshness of the bread"}
    assert any(line.startswith("FAIL  definitions alike (1)") for line in checked.lines())


def test_definitions_nearly_the_same_are_told_unless_the_boundary_is_drawn(encoder):
    bread = Theme("price", "Price", "What the bread costs")
    checked = look(encoder, bread, Theme("cost", "Amounts", "Prices of bread"), Theme("taste", "Taste", "The flavour"))
    (found,) = of(checked, "overlap")
    assert (found.severity, {found.label, found.other}, checked.exit_code) == ("warn", {"price", "cost"}, 0)
    assert {found.text, found.other_text} == {"What the bread costs", "Prices of bread"}
    assert 0.75 < found.similarity < 1
    for line in ("offers (see price)", "what it costs: Price"):
        assert not of(look(encoder, bread, Theme("cost", "Amounts", "Prices of bread", exclude=(line,))), "overlap")


def test_a_phrase_of_two_labels_contradicts_itself_only_where_one_can_hold(encoder):
    def found(kind, **more):
        one, two = (
            kind(id="a", label="Taste", phrases=("Till",), **more),
            kind(id="b", label="Queue", phrases=("till", "line"), **more),
        )
        checked = look(encoder, one, two)
        return [(f.severity, f.label, f.other, f.text) for f in of(checked, "shared_phrase")], checked.exit_code

    assert found(Theme) == ([("warn", "a", "b", "till")], 0)
    assert found(Touchpoint, stage="visit") == ([("fail", "a", "b", "till")], 1)


@pytest.mark.parametrize(("times", "severity"), [(2, "warn"), (5, "fail")])
def test_phrases_that_fire_on_examples_of_others(encoder, times, severity):
    wrong = tuple(f"{text}, said the baker" for text in QUEUE[:times])
    taste = Theme("taste", "Taste", phrases=("the baker", "salty"), examples=(*TASTE, "The baker knows about flavour"))
    checked = look(encoder, taste, Theme("queue", "Waiting", examples=(*wrong, *QUEUE[times:])))
    (found,) = of(checked, "phrase")
    assert (found.text, found.label, found.other, found.other_text) == ("the baker", "taste", "queue", wrong[0])
    assert (found.count, found.own_count, found.severity) == (times, 1, severity)


def test_an_example_of_two_labels(encoder):
    def found(kind, **more):
        one = kind(id="taste", label="Taste", examples=(*TASTE, "Stale, and a long wait"), **more)
        two = kind(id="queue", label="Queue", examples=(*QUEUE, "stale and a long wait!"), **more)
        checked = look(encoder, one, two)
        return [(f.severity, f.text, f.other_text) for f in of(checked, "twin")], checked.exit_code, checked

    texts = ("Stale, and a long wait", "stale and a long wait!")
    assert found(Theme)[:2] == ([("warn", *texts)], 0)
    pairs, code, checked = found(Touchpoint, stage="visit")
    assert (pairs, code) == ([("fail", *texts)], 1)
    assert not {f.text for f in of(checked, "stray")} & set(texts)


def test_an_example_that_stands_with_the_wrong_label(encoder):
    lost = "The queue was so long that we waited half an hour in line"
    checked = look(encoder, Theme("taste", "Taste", examples=(*TASTE, lost)), Theme("queue", "Wait", examples=QUEUE))
    found = of(checked, "stray")
    assert (found[0].label, found[0].text, found[0].other) == ("taste", lost, "queue")
    assert found[0].other_text in QUEUE
    assert found[0].similarity >= 0.15
    confused = {(c.label, c.taken_for): c.count for c in checked.axes["themes"].preview.confusions}
    assert confused[("taste", "queue")] >= 1


@pytest.mark.parametrize(
    ("count", "kind"), [(0, "none"), (1, "few"), (FEW - 1, "few"), (FEW, "thin"), (THIN - 1, "thin")]
)
def test_too_few_examples(encoder, count, kind):
    checked = look(encoder, Theme("taste", "Taste", "Flavour", examples=tuple(f"Tasty {n}" for n in range(count))))
    assert [(f.kind, f.count, f.severity) for f in checked.findings] == [(kind, count, "warn")]
    assert of(look(encoder, Theme("taste", "Taste")), "bare")


def test_the_preview_tells_apart_what_differs_and_is_not_told_the_answer(encoder):
    def told(*groups: Sequence[str]):
        return Told.of(groups, encoder.embed)

    seen = preview(["taste", "queue"], told(TASTE, QUEUE), told(["Taste"], ["Waiting time"]))
    assert seen.example_count == len(TASTE) + len(QUEUE)
    assert seen.right_share >= 0.8
    # two labels that share out the same sentences cannot be told apart: held out, none does better than chance
    mixed = (*TASTE, *QUEUE)
    lost = preview(["one", "two"], told(mixed[::2], mixed[1::2]), told(["Bread"], ["Bread"]))
    assert lost.right_share <= 0.6
    assert lost.macro_f1 <= 0.6
    assert sum(c.count for c in lost.confusions) == round((1 - lost.right_share) * lost.example_count)
    assert [one.f1 for one in lost.labels] == sorted(one.f1 for one in lost.labels)


def test_an_example_under_two_labels_is_right_with_either(encoder):
    def told(*groups: Sequence[str]):
        return Told.of(groups, encoder.embed)

    seen = preview(["a", "b"], told(TASTE, TASTE), told(["Taste"], ["Waiting"]))
    assert (seen.example_count, seen.right_share, seen.confusions) == (len(TASTE), 1.0, ())
    assert preview(["a", "b"], told(TASTE, ["only one"]), told(["Taste"], ["Waiting"])) is None


def test_names_and_abouts_alone_can_be_checked(bakery_file):
    checked = check_taxonomy(str(bakery_file))
    assert checked.exit_code == 0
    assert {finding.kind for finding in checked.findings} == {"none"}
    text = "\n".join(checked.lines())
    assert "warn  labels without examples (5)" in text
    assert "touchpoint counter, webshop" in text
    assert "themes: no preview without two labels of two examples each. Definitions most alike:" in text
    assert "taste / price 0." in text


@pytest.mark.parametrize("name", ["automotive", "general"])
def test_the_shipped_frames_have_nothing_that_must_be_fixed_and_a_report_one_can_read(name, shipped):
    checked = shipped if name == "general" else check_taxonomy(name)
    assert checked.exit_code == 0
    lines = checked.lines()
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 250
    for report in checked.axes.values():
        assert report.preview.example_count > 150
        assert 0.3 < report.preview.right_share < 1


def test_more_is_shown_on_request_and_everything_as_json(shipped):
    few, many = shipped.lines(top=2), shipped.lines(top=50)
    assert len(few) < len(shipped.lines()) < len(many)
    cut = next(line for line in few if line.startswith("  and "))
    (count,) = {len(of(shipped, kind)) for kind in ("phrase",)}
    assert cut == f"  and {count - 2} more (--top {count}, or --json)"
    content = json.loads(json.dumps(shipped.as_json()))
    assert sum(len(axis["findings"]) for axis in content["axes"].values()) == len(shipped.findings)
    assert len(content["axes"]["themes"]["preview"]["labels"]) == len(shipped.taxonomy.themes)


def test_what_cannot_be_checked():
    with pytest.raises(ConfigError, match="--top counts findings, so it is at least 1; got 0. Nothing was checked"):
        check_taxonomy("general", 0)
    with pytest.raises(TaxonomyError, match="Did you mean 'general'"):
        check_taxonomy("generall")


def test_the_command_ends_with_1_on_something_to_fix_and_0_on_advice(tmp_path, bakery_file):
    bad = tmp_path / "bad.yaml"
    bad.write_text(BAKERY.replace("Ordering bread online", "Being served at the counter in the shop"))
    failed, fine = voc("taxonomy", "check", bad), voc("taxonomy", "check", bakery_file, "--json")
    assert failed.returncode == 1
    assert "1 to fix (FAIL)" in failed.stdout
    assert failed.stderr == ""
    assert fine.returncode == 0
    assert json.loads(fine.stdout)["taxonomy"] == "bakery-1"
    missing = voc("taxonomy", "check", "nowhere.yaml")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "no such file" in missing.stderr


@pytest.fixture(scope="session")
def taught(tmp_path_factory):
    """A tagger of a frame with phrases and examples, and one label that has neither."""
    content = yaml.safe_load(BAKERY)
    content["themes"][0] |= {"examples": list(TASTE), "phrases": ["sour"]}
    content["themes"][1] |= {"examples": list(QUEUE), "phrases": ["in line"]}
    path = tmp_path_factory.mktemp("taught") / "bakery.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return Tagger.load(path)


def test_reasons_agree_with_the_tags(taught):
    said = (
        "The rye was wonderfully sour. I waited in line for an hour, but the girl was kind. Ordered bread online too."
    )
    told = explain(taught, said, channel="review")
    assert len(told.reasons) == told.tags["start"].nunique() > 2
    for why in told.reasons:
        rows = told.tags[told.tags["segment"] == why.segment]
        tagged = {c.label: c.confidence for c in why.themes.candidates if c.margin >= 0}
        assert set(tagged) == set(rows["theme"].dropna())
        assert why.themes.outcome == rows["outcome"].iloc[0]
        confidences = dict(zip(rows["theme"], rows["theme_confidence"], strict=True))
        assert all(tagged[label] == pytest.approx(confidences[label], abs=1e-3) for label in tagged)
        if rows["touchpoint_source"].iloc[0] == "text":
            passed = [c.label for c in why.touchpoint.candidates if c.margin >= 0]
            assert rows["touchpoint"].iloc[0] == passed[0]
        else:
            assert all(c.margin < 0 for c in why.touchpoint.candidates)
        likeness = [near.similarity for near in why.themes.nearest]
        assert likeness == sorted(likeness, reverse=True)
    assert told.reasons[0].themes.phrases == (("taste", "sour"),)
    assert told.reasons[1].themes.phrases == (("queue", "in line"),)
    assert told.reasons[1].themes.candidates[0].label == "queue"


def test_the_nearest_sentence_is_the_text_itself_where_the_frame_has_it(taught):
    for sentence, label in ((QUEUE[1], "queue"), ("What the bread costs", "price")):
        nearest = explain(taught, sentence).reasons[0].themes.nearest[0]
        assert (nearest.label, nearest.text) == (label, sentence)
        assert nearest.similarity > 0.99


def shown(text, bakery_file, **more):
    return try_text(text, settings=Settings(taxonomy=str(bakery_file)), **more)


def test_try_shows_masked_text_and_reasons(bakery_file):
    lines = shown("Prices are far too high! tina.marsh@example.com", bakery_file)
    assert lines[0] == '"Prices are far too high! [EMAIL]"'
    assert "bakery-1" in lines[1]
    text = "\n".join(lines)
    assert "tina" not in text
    assert "   themes      price " in text
    assert '     wording     "price" says price' in lines
    assert 'price: "What the bread costs"' in text
    assert "over its threshold)" in text


def test_try_says_where_a_place_comes_from_and_how_an_axis_came_to_silence(bakery_file):
    frame = Tagger.load(bakery_file)
    said = [
        *TASTE,
        *QUEUE,
        "My sister moved to Peru.",
        "I ordered the bread online.",
        "Served at the counter.",
        "We took a number.",
        "Then.",
    ]
    tags = frame.tag(said, context_touchpoint="counter").drop_duplicates("item_id")
    places = {
        "text": "touchpoint  {0} {1:.2f} (from text; stage visit)",
        "context": "touchpoint  counter (from context; stage visit)",
    }
    for source, line in places.items():
        row = tags[tags["touchpoint_source"] == source].iloc[0]
        lines = shown(row.verbatim, bakery_file, context="counter")
        assert f"   {line.format(row.touchpoint, row.touchpoint_confidence)}" in lines
    for outcome, words in {"none_applies": " below ", "abstained": " above "}.items():
        row = tags[tags["outcome"] == outcome].iloc[0]
        lines = shown(row.verbatim, bakery_file)
        name = outcome.replace("_", " ")
        at = lines.index(f"   themes      {name}")
        assert lines[at + 2].startswith(f"     {name}")
        assert words in lines[at + 2]


def test_try_survives_frames_and_texts_without_words(tmp_path):
    path = tmp_path / "one.yaml"
    path.write_text("name: one\nedition: '1'\nthemes: [{id: taste, label: Taste}]\n")
    lines = shown("!!! \ud83d", path)
    assert "the frame has no label on this axis" in "\n".join(lines)
    assert "   touchpoint  none applies" in lines


@pytest.mark.parametrize(
    ("text", "more", "error", "message"),
    [
        (" \n", {}, ConfigError, "expected a text to try, found none"),
        ("Good", {"channel": "mail"}, ConfigError, "channel: expected one of .*, found 'mail'. Nothing was read"),
        ("Good", {"context": "oven"}, TaxonomyError, "bakery-1 has no touchpoint 'oven'; it has counter, webshop"),
    ],
)
def test_what_cannot_be_tried(bakery_file, text, more, error, message):
    with pytest.raises(error, match=message):
        shown(text, bakery_file, **more)


def test_try_reads_standard_input(bakery_file):
    done = subprocess.run(
        [sys.executable, "-m", "vocanalytics", "taxonomy", "try", "-", "--taxonomy", str(bakery_file)],
        cwd=ROOT, input="We waited an hour in the queue\n", capture_output=True, text=True, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('"We waited an hour in the queue"\nnegative overall')
    assert "queue" in done.stdout
    assert done.stderr == ""
