# The words of this house. `make` lists them.
.PHONY: help setup build check test demo bench mutants fuzz-c clean
CARGO ?= cargo
TARGET ?= $(or $(CARGO_TARGET_DIR),target)

help: ## list the words
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST)

setup: ## install what is missing (C compiler, git), where apt and root are to be had
	@.ci/setup

build: setup ## build the release program: target/release/pteward
	$(CARGO) build --release --locked

check: setup ## the fast part: format, lints, unit tests, rules of the house
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings
	$(CARGO) test --locked --lib
	$(CARGO) test --locked --test it -- house:: cli_reference

test: setup ## everything
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps --quiet
	$(CARGO) test --locked
	$(CARGO) build --release --locked
	.ci/smoke $(TARGET)/release/pteward

demo: setup ## fetch linux-source-6.12, audit it, review a specimen, write a report below target/demo
	$(CARGO) build --release --locked
	.ci/demo

bench: setup ## time an audit beside ripgrep and git grep: make bench KERNEL=folder
	benches/audit.sh $(KERNEL)

mutants: setup ## take guards away one by one and see what the audit says: make mutants KERNEL="folder folder"
	$(CARGO) bench --locked --bench mutants -- $(KERNEL)

fuzz-c: setup ## read every C file of kernels, whole and damaged: make fuzz-c KERNEL="folder folder"
	$(CARGO) bench --locked --bench fuzz_c -- $(KERNEL)

clean: ## remove what was built
	$(CARGO) clean

include benches/repair.mk
