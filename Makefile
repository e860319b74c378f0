# hotdesk on a desk: `make` alone says what there is.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help tools editor build up smoke security pages api test lint fuzz keys advisories

TARGET := $(or $(CARGO_TARGET_DIR),target)
CACHE := $(or $(HOTDESK_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/hotdesk)
INSTALL := infra/local/tools/install.sh
DENY = $(CACHE)/cargo-deny-$(shell sed -n 's/^cargo_deny=//p' $(INSTALL))/bin/cargo-deny --locked
FUZZER = $(CACHE)/cargo-fuzz-$(shell sed -n 's/^cargo_fuzz=//p' $(INSTALL))/bin
FUNCTIONS := dispatch idle-reaper lifecycle ping provision sign-in
DEPLOYED := $(FUNCTIONS:%=--bin %) --bin hotdesk-agent

# Files of ours by their kind, new ones too.
ALL_FILES := git ls-files --cached --others --exclude-standard --deduplicate
SCRIPTS := $(ALL_FILES) | xargs -d '\n' grep -lsE '^\#!(/usr/bin/env |/bin/)(ba)?sh'
LUA := $(ALL_FILES) '*.lua'
JAVASCRIPT := $(ALL_FILES) '*.js' '*.mjs'

help: ## Says what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
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
smoke: ## Runs it and goes through the main job with a browser
	@$(INSTALL) smoke >/dev/null
	@infra/workspace/editor/install.sh >/dev/null
	@$(MAKE) --no-print-directory build
	@STACK=$(TARGET)/debug/hotdesk-stack $$(infra/workspace/editor/install.sh)/node_modules/node-linux-*/bin/node \
		tests/browser/smoke.mjs

security: ## Attacks it: the part of smoke that tries to get into others' boxes, by itself
	@$(INSTALL) smoke >/dev/null
	@infra/workspace/editor/install.sh >/dev/null
	@$(MAKE) --no-print-directory build
	@STACK=$(TARGET)/debug/hotdesk-stack $$(infra/workspace/editor/install.sh)/node_modules/node-linux-*/bin/node \
		tests/browser/smoke.mjs security

pages: ## Looks at every page in each of its states, and at the heartbeat (PICTURES=docs/img: the README's pictures)
	@$(INSTALL) smoke >/dev/null
	@infra/workspace/editor/install.sh >/dev/null
	@$(MAKE) --no-print-directory build
	@STACK=$(TARGET)/debug/hotdesk-stack; export STACK; \
		for run in heartbeat pages; do \
			$$(infra/workspace/editor/install.sh)/node_modules/node-linux-*/bin/node tests/browser/$$run.mjs; \
		done

api: ## Asks the API everything that openapi.yaml allows, and everything that it does not
	@$(INSTALL) api >/dev/null
	@infra/workspace/editor/install.sh >/dev/null
	@$(MAKE) --no-print-directory build
	@SCHEMATHESIS=$$($(INSTALL) api | sed -n 1p) STACK=$(TARGET)/debug/hotdesk-stack \
		$$(infra/workspace/editor/install.sh)/node_modules/node-linux-*/bin/node tests/browser/api.mjs

test: ## Runs the tests; as root, as boxes are made of namespaces
	@$(INSTALL) test >/dev/null
	@infra/workspace/editor/install.sh >/dev/null
	cargo test --locked --workspace

lint: ## Checks format, code, licences, scripts
	@$(INSTALL) lint >/dev/null
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	$(DENY) check --hide-inclusion-graph bans licenses sources
	$(SCRIPTS) | xargs -d '\n' shellcheck
	infra/workspace/units/check
	$(LUA) | xargs -d '\n' -r luac5.1 -p
	$(JAVASCRIPT) | xargs -d '\n' -n 1 node --check

# Without a sanitizer, which would want a nightly compiler: our own code has no unsafe line.
fuzz: ## Feeds what anybody may send to whoever reads it (FUZZ=600: for so many seconds)
	@$(INSTALL) fuzz >/dev/null
	@cargo run --locked --quiet -p hotdesk-fuzz --bin hotdesk-fuzz -- $(TARGET)/fuzz/corpus
	@PATH=$(FUZZER):$$PATH CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo fuzz run --fuzz-dir tests/fuzz --target-dir $(TARGET)/fuzz --sanitizer none \
		input $(TARGET)/fuzz/corpus -- -max_total_time=$(or $(FUZZ),600) -max_len=4200 -print_final_stats=1

keys: ## Makes the first pair of keys, in the folder keys (rotation: docs/SECURITY.md)
	@cargo run --locked --quiet -p hotdesk-keys -- make

advisories: ## Looks for dependencies with known holes (needs the network)
	@$(INSTALL) lint >/dev/null
	$(DENY) check advisories
