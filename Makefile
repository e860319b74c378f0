# hotdesk on a desk: `make` alone says what there is.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help tools editor build up stack upgrade smoke security pages figures api chaos test sim spares bench cost lint explore fuzz mutants check-template image release keys advisories

TARGET := $(or $(CARGO_TARGET_DIR),target)
CACHE := $(or $(HOTDESK_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/hotdesk)
INSTALL := infra/local/tools/install.sh
DENY = $(CACHE)/cargo-deny-$(shell sed -n 's/^cargo_deny=//p' $(INSTALL))/bin/cargo-deny --locked
MUTANTS = $(CACHE)/cargo-mutants-$(shell sed -n 's/^cargo_mutants=//p' $(INSTALL))/bin
FUZZER = $(CACHE)/cargo-fuzz-$(shell sed -n 's/^cargo_fuzz=//p' $(INSTALL))/bin
ARCH ?= arm64
RELEASED = $(TARGET)/release-files/hotdesk-$(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)-$(ARCH)
FUNCTIONS := dispatch idle-reaper lifecycle ping provision sign-in
DEPLOYED := $(FUNCTIONS:%=--bin %) --bin hotdesk-agent

# Files of ours by their kind, new ones too.
ALL_FILES := git ls-files --cached --others --exclude-standard --deduplicate
SCRIPTS := $(ALL_FILES) | xargs -d '\n' awk 'FNR == 1 && /^\#!(\/usr\/bin\/env |\/bin\/)(ba)?sh/ { print FILENAME } { nextfile }'
LUA := $(ALL_FILES) '*.lua'
PYTHON := $(ALL_FILES) '*.py'
JAVASCRIPT := $(ALL_FILES) '*.js' '*.mjs'

help: ## Says what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "Timings of up, in seconds, and sizes:  IDLE=300 BOOT=5 SPARES=1 MAX_SIZE=20 LIFETIME=0 make up"
	@echo "Functions as they would be deployed:   RELEASE=1 make up"

tools: ## Installs what is missing: Debian packages (asks first where it must), the rest in a cache
	@$(INSTALL) >/dev/null
	@infra/workspace/editor/install.sh >/dev/null

# Everything in one call each, as cargo builds dependencies anew for another choice of packages.
build: ## Builds what `up` runs
	@echo "building (minutes the first time: the SDK for EC2 is large)"
ifneq ($(filter-out 0 no false,$(RELEASE)),)
	@cargo build --locked --release $(DEPLOYED)
	@cargo build --locked --bin hotdesk-stack
else
	@cargo build --locked $(DEPLOYED) --bin hotdesk-stack
endif

up: ## Runs all of it on this machine, in the foreground, until Ctrl-C
	@$(INSTALL) up >/dev/null
	@infra/workspace/editor/install.sh >/dev/null
	@$(MAKE) --no-print-directory build
	@exec $(TARGET)/debug/hotdesk-stack up

# With the editor's Node: Debian's is too old for Playwright.
NODE = $$(infra/workspace/editor/install.sh)/node_modules/node-linux-*/bin/node
STACK = STACK=$(TARGET)/debug/hotdesk-stack

stack:
	@$(INSTALL) smoke >/dev/null
	@infra/workspace/editor/install.sh >/dev/null
	@$(MAKE) --no-print-directory build

smoke: stack ## Runs it and goes through the main job with a browser
	@$(STACK) $(NODE) tests/browser/smoke.mjs

security: stack ## Attacks it: the part of smoke that tries to get into others' boxes, by itself
	@$(STACK) $(NODE) tests/browser/smoke.mjs security

upgrade: stack ## Goes through the main job with the functions of the release before and of this one at once
	@OLDER=$$(tests/upgrade/build); export OLDER; $(STACK) $(NODE) tests/browser/smoke.mjs loop homes

pages: stack ## Looks at every page in each of its states, and at the heartbeat (PICTURES=docs/img: the README's pictures)
	@$(NODE) tests/browser/heartbeat.mjs
	@$(STACK) $(NODE) tests/browser/pages.mjs

figures: stack ## Measures what people feel: from a click to an editor, and what the heartbeat costs their tabs
	@$(STACK) $(NODE) tests/browser/smoke.mjs figures
	@$(NODE) tests/browser/heartbeat.mjs "minutes of an open tab"

api: ## Asks the API everything that openapi.yaml allows, and everything that it does not
	@$(INSTALL) api >/dev/null
	@infra/workspace/editor/install.sh >/dev/null
	@$(MAKE) --no-print-directory build
	@SCHEMATHESIS=$$($(INSTALL) api | sed -n 1p) STACK=$(TARGET)/debug/hotdesk-stack \
		$$(infra/workspace/editor/install.sh)/node_modules/node-linux-*/bin/node tests/browser/api.mjs

chaos: stack ## Runs it under load and kills functions, Redis, DynamoDB and boxes at random (CHAOS=600 s, SEED=7; SELFTEST=1: would it notice?)
	@CHAOS=$(CHAOS) SEED=$(SEED) SELFTEST=$(SELFTEST) $(STACK) $(NODE) tests/browser/chaos.mjs

test: ## Runs the tests; as root, as boxes are made of namespaces
	@$(INSTALL) test >/dev/null
	@infra/workspace/editor/install.sh >/dev/null
	cargo test --locked --workspace

# RELEASE=1 for large runs, with MODEL=1: the reference model is the store, as it does what the scripts do.
SIM_SEEDS = $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),10) --first $(or $(FIRST),1))
SIM_BUILT = $(if $(filter-out 0 no false,$(RELEASE)),simulation,debug)
sim: ## Simulates the fleet with its people while everything goes wrong (SEEDS=100 or SEED=7, HOURS=2 USERS=12 IDLE=300, ARRIVALS=counts.csv)
	@$(INSTALL) test >/dev/null
	@cargo build --locked --workspace $(if $(filter simulation,$(SIM_BUILT)),--profile simulation) --bin hotdesk-simulate
	@$(TARGET)/$(SIM_BUILT)/hotdesk-simulate $(SIM_SEEDS) --hours $(or $(HOURS),2) --users $(or $(USERS),12) \
		$(if $(ARRIVALS),--arrivals $(ARRIVALS)) $(if $(IDLE),--idle $(IDLE)) $(if $(FAULTS),--faults $(FAULTS)) $(if $(MODEL),--model) $(if $(TOLD),--told $(TOLD)) $(if $(WHOLE),--whole) \
		$(if $(filter 1,$(or $(SEEDS),$(if $(SEED),1))),--progress)

spares: ## Replays logins under each way of choosing spares (TRACE=counts.csv, BOOT=60, RATE=logins a minute, FIXED=5, SCHEDULE="1; mon-fri 08:00-10:00=20")
	@cargo build --locked --quiet --workspace --bin hotdesk-spares
	@$(TARGET)/debug/hotdesk-spares

bench: ## Measures the functions beside a bare handler and a Node router (BENCH="--starts 31 --calls 3000 --json FILE")
	@tests/bench/run $(BENCH)

cost: ## Says what a month costs, from a table of prices (PRICES=docs/prices.csv)
	@cargo build --locked --quiet --workspace --bin hotdesk-cost
	@$(TARGET)/debug/hotdesk-cost

lint: ## Checks format, code, licences, scripts
	@$(INSTALL) lint >/dev/null
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	$(DENY) check --hide-inclusion-graph bans licenses sources
	$(SCRIPTS) | xargs -d '\n' shellcheck
	infra/workspace/units/check
	$(LUA) | xargs -d '\n' -r luac5.1 -p
	read -r venv < <($(INSTALL) lint) && for reads in check "format --diff"; do \
		$(PYTHON) | xargs -d '\n' $$venv/bin/ruff $$reads --quiet; \
	done
	$(JAVASCRIPT) | xargs -d '\n' -n 1 node --check
	tests/mutants/run check

explore: ## Explores every interleaving of the flows for a few users and boxes (LARGE=1: farther, for hours; ONLY="NAME...")
	@cargo build --locked --workspace --bin hotdesk-explore
	@$(TARGET)/debug/hotdesk-explore $(if $(filter-out 0 no false,$(LARGE)),large) $(ONLY)

# Without a sanitizer, which would want a nightly compiler: our own code has no unsafe line.
fuzz: ## Feeds what anybody may send to whoever reads it (FUZZ=600: for so many seconds)
	@$(INSTALL) fuzz >/dev/null
	@cargo run --locked --quiet -p hotdesk-fuzz --bin hotdesk-fuzz -- $(TARGET)/fuzz/corpus
	@PATH=$(FUZZER):$$PATH CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo fuzz run --fuzz-dir tests/fuzz --target-dir $(TARGET)/fuzz --sanitizer none \
		input $(TARGET)/fuzz/corpus -- -max_total_time=$(or $(FUZZ),600) -max_len=4200 -print_final_stats=1

mutants: ## Breaks promises on purpose and says which test notices, for an hour or two (ONLY="NAME..."; ITERATE=1: goes on)
	@read -r venv < <($(INSTALL) test mutants) && PATH=$(MUTANTS):$$venv/bin:$$PATH tests/mutants/run $(ONLY)

check-template: ## Checks what is deployed, without AWS: templates, built functions, a release (ARCH=arm64)
	@ARCH=$(ARCH) infra/aws/check/template

image: ## Proves the image of boxes: provisions a Debian 12 twice, and boots it in an emulator; as root
	@$(INSTALL) image >/dev/null
	@infra/workspace/editor/install.sh >/dev/null
	@infra/workspace/packer/check
	@cargo build --locked --bin hotdesk-agent
	@HOTDESK_AGENT=$(TARGET)/debug/hotdesk-agent HOTDESK_PYTHON=$$($(INSTALL) image | tail -n 1)/bin/python \
		infra/workspace/image-test/run

release: ## Makes the zips of the functions, what a box is made of, and their checksums (ARCH=arm64 or x86_64)
	@ARCH=$(ARCH) infra/aws/release/run $(RELEASED)

keys: ## Makes the first pair of keys, in the folder keys (rotation: docs/SECURITY.md)
	@cargo run --locked --quiet -p hotdesk-keys -- make

advisories: ## Looks for dependencies with known holes (needs the network)
	@$(INSTALL) lint >/dev/null
	$(DENY) check advisories
