# Two commands do everything on a fresh machine: make run, make test.
# What is installed or built is remembered by a stamp and done again only when its source has changed.

PYTHON ?= python3
BIN := .venv/bin
# Some machines switch the bytecode cache off for everybody, which makes each start three times slower.
unexport PYTHONDONTWRITEBYTECODE

RUN := .venv/installed-run
DEV := .venv/installed-dev
NODE := node_modules/installed
BUILT := app/static/dist/manifest.json
LIGHTHOUSE := bench/lighthouse/node_modules/installed
# What the front end is made of; the worker's version follows the offline page, the manifest shows the screens.
SOURCES := css js icons
PAGE := $(shell find $(SOURCES:%=app/static/%) app/templates/offline app/templates/layouts tools/build -type f 2>/dev/null) \
  $(wildcard docs/screens/as-app-*.webp)

# Tests at once: many wait for a worker or a browser, so one more than the machine has cores.
AT_ONCE := $(shell echo $$(($$(nproc 2>/dev/null || echo 2) + 1)))

ENGINES ?= sqlite postgresql

.PHONY: run dev build test unit browser screens lint format words bench locks tools clean

run: $(RUN) $(BUILT)
	@exec $(BIN)/python -m app.running --with-parent

# The same, started again by every change of its source.
dev: $(DEV) $(BUILT)
	@exec $(BIN)/python tools/dev.py

build: $(BUILT)

test: $(DEV) $(BUILT) tools
	@$(BIN)/python -m pytest tests e2e -n $(AT_ONCE) --dist worksteal

# Needs no browser and no root. Where PostgreSQL is missing: make unit ENGINES=sqlite
unit: $(DEV) $(BUILT)
	@case "$(ENGINES)" in *postgresql*) sh tools/servers.sh unit;; esac
	@ENGINES="$(ENGINES)" $(BIN)/python -m pytest tests -n $(AT_ONCE) --dist worksteal

browser: $(DEV) $(BUILT) tools
	@$(BIN)/python -m pytest e2e

# A picture of every screen into docs/screens/: the one built thing that is committed, made anew before a release.
screens: $(DEV) $(BUILT) tools
	@rm -f docs/screens/*.webp
	@$(BIN)/python -m tools.screens

lint: $(DEV)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/djlint app/templates --lint --quiet

format: $(DEV)
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# After a sentence that clients read was added or changed: the catalogues then name what is to be translated.
words: $(DEV)
	@sh tools/words.sh

bench: $(DEV) $(BUILT) $(LIGHTHOUSE)
	@sh tools/servers.sh bench
	@$(BIN)/python -m bench

$(BIN)/pip:
	@sh tools/venv.sh $(PYTHON)

$(RUN): requirements/run.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(DEV): requirements/dev.txt | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $(RUN) $@

$(NODE): package-lock.json
	npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(LIGHTHOUSE): bench/lighthouse/package-lock.json
	cd bench/lighthouse && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(BUILT): $(NODE) tools/build.mjs $(PAGE)
	node tools/build.mjs

# What the tests need besides Python and Node: Chromium and a PostgreSQL server. The bench needs wrk too.
tools:
	@sh tools/servers.sh

# After a change of pyproject.toml. The lock files name no registry: each machine uses its own.
locks:
	uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/run.txt
	uv pip compile pyproject.toml --extra dev -c requirements/run.txt --universal --generate-hashes --no-emit-index-url --no-header -q -o requirements/dev.txt

# The practice's data (HOLDFAST_HOME) stays: removing it is a decision, not a cleaning.
clean:
	rm -rf .venv node_modules bench/lighthouse/node_modules app/static/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis test-results
	find app tests e2e bench migrations -name __pycache__ -type d -prune -exec rm -rf {} +
