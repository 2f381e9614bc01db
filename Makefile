# The two commands of the README are `make run` and `make test`; `make help` tells the rest.
SHELL := /bin/bash
SUDO := $(shell [ "$$(id -u)" = 0 ] || command -v sudo)
CONFIGURATION ?= Release
BIN := artifacts/bin
DOTNET_FLAGS := --nologo -v quiet -c $(CONFIGURATION)
PUBLISH_FLAGS := $(DOTNET_FLAGS) -r linux-x64 -p:CppCompilerAndLinker=clang-19

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
UNITDIR ?= $(SYSCONFDIR)/systemd/system

export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

.PHONY: help install uninstall run test test-long fuzz test-kernels bench build publish format format-check clean setup

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

setup: ## Install from Debian what is missing (root)
	@$(SUDO) scripts/setup

run: setup publish ## Show it: four containers, a policy, what passes and what does not
	@$(SUDO) dotnet run --project tools/Ciliate.Demo -c $(CONFIGURATION) -v quiet -- --bin $(BIN)

test: setup publish ## All tests, on the real kernel and on Linux 6.1 in a virtual machine
	@$(SUDO) scripts/test $(CONFIGURATION)

test-long: setup publish build ## A million verdicts of oracle, engine and kernel compared, the agent killed a thousand times; SEED= repeats a run
	@$(SUDO) scripts/test-long $(CONFIGURATION) $(SEED)

fuzz: setup build ## Frames at the hooks against the oracle; ELF, BTF, policies and API by coverage. TARGET=, FRAMES=, SECONDS=, SEED=
	@$(SUDO) scripts/fuzz $(CONFIGURATION) "$(TARGET)" "$(SEED)" "$(FRAMES)" "$(SECONDS)"

test-kernels: setup publish build ## The tests for other kernels: Debian 12's own and the newest backported one, in virtual machines
	@$(SUDO) scripts/test-kernels $(CONFIGURATION)

bench: setup publish ## Measure beside bare veth and bridge; results in bench/results/latest.jsonl
	@$(SUDO) dotnet run --project bench/Ciliate.Bench -c $(CONFIGURATION) -v quiet --

build: ## Everything, for development
	@dotnet build Ciliate.slnx $(DOTNET_FLAGS)

publish: ## The executables ciliated and ciliate, compiled ahead of time, in artifacts/bin
	@echo "building ciliated and ciliate (NativeAOT)"
	@dotnet publish src/Ciliate.Agent $(PUBLISH_FLAGS) -o $(BIN)
	@dotnet publish src/Ciliate.Cli $(PUBLISH_FLAGS) -o $(BIN)

install: ## Install what `make publish` made, with a systemd unit, below PREFIX=/usr/local; DESTDIR=, SYSCONFDIR=/etc
	@scripts/install install "$(DESTDIR)" "$(PREFIX)" "$(SYSCONFDIR)" "$(UNITDIR)" "$(BIN)"

uninstall: ## Remove what `make install` made, but for a configuration that was changed
	@scripts/install uninstall "$(DESTDIR)" "$(PREFIX)" "$(SYSCONFDIR)" "$(UNITDIR)" "$(BIN)"

format: ## Format C# and C
	@dotnet format Ciliate.slnx
	@clang-format-19 -i bpf/*.c bpf/*/*.h

format-check: ## Fail if something is not formatted
	@dotnet format Ciliate.slnx --verify-no-changes --exclude-diagnostics CS0246 # types that a build generates
	@clang-format-19 --dry-run -Werror bpf/*.c bpf/*/*.h

clean: ## Remove what was built
	@rm -rf artifacts build TestResults
	@find . -type d \( -name bin -o -name obj \) -not -path './.git/*' -prune -exec rm -rf {} +
