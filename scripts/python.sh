#!/bin/sh
# Runs its arguments with a Python that can hold Hồi Âm: 3.11 or newer, able to make environments when there is a choice.
# PYTHON= names one; without it the usual names are tried.

candidates=${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14 python}
chosen=""
seen=""
for candidate in $candidates; do
    version=$("$candidate" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
    seen=${seen:-$version}
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
    chosen=${chosen:-$candidate}
    if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
        chosen=$candidate
        break
    fi
done
if [ -n "$chosen" ]; then
    exec "$chosen" "$@"
fi
if [ -n "$seen" ]; then
    found="this machine has $seen"
else
    found="none was found as: $candidates"
fi
echo "Hồi Âm needs Python 3.11 or newer, and $found: install it (Debian, Ubuntu: sudo apt install python3 python3-venv) or name one with PYTHON=/path/to/python3.12." >&2
exit 1
