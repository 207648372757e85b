# The one door: a person, the pre-commit hook and CI all come in here. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
# Of what is installed most is never loaded: Python compiles the rest when it first is. The lock names all, so
# nothing is to be worked out.
INSTALL := $(PIP) install --no-compile --no-deps --require-hashes
OUT := out
ALL_TESTS := -n 3 --dist loadfile --no-loadscope-reorder
# Each node and reader that a test starts would compile all of it anew: kept, whatever the machine says.
export PYTHONDONTWRITEBYTECODE :=

# Tests write to memory where there is plenty: a disk that is shared makes each wait for the others' syncs.
export PYTEST_DEBUG_TEMPROOT := $(shell .ci/scratch)

# TORCH=no leaves torch out of `make test` (a slow line, no disk): the training tests then skip and say so.
TORCH ?= yes
TRAINING_STAMP := $(if $(filter no,$(TORCH)),,$(VENV)/training.stamp)

# Name a page, and open it where there is a screen.
define show
echo "report: $(CURDIR)/$(1)"; \
if [ -n "$${DISPLAY:-}$${WAYLAND_DISPLAY:-}" ] && command -v xdg-open >/dev/null; then xdg-open $(1) || true; \
elif [ "$$(uname)" = Darwin ]; then open $(1); fi
endef

.PHONY: help run codes report test coverage check bench soak train format lock browser clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 16

$(VENV)/venv.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "openanpr needs Python 3.11 or later: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	    || { echo "could not make $(VENV): on Debian run 'apt-get install python3-venv'"; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/reader.stamp: $(VENV)/venv.stamp lock/build.txt lock/reader.txt pyproject.toml
	@echo "installing the reader into $(VENV)"
	@$(INSTALL) -r lock/build.txt -r lock/reader.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/node.stamp: $(VENV)/reader.stamp lock/node.txt
	@echo "installing what a node needs into $(VENV)"
	@$(INSTALL) -r lock/node.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/node.stamp lock/dev.txt
	@echo "installing the developers' tools into $(VENV)"
	@$(INSTALL) -r lock/dev.txt
	@touch $@

$(VENV)/training.stamp: $(VENV)/reader.stamp lock/training.txt lock/torch.txt
	@echo "installing what training needs into $(VENV) (torch: this may take minutes)"
	@$(INSTALL) -r lock/training.txt
	@$(PIP) install --no-compile -r lock/torch.txt \
	    || { echo "torch could not be installed; 'make test TORCH=no' tests all but training"; exit 1; }
	@touch $@

browser: ## make sure that a Chromium is here (for the tests of the report page)
	@.ci/browser

run: $(VENV)/$(if $(SOURCE),reader,node).stamp ## start the invented county, its pages at http://localhost:8471, the public ones at :8472; SOURCE=path reads that instead, VOI=list.csv compares
ifdef SOURCE
	@mkdir -p $(OUT)
	@$(BIN)/openanpr read '$(SOURCE)' $(if $(VOI),--voi '$(VOI)') --report $(OUT)/report.html
	@$(call show,$(OUT)/report.html)
else
	@$(BIN)/python -m demonstration.county --out $(OUT)/demo/county $(ARGS)
endif

codes: ## tell what the apps of the county's people show now, to sign in with
	@$(BIN)/python -m demonstration.county --out $(OUT)/demo/county --codes

report: $(VENV)/reader.stamp ## read the demonstration clip without a node and write its report page
	@test -f $(OUT)/demo/truth.csv || $(BIN)/python -m training.clips.demo --out $(OUT)/demo
	@$(BIN)/openanpr read $(OUT)/demo/demo.mp4 --voi $(OUT)/demo/voi.csv --save $(OUT)/demo/saved \
	    --report $(OUT)/demo/report.html
	@$(call show,$(OUT)/demo/report.html)

test: $(VENV)/dev.stamp $(TRAINING_STAMP) browser ## every test, three files at a time; ARGS=tests/core runs a part
	@$(BIN)/python -m pytest $(or $(ARGS),$(ALL_TESTS)) $(addprefix --ignore=,$(LEAVE))

coverage: $(VENV)/dev.stamp $(TRAINING_STAMP) browser ## every test with branch coverage: half as long again
	@rm -f .coverage .coverage.*
	@$(BIN)/python -m coverage run -m pytest $(or $(ARGS),$(ALL_TESTS))
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report $(if $(ARGS),,--fail-under=90)

check: $(VENV)/dev.stamp ## form, types, who imports whom, and the tests about the code (under a minute)
	@failed=; \
	step() { echo "-- $$*"; "$$@" || failed="$$failed\n  $$*"; }; \
	types=$$(mktemp); $(BIN)/pyright --pythonpath $(BIN)/python >$$types 2>&1 & typing=$$!; \
	step $(BIN)/ruff format --check --output-format concise .; \
	step $(BIN)/ruff check --output-format concise .; \
	step $(BIN)/lint-imports --no-logo; \
	step $(BIN)/python -m pytest -q tests/conventions; \
	echo "-- pyright, beside the others"; wait $$typing || failed="$$failed\n  pyright"; cat $$types; rm $$types; \
	if [ -n "$$failed" ]; then echo -e "make check found faults in:$$failed"; exit 1; fi

bench: $(VENV)/training.stamp ## measure accuracy and speed; writes benchmarks/results/
	@$(BIN)/python -m benchmarks.bench $(ARGS)

soak: $(VENV)/$(if $(TESTS),dev,node).stamp ## kill nodes and readers under load, then count; MEMORY=yes watches a reader's memory, TESTS=yes runs the tests that take minutes
ifdef TESTS
	@$(BIN)/python -m pytest -m campaign
else ifdef MEMORY
	@test -f $(OUT)/demo/demo.mp4 || $(BIN)/python -m training.clips.demo --out $(OUT)/demo
	@$(BIN)/python -m benchmarks.soak --clip $(OUT)/demo/demo.mp4 $(ARGS)
else
	@$(BIN)/python -m benchmarks.soak_node $(ARGS)
endif

train: $(VENV)/training.stamp ## train both models again, hours; stop it at any moment and go on later
	@$(BIN)/python -m training.detector.train --minutes 90 --out training/runs/detector
	@$(BIN)/python -m training.recogniser.train --samples 1500000 --name recogniser

format: $(VENV)/dev.stamp ## put the code in its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: ## make the lock files anew (needs uv)
	@lock/make

clean: ## remove the environment and everything that was made
	rm -rf $(VENV) $(OUT) build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.*
