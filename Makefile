# AquaCert. `make` alone lists what can be done. `make demo` and `make test` need nothing before them.

PY     := .venv/bin/python
BIN    := .venv/bin
JOBS   ?= 2
SERVE  ?= 1
FULL   ?= 0
ROUNDS ?= 200
PORT   ?= 8000
export PORT
export AQUACERT_DATA_DIR ?= var
export PYTHONUTF8 := 1

PYTEST := $(PY) -m pytest -q -n $(JOBS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo serve test test-postgres rules rooms house faults whole lint fmt bench words migrate freeze clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install everything into .venv (a second run looks and stops)
	@command -v python3 >/dev/null 2>&1 || { echo "setup: there is no python3; install it (Debian: apt-get install python3 python3-venv)." >&2; exit 1; }
	@python3 .ci/setup.py

setup-tests:
	@command -v python3 >/dev/null 2>&1 || { echo "setup: there is no python3; install it (Debian: apt-get install python3 python3-venv)." >&2; exit 1; }
	@python3 .ci/setup.py --tests

demo: setup ## Run the main job on real data, then serve it on PORT (SERVE=0: stop after the job)
	@$(BIN)/aquacert demo
	@if [ "$(SERVE)" != 0 ]; then exec $(BIN)/aquacert serve; fi

serve: setup ## Serve what is in AQUACERT_DATA_DIR on PORT, with one worker for the outbox
	@exec $(BIN)/aquacert serve

test: setup-tests ## Run every test: rules, then all on SQLite, then what asks the database on PostgreSQL
	@echo "── rules ──" && $(PYTEST) tests/rules
	@echo "── everything, on SQLite ──" && $(PYTEST) --database sqlite --ignore tests/rules
	@echo "── everything that touches a database, on PostgreSQL ──" && $(PYTEST) --database postgres --ignore tests/rules --ignore tests/browser

test-postgres: setup-tests ## Every test that touches a database on PostgreSQL, those of pages and browser too
	@$(PYTEST) --database postgres --pages --ignore tests/rules

rules: setup ## The two-second loop: the pure tests only
	@$(PY) -m pytest -q tests/rules

rooms: setup-tests ## The rooms' tests on SQLite (ROOM=hatcheries for one)
	@$(PYTEST) --database sqlite tests/rooms/$(ROOM)

house: setup ## The tests about the code itself
	@$(PY) -m pytest -q tests/house

faults: setup-tests ## The long crash, race and disk rounds, some 20 minutes, figures at the end (ROUNDS=200)
	@failed=0; for database in sqlite postgres; do \
	  AQUACERT_FAULT_ROUNDS=$(ROUNDS) $(PY) -m pytest -q -m faults --database $$database tests/faults || failed=1; \
	done; exit $$failed

whole: setup-tests ## Every door, page, role and width in full, which `make test` takes a fixed part of (an hour)
	@$(PYTEST) --database sqlite -m "long and not faults" tests/rooms tests/browser

lint: setup ## ruff, mypy --strict and the walls between the rooms
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fmt: setup ## Put every file into the house's form
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

bench: setup ## One line per measure: name ratio goal lower-or-higher n; exit 1 when short (FULL=1: large sizes)
	@$(PY) -m bench $(if $(filter-out 0,$(FULL)),--full)

words: setup ## Gather every Chinese sentence into the English catalogue and compile it
	@$(PY) .ci/words.py

migrate: setup ## Draft the next migration: make migrate M="split hatchery address"
	@$(PY) .ci/migrate.py "$(M)"

freeze: setup ## Resolve the lock files again
	@for lock in uv node; do \
	  sed -n 's/^\([a-z-]*\)==.*/\1/p' .ci/$$lock.lock | .venv/tools/bin/uv pip compile -q - --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url --no-header --no-annotate -o .ci/$$lock.lock || exit 1; done
	@.venv/tools/bin/uv pip compile -q pyproject.toml --group dev --universal --python-version 3.11 --upgrade --generate-hashes --no-emit-index-url --no-header -o requirements.lock

clean: ## Remove what set-up and runs made, except the data in AQUACERT_DATA_DIR
	@rm -rf .venv aquacert/http/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis *.egg-info
