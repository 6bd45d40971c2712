# The commands of this project; `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup setup-dev run demo test unit check fix docs lock bench live eval

help:            ## this list
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .
	@touch $@ $(VENV)/.run

setup: $(VENV)/.run      ## install what the server needs into .venv

setup-dev: $(VENV)/.dev  ## install what the tests need as well

run: setup       ## serve on http://127.0.0.1:7861
	$(BIN)/a1111-bridge serve

demo: setup      ## the emulator and the bridge together, without a key (CLOUDS=fal,together)
	$(BIN)/python -m tools.demo $(CLOUDS)

test: setup-dev  ## all tests; what a missing program prevents is skipped with the reason
	$(BIN)/python -m pytest -n auto

unit: setup-dev  ## the fast part
	$(BIN)/python -m pytest -n auto -m "not slow and not wire"

check: setup-dev ## lint, types, import contracts, generated files current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.docs --check

fix: setup-dev   ## what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup-dev  ## write env.example and the reference pages anew
	$(BIN)/python -m tools.docs

live: setup      ## one small real picture from every account, e.g. make live MAX_USD=0.05
	$(BIN)/python -m tools.live --max-usd $(or $(MAX_USD),0)

bench: setup     ## start and memory, overhead, fallback, books, matcher, carriers
	$(BIN)/python -m bench.start
	$(BIN)/python -m bench.overhead
	$(BIN)/python -m bench.inflight
	$(BIN)/python -m bench.fallback
	$(BIN)/python -m bench.store
	$(BIN)/python -m bench.lora
	$(BIN)/python -m bench.stego

eval: setup-dev  ## leaks, LoRAs, places, facts over labelled scenes (SETS=folders, ARGS=--misses)
	$(BIN)/python -m bench.eval $(SETS) $(ARGS)

lock: setup-dev  ## resolve the dependencies anew (needs uv)
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 \
	  --extra dev pyproject.toml -o requirements-dev.lock
	echo 'gradio==6.31.0' | uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 - -o tests/providers/gradio.lock
