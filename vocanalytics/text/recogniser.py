"""spaCy's entity recogniser in a process of its own.

Loading it takes over two seconds, in which an ingest can read, hash and mask everything that needs no
recogniser; on two cores it then costs no time at all. The process ends when its caller does, however
that ends: its standard input closes. Whatever goes wrong with it, the caller loads spaCy itself.
"""

from __future__ import annotations

import atexit
import json
import signal
import subprocess
import sys
from collections.abc import Sequence

from vocanalytics.text.spacy_door import load_pipeline, person_spans

Offsets = list[tuple[int, int]]

_started: list[subprocess.Popen[bytes]] = []


def start() -> None:
    """Start loading, unless that has begun; returns at once."""
    if not _started:
        command = [sys.executable, "-m", __name__]
        _started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))  # noqa: S603 ours
        atexit.register(stop)


def stop() -> None:
    """End the process, if there is one."""
    while _started:
        process = _started.pop()
        process.kill()  # it may still be loading
        process.communicate()


def persons(texts: Sequence[str]) -> list[Offsets]:
    """What `person_spans` says of the texts, from the process if one was started.

    >>> persons(["I met Barack Obama in Berlin."])
    [[(6, 18)]]
    """
    if _started:
        try:
            return _ask(_started[0], texts)
        except (OSError, ValueError):
            stop()
    return person_spans(texts)


def _ask(process: subprocess.Popen[bytes], texts: Sequence[str]) -> list[Offsets]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(list(texts)).encode() + b"\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())  # an empty line, after its end, is a ValueError
    return [[(start, end) for start, end in spans] for spans in answer]


def main() -> None:
    """Answer one line of texts with one line of offsets, until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides when to stop
    load_pipeline()
    for line in sys.stdin.buffer:
        sys.stdout.write(json.dumps(person_spans(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
