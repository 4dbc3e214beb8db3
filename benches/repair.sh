#!/usr/bin/env bash
# Damages real diffs in twelve ways and prints what comes back: ours beside git apply, patch, wiggle and patchutils.
#
#   benches/repair.sh [FILES_PER_AREA]
#
# The diffs are those between the versions of linux-source-6.12 that apt offers, over mm/, kernel/, include/linux/
# and fs/; they are fetched once (see tests/it/apply_real/packages.rs). Needs git and patch; wiggle and patchutils
# where apt and root are to be had, else they are left out and the table says so.
set -euo pipefail
cd "$(dirname "$0")/.."
for program in wiggle:wiggle recountdiff:patchutils; do
  if ! command -v "${program%%:*}" >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    apt-get install --yes --quiet "${program##*:}" >/dev/null || echo "${program##*:} cannot be installed" >&2
  fi
done
PTEWARD_TRIALS=${PTEWARD_TRIALS:-20000} PTEWARD_BENCH_FILES=${1:-60} cargo test --release --locked --test it -- repair_real::bench --exact --nocapture
