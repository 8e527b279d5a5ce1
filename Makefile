# What a fresh clone needs: Python 3.10 or later with its headers, and g++ 11 or later. All else goes into .venv.
#   make demo     trains a small GPT on Shakespeare
#   make test     all tests: C++, Python, Node
#   make opinfo   PyTorch's own samples of its ops, layers and optimizers: renews docs/opinfo.md
#   make faults   200 runs of several processes of which one is killed, late or elsewhere
#   make array-api  the array API standard's own tests, from GitHub: renews docs/array_api.md
#   make build    the libraries alone, usable through .venv/bin/python
#   make setup    the tools alone, for CONTRIBUTING.md's loop
#   make wheel    a wheel to give away, for every GPU
# CUDA code is built for the GPUs of this machine; VT_CUDA_ARCHS or ARCHS names others (ARCHS=all, ARCHS="80-real;90":
# docs/build.md). JOBS is the number of compilers that run at a time.

PYTHON ?= python3
JOBS ?= $(shell nproc)
VENV := $(CURDIR)/.venv
BIN := $(VENV)/bin
BUILD := build/dev
CXX_FLAGS_NEEDED := -std=c++20 -march=x86-64-v4 -mavx512bf16
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
export PATH := $(BIN):$(PATH)
export VIRTUAL_ENV := $(VENV)

.PHONY: python compiler setup demo test opinfo array-api faults mutations safetensors-mutations fuzz programs kills node-endurance node-newest build sanitize lint format format-check stubs wheel clean
.DEFAULT_GOAL := build

# What the machine lacks is said in a sentence, before anything is fetched.
python:
	@command -v $(PYTHON) >/dev/null || { echo "make: there is no $(PYTHON); Python 3.10 or later is needed"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "make: $(PYTHON) is older than 3.10"; exit 1; }

compiler: python
	@$(PYTHON) -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' || \
	  { echo "make: the headers of $(PYTHON) are missing (Debian: apt-get install python3-dev)"; exit 1; }
	@command -v $(CXX) >/dev/null || \
	  { echo "make: there is no C++ compiler $(CXX); g++ 11 or later is needed (Debian: apt-get install g++)"; exit 1; }
	@echo | $(CXX) $(CXX_FLAGS_NEEDED) -x c++ -fsyntax-only - || \
	  { echo "make: $(CXX) does not take $(CXX_FLAGS_NEEDED); g++ 11 or later on x86-64 is needed (CXX names another)"; exit 1; }

$(VENV)/.created: | python
	@echo "making .venv"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -c 'import os, site; open(os.path.join(site.getsitepackages()[0], "vibetensor-checkout.pth"), "w").write("$(CURDIR)/python\n")'
	@touch $@

# $(VENV)/.with-build, .with-run, .with-demo, .with-test, .with-dev: the requirements of that name in pyproject.toml are installed.
$(VENV)/.with-%: pyproject.toml tools/build_backend.py tools/dependencies.py | $(VENV)/.created
	@$(BIN)/python tools/dependencies.py $* > $(VENV)/requirements-$*.txt
	@echo "installing into .venv:" $$(cat $(VENV)/requirements-$*.txt)
	@$(PIP) -r $(VENV)/requirements-$*.txt
	@touch $@

# What the loop of CONTRIBUTING.md needs.
setup: $(VENV)/.with-build $(VENV)/.with-run $(VENV)/.with-test $(VENV)/.with-dev
	tools/get_ccache.sh
	tools/get_doctest.sh || true

build: compiler $(VENV)/.with-build $(VENV)/.with-run
	@tools/get_ccache.sh
	@echo "building in $(BUILD); the first time takes minutes, most of them for CUDA (README.md)"
	@cmake --preset dev -DVT_CUDA_ARCHS="$(or $(ARCHS),$(VT_CUDA_ARCHS),here)" -DVT_TESTS=$(if $(WITH_TESTS),ON,OFF) \
	  -DVT_NODE=$(if $(WITH_NODE),ON,OFF) -DVT_BENCH=$(if $(WITH_BENCH),ON,OFF) -DVT_PRECOMPILE=ON
	@cmake --build $(BUILD) --parallel $(JOBS)

demo: compiler $(VENV)/.with-demo build
	$(BIN)/python examples/gpt.py $(ARGS)

# One build with the C++ tests and the addon, then the three suites; a suite that cannot run on this machine says so.
test: compiler $(VENV)/.with-test
	tools/run_tests.sh

# The samples that PyTorch tests itself with, all of them; fails if something that was whole is so no longer.
opinfo: $(VENV)/.with-test build
	PYTHONPATH=tests/python $(BIN)/python -m pytorch_samples

# The array API standard's own tests, fetched from GitHub: renews docs/array_api.md.
array-api: build
	$(BIN)/python tools/array_api.py

# Two hundred seeded faults of processes, where `make test` makes every collective fail once.
faults: $(VENV)/.with-test build
	VT_FAULTS=200 $(BIN)/python -m pytest tests/python/distributed/test_faults.py

# A hundred thousand damaged checkpoints, where `make test` reads a few thousand.
mutations: $(VENV)/.with-test build
	VT_MUTATIONS=100000 $(BIN)/python -m pytest tests/python/serialization/test_mutated_files.py

# A million damaged safetensors files beside the format's own library, where `make test` reads twenty thousand.
safetensors-mutations: $(VENV)/.with-test build
	VT_MUTATIONS=1000000 $(BIN)/python -m pytest tests/python/serialization/test_mutated_safetensors.py

# Random programs beside PyTorch's, where `make test` judges a few hundred: make fuzz COUNT=1000000 SEED=0
fuzz: $(VENV)/.with-test build
	cd tests/python && PYTHONPATH=. $(BIN)/python -m fuzz --count $(or $(COUNT),10000) --seed $(or $(SEED),0)

# Ten thousand random programs compiled and eager, where `make test` compares a few hundred; then the tests of ops and of
# autograd, each inside a compiled function; but for the one that counts what is alive before its function returned.
programs: $(VENV)/.with-test build
	VT_PROGRAMS=10000 $(BIN)/python -m pytest -q tests/python/test_programs.py
	PYTHONPATH=tests/python $(BIN)/python -m pytest -q -p always_deferred tests/python/test_ops.py tests/python/test_autograd.py \
	  --deselect tests/python/test_autograd.py::test_nothing_outlives_a_backward

# A training run that is killed 200 times, where `make test` kills it six times, with and without workers.
kills: $(VENV)/.with-test build
	VT_KILLS=200 $(BIN)/python -m pytest tests/python/serialization/test_resume.py

# What `make test` asks of Node in small numbers: the GPT's hundred steps beside Python's, ten thousand steps of training in
# constant memory, a thousand workers that end in the middle of their work.
node-endurance: compiler $(VENV)/.with-test
	tools/get_node.sh
	$(MAKE) build WITH_NODE=1
	cd js && npm run build --silent && VT_GPT_STEPS=100 VT_TRAIN_STEPS=10000 VT_WORKERS=1000 node --test --expose-gc \
	  test/examples.test.mjs test/memory.test.mjs test/workers.test.mjs

# The Node tests on the newest node that npm has.
node-newest: compiler
	tools/get_node.sh
	$(MAKE) build WITH_NODE=1
	cd js && npm run build --silent && npx --yes --package node@latest -- node --test --expose-gc test/*.test.mjs

sanitize: compiler $(VENV)/.with-build
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

wheel: compiler $(VENV)/.with-build
	$(BIN)/python -m pip wheel --no-deps --no-build-isolation --wheel-dir dist \
	  -C cmake.define.VT_CUDA_ARCHS="$(or $(ARCHS),$(VT_CUDA_ARCHS),all)" .
	$(BIN)/python tools/check_binary.py dist/*.whl

clean:
	rm -rf build dist python/vibetensor/*.so js/lib
