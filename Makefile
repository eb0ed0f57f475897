# Two commands matter: `make run` and `make test`. The rest are parts of them.
# `make run PORT=8010`, `make test PYTHON=python3.12 JOBS=4` change the defaults.

PYTHON ?= python3
PORT ?= 8000
JOBS ?= 2

BIN := .venv/bin
APPS := homelog accounts sources readings audit
READY := .venv/ready

.DEFAULT_GOAL := help
.PHONY: help run test tests check bench faults api audit crawl e2e stop clean

help: ## Show this list
	@sed -n 's/^\([a-z0-9]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 14

run: $(READY) .env ## Install, migrate, make a demo household in an empty database, serve on PORT with a demo of LINE and Google
	@$(BIN)/python -c 'import socket, sys; sys.exit(None if socket.socket().connect_ex(("127.0.0.1", $(PORT))) else "Port $(PORT) is in use. Choose another one: make run PORT=8010")'
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py demo --if-empty --address http://127.0.0.1:$(PORT)/
	@echo "Ctrl-C ends it; make stop ends its database."
	@$(BIN)/python manage.py demo_site 127.0.0.1:$(PORT)

test: $(READY) .env ## Everything that must hold, browser tests included
	@$(MAKE) --no-print-directory --jobs=2 check tests

tests: $(READY) .env
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadfile --no-loadscope-reorder

check: $(READY) .env ## Lint, format, types, contracts between the apps, templates, migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	find templates $(APPS) -name '*.html' -exec $(BIN)/djade --check --target-version 5.2 {} +
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --deploy --tag migrations

bench: $(READY) .env ## Measure pages beside minimal ones, then with the other programs in benchmarks/ (QUICK=1: the first, shorter)
	@$(BIN)/python -m benchmarks.speed $(and $(QUICK),quick)
	@set -e; [ -z "$(QUICK)" ] || exit 0; for file in benchmarks/[!_]*.py; do $(BIN)/python -m "benchmarks.$$(basename "$$file" .py)"; done

faults: $(READY) .env ## Break things under load (ROUND=kills, imports, away, shipping, migrations, disk, restarts, replica, processes) and compare: docs/faults.md
	@set -e; for round in $(or $(ROUND),kills imports away shipping migrations disk restarts replica processes); do $(BIN)/python -m benchmarks.faults $$round; done

api: $(READY) .env ## Try the whole OpenAPI document of the API with many made-up calls
	API_EXAMPLES=$(or $(EXAMPLES),30) $(BIN)/python -m pytest homelog/tests/test_api_schema.py

audit: $(READY) ## Look for weak spots in the code with semgrep, bandit and detect-secrets, and for libraries that are behind; docs/security-report.md judges what they say
	@test -x .venv-audit/bin/bandit || { $(PYTHON) -m venv .venv-audit && .venv-audit/bin/pip install --disable-pip-version-check --quiet bandit==1.9.4 detect-secrets==1.5.0; }
	@$(BIN)/ruff check --quiet --select S --ignore S308 .
	@.venv-audit/bin/bandit --quiet --recursive $(APPS) --exclude '*/tests/*' --severity-level high
	@.venv-audit/bin/bandit --quiet --recursive $(APPS) --exclude '*/tests/*' --exit-zero --format txt | grep -c '^>> Issue' | sed 's/$$/ lines of lower severity: see docs\/security-report.md/'
	@.venv-audit/bin/detect-secrets scan --exclude-files '(/tests/|e2e/|static/vendor|docs/)' | grep -c '"type"' | sed 's/$$/ places that look like secrets: see docs\/security-report.md/'
	@$(BIN)/python -m benchmarks.crawl code
	@$(BIN)/python -m benchmarks.crawl libraries

crawl: $(READY) ## Attack the served site with tools (ROUND=pages, wapiti, injections, slow, timing, mutants): docs/security-report.md
	@set -e; for round in $(or $(ROUND),pages wapiti injections slow timing); do $(BIN)/python -m benchmarks.crawl $$round; done

e2e: $(READY) .env ## Browser tests alone, in Chromium
	$(BIN)/python -m pytest e2e

stop: ## End the embedded database servers of this folder
	@if [ -x $(BIN)/python ]; then $(BIN)/python -c 'from homelog import devdb; count = sum(map(devdb.stop, (devdb.FOLDER, devdb.FOLDER.with_name("testdb")))); print(count, "database server" if count == 1 else "database servers", "ended.")'; fi

clean: stop ## Remove the virtual environment and caches; data under var/ stay
	rm -rf .venv .venv-audit .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results var/static
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "HomeLog needs Python 3.11 or newer: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check --quiet --quiet --requirement requirements-dev.txt
	@touch $(READY)

.env:
	@umask 077; $(PYTHON) -c 'import secrets; print("DEBUG=on\nSECRET_KEY=" + secrets.token_urlsafe(48))' > .env
	@echo "Wrote .env for development: DEBUG and a new SECRET_KEY."
