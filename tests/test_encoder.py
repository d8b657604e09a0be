"""The shipped encoder: the same numbers in any company, honest about what it cannot read."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocanalytics import Encoder
from vocanalytics.errors import ModelError
from vocanalytics.resources import models_dir
from vocanalytics.tagging.artifacts import read_manifest, write_manifest
from vocanalytics.tagging.features import question_kind, words
from vocanalytics.tagging.memory import pack, unpack
from vocanalytics.tagging.wording import plain

POLARITY = ("negative", "neutral", "positive")
TEXTS = ["Great car", "The app crashes.", "Delivered on Tuesday", "ok", "Never again, awful " * 30, "No issues", "👍"]


@pytest.fixture(scope="module")
def encoder():
    return Encoder.load()


def polarity_of(encoder, texts, question=None):
    return [POLARITY[k] for k in encoder.encode(texts, question=question).polarity.argmax(axis=1)]


def test_shapes_and_ranges(encoder):
    encoding = encoder.encode(TEXTS, channel="review")
    assert encoding.embedding.shape == (7, 384)
    assert encoding.labels["polarity"] == POLARITY
    assert encoding.intent.shape == (7, len(encoding.labels["intent"]))
    assert encoding.emotion.shape == (7, 28)
    assert encoding.effort.shape == (7,)
    assert np.allclose(encoding.polarity.sum(axis=1), 1, atol=1e-5)
    assert np.allclose(np.linalg.norm(encoding.embedding, axis=1), 1, atol=1e-4)
    for values in (encoding.emotion, encoding.intent, encoding.effort):
        assert ((values >= 0) & (values <= 1)).all()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(len(TEXTS))), st.integers(0, len(TEXTS)))
def test_company_changes_nothing(encoder, order, size):
    alone = np.vstack([encoder.encode([text]).embedding for text in TEXTS])
    chosen = [TEXTS[i] for i in order[:size]]
    together = encoder.encode(chosen)
    assert np.array_equal(together.embedding, alone[list(order[:size])])
    single = encoder.encode(chosen[:1])
    assert np.allclose(together.polarity[:1], single.polarity, atol=1e-5)


class Kept(dict):
    """A memory that counts."""

    def known(self, network, texts):
        return {text: self[network, text] for text in texts if (network, text) in self}

    def keep(self, network, vectors):
        self.update({(network, text): vector for text, vector in vectors.items()})


def test_a_text_is_read_once_and_stays_the_same(encoder):
    memory = Kept()
    first = Encoder.load(memory=memory).encode(TEXTS, channel="review")
    size = len(memory)
    second = Encoder.load(memory=memory).encode([*TEXTS, "A new one"], channel="review")
    assert (size, len(memory)) == (len(TEXTS), len(TEXTS) + 1)
    for name in ("embedding", "polarity", "emotion", "intent", "effort"):
        # a product over another number of rows may round otherwise
        assert np.allclose(getattr(first, name), getattr(second, name)[:-1], atol=1e-6)
        assert np.array_equal(getattr(first, name), getattr(encoder.encode(TEXTS, channel="review"), name))


@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_packing_keeps_vectors(count, seed):
    rows = np.random.default_rng(seed).normal(size=(count, 2, 384)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    assert np.allclose(unpack(pack(rows.reshape(count, 768)), 768), rows.reshape(count, 768), atol=2e-3)


def test_no_texts_give_no_rows(encoder):
    encoding = encoder.encode([])
    assert encoding.embedding.shape == (0, 384)
    assert encoding.polarity.shape == (0, 3)
    assert encoding.effort.shape == (0,)


def test_texts_without_words_are_neutral(encoder):
    encoding = encoder.encode(["", "  ", "!!! ...", "?"])
    assert not encoding.embedding.any()
    assert encoding.polarity.tolist() == [[0, 1, 0]] * 4
    assert {encoding.labels["intent"][k] for k in encoding.intent.argmax(axis=1)} == {"none"}
    assert {encoding.labels["emotion"][k] for k in encoding.emotion.argmax(axis=1)} == {"neutral"}


def test_long_and_broken_texts_are_read(encoder):
    encoding = encoder.encode(
        ["The dealer never called back and the service was terrible. " * 2_000, "nice \ud83d car"]
    )
    assert encoding.polarity[0, 0] > 3 * encoding.polarity[0, 2]  # 2,000 times the same is no text it was taught
    assert encoding.polarity[1].argmax() == 2


def test_what_is_no_text_is_refused(encoder):
    with pytest.raises(TypeError, match=r"texts\[1\] must be a str; found NoneType"):
        encoder.encode(["fine", None])
    with pytest.raises(TypeError, match="found one str"):
        encoder.encode("fine")


def test_circumstances_are_checked(encoder):
    with pytest.raises(ValueError, match="unknown channel 'revue'; did you mean 'review'"):
        encoder.encode(["fine"], channel="revue")
    with pytest.raises(ValueError, match="question must be one value or one per text; found 1 for 2"):
        encoder.encode(["a", "b"], question=["What?"])


@pytest.mark.parametrize(
    "text",
    [
        "No problems or complaints",
        "Nothing to complain about, really",
        "I had no issues with the dealer",
        "Can't fault them",
        "It has never let me down",
        "There were no hidden costs",
        "Friendly and helpful staff",
        "I couldn't be more satisfied",
        "not bad at all",
    ],
)
def test_negation_that_praises(encoder, text):
    assert polarity_of(encoder, [text]) == ["positive"]


@pytest.mark.parametrize(
    "text",
    [
        "I am not satisfied",
        "The dealer never replied",
        "Nobody could help me",
        "Not helpful at all",
        "I would not buy it again",
        "Waste of money",
    ],
)
def test_negation_that_blames(encoder, text):
    assert polarity_of(encoder, [text]) == ["negative"]


def test_a_terse_answer_is_read_through_its_question(encoder):
    worse, better = "What could we do better?", "What did you like most about us?"
    assert polarity_of(encoder, ["pricing", "parking", "the website"], worse) == ["negative"] * 3
    assert polarity_of(encoder, ["pricing", "parking", "the website"], better) == ["positive"] * 3
    assert polarity_of(encoder, ["Nothing", "nothing to improve"], worse) == ["positive"] * 2
    assert polarity_of(encoder, ["Nothing"], better) == ["negative"]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How could we improve?", "worse"),
        ("What did you dislike?", "worse"),
        ("What did you like least?", "worse"),
        ("What did you enjoy most?", "better"),
        ("What went well?", "better"),
        ("Why did you leave us?", "worse"),
        ("What made you cancel?", "worse"),
        ("Was können wir verbessern?", "worse"),
        ("Was hat Ihnen nicht gefallen?", "worse"),
        ("Was hat Ihnen gefallen?", "better"),
        ("Que pouvons-nous améliorer ?", "worse"),
        ("Qu'avez-vous le plus aimé ?", "better"),
        ("¿Qué le gustó más?", "better"),
        ("¿Qué podríamos mejorar?", "worse"),
        ("Cosa possiamo migliorare?", "worse"),
        ("What do non-members enjoy?", "better"),
        ("Warum haben Sie diese Note vergeben?", "open"),
        ("Why did you give this score?", "open"),
        ("What were you satisfied or dissatisfied with?", "open"),
        ("", "none"),
        (None, "none"),
    ],
)
def test_what_a_question_invites(question, kind):
    assert question_kind(question) == kind


@pytest.mark.parametrize(
    ("text", "put"),
    [
        ("@AnnB see https://t.co/abc", "@user see http"),
        ("[HANDLE] broke www.example.com", "@user broke http"),
        ("late again 😡😡😡", "late again  pouting face "),
        ("love ❤️ it", "love  heavy black heart  it"),
        ("sooooo slow", "sooo slow"),
        ("costs 10000 at a@b", "costs 10000 at a@b"),
        ("Größe ok", "Größe ok"),
    ],
)
def test_how_a_text_is_put_to_the_network(text, put):
    assert plain(text) == put


def test_a_negation_colours_the_words_after_it():
    assert words("didn't like it, but fine")[:4] == ["didn't", "like_not", "it_not", ","]
    assert words("different patient") == ["different", "patient"]


@pytest.fixture
def copy(tmp_path):
    return shutil.copytree(models_dir() / "encoder", tmp_path / "encoder")


def test_an_altered_file_is_refused(copy):
    with (copy / "tokenizer.json").open("a") as file:
        file.write(" ")
    with pytest.raises(ModelError, match=r"tokenizer\.json is not the file the manifest was written for"):
        Encoder.load(copy)


def test_a_missing_file_is_refused(copy):
    (copy / "heads.npz").unlink()
    with pytest.raises(ModelError, match=r"heads\.npz is missing"):
        Encoder.load(copy)


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ("{", "cannot be read"),
        ("[]", "holds no mapping"),
        ('{"format": 9, "kind": "encoder"}', "expected a encoder model of format 1"),
        ('{"format": 1, "kind": "encoder", "files": {"../x": "0"}}', "outside the folder"),
        ('{"format": 1, "kind": "encoder", "files": {}}', r"the manifest lists no heads\.npz"),
    ],
)
def test_a_bad_manifest_is_refused(tmp_path, manifest, told):
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(ModelError, match=told):
        Encoder.load(tmp_path)


def test_no_folder_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"no manifest\.json there"):
        Encoder.load(tmp_path / "gone")


def test_pickles_are_not_opened(tmp_path):
    np.savez(tmp_path / "heads.npz", evil=np.array([{}], dtype=object))
    write_manifest(tmp_path, "encoder", {})
    with pytest.raises(ValueError, match="allow_pickle=False"):
        read_manifest(tmp_path, "encoder").arrays("heads.npz")


def test_the_card_tells_the_measured_figures():
    facts = json.loads((models_dir() / "encoder" / "manifest.json").read_text())["facts"]
    card = (models_dir() / "encoder" / "README.md").read_text(encoding="utf-8")
    assert f"{facts['figures']['polarity']['tweeteval_macro_recall']:.3f}" in card
    assert f"{facts['dropped_as_development_text']:,}" in card
    for source, rows in facts["trained_on"].items():
        assert f"| `{source}` | {rows:,} |" in card
    assert all(name in card for name in facts["experimental"])


def test_importing_the_package_is_light():
    heavy = ("pandas", "numpy", "transformers", "onnxruntime", "sklearn")
    code = f"import sys, vocanalytics, vocanalytics.tagging; print([m for m in {heavy} if m in sys.modules])"
    path = os.pathsep.join([str(models_dir().parent), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.stdout.strip() == "[]"


def test_the_package_names_what_it_offers():
    import vocanalytics

    with pytest.raises(AttributeError, match="it offers Encoder, Tagger"):
        vocanalytics.Taggr  # noqa: B018
