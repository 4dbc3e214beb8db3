.PHONY: repair-bench

repair-bench: setup ## restore damaged real diffs beside git apply, patch, wiggle and patchutils
	benches/repair.sh $(FILES)
