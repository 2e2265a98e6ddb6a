#!/bin/sh
# Make sure that chromium and chromedriver are there, installing Debian's packages where that is allowed.
have() { command -v "$1" >/dev/null 2>&1; }
browser() { have chromedriver && { have chromium || have google-chrome || have chrome; }; }

browser && exit 0

if have apt-get; then
    if [ "$(id -u)" = 0 ]; then as_root=""; elif have sudo && sudo -n true 2>/dev/null; then as_root="sudo -n"; else as_root="no"; fi
    if [ "$as_root" != no ]; then
        echo "Installing chromium for the browser tests (once) ..." >&2
        { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends chromium chromium-driver; } >/dev/null 2>&1
        browser && exit 0
    fi
fi

echo "==== BROWSER TESTS WILL BE SKIPPED: chromium and chromedriver are not installed and could not be. ====" >&2
echo "==== Install them (Debian: chromium chromium-driver) and run make test again.                      ====" >&2
[ "${CI:-}" = true ] && exit 1
exit 0
