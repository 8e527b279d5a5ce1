#!/bin/sh
# Installs ccache where that is easy (root on Debian); a build works without it.
command -v ccache >/dev/null && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get install -y -qq ccache >/dev/null 2>&1 || { apt-get update -qq && apt-get install -y -qq ccache; } >/dev/null 2>&1
fi
command -v ccache >/dev/null || echo "ccache is not there: rebuilds of a fresh clone compile everything again"
exit 0
