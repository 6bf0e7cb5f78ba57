# What a newcomer types. Needs only make and python3 (3.11 to 3.14).
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/installed

.PHONY: install demo test faults lint format lock clean

install: $(STAMP)

$(STAMP): requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	touch $(STAMP)

demo: install
	$(BIN)/scrapy demo

test: install
	$(BIN)/python -m pytest

faults: install # half an hour: crawls that are killed at 50 moments on each database, which `test` does at 4
	PORTALWATCH_TEST_KILLS=50 $(BIN)/python -m pytest -s tests/faults

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: # needs uv; the lock holds hashes for every supported Python and system
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--custom-compile-command "make lock" --group dev --output-file requirements.lock pyproject.toml

egg: install # for scrapyd: docs/cluster.md
	$(BIN)/python -c "import setuptools; setuptools.setup()" --quiet \
		egg_info --egg-base $$(mktemp -d) build --build-base $$(mktemp -d) \
		bdist_egg --bdist-dir $$(mktemp -d) --dist-dir var/eggs
	@ls var/eggs

clean:
	rm -rf .venv var .pytest_cache .mypy_cache .ruff_cache .hypothesis
