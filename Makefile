# Every task of the project; `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
SOURCE ?= synthetic:
BIN := .venv/bin

help:           ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv .venv

.venv/base: requirements/base.txt | .venv/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/base.txt
	@touch $@

.venv/dev: requirements/dev.txt requirements/base.txt | .venv/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/dev.txt
	@touch .venv/base $@

install: .venv/dev   ## set up .venv with all that tests and checks need

demo: .venv/base     ## watch SOURCE (file, folder, rtsp://..., 0; built-in street by default) at http://127.0.0.1:PORT
	@exec $(BIN)/python manage.py demo --source "$(SOURCE)" --port $(PORT)

test: .venv/dev      ## the everyday tests
	@$(BIN)/python -m pytest -q -n auto -m "not slow"

test-slow: .venv/dev ## real processes, browser, RTSP, services (minutes)
	@$(BIN)/python -m pytest -q -m slow --timeout 600

lint: .venv/dev      ## format, style, imports, types, migrations
	@$(BIN)/ruff format --no-cache --check .
	@$(BIN)/ruff check --no-cache .
	@$(BIN)/lint-imports
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/mypy .

fix: .venv/dev       ## let ruff mend what it can
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

.venv/train: requirements/train.txt requirements/base.txt | .venv/bin/pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements/train.txt
	@touch .venv/base $@

train-detector: .venv/train ## train on DATA=folder (images/, labels/); OPTIONS= for the rest
	@$(BIN)/python -m inference.training.train_detector --data $(DATA) $(OPTIONS)

train-reader: .venv/train ## train on DATA=folder (labels.csv); OPTIONS= for the rest
	@$(BIN)/python -m inference.training.train_reader --data $(DATA) $(OPTIONS)

train-attributes: .venv/train ## train on DATA=folder (brand/, color/); OPTIONS= for the rest
	@$(BIN)/python -m inference.training.train_attributes --data $(DATA) $(OPTIONS)

export: .venv/train ## MODEL=detector, reader or attributes: from runs/ into inference/models/
	@$(BIN)/python -m inference.training.export $(MODEL) $(OPTIONS)

evaluate: .venv/base ## measure the models on DATA=folder; a report in artifacts/
	@$(BIN)/python -m inference.training.evaluate --data $(DATA) $(OPTIONS)

bench: .venv/base ## fill the empty database of DATABASE_URL with 1,000,000 detections and time searches and pages on it
	@$(BIN)/python manage.py fill_detections --rows 1000000
	@$(BIN)/python manage.py bench_search

bench-speed: .venv/base ## frames a second through the whole pipeline at 1080p
	@$(BIN)/python -m inference.tests.bench_speed $(OPTIONS)

bench-memory: .venv/dev ## a worker's memory over half an hour; OPTIONS="--minutes 5 --source ..."
	@$(BIN)/python -m cameras.tests.bench_memory $(OPTIONS)

up:             ## production on this host with Docker
	docker compose up --build --detach

down:           ## stop it; data stays
	docker compose down

.PHONY: help install demo test test-slow lint fix train-detector train-reader train-attributes export evaluate bench bench-speed bench-memory up down
