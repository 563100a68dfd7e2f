# `make demo` and `make test` need nothing but Debian 12 and a Swift toolchain: they install what is missing.
SWIFT_RELEASE = swift build -c release --static-swift-stdlib
PRODUCTS = flowd flowctl flowd-launch
PREFIX ?= $(HOME)/.local

.PHONY: setup build release demo test torture bench lint format proto install clean

setup:
	@scripts/setup test

build:
	@scripts/setup build
	swift build

release:
	@scripts/setup build
	@for product in $(PRODUCTS); do $(SWIFT_RELEASE) --product $$product || exit 1; done

demo: release
	@scripts/demo

test: setup
	@scripts/run-tests

# A thousand crashes instead of fifty, and an hour of fuzzing.
torture: setup
	@FLOWD_CRASH_ROUNDS=1000 FLOWD_RUN_KILLS=40 FLOWD_RUN_STEPS=5000 FLOWD_FUZZ_SECONDS=1800 scripts/run-tests outside fuzz

bench: setup
	@Benchmarks/peers/setup
	@Benchmarks/run $(BENCH)

lint:
	@scripts/lint

format:
	@scripts/lint --fix

proto: setup
	@scripts/generate-contract

install: release
	install -d "$(PREFIX)/bin"
	for product in $(PRODUCTS); do install -m 755 .build/release/$$product "$(PREFIX)/bin/"; done

clean:
	rm -rf .build .venv .venv-peers .venv-litellm Benchmarks/build
