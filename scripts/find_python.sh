#!/bin/sh
# Prints the first Python that is new enough and can make a virtual environment; a name in PYTHON goes first.
for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3; do
    if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "$name"
        exit 0
    fi
done
echo "Python 3.11 or newer with venv is needed; on Debian or Ubuntu: sudo apt-get install python3 python3-venv" >&2
exit 1
