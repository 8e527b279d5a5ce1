#!/bin/sh
# All tests of the checkout: `make test`. Builds once, runs CTest, node:test and pytest, and fails if any of them does.
cd "$(dirname "$0")/.." || exit 1
skipped=""
failed=""

with_tests=1
tools/get_doctest.sh || { with_tests=""; skipped="$skipped C++"; }
with_node=1
tools/get_node.sh || { with_node=""; skipped="$skipped Node"; }
with_bench=1  # built, not run, so that it keeps compiling
tools/get_benchmark.sh || { with_bench=""; skipped="$skipped benchmarks"; }
make build WITH_TESTS=$with_tests WITH_NODE=$with_node WITH_BENCH=$with_bench || exit 1

python tools/check_binary.py build/dev/lib || failed="$failed binary"
if [ -n "$with_tests" ]; then
  ctest --preset dev --no-tests=error --parallel 2 || failed="$failed C++"
  sed -n '/^simulated: /p' build/dev/Testing/Temporary/LastTest.log
fi
if [ -n "$with_node" ]; then
  (cd js && npm test --silent) || failed="$failed Node"
fi
python -m pytest || failed="$failed Python"

[ -z "$skipped" ] || echo "left out on this machine:$skipped (the reason is printed above)"
[ -z "$failed" ] || { echo "failed:$failed"; exit 1; }
