# make run: serve the demo world.  make test: the suite that needs nothing but Python.  The rest is for developers and CI.
PY ?= python3
V := .venv
B := $(V)/bin
PIP := $(B)/python -m pip install -q --disable-pip-version-check --no-warn-script-location -c constraints.txt

run: $(V)/.run
	$(B)/actions up --port $(or $(PORT),8000)

test: $(V)/.dev
	$(B)/python -m pytest -n auto -q -m "not postgres and not browser and not fuzz"
	@echo "Left out here: tests that need PostgreSQL (make test-pg) and Chromium (make test-e2e), and API fuzzing (make test-api)."

lint: $(V)/.dev
	$(B)/ruff check .
	$(B)/ruff format --check .
	$(B)/mypy
	$(B)/lint-imports

check: lint test

test-pg: $(V)/.pg
	ACTIONS_FORBID_SKIP=1 $(B)/python -m pytest -q -m postgres

test-e2e: $(V)/.e2e
	ACTIONS_FORBID_SKIP=1 $(B)/python -m pytest -n auto --dist loadfile -q -m browser

# 500 cases, other record classes each day; ACTIONS_FUZZ_CASES=10000 is the night's.
test-api: $(V)/.dev
	ACTIONS_FORBID_SKIP=1 $(B)/python -m pytest -q -m fuzz

# Kills by the dozen: what was acknowledged is there once, each duty has one effect. The hundreds are the night's.
test-kills: $(V)/.pg
	$(B)/python -m bench.crash --kills 20
	$(B)/python -m bench.crash --kills 20 --postgres
	$(B)/python -m bench.duties --restarts 100
	$(B)/python -m bench.duties --restarts 100 --postgres

# A stranger's machine: the built wheel alone, a new plugin and the example, outside the repository.
test-outside: $(V)/.dev
	$(B)/python -m tests.stranger

screenshots: $(V)/.e2e
	$(B)/python -m tests.screenshots

catalog: $(V)/.run
	$(B)/actions catalog --format md > docs/catalog.md
	$(B)/actions reference > docs/reference.md
	$(B)/python -m tests.docs.snippets

# New words go into the English catalogues with an empty msgstr, words no longer said go out; a test names what is left empty.
translations: $(V)/.dev
	@for d in core plugins/*/; do [ -f $$d/__init__.py ] || continue; po=$$d/translations/en/LC_MESSAGES/messages.po; \
	  mkdir -p $$(dirname $$po) && $(B)/pybabel -q extract --no-location --sort-output --no-wrap --omit-header -F babel.cfg -o $$d/messages.pot $$d && \
	  { [ -f $$po ] || $(B)/pybabel -q init -l en -i $$d/messages.pot -o $$po; } && \
	  $(B)/pybabel -q update -l en -i $$d/messages.pot -o $$po --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date --omit-header; \
	  rm -f $$d/messages.pot; done

# What takes too long for every commit: five hundred kills of the web on both stores, two hundred of the whole clock, a
# thousand deaths of schedulers on both stores, three thousand power cuts, every fault in every hook of every plugin; and the
# saboteurs, which must fail (an exclamation mark turns the answer round).
nightly: $(V)/.pg
	$(B)/python -m bench.crash --kills 500
	$(B)/python -m bench.crash --kills 500 --postgres
	! $(B)/python -m bench.crash --kills 20 --weakened answers_first
	! $(B)/python -m bench.crash --kills 20 --weakened without_receipt
	$(B)/python -m bench.once --kills 200
	$(B)/python -m bench.duties --restarts 1000
	$(B)/python -m bench.duties --restarts 1000 --postgres
	! $(B)/python -m bench.duties --restarts 20 --weakened checks_first
	! $(B)/python -m bench.duties --restarts 20 --weakened claims_first
	! $(B)/python -m bench.duties --restarts 5 --weakened leases
	$(B)/python -m bench.power --cuts 3000
	! $(B)/python -m bench.power --weakened NORMAL
	$(B)/python -m bench.plugin_faults
	! $(B)/python -m bench.plugin_faults --plugins disputes --hooks section --faults dies,loops --weakened
# the store or the disk refuses the N-th call, for every N, of every operation
	$(B)/python -m bench.nth
	$(B)/python -m bench.nth --postgres
	! $(B)/python -m bench.nth import migrate --every 6 --weakened statement_by_statement
	! $(B)/python -m bench.nth report --weakened in_place
# sheets under kill -9; a full disk thirty times; a hundred damaged databases; kills while migrating; backups under load
	$(B)/python -m bench.imports --kills 200
	! $(B)/python -m bench.imports --kills 40 --weakened progress_first
	! $(B)/python -m bench.imports --kills 40 --weakened row_by_row
	$(B)/python -m bench.full_disk --rounds 30
	! $(B)/python -m bench.full_disk --rounds 5 --weakened swallows
	$(B)/python -m bench.corrupt --databases 100
	! $(B)/python -m bench.corrupt --databases 100 --weakened opens_only
	$(B)/python -m bench.migrating --kills 100
	$(B)/python -m bench.migrating --kills 100 --postgres
	! $(B)/python -m bench.migrating --kills 20 --weakened statement_by_statement
	$(B)/python -m bench.backups --rounds 20
	$(B)/python -m bench.backups --rounds 20 --postgres
	! $(B)/python -m bench.backups --rounds 3 --weakened copies_the_file
# many at once: ten minutes of eight writers, competing edits, equal submits
	$(B)/python -m bench.writers --seconds 600
	$(B)/python -m bench.writers --seconds 60 --postgres
	! $(B)/python -m bench.writers --seconds 10 --weakened deferred
	$(B)/python -m bench.edits --edits 400
	$(B)/python -m bench.edits --edits 400 --postgres
	! $(B)/python -m bench.edits --edits 40 --weakened last_one_wins
	$(B)/python -m bench.repeats --keys 200
	$(B)/python -m bench.repeats --keys 200 --postgres
	! $(B)/python -m bench.repeats --keys 10 --weakened without_receipt
	ACTIONS_FUZZ_CASES=10000 $(B)/python -m pytest -q -m fuzz --timeout 5400

bench: $(V)/.dev
	$(B)/python -m bench

$(B)/python:
	@echo "Creating $(V) ..."
	@$(PY) -m venv $(V) || { rm -rf $(V); $(PY) -m pip install -q --target .boot virtualenv && PYTHONPATH=.boot $(PY) -m virtualenv -q $(V); }

$(V)/.run: pyproject.toml constraints.txt | $(B)/python
	@echo "Installing what the platform needs (about half a minute) ..."
	@$(PIP) -e .
	@touch $@

$(V)/.dev: $(V)/.run
	@echo "Installing the test tools ..."
	@$(PIP) -e '.[dev]'
	@touch $@

$(V)/.pg: $(V)/.dev
	@$(PIP) -e '.[dev,postgres]'
	@touch $@

$(V)/.e2e: $(V)/.dev
	@$(PIP) -e '.[dev,e2e]'
	@touch $@

clean:
	rm -rf $(V) .boot var .mypy_cache .ruff_cache

.PHONY: run test lint check test-pg test-e2e test-api test-kills test-outside screenshots catalog translations nightly bench clean
