# Everything a newcomer, a developer or the checks type. `make` alone lists it.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
WORKERS ?= 3
NODE := 18
MIGRATIONS := $(wildcard chassis/migrations/*.sql services/*/migrations/*.sql)

.PHONY: help demo up test check check-asyncapi has-node lock bench-hop proof-line proof-carrier clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/ready ## play the year 2021-22; EXIT=1 stops at the end and checks every figure; SABOTAGE=drop or double must fail
	$(BIN)/python -m landfall demo $(if $(EXIT),--exit) $(if $(SABOTAGE),--sabotage=$(SABOTAGE)) $(ARGS)

up: .venv/ready ## start the whole system here and keep it running until Ctrl-C
	$(BIN)/python -m landfall up $(ARGS)

# Most tests wait more than they compute, so several are run at a time, each worker with a Kafka and a PostgreSQL of its own.
test: .venv/ready-dev ## run all tests; LANDFALL_TEST_KAFKA=jars, docker or embedded chooses the broker; ARGS="-k name" narrows; WORKERS=0: one by one
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(ARGS)

check: .venv/ready-dev ## style, types, imports, migrations, generated files, promises of every release, AsyncAPI (with Node)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/squawk $(MIGRATIONS)
	$(BIN)/python -m contracts.generate --check
	$(BIN)/python -m landfall.settings_page --check
	$(BIN)/python -m compatibility.check
	@$(MAKE) --no-print-directory check-asyncapi

check-asyncapi:
	@if $(MAKE) -s has-node 2>/dev/null; then \
		$(MAKE) -s docs/asyncapi/node_modules/ready && node docs/asyncapi/check.mjs docs/asyncapi/asyncapi.json; \
	else \
		echo "NOT CHECKED: docs/asyncapi/asyncapi.json needs npm and node $(NODE) or newer, which are not on this machine" >&2; \
	fi

has-node:
	@command -v npm >/dev/null && command -v node >/dev/null && node -e 'process.exit(+(parseInt(process.versions.node) < $(NODE)))'

docs/asyncapi/node_modules/ready: docs/asyncapi/package-lock.json
	cd docs/asyncapi && npm ci
	@touch $@

lock: .venv/ready-dev ## pin requirements anew, with hashes
	env -u PIP_FIND_LINKS -u UV_FIND_LINKS $(BIN)/uv pip compile $(LOCK) requirements.in -o requirements.txt
	env -u PIP_FIND_LINKS -u UV_FIND_LINKS $(BIN)/uv pip compile $(LOCK) requirements-dev.in -o requirements-dev.txt
LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

bench-hop: .venv/ready-dev ## measure one hop, notification to record with its facts acknowledged, on Apache Kafka
	$(BIN)/python -m bench.hop $(ARGS)

proof-line: .venv/ready-dev ## prove the line of events end to end; exits 0 only if everything holds
	$(BIN)/python -m tests.proof.line $(ARGS)

proof-carrier: .venv/ready-dev ## prove that the carrier halts rather than loses; exits 0 only if everything holds
	$(BIN)/python -m tests.proof.carrier $(ARGS)

clean: ## forget the local environment and caches
	rm -rf .venv .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache docs/asyncapi/node_modules

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Landfall needs Python 3.11 or newer; say which with make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/ready: requirements.txt | .venv/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

.venv/ready-dev: requirements-dev.txt | .venv/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@ .venv/ready
