# `make run` and `make test` are all a newcomer needs; `make check` is the developers' command.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test check format docs sentences picture lock bench clean

run: .venv/installed
	@$(BIN)/headsup run

test: .venv/installed-dev
	$(BIN)/pytest -n 2 --dist worksteal

check: .venv/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist worksteal

format: .venv/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: .venv/installed-dev
	$(BIN)/python -m bot.docs.access_page > docs/access.md
	$(BIN)/python -m bot.docs.technician_page

# What the bot can say, to be read in one go.
sentences: .venv/installed-dev
	@$(BIN)/python -m bot.docs.sentences_page

picture: .venv/installed-dev
	$(BIN)/python -m tests.picture > docs/talk.svg

bench: .venv/installed-dev
	$(BIN)/python -m tests.bench

# The lock files are made from pyproject.toml; run this after changing a dependency there.
lock: .venv/installed-dev
	$(BIN)/pip-compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe --build-deps-for editable -o requirements.txt pyproject.toml
	$(BIN)/pip-compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe --extra dev --extra postgres -o requirements-dev.txt pyproject.toml
	$(BIN)/pip-compile -q --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --allow-unsafe --extra postgres -o requirements-postgres.txt pyproject.toml

clean:
	rm -rf .venv build dist *.egg-info

# Debian keeps what makes virtual environments in a package of its own, and fails half-way without it.
.venv/bin/python:
	@$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || { \
		echo "Python cannot make virtual environments here. Install that first: sudo apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/installed: requirements.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@
