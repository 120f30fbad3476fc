#!/bin/sh
# A night without a CI service, for cron: ci/nightly.sh [options of "npm run nightly -- all"]
set -eu
cd "$(dirname "$0")/.."
npm ci
exec node --import tsx src/nightly/nightly.ts all "$@"
