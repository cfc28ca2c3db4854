# SPDX-License-Identifier: GPL-3.0-or-later
# `make demo` shows the main job, `make test` proves it; both set up all they need. `make help` lists the rest.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
PYTEST := $(BIN)/coverage run -m pytest

.DEFAULT_GOAL := help

.PHONY: help
help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Bedside into $(VENV) ..."
	$(PIP) --editable '.[demo,judge]'
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Bedside and what its tests need into $(VENV) ..."
	$(PIP) --editable '.[test]'
	@touch $@ $(VENV)/.demo

.apt-done: .ci/packages
	.ci/install-packages
	@touch $@

.PHONY: demo
demo: $(VENV)/.demo  ## Run the whole road on embedded parts; KEEP=1 leaves it running for your own mail client
	@$(BIN)/bedside demo $(if $(KEEP),--keep)

.PHONY: lint
lint: $(VENV)/.test  ## Formatting, lint, types and layers
	$(BIN)/ruff format --check gateway tests
	$(BIN)/ruff check gateway tests
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: quick
quick: $(VENV)/.test  ## The tests that need no server, under a minute
	$(BIN)/pytest -q --numprocesses auto -m "not servers and not torture"

.PHONY: test
test: .apt-done $(VENV)/.test lint  ## Everything that fits in ten minutes, on real servers
	$(BIN)/coverage erase
	$(PYTEST) -m "not torture"
	@$(BIN)/coverage combine --quiet && $(BIN)/coverage report

.PHONY: torture
torture: .apt-done $(VENV)/.test  ## What takes longer: hundreds of kills, fuzzing, long uploads
	$(PIP) --editable '.[fuzz]'
	$(BIN)/pytest -m torture --timeout 3600

REAL_TEXT := $(wildcard ../shared/corpus/real/labelled.jsonl)

.PHONY: eval
eval: $(VENV)/.test  ## What the learned judge finds on authors it has not learned from, and on real text where it is there
	$(if $(REAL_TEXT),$(BIN)/python -m tests.eval.rules)
	$(BIN)/bedside judge check
	$(BIN)/bedside judge eval --worst 10 $(if $(REAL_TEXT),--real $(REAL_TEXT))
	$(PIP) --editable '.[eval]'
	$(BIN)/python -m tests.eval.beside
	$(BIN)/python -m tests.eval.state_head

.PHONY: eval-reading
eval-reading: $(VENV)/.test  ## Splits, customer's state and speed of reading, beside other splitters; writes gateway/mail/README.md
	$(PIP) --editable '.[eval]'
	$(BIN)/python -m tests.eval.reading

.PHONY: bench
bench: .apt-done $(VENV)/.test  ## CPU, throughput, latency and memory beside Postfix and a plain relay; writes gateway/smtp/BENCH.md and gateway/review/BENCH.md
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.rules
	$(PIP) --editable '.[eval]'
	$(BIN)/python -m tests.eval.reading speed
	$(BIN)/python -m tests.bench.quarantine

.PHONY: clean
clean:  ## Remove what the targets made
	rm -rf $(VENV) .apt-done .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
