# The commands of KodiPest; `make help` lists them. Needs Python >= 3.11 with venv, make and git.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
HOST ?= 127.0.0.1
export PORT HOST
export PYTHONDONTWRITEBYTECODE =
export PIP_DISABLE_PIP_VERSION_CHECK = 1

CHECKS = ruff format mypy imports djlint migrations messages-complete deployment floors

.DEFAULT_GOAL := help
.PHONY: help run demo test coverage check $(CHECKS:%=check-%) fix bench lock messages clean node dev
.SILENT: help run demo node dev test coverage check

help:  ## this list
	awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: export KODIPEST_DEMO_SIGN_IN = 1
run: node  ## start KodiPest with its demo; PORT=8001, HOST=0.0.0.0, KODIPEST_HOME=folder change where
	$(BIN)/python -m config.start --demo

demo: node  ## carry one film through all stages without a browser; FILE=path/to/film.mp4 takes yours
	$(BIN)/python manage.py prepare --quiet
	$(BIN)/python manage.py demo_film $(if $(FILE),"$(FILE)")

test: dev  ## the whole suite, on SQLite and then on PostgreSQL
	$(BIN)/python -m tests.run_twice

coverage: dev  ## which lines and branches the suite leaves out; fails below 95 %
	$(BIN)/python -m pytest -n3 --cov --cov-report=term --cov-fail-under=95

# What a hub must be told; none of these is reached by the check.
AS_HUB = DJANGO_SETTINGS_MODULE=config.settings.hub KODIPEST_HOSTS=hub.example REDIS_URL=redis://redis.example/0 \
  DATABASE_URL=postgresql://hub@postgres.example/hub SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(60))')

check: dev  ## style, types, import contracts, templates, migrations, messages, deployment, known holes
	$(MAKE) --no-print-directory --keep-going $(CHECKS:%=check-%)
check-ruff:
	$(BIN)/ruff check --quiet .
check-format:
	$(BIN)/ruff format --check --quiet .
check-mypy:
	$(BIN)/mypy
check-imports:
	$(BIN)/lint-imports --no-logo
check-djlint:
	$(BIN)/djlint kodipest --lint --quiet
check-migrations:
	DATABASE_URL=sqlite://:memory: $(BIN)/python -W error manage.py makemigrations --check --dry-run --settings config.settings.test
check-messages-complete:
	$(BIN)/python manage.py messages check --settings config.settings.test
check-deployment:
	$(AS_HUB) $(BIN)/python manage.py check --deploy --fail-level WARNING
check-floors:
	$(BIN)/python requirements/floors.py

fix: dev  ## let the machine mend what it can: format, imports, message catalogues
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format --quiet .
	$(BIN)/python manage.py messages extract --settings config.settings.test

messages: dev  ## bring new strings into locale/
	$(BIN)/python manage.py messages extract --settings config.settings.test

bench: dev  ## measure what bench/ reports
	for each in bench/*.py; do $(BIN)/python $$each || exit 1; done

UV = $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --universal --python-version 3.11
lock: dev  ## write requirements/*.txt anew from pyproject.toml and requirements/dev.in
	$(UV) pyproject.toml -o requirements/node.txt
	$(UV) pyproject.toml --extra hub -c requirements/node.txt -o requirements/hub.txt
	$(UV) requirements/dev.in pyproject.toml --extra hub -c requirements/hub.txt -o requirements/dev.txt

clean:  ## remove what tools leave behind; .venv and the state folder stay
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* test-results
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +

# The installed set is compared by content: a start installs nothing unless the lock file changed. --no-deps, because the
# lock names every library already, and the resolver of an old pip stumbles over `coverage[toml]` when a newer one appears.
node: .venv/bin/pip
	cmp -s requirements/node.txt .venv/node.txt || { \
	  printf 'Memasang pustaka / installing libraries ...\n'; \
	  $(BIN)/pip install --quiet --no-deps --require-hashes -r requirements/node.txt && cp requirements/node.txt .venv/node.txt; }

dev: .venv/bin/pip
	cmp -s requirements/dev.txt .venv/dev.txt || { \
	  printf 'Installing what tests and checks need ...\n'; \
	  $(BIN)/pip install --quiet --no-deps --require-hashes -r requirements/dev.txt \
	  && cp requirements/dev.txt .venv/dev.txt && cp requirements/node.txt .venv/node.txt; }

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  printf 'KodiPest memerlukan Python 3.11 atau lebih baru (coba: make run PYTHON=python3.12).\n%s\n' \
	  'KodiPest needs Python 3.11 or newer (try: make run PYTHON=python3.12).' >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  printf 'Modul venv belum ada; di Debian dan Ubuntu: apt install python3-venv\n%s\n' \
	  'The venv module is missing; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
