#!/bin/sh
# Gets what the C++ tests need: doctest's header, and patch for the planted bugs. Debian's packages, installed as root or
# unpacked into .cache/ otherwise. Exit status 1, with the reason, where neither works; the C++ tests are then left out.
cd "$(dirname "$0")/.." || exit 1
local_copy=.cache/doctest

missing() {
  [ -e /usr/include/doctest/doctest.h ] || [ -e $local_copy/usr/include/doctest/doctest.h ] || echo doctest-dev
  command -v patch >/dev/null || [ -x $local_copy/usr/bin/patch ] || echo patch
}

packages=$(missing)
[ -z "$packages" ] && exit 0
if ! command -v apt-get >/dev/null; then
  echo "C++ tests: not there, and without apt-get not to be fetched:" $packages
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  apt-get install -y -qq $packages >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq $packages; } >/dev/null 2>&1
else
  mkdir -p $local_copy
  for package in $packages; do
    (cd $local_copy && apt-get download -qq $package && dpkg-deb -x ${package}_*.deb .) >/dev/null 2>&1
  done
fi
packages=$(missing)
[ -z "$packages" ] && exit 0
echo "C++ tests: Debian's packages could not be fetched:" $packages
exit 1
