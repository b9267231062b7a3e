# make demo | serve | test | lint | bench | train | permissive: each sets up what it needs in .venv from a bare checkout.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= ../shared/data
OUT ?= out
VERSION ?= $(shell date +%Y.%m.%d)
RUNS ?= $(HOME)/.cache/nlp_cx/runs
PRETRAIN ?= 0
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help demo serve test lint bench train permissive clean

help:  ## show what there is to make
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/.base: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "nlp_cx needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV) (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	@echo "Adding what tests and training need (a few minutes, once) ..."
	@$(BIN)/python -m pip install --quiet torch==2.13.0
	@$(BIN)/python -m pip install --quiet --editable '.[dev,train]'
	@touch $@

demo: $(VENV)/.base  ## analyse two sample surveys with the shipped model: themes, scores, drivers; results in out/
	@mkdir -p $(OUT)
	@echo "--- A bank's app, Vietnamese and English, CSAT: examples/bank_app_csat.csv"
	@$(BIN)/nlp-cx analyze examples/bank_app_csat.csv --out $(OUT)/bank_app_csat_results.xlsx --force
	@echo
	@echo "--- A retail chain, Vietnamese, NPS: examples/ban_le_nps.xlsx"
	@$(BIN)/nlp-cx analyze examples/ban_le_nps.xlsx --out $(OUT)/ban_le_nps_results.xlsx --force

serve: $(VENV)/.base  ## start the HTTP service on http://127.0.0.1:8000 (SQLite, one process)
	@$(BIN)/nlp-cx serve

test: $(VENV)/.dev  ## run the tests
	@$(BIN)/python -m pytest

lint: $(VENV)/.dev  ## check style, types and the direction of imports
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.dev  ## measure speed by stage, against transformers.pipeline, and memory as the file grows
	@$(BIN)/python benchmarks/speed.py
	@$(BIN)/python benchmarks/memory.py

train: $(VENV)/.dev  ## make a model anew: DATA=labelled sources, CARRIERS=pretrained parts, PRETRAIN=minutes of language modelling
	@mkdir -p $(RUNS)
	test -f $(RUNS)/grown/model.safetensors || $(BIN)/python -m training.grow --data $(DATA) --minilm $(CARRIERS)/minilm --static $(CARRIERS)/static --out $(RUNS)/grown
	test $(PRETRAIN) = 0 || $(BIN)/python -m training.pretrain --data $(DATA) --start $(RUNS)/grown --out $(RUNS)/pretrained --minutes $(PRETRAIN)
	$(BIN)/python -m training.finetune --config training/configs/base.toml --data $(DATA) --out $(RUNS)/finetuned \
		--start $(RUNS)/$(if $(filter 0,$(PRETRAIN)),grown,pretrained)
	$(BIN)/python -m training.finetune --config training/configs/second.toml --data $(DATA) --out $(RUNS)/second --start $(RUNS)/finetuned
	$(BIN)/python -m training.average $(RUNS)/finetuned=0.35 $(RUNS)/second=0.65 --out $(RUNS)/averaged
	$(BIN)/python -m training.finetune --config training/configs/third.toml --data $(DATA) --out $(RUNS)/third --start $(RUNS)/averaged
	$(BIN)/python -m training.average $(RUNS)/averaged=0.35 $(RUNS)/third=0.65 --out $(RUNS)/thirds
	$(BIN)/python -m training.finetune --config training/configs/fourth_language.toml --data $(DATA) --out $(RUNS)/fourth_language --start $(RUNS)/thirds
	$(BIN)/python -m training.finetune --config training/configs/fourth_labels.toml --data $(DATA) --out $(RUNS)/fourth_labels --start $(RUNS)/thirds
	$(BIN)/python -m training.average $(RUNS)/thirds=0.35 $(RUNS)/fourth_language=0.2 $(RUNS)/fourth_labels=0.45 --out $(RUNS)/released
	$(BIN)/python -m training.publish --finetuned $(RUNS)/released --data $(DATA) --version $(VERSION) --baseline

permissive: $(VENV)/.dev  ## make a model from permissively licensed texts alone (training/configs/permissive.toml)
	@mkdir -p $(RUNS)
	test -f $(RUNS)/permissive_grown/model.safetensors || $(BIN)/python -m training.grow --config training/configs/permissive.toml --data $(DATA) --minilm $(CARRIERS)/minilm --static $(CARRIERS)/static --out $(RUNS)/permissive_grown
	$(BIN)/python -m training.finetune --config training/configs/permissive.toml --data $(DATA) --start $(RUNS)/permissive_grown --out $(RUNS)/permissive
	$(BIN)/python -m training.publish --finetuned $(RUNS)/permissive --data $(DATA) --version $(VERSION)-permissive --out $(RUNS)/models

clean:  ## remove the virtual environment and results
	rm -rf $(VENV) $(OUT)
