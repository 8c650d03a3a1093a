#!/bin/sh
# run.sh PACKAGES SCRIPT CASES: a script of this folder, or the reason why it is skipped.
export PACKAGES="$1"
case $2 in
*.py) exec /usr/bin/python3 "$2" "$3" ;;
esac
if [ ! -d "$PACKAGES/node_modules/h5wasm" ] || ! command -v node >/dev/null; then
    echo "1..0 # SKIP node or its packages are not installed (./dev test does that where there is npm)"
    exit 0
fi
exec node "$2" "$3"
