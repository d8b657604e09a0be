"""The recogniser's process: same answers, and nothing depends on its health."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from vocanalytics.text import recogniser
from vocanalytics.text.privacy import Masker
from vocanalytics.text.spacy_door import person_spans

TEXTS = ["I met Barack Obama in Berlin.", "The boot is huge \ud83d", "", "Ask Priyanka Raghunathan\nabout it"]


@pytest.fixture
def started():
    recogniser.start()
    yield recogniser._started[0]
    recogniser.stop()


def test_the_process_says_what_the_pipeline_says(started):
    assert recogniser.persons(TEXTS) == person_spans(TEXTS)
    assert started.poll() is None


def test_a_killed_process_costs_time_and_nothing_else(started):
    started.kill()
    started.wait()
    assert recogniser.persons(TEXTS) == person_spans(TEXTS)
    assert Masker().mask(["Ask for Priyanka Raghunathan"])[0].text == "Ask for [PERSON]"


def test_it_ends_with_its_caller_however_that_ends():
    code = (
        "import os, signal; from vocanalytics.text import recogniser; recogniser.start();"
        "print(recogniser._started[0].pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30)
    pid = int(done.stdout)
    for _ in range(200):
        try:
            with open(f"/proc/{pid}/stat") as file:  # noqa: PTH123
                alive = file.read().split()[2] not in "ZX"
        except FileNotFoundError:
            alive = False
        if not alive:
            return
        time.sleep(0.1)
    raise AssertionError("the recogniser outlived its caller")
