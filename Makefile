# What a fresh clone needs: Python 3.10 or later with its headers, and g++. Everything else goes into .venv.
#   make demo     trains a small GPT on Shakespeare
#   make test     all tests: C++, Python, Node
#   make build    the libraries alone, usable through .venv/bin/python
#   make setup    the tools alone, for CONTRIBUTING.md's loop
# Set ARCHS to build for other GPUs than this machine's (ARCHS="80-real;90-real"), JOBS for the number of compilers.

PYTHON ?= python3
JOBS ?= $(shell nproc)
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
BUILD := build/dev
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
CAPABILITY := $(shell nvidia-smi --query-gpu=compute_cap --format=csv,noheader 2>/dev/null | head -n 1 | tr -d '.')
ARCHS ?= $(if $(CAPABILITY),$(CAPABILITY)-real,90-real)
export PATH := $(BIN):$(PATH)
export VIRTUAL_ENV := $(VENV)

.PHONY: setup demo test build sanitize lint format format-check stubs wheel clean
.DEFAULT_GOAL := build

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "make: $(PYTHON) is older than 3.10"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import os, site; open(os.path.join(site.getsitepackages()[0], "vibetensor-checkout.pth"), "w").write("$(CURDIR)/python\n")'
	@touch $@

# $(VENV)/.with-build, .with-demo, .with-test, .with-dev: the requirements of that name in pyproject.toml are installed.
$(VENV)/.with-%: pyproject.toml tools/build_backend.py tools/dependencies.py | $(VENV)/.created
	$(BIN)/python tools/dependencies.py $* > $(VENV)/requirements-$*.txt
	$(PIP) -r $(VENV)/requirements-$*.txt
	@touch $@

# What the loop of CONTRIBUTING.md needs.
setup: $(VENV)/.with-build $(VENV)/.with-test $(VENV)/.with-dev
	tools/get_ccache.sh
	tools/get_doctest.sh || true

build: $(VENV)/.with-build
	tools/get_ccache.sh
	cmake --preset dev -DVT_CUDA_ARCHS="$(ARCHS)" -DVT_TESTS=$(if $(WITH_TESTS),ON,OFF) -DVT_NODE=$(if $(WITH_NODE),ON,OFF) \
	  -DVT_BENCH=$(if $(WITH_BENCH),ON,OFF)
	cmake --build $(BUILD) --parallel $(JOBS)

demo: $(VENV)/.with-demo build
	$(BIN)/python examples/gpt.py $(ARGS)

# One build with the C++ tests and the addon, then the three suites; a suite that cannot run on this machine says so.
test: $(VENV)/.with-test
	tools/run_tests.sh

sanitize: $(VENV)/.with-build
	tools/get_doctest.sh || true
	for preset in asan tsan; do \
	  cmake --preset $$preset && cmake --build build/$$preset --parallel $(JOBS) && ctest --preset $$preset || exit 1; done

lint: $(VENV)/.with-dev
	$(BIN)/python tools/check_layers.py
	tools/format.sh --check && ruff check . && mypy

format: $(VENV)/.with-dev
	tools/format.sh

format-check: $(VENV)/.with-dev
	tools/format.sh --check

stubs: build
	$(BIN)/python tools/gen_stubs.py

wheel: $(VENV)/.with-build
	$(BIN)/python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist .
	$(BIN)/python tools/check_binary.py dist/*.whl

clean:
	rm -rf build dist python/vibetensor/*.so js/lib
