#!/usr/bin/env bash
# Times audits beside a peer that only searches for the same words, in pairs, in one run: cold (all of a kernel, nothing
# known of it), warm (the same kernel once more), and after one patch (a commit on top of one that is known).
#
#   benches/audit.sh KERNEL_FOLDER [PAIRS]
#
# Peers: ripgrep over the folder; git grep over one commit of the same files, without a checkout.
# The page cache is warm, the workspace is new for every cold run, the build is a release build.
# Prints the median of each and the median of the ratios pair by pair. Needs rg, git, GNU time.
set -euo pipefail
folder=$(realpath "${1:?KERNEL_FOLDER}") pairs=${2:-9}
here=$(cd "$(dirname "$0")/.." && pwd)
cargo build --release --quiet --manifest-path "$here/Cargo.toml"
pteward=${CARGO_TARGET_DIR:-$here/target}/release/pteward
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Seconds and peak KiB of one command; its own exit code (1 means findings) is not ours.
run() { # name, command...
  local name=$1
  shift
  /usr/bin/time -a -o "$work/$name" -f '%e %M' "$@" >/dev/null 2>&1 || true
}
audit() { # name, kernel
  rm -rf "$work/ws"
  run "$1" "$pteward" --workspace "$work/ws" audit "$2" --json
}
warm() { # name, kernel
  run "$1" "$pteward" --workspace "$work/warm" audit "$2" --json
}
table() { # ours, peer, label
  paste -d' ' <(grep -v '^Command' "$work/$1") <(grep -v '^Command' "$work/$2") | awk -v label="$3" '
    { a[NR] = $1; m = $2 > m ? $2 : m; b[NR] = $3; p = $4 > p ? $4 : p; r[NR] = $1 / ($3 > 0 ? $3 : 0.001) }
    function median(x, n,  i, j, t) {
      for (i = 2; i <= n; i++) for (j = i; j > 1 && x[j] < x[j-1]; j--) { t = x[j]; x[j] = x[j-1]; x[j-1] = t }
      return n % 2 ? x[(n + 1) / 2] : (x[n / 2] + x[n / 2 + 1]) / 2
    }
    END { printf "%-10s audit %.2f s, %d MiB   peer %.2f s, %d MiB   audit/peer %.2f (median of %d pairs)\n",
          label, median(a, NR), m / 1024, median(b, NR), p / 1024, median(r, NR), NR }'
}

words=$({ "$pteward" --workspace "$work/ws" audit "$folder" --json 2>/dev/null || [ $? -eq 1 ]; } |
  sed -n 's/.*"predicate":"\([^"]*\)".*/\1/p' | sort -u | paste -sd'|')
words="page_vma_mapped_walk|$words"

cat_all() { find "$folder" -name '*.[ch]' -type f -print0 | xargs -0 cat >/dev/null; }
cat_all
for _ in $(seq "$pairs"); do
  audit ours "$folder"
  run rg rg -uuu -w -n -g '*.c' -g '*.h' "$words" "$folder"
done
table ours rg 'cold'

run first "$pteward" --workspace "$work/warm" audit "$folder" --json
for _ in $(seq "$pairs"); do
  warm ours_warm "$folder"
  run rg_warm rg -uuu -w -n -g '*.c' -g '*.h' "$words" "$folder"
done
table ours_warm rg_warm 'warm'

if [ -z "${PTEWARD_BENCH_NO_GIT:-}" ]; then
  repository=$work/repository
  git init --quiet "$repository"
  git -C "$repository" config core.autocrlf false
  git -C "$repository" config gc.auto 0
  git -C "$repository" config maintenance.auto false
  git --git-dir="$repository/.git" --work-tree="$folder" -C "$folder" add --force . 2>/dev/null
  git -C "$repository" -c user.name=bench -c user.email=bench@invalid commit --quiet -m base
  git -C "$repository" gc --quiet
  # Patches on top of a known commit: one moves every line of a file with walks, one changes a function that walks, one
  # the walker itself.
  patch() { # file, sed expression
    local blob
    blob=$(git -C "$repository" cat-file blob "HEAD:$1" | sed "$2" | git -C "$repository" hash-object -w --stdin)
    git -C "$repository" read-tree HEAD
    git -C "$repository" update-index --cacheinfo "100644,$blob,$1"
    git -C "$repository" -c user.name=bench -c user.email=bench@invalid commit-tree -p HEAD -m patch \
      "$(git -C "$repository" write-tree)" </dev/null
  }
  first_statement() { # function
    echo "/^[a-z].*\\b$1(/,/^}/ s/^{/{\\n\\tbarrier();/"
  }
  rm -rf "$work/warm"
  run first "$pteward" --workspace "$work/warm" audit "$repository@HEAD" --json
  cp -r "$work/warm" "$work/known"
  one_patch() { # label, commit
    rm -f "$work/ours_patched" "$work/rg_patched"
    for _ in $(seq "$pairs"); do
      rm -rf "$work/warm"
      cp -r "$work/known" "$work/warm"
      warm ours_patched "$repository@$2"
      run rg_patched rg -uuu -w -n -g '*.c' -g '*.h' "$words" "$folder"
    done
    table ours_patched rg_patched "$1"
  }
  commit=$(patch mm/rmap.c '1s/^/\n/')
  one_patch 'lines move' "$commit"
  commit=$(patch mm/rmap.c "$(first_statement try_to_migrate_one)")
  one_patch 'a walk' "$commit"
  commit=$(patch mm/page_vma_mapped.c "$(first_statement page_vma_mapped_walk)")
  one_patch 'the walker' "$commit"

  grep=(git -C "$repository" grep -w -n -E "$words" HEAD -- '*.c' '*.h')
  for _ in $(seq "$pairs"); do
    audit ours_git "$repository@HEAD"
    run git_grep "${grep[@]}"
  done
  table ours_git git_grep 'cold, git'
fi
