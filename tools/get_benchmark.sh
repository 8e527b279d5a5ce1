#!/bin/sh
# Gets Google Benchmark for bench/cpp: Debian's packages, installed as root or unpacked into .cache/ otherwise.
# Exit status 1, with the reason, where neither works; the C++ benchmarks are then left out.
cd "$(dirname "$0")/.." || exit 1
local_copy=.cache/benchmark
is_there() { [ -e /usr/include/benchmark/benchmark.h ] || [ -e $local_copy/usr/include/benchmark/benchmark.h ]; }
is_there && exit 0
if ! command -v apt-get >/dev/null; then
  echo "C++ benchmarks: benchmark/benchmark.h is not there, and without apt-get it cannot be fetched"
  exit 1
fi
if [ "$(id -u)" = 0 ]; then
  apt-get install -y -qq libbenchmark-dev >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq libbenchmark-dev; } >/dev/null 2>&1
else
  mkdir -p $local_copy && (cd $local_copy && apt-get download -qq libbenchmark-dev libbenchmark1debian && for package in *.deb; do dpkg-deb -x "$package" .; done) >/dev/null 2>&1
fi
is_there && exit 0
echo "C++ benchmarks: benchmark/benchmark.h is not there, and Debian's package libbenchmark-dev could not be fetched"
exit 1
