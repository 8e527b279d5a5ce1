#!/bin/sh
# Formats the checkout's C++, CUDA and Python files in place, or with --check tells which ones would change.
cd "$(dirname "$0")/.." || exit 1
sources() { git ls-files 'src/*.h' 'src/*.cpp' 'src/*.cu' 'src/*.cuh' 'include/*.h' 'tests/cpp/*.h' 'tests/cpp/*.cpp'; }
if [ "$1" = --check ]; then
  sources | xargs --no-run-if-empty clang-format --dry-run --Werror && ruff format --check .
else
  sources | xargs --no-run-if-empty clang-format -i && ruff format .
fi
