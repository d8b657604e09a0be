"""The dictionary and the contracts behind it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from vocanalytics.errors import ConfigError, UnknownKey
from vocanalytics.warehouse.contracts import INSIGHTS, load_contracts
from vocanalytics.warehouse.dictionary import render_dictionary

README = Path(__file__).parent.parent / "data" / "README.md"


def test_the_dictionary_in_the_repository_is_the_one_the_contracts_give():
    assert README.read_text(encoding="utf-8") == render_dictionary(load_contracts())


def test_caveats_come_before_columns_and_every_column_is_explained():
    text = render_dictionary(load_contracts())

    assert text.index("Respondents are not all customers") < text.index("## Tables")
    for name, contract in load_contracts().items():
        section = text[text.index(f"\n## {name}\n") :]
        assert section.index(contract.caveats[0]) < section.index("| Column | Type |")
        for column in contract.columns:
            assert (
                f"| `{column.name}` | {column.type} | {column.unit or ''} | {column.about}".replace("\n", "") in section
            )


def test_every_column_has_a_meaning_and_the_suffix_its_type_asks_for():
    for contract in load_contracts().values():
        names = {column.name for column in contract.columns}
        # no model had a part in what the company wrote down itself
        assert {"model", "taxonomy", "masking"} <= names or contract.name == "events"
        for column in contract.columns:
            assert column.about.endswith("."), (contract.name, column.name)
            assert column.name.endswith("_count") <= (column.type in ("BIGINT", "DOUBLE"))
            assert column.name.endswith("_on") <= (column.type == "DATE")
            assert column.name.endswith("_at") <= (column.type == "TIMESTAMP")
            assert column.name.startswith(("is_", "has_", "do_not_")) == (column.type == "BOOLEAN")
            assert column.type != "DOUBLE" or column.unit or column.name == "priority", (contract.name, column.name)


def test_a_bounded_figure_has_both_bounds():
    for contract in load_contracts().values():
        names = {column.name for column in contract.columns}
        for name in names:
            if name.endswith("_low"):
                assert {name.removesuffix("_low"), name.removesuffix("_low") + "_high"} <= names


def test_what_could_give_a_hidden_count_back_is_not_shareable():
    for contract in load_contracts().values():
        if contract.kind == "aggregate":
            shown = {column.name for column in contract.columns if column.shareable and column.is_figure}
            counts = {name for name in shown if name.endswith("_count") or name == contract.base}
            assert counts <= {*contract.counts, contract.base}
            assert not [name for name in shown if name.startswith(("prior_", "change_", "p_value", "q_value"))]


@pytest.fixture
def folder(tmp_path):
    for path in INSIGHTS.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"grain": ["item"]}, ConfigError, "feedback.yaml: item named in grain, base or counts, but not among"),
        ({"caveat": []}, UnknownKey, "feedback.yaml: unknown key 'caveat'; did you mean 'caveats'"),
        ({"columns": {"item_id": {"typ": "DATE"}}}, UnknownKey, "feedback.yaml: item_id: unknown key 'typ'"),
        ({"columns": {"item_idd": "shared"}}, UnknownKey, "_shared.yaml: unknown key 'item_idd'"),
    ],
)
def test_a_misspelt_contract_is_refused(folder, change, error, message):
    path = folder / "feedback.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **change}))

    with pytest.raises(error, match=message):
        load_contracts(folder)


def test_an_absent_or_empty_contract_is_refused(folder):
    (folder / "feedback.yaml").write_text("")
    with pytest.raises(ConfigError, match=r"feedback.yaml: expected keys and values"):
        load_contracts(folder)
    (folder / "feedback.yaml").unlink()
    with pytest.raises(ConfigError, match=r"feedback.yaml: no such contract; every published table has one"):
        load_contracts(folder)
