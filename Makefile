# `make run` and `make test` are all a newcomer needs; `make check` is the developers' command.
PYTHON ?= python3
BIN := .venv/bin

# Where uv is there, it installs the same lock in seconds, and needs no python3-venv. Without it: python3 and pip.
UV := $(shell command -v uv 2> /dev/null)
INSTALL := $(if $(UV),$(UV) pip install -q --python $(BIN)/python,$(BIN)/python -m pip install -q --disable-pip-version-check)
LOCK := $(or $(UV),$(BIN)/uv) pip compile -q --generate-hashes --strip-extras --custom-compile-command "make lock" pyproject.toml

# Tests wait for nearly half of their time: three for each two cores leave none idle. Each takes 0.7 GB, so six at most.
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); echo $$(( cores > 4 ? 6 : (cores * 3 + 1) / 2 )))

.PHONY: wheel run install test check format docs sentences pictures lock licences sbom audit postgres site bench clean

install: .venv/installed

run: .venv/installed
	@$(BIN)/headsup run

test: .venv/installed-dev
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

check: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/installed-dev
	$(BIN)/python -m bot.docs.access_page > docs/access.md
	$(BIN)/python -m bot.docs.technician_page

# What the bot can say, to be read in one go.
sentences: .venv/installed-dev
	@$(BIN)/python -m bot.docs.sentences_page

# What each chat shows of a real talk, for the pages. Those of Slack and Telegram are taken by Chromium.
pictures: .venv/installed-dev
	$(BIN)/python -m tests.pictures

# The pages of docs/ as a site, in site/; a link that leads nowhere fails it.
site: .venv/installed-dev
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build

bench: .venv/installed-dev
	$(BIN)/python -m tests.bench

# The lock files are made from pyproject.toml; run this after changing a dependency there, and then `make licences`.
lock: .venv/installed-dev
	$(LOCK) --group build --group dev --extra postgres -o requirements-dev.txt
	$(LOCK) --group build --extra postgres -c requirements-dev.txt -o requirements-postgres.txt
	$(LOCK) --group build -c requirements-dev.txt -o requirements.txt

# The bot as one file for pipx, in dist/. What builds it is locked with the rest.
wheel: .venv/installed
	$(if $(UV),$(UV) build -q --wheel --no-build-isolation --python $(BIN)/python,$(BIN)/python -m pip wheel -q --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .)
	@ls dist/*.whl

# What PostgreSQL and buckets need besides.
postgres: .venv/installed-postgres

# Whose licences what is installed beside the bot has.
licences: .venv/installed-dev
	$(BIN)/python -m bot.docs.licences_page > docs/licences.md

# What a release consists of, for whoever keeps a list (CycloneDX), from the locks with their hashes.
sbom: .venv/installed-dev
	@mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible -o dist/headsup.cdx.json requirements-postgres.txt

# Known holes in what is locked. It asks the package index, so it needs the network.
audit: .venv/installed-dev
	$(BIN)/pip-audit --require-hashes --disable-pip --requirement requirements-postgres.txt

clean:
	rm -rf .venv build dist site *.egg-info

# What is locked is for this and later ones: an older one would fail half-way, in words of pip's. So would a Debian without the
# package in which it keeps what makes virtual environments.
.venv/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11))" || { \
		echo "Heads Up needs Python 3.11 or newer, and $(PYTHON) is `$(PYTHON) --version 2>&1`. With another one: make PYTHON=python3.11 run"; exit 1; }
ifneq ($(UV),)
	$(UV) venv -q --python $(PYTHON) .venv
else
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { \
		echo "Python cannot make virtual environments here. Install that first: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
endif

.venv/installed: requirements.txt pyproject.toml | .venv/bin/python
	$(INSTALL) --require-hashes -r requirements.txt
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-postgres: requirements-postgres.txt .venv/installed
	$(INSTALL) --require-hashes -r requirements-postgres.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(INSTALL) --require-hashes -r requirements-dev.txt
	@touch $@
