# guardsift. `make` alone lists what there is.

.DEFAULT_GOAL := help
SHELL := bash
.NOTPARALLEL:

FUNCTIONS := finding-events finding-exports auto-archive
TARGET := $(or $(CARGO_TARGET_DIR),target)
PYTHON := tests/.venv/bin/python

# The default rules expire one day; that is no reason for a build to fail.
RULES_AS_OF := 2026-11-01

# Which binaries the tests start: `debug`, built once with the tests themselves, or `release`.
PROFILE ?= debug
RELEASE := $(if $(filter release,$(PROFILE)),--release)

# The tests that start binaries wait for them most of the time.
TEST_THREADS ?= 6

# What is deployed, for which processor, and under which name.
EXAMPLE ?= minimal
ARCH ?= arm64
NAME_PREFIX ?= guardsift
# cargo-lambda's own choice is to abort on a panic, which would take nine good records of a batch along with a bad one.
OUR_PROFILE := --disable-optimizations
RELEASE_FILES := $(TARGET)/release-files

# Without a sanitizer fuzzing needs no nightly toolchain; what is fuzzed has no unsafe code.
FUZZ_TARGETS := $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs)))

# One event for `make invoke`, and what the tests could not do on this machine.
EVENT ?= events/eventbridge/finding.json
export SKIPPED_LOG := $(abspath $(TARGET))/skipped.txt

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-21s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## Run the whole system on this machine, no AWS account needed, and show what happens
	$(TARGET)/release/guardsift local --demo

.PHONY: build
build: ## Build the three functions and the command line
	cargo build --release --locked -p guardsift $(addprefix -p ,$(FUNCTIONS))

.PHONY: fmt
fmt: ## Format the code
	cargo fmt --all
	if command -v terraform >/dev/null; then terraform -chdir=infra fmt -recursive; fi

.PHONY: check
check: check-code check-infra ## Look for what is wrong without running anything: format, lints, docs, dependencies, Terraform

.PHONY: test
test: forget-skipped ## Check and test everything (PROFILE=release: the optimized binaries); the end says what was skipped
# Terraform and pip wait for disk and network most of the time, while rustc computes.
	@tests/side_by_side.sh '$(MAKE) --no-print-directory python check-infra' '$(MAKE) --no-print-directory check-code tested'
	if [[ -x $(PYTHON) ]]; then $(PYTHON) tests/python/check_findings.py && $(PYTHON) tests/python/wrap_events.py --check; fi
	$(TARGET)/$(PROFILE)/guardsift rules check --as-of $(RULES_AS_OF) rules
	$(TARGET)/$(PROFILE)/guardsift rules test --as-of $(RULES_AS_OF) rules
# So do the tests that start binaries; beside them run those of single crates, which one `cargo test` of all would not begin before.
# The deployment is one test that takes as long as half of the others: it has the processor when it wants it.
	@export GUARDSIFT_TEST_PROFILE=$(PROFILE); tests/side_by_side.sh \
	  'nice cargo test --workspace --locked --lib --bin guardsift && nice cargo test --workspace --locked --doc' \
	  'cargo test --workspace --locked --test integration -- applied::' \
	  'nice -n 5 cargo test --workspace --locked --test integration -- --skip applied:: --test-threads $(TEST_THREADS)'
	@if [[ -s $(SKIPPED_LOG) ]]; then echo; echo "Passed, but not everything was done here:"; sort -u $(SKIPPED_LOG); fi

.PHONY: bench
bench: build python ## Measure: one event, and a backtest of 200,000 generated findings against decompressing alone and DuckDB
	cargo bench --locked -p findings --bench decide
	$(if $(wildcard $(PYTHON)),$(PYTHON),python3) bench/backtest.py --guardsift $(TARGET)/release/guardsift

.PHONY: chaos
chaos: tested ## Hours of traffic and faults, SECONDS=3600 of them, from seed SEED=1000 on; a failure names its seed
	GUARDSIFT_CHAOS_SECONDS=$(or $(SECONDS),3600) GUARDSIFT_CHAOS_SEED=$(or $(SEED),1000) GUARDSIFT_TEST_PROFILE=$(PROFILE) \
	  cargo test --workspace --locked --test integration -- many_bad_days --nocapture

.PHONY: fuzz
fuzz: cargo-fuzz ## Look for inputs that break a parser, SECONDS=600 for each; FUZZ=<target> for one
	for target in $(or $(FUZZ),$(FUZZ_TARGETS)); do \
	  mkdir -p $(TARGET)/fuzz-corpus/$$target && \
	  cargo fuzz run --sanitizer none --target-dir $(TARGET)/fuzz $$target $(TARGET)/fuzz-corpus/$$target fuzz/corpus/$$target -- \
	    -max_total_time=$(or $(SECONDS),600) -timeout=25 -rss_limit_mb=4096 -max_len=65536 -len_control=50 -print_final_stats=1 || exit 1; \
	done

.PHONY: soak
soak: tested ## Many invocations of one process of each function, INVOCATIONS=100000: what it holds must not grow; and 10,000 findings to archive
	GUARDSIFT_SOAK_INVOCATIONS=$(or $(INVOCATIONS),100000) GUARDSIFT_TEST_PROFILE=$(PROFILE) \
	  cargo test --workspace --locked --test integration -- soak:: a1_thousands --nocapture --test-threads 1

.PHONY: scale
scale: ## A storm of a million findings in a large organization, by a model: the table of docs/scale.md
	python3 -B bench/scale.py --write
	python3 -B bench/scale.py

.PHONY: instructions
instructions: counted ## Count instructions of starts, of one event and of a backtest, and hold them against bench/instructions.tsv
	python3 -B bench/instructions.py --binaries $(TARGET)/release

.PHONY: instructions-baseline
instructions-baseline: counted ## Make what they are now the baseline
	python3 -B bench/instructions.py --binaries $(TARGET)/release --write

.PHONY: zips
# All of them, also for one: built alone, a function has crates with other features, and is another binary.
zips: cargo-lambda ## Build the deployment packages for Lambda (arm64; ARCH=x86-64 for the other)
	cargo lambda build --release $(OUR_PROFILE) --$(ARCH) --locked $(addprefix -p ,$(FUNCTIONS))
	python3 infra/pack.py $(TARGET)/lambda $(ARCH) $(FUNCTIONS)

.PHONY: deploy
deploy: zips ## Deploy infra/examples/minimal (EXAMPLE=complete for another) to the account of your AWS credentials; asks first
	terraform -chdir=infra/examples/$(EXAMPLE) init
	terraform -chdir=infra/examples/$(EXAMPLE) apply -var architecture=$(subst -,_,$(ARCH)) $(if $(CARGO_TARGET_DIR),-var zip_dir=$(abspath $(TARGET))/lambda)

.PHONY: deploy-code
deploy-code: cargo-lambda ## Replace the code of one deployed function: FN=<function>
	$(if $(filter $(FN),$(FUNCTIONS)),,$(error FN is one of: $(FUNCTIONS)))
	cargo lambda build --release $(OUR_PROFILE) --$(ARCH) --locked $(addprefix -p ,$(FUNCTIONS))
	cargo lambda deploy --binary-name $(FN) $(NAME_PREFIX)-$(FN)

.PHONY: invoke
invoke: cargo-lambda ## Hand FN=<function> an EVENT=<file>; `cargo lambda watch` must be running, or REMOTE=1 for the deployed function
	$(if $(filter $(FN),$(FUNCTIONS)),,$(error FN is one of: $(FUNCTIONS)))
	cargo lambda invoke $(if $(REMOTE),--remote $(NAME_PREFIX)-$(FN),$(FN)) --data-file $(EVENT)

.PHONY: release
release: zips ## The packages with their checksums and the list of what they are made of, in target/release-files
	@mkdir -p $(RELEASE_FILES)
	for fn in $(FUNCTIONS); do cp $(TARGET)/lambda/$$fn/bootstrap.zip $(RELEASE_FILES)/$$fn-$(ARCH).zip; done
	infra/sbom.py $(if $(filter arm64,$(ARCH)),aarch64,x86_64)-unknown-linux-gnu $(FUNCTIONS) > $(RELEASE_FILES)/guardsift-$(ARCH).cdx.json
	cd $(RELEASE_FILES) && sha256sum *.zip *.cdx.json > SHA256SUMS && cat SHA256SUMS

.PHONY: emulators
emulators: ## Install what the tests of the deployment can use besides moto: checkov and AWS's own runtime emulator
	tests/python-env.sh moto rie checkov

.PHONY: counted
counted:
	cargo build --release --locked -p guardsift $(addprefix -p ,$(FUNCTIONS)) -p guardsift-bench

.PHONY: check-code
check-code:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
# Naming the examples makes cargo take the dependencies as clippy has checked them; else it would check them again, without the features that tests add.
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --lib --bin guardsift --examples
	tests/purity.sh
	tests/dependencies.sh

.PHONY: check-infra
check-infra:
	infra/check.sh

.PHONY: tested
tested:
	cargo build --workspace --locked $(or $(RELEASE),--lib --bins --tests)

.PHONY: python
python:
	tests/python-env.sh tests moto

.PHONY: forget-skipped
forget-skipped:
	@mkdir -p $(dir $(SKIPPED_LOG)) && : > $(SKIPPED_LOG)

.PHONY: cargo-lambda
cargo-lambda:
	@cargo lambda --version >/dev/null 2>&1 || { echo "cargo-lambda is missing. Install it with: pip install cargo-lambda && rustup target add aarch64-unknown-linux-gnu (without that target: ARCH=x86-64)" >&2; exit 1; }

.PHONY: cargo-fuzz
cargo-fuzz:
	@cargo fuzz --version >/dev/null 2>&1 || { echo "cargo-fuzz is missing. Install it with: cargo install cargo-fuzz (it needs a C++ compiler, and no nightly toolchain)" >&2; exit 1; }
