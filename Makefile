SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
BASE := $(VENV)/.installed-base
DEV := $(VENV)/.installed-dev
FRONTEND := node_modules/.package-lock.json
CODE := bot channels tickets knowledge kit migrations tests benchmarks scripts
# Each worker takes from the other when it has nothing left; what belongs together stays together for as long.
PYTEST := $(BIN)/pytest -n 2 --dist worksteal

# Compiled once, not in every process: the tests start many.
unexport PYTHONDONTWRITEBYTECODE

.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help
.PHONY: help setup run test test-postgres thorough check lint types imports migrations browser bench pins clean

help: ## Show what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

setup: $(DEV) $(FRONTEND) ## Install everything for development into .venv and node_modules

run: $(BASE) $(FRONTEND) ## Start the whole product with demo data, and print its addresses
	@exec $(BIN)/yingpiao serve --demo

test: setup browser ## Run the tests on SQLite
	$(PYTEST) $(PYTEST_ARGS)

test-postgres: setup browser ## Run the tests on a throw-away PostgreSQL
	$(BIN)/python -m tests.support.postgres -- $(PYTEST) $(PYTEST_ARGS)

thorough: setup ## Try properties with ten times as many random examples as make test does
	YINGPIAO_THOROUGH=1 $(PYTEST) -m "not browser" $(PYTEST_ARGS)

check: lint types imports migrations test test-postgres ## Everything that must be green before a merge

lint: setup ## Formatting and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup ## Static types
	$(BIN)/mypy

imports: setup ## Import contracts
	$(BIN)/lint-imports

migrations: setup ## Do the migrations make the tables the code declares?
	@folder="$$(mktemp -d)" && trap 'rm -rf "$$folder"' EXIT && \
	export DATABASE_URL="sqlite+aiosqlite:///$$folder/drift.db" && \
	$(BIN)/alembic upgrade head && $(BIN)/alembic check

browser: $(DEV) ## Make sure there is a Chromium for the browser tests
	@$(BIN)/python scripts/setup_browser.py

bench: setup ## Measure throughput and answer times, and print the ratios
	$(BIN)/python -m tests.support.postgres -- $(BIN)/python -m benchmarks

pins: $(DEV) ## Compile requirements/*.txt anew from pyproject.toml (on Python 3.11, the oldest supported)
	@$(BIN)/python scripts/compile_pins.py

clean: ## Remove environments, installed packages and caches; data stay
	rm -rf $(VENV) node_modules artifacts build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@python="$$(sh scripts/find_python.sh)" && echo "Making $(VENV) with $$python" && "$$python" -m venv --clear $(VENV)

$(BASE): requirements/base.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/base.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(DEV): requirements/dev.txt $(BASE)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch $@

$(FRONTEND): package.json package-lock.json | $(BASE)
	$(BIN)/python scripts/setup_frontend.py
