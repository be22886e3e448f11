#!/bin/sh
# A PostgreSQL server (for `servers.sh unit` nothing else), Chromium with and without windows, and wrk for `servers.sh bench`:
# installed when missing and permitted, otherwise named.
set -eu
missing=""
if [ "${1:-}" = bench ]; then
  command -v wrk >/dev/null || missing="$missing wrk"
fi
if [ "${1:-}" != unit ]; then
  for browser in chromium chromium-headless-shell; do
    command -v "$browser" >/dev/null || missing="$missing $browser"
  done
fi
[ -n "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || command -v initdb >/dev/null || missing="$missing postgresql"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing$missing ..." >&2
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "This needs Debian's packages$missing: install them, then run make again." >&2
  [ "${1:-}" != unit ] || echo "Or run the tests on SQLite alone: make unit ENGINES=sqlite" >&2
  exit 1
fi
