#!/bin/sh
# Prints the path of a Python 3.12 or newer (3.13 preferred), or says what to install.
# A pyenv shim can exist for a version that is not switched on, so every candidate is tried.
fits() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

shim=$(command -v python3 2>/dev/null || true)
near_shim=${shim%/shims/python3}
pyenv=${PYENV_ROOT:-${HOME:-}/.pyenv}
for candidate in "${PYTHON:-}" python3.13 \
  "$pyenv"/versions/3.13*/bin/python "$near_shim"/versions/3.13*/bin/python \
  python3.14 python3.12 python3 python \
  "$pyenv"/versions/3.1[2-9]*/bin/python "$near_shim"/versions/3.1[2-9]*/bin/python; do
  [ -n "$candidate" ] || continue
  if fits "$candidate"; then
    "$candidate" -c 'import sys; print(sys.executable)'
    exit 0
  fi
done

cat >&2 <<'MESSAGE'
Tillhouse needs Python 3.12 or newer (3.13 preferred), with venv and pip, and none was found.

  Debian 13, Ubuntu 24.04 or newer:  sudo apt-get install python3 python3-venv
  macOS:                             brew install python@3.13
  Anywhere, with pyenv:              pyenv install 3.13

If one is installed in an unusual place, name it:  make demo PYTHON=/path/to/python3.13
MESSAGE
exit 1
