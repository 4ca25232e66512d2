# The two commands that do everything:
#   make demo   set up, and run the gateway over a simulator of every vendor
#   make test   set up, and pass the tests
.POSIX:

PYTHON = $$(command -v python3.11 || command -v python3)
VENV = .venv
BIN = $(VENV)/bin
LINTERS = tests/web/linters
ACCESSIBILITY = tests/page/accessibility

# How many times as many examples "make test-deep" tries, and after how long it begins no more tests.
DEPTH = 20
MINUTES = 60

# How many processes run the tests: most of their time they wait. All have to find them in one order.
JOBS = 2

# How long "make soak" goes on.
SOAK_SECONDS = 600

.PHONY: demo test test-deep soak linters lint types contracts check bench reliability walks docs screenshots lock clean help

help:
	@echo "make demo         run the gateway over a simulator of every vendor"
	@echo "make test         run the tests"
	@echo "make test-deep    try each property with DEPTH=20 times the examples, for up to MINUTES=60"
	@echo "make soak         ask it for SOAK_SECONDS=600 among troubled vendors, and see what is left behind"
	@echo "make linters      have the description and the page linted and checked, too (takes node and npm)"
	@echo "make check        lint, types and import contracts"
	@echo "make bench        measure every goal, beside gateways written by hand; ONLY=live for one of it"
	@echo "make reliability  measure what is promised for vendors in trouble; ONLY=hanging for one of it"
	@echo "make walks        count what pages cost the vendors, and measure a long walk's memory"
	@echo "make lock         choose anew, and pin by hash, what an installation takes"
	@echo "make docs         write docs/vendors, the faults, the schemas, the references and the examples anew"
	@echo "make screenshots  take the pictures of the page in docs/pictures (takes chromium)"
	@echo "make clean        remove what was set up"

demo: $(VENV)/.run
	@$(BIN)/session-gateway demo

test: $(VENV)/.dev
	PYTHONHASHSEED=0 $(BIN)/pytest --numprocesses $(JOBS) --dist loadfile

test-deep: $(VENV)/.dev
	TEST_DEPTH=$(DEPTH) $(BIN)/pytest -m hypothesis \
		--timeout=0 --session-timeout=$$(($(MINUTES) * 60))

soak: $(VENV)/.dev
	SOAK_SECONDS=$(SOAK_SECONDS) $(BIN)/pytest -s tests/test_soak.py

# The same for every platform and Python; nothing in them says where a package was found.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --custom-compile-command "make lock" \
		--python-version 3.11 --extra redis --extra otel pyproject.toml \
		--output-file deploy/requirements.lock
	echo "hatchling" | $(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
		--custom-compile-command "make lock" --python-version 3.11 - --output-file deploy/build.lock
	$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes \
		--custom-compile-command "make lock" --python-version 3.11 \
		benchmarks/fastapi_httpx/requirements.in \
		--output-file benchmarks/fastapi_httpx/requirements.lock

linters: $(LINTERS)/node_modules/.package-lock.json $(ACCESSIBILITY)/node_modules/.package-lock.json

check: lint types contracts

lint: $(VENV)/.dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev
	$(BIN)/lint-imports

# ONLY: one of those in benchmarks/goals/__main__.py. All of them take some eight minutes, and write
# a section of docs/performance.md; QUICK=1 tries whether everything works.
bench: $(VENV)/.dev
	@PYTHONPATH=.:benchmarks $(BIN)/python -m goals $(ONLY) $(QUICK:1=--quick)

# ONLY: one of those in benchmarks/reliability/__main__.py. All of them take a quarter of an hour.
reliability: $(VENV)/.dev
	@PYTHONPATH=.:benchmarks $(BIN)/python -m reliability $(ONLY)

docs: $(VENV)/.dev
	$(BIN)/python docs/scorecards.py
	PYTHONPATH=. $(BIN)/python docs/faults.py
	$(BIN)/python docs/reference.py
	$(BIN)/session-gateway schema > docs/schemas/configuration.schema.json
	$(BIN)/python docs/configuration.py
	$(BIN)/session-gateway schema --adapter declarative > docs/schemas/adapter.schema.json
	$(BIN)/python docs/examples.py

screenshots: $(VENV)/.dev
	$(BIN)/python docs/pictures.py

walks: $(VENV)/.dev
	$(BIN)/python benchmarks/walks.py

clean:
	rm -rf $(VENV) $(LINTERS)/node_modules $(ACCESSIBILITY)/node_modules
	rm -rf benchmarks/fastapi_httpx/.venv benchmarks/node/node_modules

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with make PYTHON=/path/to/python"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: $(VENV)/bin/python pyproject.toml
	@echo "Setting up in $(VENV) (once)"
	@$(BIN)/pip --quiet --disable-pip-version-check install --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	@echo "Setting up in $(VENV) (once)"
	@$(BIN)/pip --quiet --disable-pip-version-check install --editable '.[dev]'
	@touch $@ $(VENV)/.run

$(LINTERS)/node_modules/.package-lock.json: $(LINTERS)/package.json $(LINTERS)/package-lock.json
	cd $(LINTERS) && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

$(ACCESSIBILITY)/node_modules/.package-lock.json: $(ACCESSIBILITY)/package.json $(ACCESSIBILITY)/package-lock.json
	cd $(ACCESSIBILITY) && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@
