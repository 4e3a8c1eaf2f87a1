# `make help` lists what there is. The tools come from tools/toolchain, which every recipe that needs them runs first.

PORT ?= 3000
TTL ?= 60
SIM_RUNS ?= 1000000
SECONDS ?= 60

tool := tools/toolchain run
wasm := tools/toolchain wasm
target := wasm32-unknown-unknown
module := --package momento-token-wasm
service := target/demo/vending
app := --manifest-path examples/yew/Cargo.toml --target-dir target/rust-app --target $(target) --release --locked
app_dist := target/rust-app/dist
web = cargo test --package momento-token-wasm --target $(target) --test web

crate := $(shell find src -type f) Cargo.toml Cargo.lock
package := $(patsubst %,tools/%.mjs,pkg embed glue imports carry) package-lock.json README.md CHANGELOG.md $(shell find pkg-template -type f)
site := tools/site.mjs $(shell find www -type f -not -path 'www/dist/*' -not -path '*/node_modules/*')

# What `make quick` leaves out, being a third of the time: every engine without every newer feature, and installs beside
# other versions of React and Vue.
slow := tests/package/engines.test.mjs tests/package/peers.test.mjs

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup pkg site service vending demo quick test check test-native test-web test-types test-pkg test-bindings test-cli test-momento test-tools test-rust-app test-e2e chromium browsers test-browsers test-browsers-long matrix matrix-ci reproducible sim scale fuzz bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-19s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the tools that build: wasm target, wasm-pack, wasm-bindgen, npm packages
	@tools/toolchain

demo: pkg site service ## serve the site with a token vending service; PORT=3000, TTL=60 seconds a token
	@echo 'demo: tokens live $(TTL) s; Ctrl-C ends it'
	@$(service) --issuer embedded --port $(PORT) --ttl $(TTL) --refresh-ttl 86400 --site www/dist --demo

quick: pkg ## within two minutes, once built: the crate's tests with fewer random cases, and the package's in Node.js
	PROPTEST_CASES=64 SIM_RUNS=2000 cargo test --package momento-token-wasm
	$(tool) node --test --test-concurrency=4 $(filter-out $(slow),$(wildcard tests/package/*.test.mjs))

test: browsers check test-native test-web test-types test-pkg test-bindings test-cli test-momento test-tools test-rust-app test-e2e test-browsers matrix-ci ## everything: lints, native, WebAssembly, package and browser tests
	@echo 'make test: all passed'

check: ## lints only: formatting, Biome, clippy for this machine and for WebAssembly, with each feature and without
	@tools/toolchain check
	cargo fmt --all --check
	cargo fmt --manifest-path examples/yew/Cargo.toml --check
	$(tool) biome ci --error-on-warnings .
	node tools/features.mjs clippy --all-targets -- -D warnings
	$(wasm) node tools/features.mjs clippy $(module) --target $(target) --lib -- -D warnings
	$(wasm) cargo clippy $(module) --target $(target) --tests -- -D warnings
	$(wasm) cargo clippy $(app) -- -D warnings

test-native: ## Rust tests on this machine, with each feature and without: crate, properties, fuzz seeds, prost and serde_json beside us, short simulation, vending service
	node tools/features.mjs test

test-web: browsers ## the crate's WebAssembly tests (tests/web.rs) in Chromium, Firefox and WebKit
	$(wasm) env -u GECKODRIVER -u SAFARIDRIVER $(web)
	$(wasm) sh -c 'exec env -u CHROMEDRIVER -u SAFARIDRIVER GECKODRIVER="$$FIREFOX_DRIVER" $(web)'
	$(wasm) sh -c 'exec env -u CHROMEDRIVER -u GECKODRIVER SAFARIDRIVER="$$WEBKIT_DRIVER" xvfb-run -a $(web)'

test-types: pkg ## the package's type declarations, under tsc --strict of each version that README names, as Node.js and as bundlers resolve modules; publint, attw
	$(tool) node node_modules/typescript/bin/tsc --strict --noEmit --project tests/types
	$(tool) node node_modules/typescript/bin/tsc --strict --noEmit --project tests/types/tsconfig.bundler.json
	$(tool) node node_modules/typescript/bin/tsc --strict --noEmit --project tests/types/node
	$(tool) node node_modules/typescript5/bin/tsc --strict --noEmit --project tests/types
	$(tool) node node_modules/typescript5/bin/tsc --strict --noEmit --project tests/types/tsconfig.bundler.json
	$(tool) node --test --test-reporter=spec tests/types/versions.test.mjs tests/types/standalone.test.mjs
	$(tool) publint run --strict pkg
	$(tool) attw --pack pkg --exclude-entrypoints token.wasm decode.wasm --quiet

test-pkg: pkg ## the package as Node.js loads it (tests/package)
	$(tool) node --test --test-reporter=spec tests/package/*.test.mjs

test-bindings: pkg browsers ## useToken with the real React (18 and 19) and Vue, in Chromium, Firefox and WebKit and on a server
	$(tool) node --test --test-reporter=spec --test-concurrency=1 tests/bindings/*.test.mjs

test-cli: pkg ## the package's command and its scan, on real builds of React and Vue apps (tests/cli)
	$(tool) node --test --test-reporter=spec tests/cli/*.test.mjs

test-momento: pkg browsers ## momento-token-wasm/momento with Momento's own SDK, in Node.js, Chromium, Firefox and WebKit (tests/momento)
	$(tool) node --test --test-reporter=spec --test-concurrency=1 tests/momento/*.test.mjs

test-tools: pkg site service ## the tools themselves: what make demo installs and starts, which features are built (tests/tools)
	$(tool) node --test --test-reporter=spec tests/tools/*.test.mjs

test-rust-app: pkg chromium ## an app in Rust that depends on the crate: examples/yew, built and run in headless Chromium (tests/rust-app)
	$(wasm) cargo build $(app)
	$(wasm) wasm-bindgen --target web --no-typescript --out-dir $(app_dist) target/rust-app/$(target)/release/momento-token-yew.wasm
	cp examples/yew/index.html examples/yew/main.js $(app_dist)
	$(tool) node --test --test-reporter=spec --test-concurrency=1 tests/rust-app/*.test.mjs

test-e2e: pkg site service chromium ## the package and the site in headless Chromium (tests/e2e)
	$(tool) node --test --test-reporter=spec --test-concurrency=1 tests/e2e/*.test.mjs

test-browsers: pkg browsers ## the refresher in Chromium, Firefox and WebKit: tabs, sleep, hostile services (tests/browsers)
	$(tool) node --test-reporter=spec tests/browsers/browsers.test.mjs

test-browsers-long: pkg browsers ## what takes minutes there: 50 rotations of 20 tabs, timers throttled for as long as it takes
	LONG=1 $(tool) node --test-reporter=spec tests/browsers/browsers.test.mjs

chromium: ## install Chromium with its driver, where it is missing
	@tools/toolchain chromium

browsers: ## install Chromium, Firefox and WebKit with their drivers, where they are missing
	@tools/toolchain browsers

matrix: pkg browsers ## every bundler and runtime that takes the package without set-up, installed and run; writes docs/matrix.md
	$(wasm) node tests/matrix/run.mjs

matrix-ci: pkg chromium ## a part of it: esbuild, Vite, Rollup, Node.js, a page without tools, workers, in Chromium
	$(wasm) node tests/matrix/run.mjs --ci

reproducible: pkg ## build the package once more, in a folder of another name: the tarballs are to be the same
	$(wasm) node tests/reproducible.mjs

sim: ## the long simulation of the refresher: half the runs alone, half with several tabs; SIM_RUNS=1000000
	SIM_RUNS=$$(( $(SIM_RUNS) / 2 )) cargo test --release --test sim -- --nocapture

scale: ## a million clients against a vending service; writes docs/scale.md and docs/scale.svg
	cargo run --release --example scale

fuzz: ## fuzz each reader of untrusted text, SECONDS=60 each; needs a nightly Rust
	@tools/fuzz $(SECONDS)

bench: pkg chromium ## speed beside a hand-written floor and Momento's SDK, in Node.js and Chromium, warm and cold; the scan; sizes; which bounds hold
	$(tool) node benches/run.mjs

pkg: target/pkg.stamp ## assemble the npm package in pkg/
# A bare `wasm-pack build` writes pkg/ too. The stamp is therefore older than a pkg/ that is not ours, and one that is
# gone counts as newer.
target/pkg.stamp: $(crate) $(package) pkg/package.json | setup
	$(wasm) node tools/pkg.mjs
	@mkdir -p $(@D) && touch $@
pkg/package.json: ;

site: www/dist/index.html ## build the site into www/dist/
www/dist/index.html: target/pkg.stamp $(site) | setup
	$(tool) npm run --silent build:site
	@touch $@

service: # the vending service as `make demo` and the tests of pages start it: soon built, and quick enough
	cargo build --profile demo --package vending

vending: ## build the vending service, optimised
	cargo build --release --package vending

clean: ## remove what was built; the installed tools stay
	rm -rf target pkg www/dist test-results
