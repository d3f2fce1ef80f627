# Every target sets up what it needs; `make` alone explains them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
SERVICES := $(BIN)/python scripts/services.py
PYTEST := $(BIN)/pytest -n 2 --dist worksteal

help: ## Explain the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | sort | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

# pip trusts whom the machine trusts; uv does so when told to, which a shop's own proxy needs.
export UV_SYSTEM_CERTS ?= 1

# --- Set-up -------------------------------------------------------------------------------------

$(VENV)/uv.stamp: requirements/uv.txt
	@python=$$(sh scripts/find_python.sh) && "$$python" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/runtime.stamp: $(VENV)/uv.stamp requirements/runtime.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/runtime.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/runtime.stamp requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

runtime: $(VENV)/runtime.stamp
dev: $(VENV)/dev.stamp

# --- Use it -------------------------------------------------------------------------------------

demo: runtime ## Set up, load three stores, sell for an hour over HTTP, stay up (ONCE=1: exit after)
	$(BIN)/python -m scripts.demo --port $(PORT) $(if $(ONCE),--once)

run: runtime migrate ## Serve the site on PORT (8000), without the demo
	$(BIN)/gunicorn -c python:config.gunicorn config.wsgi --bind 127.0.0.1:$(PORT)

worker: runtime ## Run the Celery worker with its schedule
	$(BIN)/celery -A config worker --beat --loglevel info --schedule var/celerybeat-schedule

shell: runtime ## A Python shell with the models loaded
	$(MANAGE) shell

migrate: runtime ## Bring the database up to date
	$(MANAGE) migrate --verbosity 1

seed: runtime ## Load Florida's tables and the demo's three stores, and end
	$(BIN)/python -m scripts.demo --port $(PORT) --seed

# --- Hold it true -------------------------------------------------------------------------------

test: dev ## Every test, on its own PostgreSQL and Redis, then on SQLite
	$(SERVICES) -- $(PYTEST) $(ARGS)
	$(PYTEST) -m "not postgres and not redis and not browser" --hypothesis-profile brief $(ARGS)

# request.headers makes a dictionary of them all, which a scan would pay for.
UPGRADE := django-upgrade --target-version 5.2 --skip request_headers

format: dev ## Rewrite the code in house style
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .
	git ls-files -z '*.py' | xargs -0 $(BIN)/$(UPGRADE) || true
	$(BIN)/djlint --quiet --reformat apps || true

lint: dev ## Linters: Python and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	git ls-files -z '*.py' | xargs -0 $(BIN)/$(UPGRADE) --check
	$(BIN)/djlint --quiet --lint apps

types: dev ## mypy, strict
	$(BIN)/mypy .

imports: dev ## The floors of the architecture
	$(BIN)/lint-imports

shape: dev ## The budgets of size and naming
	$(BIN)/python scripts/check_shape.py

openapi: dev ## Write docs/api/openapi.yaml anew from the code
	$(MANAGE) spectacular --file docs/api/openapi.yaml --validate --fail-on-warn

event-schemas: dev ## Write anew the schemas of facts that carry an answer of the API
	$(BIN)/python -m scripts.event_schemas

openapi-check: dev ## Fail where docs/api/openapi.yaml is not what the code says
	@mkdir -p var
	$(MANAGE) spectacular --validate --fail-on-warn --file var/openapi.yaml
	diff -u docs/api/openapi.yaml var/openapi.yaml

check: ## Exactly what CI runs
	./.ci/run

bench: dev ## Measure against the limit of the machine (ONLY=sale for one group)
	$(SERVICES) --durable -- $(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

pictures: dev ## Photograph the demo for the README (needs Chromium)
	$(BIN)/python -m scripts.pictures

# --- Keep house ---------------------------------------------------------------------------------

LOCK := uv pip compile --quiet --universal --python-version 3.12 --generate-hashes \
	--no-emit-index-url --custom-compile-command 'make lock'

lock: $(VENV)/uv.stamp ## Resolve the ranges of pyproject.toml into the lock files
	$(BIN)/$(LOCK) requirements/uv.in -o requirements/uv.txt
	$(BIN)/$(LOCK) pyproject.toml -o requirements/runtime.txt
	$(BIN)/$(LOCK) pyproject.toml --group dev -c requirements/runtime.txt -o requirements/dev.txt

clean: ## Remove the demo's data, caches and the virtual environment
	@if [ -e var/tillhouse.sqlite3 ] && [ ! -e var/demo/set-up-begun ] && [ -z "$(FORCE)" ]; then \
		echo "var/ holds a shop that the demo has not made. To remove it all the same: make clean FORCE=1" >&2; exit 1; fi
	rm -rf var staticfiles $(VENV) .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help runtime dev demo run worker shell migrate seed test format lint types imports shape \
	openapi openapi-check event-schemas check bench pictures lock clean
