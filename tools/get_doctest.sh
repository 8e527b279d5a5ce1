#!/bin/sh
# Gets the header of doctest: Debian's package, installed as root or unpacked into .cache/ otherwise.
# Exit status 1, with the reason, where neither works; the C++ tests are then left out.
cd "$(dirname "$0")/.." || exit 1
local_copy=.cache/doctest
if [ -e /usr/include/doctest/doctest.h ] || [ -e $local_copy/usr/include/doctest/doctest.h ]; then
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  echo "C++ tests: doctest/doctest.h is not there, and without apt-get it cannot be fetched"
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  apt-get install -y -qq doctest-dev >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq doctest-dev; } >/dev/null 2>&1
else
  mkdir -p $local_copy && (cd $local_copy && apt-get download -qq doctest-dev && dpkg-deb -x doctest-dev_*.deb .) >/dev/null 2>&1
fi
if [ -e /usr/include/doctest/doctest.h ] || [ -e $local_copy/usr/include/doctest/doctest.h ]; then
  exit 0
fi
echo "C++ tests: doctest/doctest.h is not there, and Debian's package doctest-dev could not be fetched"
exit 1
