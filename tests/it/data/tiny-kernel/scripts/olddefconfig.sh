# SPDX-License-Identifier: MIT OR Apache-2.0
# Keeps the last line of each option, and drops options that the first file lists as `unknown NAME`.
awk -v kconfig="$1" '
BEGIN { while ((getline line < kconfig) > 0) if (split(line, word, " ") == 2 && word[1] == "unknown") unknown[word[2]] = 1 }
/^# CONFIG_.* is not set$/ { name = $2; value = "" }
/^CONFIG_/ { name = $0; sub(/=.*/, "", name); value = $0 }
/CONFIG_/ { if (!(name in seen)) order[++n] = name; seen[name] = value }
END { for (i = 1; i <= n; i++) if (!(order[i] in unknown) && seen[order[i]] != "") print seen[order[i]] }
' "$2" > "$2.new" && mv "$2.new" "$2"
