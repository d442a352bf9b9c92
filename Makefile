# What one does with a clone. Needs git, make, Python 3.11 or newer, and pip; writes only inside this folder.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --python $(PY) --disable-pip-version-check
COMPILE := $(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links

# Installed from the locks, with hashes. `--without-pip` works also where ensurepip is missing; jieba is a source
# package, built by the locked setuptools (hence no build isolation).
RUNTIME := $(VENV)/.installed-runtime
TESTING := $(VENV)/.installed-testing
BENCHING := $(VENV)/.installed-benching

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast lint lock bench catalogues chart-font

help:  ## show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME)  ## the tea morning, offline, in about two minutes: posts, an alert, a digest, a CSV
	$(VENV)/bin/monitor demo

test: $(TESTING)  ## all tests; ARGS="-k name" picks some
	$(PY) -m pytest $(ARGS)

test-fast: $(TESTING)  ## the tests that take seconds
	$(PY) -m pytest -m "not slow" $(ARGS)

lint: $(TESTING)  ## style, formatting, types
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

catalogues: $(RUNTIME)  ## compile the translations: monitor/translations/*/LC_MESSAGES/*.po
	@for po in monitor/translations/*/LC_MESSAGES/*.po; do $(VENV)/bin/pybabel -q compile -i $$po -o $${po%.po}.mo || exit 1; done

chart-font: $(TESTING)  ## make the font of charts in mails anew (needs a package index)
	$(PIP) download --quiet --no-deps --dest build/font justmytype-intl-cjk
	$(PY) -m tools.chart_font build/font/justmytype_intl_cjk-*.whl

bench: $(BENCHING)  ## the speed claims, measured here
	$(PY) -m benchmarks.pipeline
	$(PY) -m benchmarks.sampling

lock: $(TESTING)  ## resolve the dependencies of pyproject.toml anew (needs a package index)
	$(PIP) install --quiet uv
	printf 'setuptools\nwheel\n' | $(COMPILE) --output-file requirements-build.lock -
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra test --constraint requirements.lock --output-file requirements-test.lock pyproject.toml
	$(COMPILE) --extra bench --constraint requirements.lock --output-file requirements-bench.lock pyproject.toml

$(PY):
	$(PYTHON) -m venv --without-pip $(VENV)

$(RUNTIME): requirements-build.lock requirements.lock pyproject.toml | $(PY)
	@$(PYTHON) -m pip --version >/dev/null || { echo "$(PYTHON) has no pip: install it (Debian: python3-pip)"; exit 1; }
	$(PIP) install --quiet --require-hashes -r requirements-build.lock
	$(PIP) install --quiet --require-hashes --no-build-isolation -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(TESTING): requirements-test.lock $(RUNTIME)
	$(PIP) install --quiet --require-hashes --no-build-isolation -r requirements-test.lock
	@touch $@

$(BENCHING): requirements-bench.lock $(RUNTIME)
	$(PIP) install --quiet --require-hashes --no-build-isolation -r requirements-bench.lock
	@touch $@
