# make run      odds of a ceasefire for the Istanbul talks of May 2025, and a report (one to two minutes, set-up included)
# make test     everything that is checked before a change is merged (under six minutes)
# make verify   the slow statistical tests as well
# make torture  kills, full disks, damage and signals, in thousands; a table of what was tried (eleven minutes).
#               After an interruption: make torture RESUME=--resume
# make mutants  fifty bugs planted one at a time, and which test catches each (ten minutes)
# make audit    known vulnerabilities of the packages; fails where it could not look them up
# make hashes    write constraints-hashed.txt anew from constraints.txt
# make installed   a non-editable installation from digests alone, in a place of its own (a minute)
# make oldest   the lowest versions that pyproject.toml admits, installed and used on both Pythons (three minutes)
# make newest   the newest versions, likewise, and every `pip install` of the documentation as written (five minutes)
# make bench    what is fast, as ratios measured in one run
# make docs     these pages as a site that opens offline: docs/_build/index.html
# make catalogue   simulate every shipped scenario again for its page in docs/, and the comparative statics (a minute)
# make clean    remove the virtual environment and the caches; results stay
#
# Another Python:       make run PYTHON=python3.13 VENV=.venv313, make oldest OLDEST_PYTHON=python3.12
# Fewer or more trials: make run TRIALS=2000

PYTHON ?= python3
OLDEST_PYTHON ?= python3.11
NEWEST_PYTHON ?= python3.13
VENV ?= .venv
TRIALS ?= 20000
OUT ?= results/istanbul_2025
WORKERS ?= auto
RESUME ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt

.PHONY: run test compiled verify torture mutants audit hashes installed oldest newest bench docs catalogue browser clean
.DELETE_ON_ERROR:

run: $(VENV)/.ready-run
	@$(BIN)/parley run istanbul_2025 --trials $(TRIALS) --out $(OUT) --numbered --report

test: $(VENV)/.ready-test compiled browser
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q -n $(WORKERS)

verify: $(VENV)/.ready-test compiled
	$(BIN)/python -m pytest -q -n $(WORKERS) -m "slow or not slow"

torture: $(VENV)/.ready-test
	$(BIN)/python -m tests.torture --page $(RESUME)

mutants: $(VENV)/.ready-test
	$(BIN)/python -m tests.mutants

audit: $(VENV)/.ready-test
	$(PIP) pip-audit
	$(BIN)/pip-audit --strict --disable-pip --require-hashes -r constraints-hashed.txt

# Hashes and editable installs do not mix, so everyday work uses constraints.txt; this file is for `make installed`.
hashes: $(VENV)/.ready-test
	$(PIP) uv
	echo hatchling | $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --only-binary :all: \
		--python-version 3.11 --python-platform x86_64-unknown-linux-gnu --no-annotate --no-emit-index-url \
		--custom-compile-command "make hashes" -c constraints.txt pyproject.toml - -o constraints-hashed.txt

installed:
	@sh .ci/installed digests $(PYTHON)

oldest:
	@sh .ci/installed oldest $(OLDEST_PYTHON) $(NEWEST_PYTHON)

newest:
	@sh .ci/installed newest $(OLDEST_PYTHON) $(NEWEST_PYTHON)
	@sh .ci/installed guides $(NEWEST_PYTHON)

bench: $(VENV)/.ready-test
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.scaling
	$(BIN)/python -m benchmarks.memory

docs: $(VENV)/.ready-docs
	@$(BIN)/python -m docs.generate
	@$(BIN)/python -m sphinx -q -W --keep-going -b html docs docs/_build
	@echo "open docs/_build/index.html" >&2

catalogue: $(VENV)/.ready-run
	@$(BIN)/python -m docs.generate --catalogue

$(VENV)/.ready-run: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Parley needs Python 3.11 or newer, this is " + sys.version.split()[0] + ". Name another one: make PYTHON=python3.13")'
	@test -x $(BIN)/python || { echo "Setting up $(VENV) (once) ..." >&2; $(PYTHON) -m venv $(VENV); }
	@$(PIP) -e .
	@touch $@

$(VENV)/.ready-test: $(VENV)/.ready-run
	@echo "Adding what the tests need (once) ..." >&2
	@$(PIP) -e ".[test]"
	@touch $@

$(VENV)/.ready-docs: $(VENV)/.ready-run
	@echo "Adding what the documentation needs (once) ..." >&2
	@$(PIP) -e ".[docs]"
	@touch $@

# Once, before the tests: else several of them would compile the model at the same time, and find its line on stderr.
compiled: $(VENV)/.ready-run
	@$(BIN)/python -c "import sim; from sim.model.compiled import simulate; simulate(sim.load('teaching/minimal'), 1, 0, 16)"

# Pages are tested in a real browser. Where none may be installed the browser tests are skipped, loudly; under CI that fails.
browser:
	@sh tests/browser_setup.sh

clean:
	rm -rf $(VENV) docs/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
