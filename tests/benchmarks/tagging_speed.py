"""Segments a second: python tests/benchmarks/tagging_speed.py [file with a text a line]"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

from vocanalytics import Tagger
from vocanalytics.resources import resolve_taxonomy
from vocanalytics.tagging.features import hashed
from vocanalytics.taxonomy import load_taxonomy
from vocanalytics.text.language import detect
from vocanalytics.text.segments import segment_many


def timed(name: str, count: int, work: Callable[[], object]) -> None:
    started = time.perf_counter()
    work()
    print(f"{name:<28}{count / (time.perf_counter() - started):>10,.0f} a second")


def main() -> None:
    if len(sys.argv) > 1:
        texts = Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()[:2000]
    else:
        frame = load_taxonomy(resolve_taxonomy("automotive"))
        texts = [text for label in (*frame.themes, *frame.touchpoints) for text in label.examples]
    tagger = Tagger.load()
    tagger.tag(texts[:20])
    segments = [t[a:b] for t, spans in zip(texts, segment_many(texts), strict=True) for a, b in spans]
    timed("segment texts", len(texts) * 10, lambda: segment_many(texts * 10))
    timed("detect languages of texts", len(texts) * 10, lambda: detect(texts * 10))
    timed("hash segments", len(segments), lambda: hashed(segments, [None] * len(segments)))
    timed("embed segments", len(segments), lambda: tagger.encoder.embed(segments))
    timed("encode segments", len(segments), lambda: tagger.encoder.encode(segments))
    timed("tag segments", len(segments), lambda: tagger.tag(texts))


if __name__ == "__main__":
    main()
