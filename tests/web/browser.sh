#!/bin/sh
# browser.sh PACKAGES SCRAWL DRAWN SHOTS: the page in Chromium, or the reason why that is skipped.
skip() {
    echo "1..0 # SKIP $1"
    exit 0
}
CHROMIUM=$(command -v chromium) || skip "there is no chromium"
command -v node >/dev/null && [ -d "$1/node_modules/playwright-core" ] ||
    skip "node or playwright-core is not installed (./dev test does that where there is npm)"
"$2" page -o /dev/null/nowhere 2>&1 | grep -q "without its page" && skip "this scrawl was built without its page"
export CHROMIUM PACKAGES="$1"
exec node "$(dirname "$0")/browser.mjs" "$2" "$3" "$4"
