# Two commands do everything: `make demo` and `make test`. Both make their own environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

# A file's tests stay together; what took long is told.
WATCHED := --dist loadfile --durations 20 --durations-min 5

# The front end is looked at again only when one of these has changed.
FRONT := package.json package-lock.json tsconfig.json vitest.config.mts eslint.config.mjs \
	$(shell find labextension/src labextension/tests labextension/style labextension/schema \
	jupyter_mesh/widgets/pictures tests/widgets -type f -not -name '*.py*')

.PHONY: demo test journeys check clean browser

demo: $(VENV)/.demo
	$(BIN)/mesh demo .demo

# Four at once also on two cores: much of the time servers start and clocks are waited for.
test: $(VENV)/.test node_modules/.checked check browser
	$(BIN)/python -m pytest --ignore=tests/ui -n 4 --no-loadscope-reorder $(WATCHED)
	$(MAKE) --no-print-directory journeys

# What a person does in JupyterLab, driven in a real browser; two at once, as a browser and a
# server are four processes already.
journeys: $(VENV)/.test browser
	$(BIN)/python -m pytest tests/ui -n 2 $(WATCHED)

check: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

node_modules/.package-lock.json: package-lock.json
	npm ci --no-audit --no-fund --prefer-offline
	touch $@

node_modules/.checked: node_modules/.package-lock.json $(FRONT)
	npm run check
	npm run lint
	npm test
	touch $@

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.demo: $(VENV)/bin/python pyproject.toml $(FRONT)
	$(BIN)/python -m pip install --quiet '.[demo]'
	touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml $(FRONT)
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@

# The journeys of a person are driven in a real browser, which Debian packages.
browser:
	@command -v chromium > /dev/null || { \
		$(SUDO) apt-get update -qq && \
		$(SUDO) apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; }

clean:
	rm -rf $(VENV) .demo .cache node_modules labextension/lib jupyter_mesh/_labextension .mypy_cache .ruff_cache .pytest_cache .hypothesis
