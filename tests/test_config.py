"""Flag > VOC_* > sources.yaml > default."""

from __future__ import annotations

from pathlib import Path

import pytest

from vocanalytics import errors
from vocanalytics.config import VARIABLES, load_settings
from vocanalytics.errors import ConfigError, UnknownKey


def test_defaults_keep_everything_in_data():
    settings = load_settings({})
    assert (settings.warehouse, settings.key_file) == (Path("data/warehouse.duckdb"), Path("data/.key"))


def test_a_flag_beats_a_variable():
    environ = {"VOC_HOME": "from_variable", "VOC_MIN_BASE": "40"}
    assert load_settings(environ, home="from_flag").home == Path("from_flag")
    assert load_settings(environ).home == Path("from_variable")
    assert load_settings(environ).min_base == 40


def test_other_feeds_run_into_a_folder_of_their_own():
    settings = load_settings({}, sources="tests/real/cars.yaml")
    assert (settings.home, settings.key_file) == (Path("data/runs/cars"), Path("data/runs/cars/.key"))


def test_a_misspelt_variable_warns_and_names_the_nearest(caplog):
    load_settings({"VOC_MINBASE": "3"})
    assert "VOC_MINBASE is set, but nothing reads it; did you mean VOC_MIN_BASE?" in caplog.text


@pytest.mark.parametrize(("value", "message"), [("many", "expected a whole number"), ("0", "it is at least 1; got 0")])
def test_a_senseless_base_is_refused(value, message):
    with pytest.raises(ConfigError, match=message):
        load_settings({"VOC_MIN_BASE": value})


def test_an_unknown_key_names_the_nearest():
    with pytest.raises(
        UnknownKey, match=r"sources.yaml: unknown key 'chanel'; did you mean 'channel'\? Nothing was read"
    ):
        raise UnknownKey("sources.yaml", "chanel", ["channel", "path"])


def test_every_error_is_on_the_map():
    ours = {name for name, thing in vars(errors).items() if isinstance(thing, type) and issubclass(thing, Exception)}
    drawn = {
        line.split()[-1] if line.strip() in ours else line.strip(" ├└─│").split()[0]
        for line in errors.__doc__.splitlines()
        if line.strip(" ├└─│")
    }
    assert ours <= drawn


def test_every_variable_says_what_it_is_for():
    assert all(VARIABLES.values())
