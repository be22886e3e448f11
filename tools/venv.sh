#!/bin/sh
# Makes .venv, with Debian's python3-venv where it is missing and we may install it.
set -eu
python=$1
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  { echo "Holdfast needs Python 3.11 or newer: say which with make PYTHON=..." >&2; exit 1; }
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv
  else
    echo "Python's venv module is missing: install Debian's python3-venv." >&2; exit 1
  fi
fi
"$python" -m venv .venv
