# The project's commands. On a fresh Debian machine `make demo` and `make test` each do all the set-up
# they need; nothing outside this folder is written, except what `apt` and `cargo` keep for themselves.

PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= auto
PEER_RESTIC := $(CURDIR)/.peers/usr/bin/restic
WORDS := $(wildcard src/notou/words/locales/*/LC_MESSAGES/notou.po)
RUST := $(wildcard native/Cargo.toml native/Cargo.lock native/src/*.rs native/src/*/*.rs)
CODE := src tests tools bench
# Not only there: a cargo of rustup without a toolchain is there and does nothing.
CARGO_RUNS := cargo --version >/dev/null 2>&1

# The kernel's own tests call nothing of Python, and Python's library to link with is not on every machine:
# what they would need of it is left unresolved, which a program that is not relocated bears.
UNRESOLVED := -C target-feature=+crt-static -C relocation-model=static -C link-arg=-Wl,--unresolved-symbols=ignore-all

.PHONY: demo test kernel-test lint format bench changelog words install clean

demo: install
	$(BIN)/python -m tools.demo

test: install peers kernel-test
	NOTOU_RESTIC=$(PEER_RESTIC) $(BIN)/pytest -q -n $(WORKERS) --dist worksteal

kernel-test:
	@if $(CARGO_RUNS); then cd native && PYO3_BUILD_EXTENSION_MODULE=1 RUSTFLAGS="$(UNRESOLVED)" \
		cargo test --locked --quiet --target "$$(rustc --print host-tuple)"; \
	else echo "test: no cargo here, so the kernel's own tests were not run."; fi

lint: install
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/mypy tests tools bench
	$(BIN)/lint-imports
	$(BIN)/python tools/changelog.py check
	$(BIN)/python -m tools.words check
	@if $(CARGO_RUNS); then cd native && cargo fmt --check && cargo clippy --release --all-targets --quiet -- -D warnings; \
	else echo "lint: no cargo here, so native/ was not checked."; fi

format: install
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)
	cd native && cargo fmt

bench: install
	tools/peers.sh bench
	PATH="$(CURDIR)/.peers/bin:$$PATH" NOTOU_RESTIC=$(PEER_RESTIC) $(BIN)/python -m bench

changelog: install
	$(BIN)/python tools/changelog.py write

# What the program says, gathered into the catalogues for translators (docs/translating.md), and compiled.
words: install
	$(BIN)/python -m tools.words update

install: .venv/.installed

.venv/.installed: pyproject.toml setup.py $(RUST) $(WORDS)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Notou needs Python 3.11 or newer; name one with 'make PYTHON=python3.11'."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python cannot make environments here; run 'apt-get install python3-venv' as root, then make again."; exit 1; }
	@$(CARGO_RUNS) || echo "No cargo on this machine: installing with the reference kernel, which is much slower (see 'notou doctor')."
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@$(BIN)/python -c 'import notou.kernel._native' 2>/dev/null || ! $(CARGO_RUNS) || \
		echo "The native kernel was not built, so the much slower reference kernel runs; 'cargo build --release' in native/ says why."
	touch $@

.PHONY: peers
peers:
	tools/peers.sh

clean:
	rm -rf .venv .peers build dist native/target src/*.egg-info src/notou/kernel/_native*.so \
		src/notou/words/locales/*/LC_MESSAGES/notou.mo
