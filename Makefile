# Two commands are all a newcomer needs: `make run` and `make test`. The rest is for people who change the program.
#
#   make run  [PORT=8000] [HOIAM_DATA=var] [DEMO=0]   start Hồi Âm: web and worker in one process
#   make work                                         the worker alone, beside a web server of your own
#   make test [ARGS="-k map"]                         every test: SQLite, the domain on PostgreSQL too, a real browser
#   make setup                                        only the environment, with everything the checks need
#   make lint, types, contracts, translations         one check each; `make fix` repairs what a machine can repair
#   make check                                        all checks and all tests (at most 12 minutes on 2 cores)
#   make proof                                        the long proofs: kills, every combination, pages on PostgreSQL, measures (at most 40)
#   make bench [REPORTS=100000] [DATABASE=sqlite]     measures pages on a made-up year of reports
#   make lighthouse                                  how four pages do on a slow phone; into docs/performance.md
#   make chaos [MINUTES=5] [SEED=…]                   kills a larger city's parts while people file and work in it
#   make lock                                         pins every library again, with hashes
#
# PYTHON= names the Python to build the environment with; without it the first of 3.11 or newer is taken.

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help run work setup test lint types contracts vendored translations fix check proof bench lighthouse chaos lock

python = sh scripts/python.sh
venv = .venv/bin/python

help:
	@sed -n 's/^#   \(make.*\)/\1/p' Makefile

run:
	@$(python) scripts/run.py

work:
	@$(python) scripts/run.py --worker

setup:
	@$(python) scripts/environment.py requirements-dev.txt
	@$(venv) scripts/translations.py

test:
	@$(python) scripts/test.py $(ARGS)

lint: setup
	@$(venv) scripts/checks.py lint

types: setup
	@$(venv) scripts/checks.py types

contracts: setup
	@$(venv) scripts/checks.py contracts

vendored: setup
	@$(venv) scripts/checks.py vendored

translations: setup
	@$(venv) scripts/checks.py translations

check: setup
	@$(venv) scripts/checks.py lint types contracts vendored translations
	@$(python) scripts/test.py $(ARGS)

proof: setup
	@$(python) scripts/test.py --proof $(ARGS)
	@$(venv) scripts/bench.py --counts-decide

bench: setup
	@$(venv) scripts/bench.py --database $(or $(DATABASE),sqlite) --reports $(or $(REPORTS),100000)

lighthouse: setup
	@$(venv) scripts/lighthouse.py

chaos: setup
	@PYTHONPATH=scripts $(venv) -m chaos --minutes $(or $(MINUTES),5) $(if $(SEED),--seed $(SEED))

fix: setup
	@$(venv) -m ruff check --fix .
	@$(venv) -m ruff format .

lock: setup
	@$(venv) scripts/lock.py
