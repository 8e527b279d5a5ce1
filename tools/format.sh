#!/bin/sh
# Formats the checkout's C++, CUDA and Python files in place, or with --check tells which ones would change.
cd "$(dirname "$0")/.." || exit 1
sources() { git ls-files 'src/*.h' 'src/*.cpp' 'src/*.cu' 'src/*.cuh' 'include/*.h' 'include/*.cuh' 'plugins/*.c' 'plugins/*.cpp' 'plugins/*.cu' 'tools/*.cpp' 'tests/cpp/*.h' 'tests/cpp/*.cpp'; }
if [ "$1" = --check ]; then
  unformatted=$(sources | xargs --no-run-if-empty clang-format --dry-run 2>&1 | sed -n 's/^\([^:]*\):.*clang-format-violations.*/\1/p' | sort -u)
  [ -z "$unformatted" ] || { echo "not as clang-format would have them:"; echo "$unformatted"; exit 1; }
  ruff format --check .
else
  sources | xargs --no-run-if-empty clang-format -i
  ruff format .
fi
