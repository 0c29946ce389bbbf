# Two commands for a newcomer: make run, make test. They need Go, make and git only.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run build generate verify vet lint test check fuzz bench interop

# What makes go test look for races, which needs a C compiler; check sets it.
RACE ?=
# Tests share a database server for each package, and there are few processors.
TESTFLAGS ?= -timeout 14m

help: ## Show this help
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

run: build ## Build and start the server with demo data in ./data
	bin/dunwell serve --demo --data ./data

build: ## Build bin/dunwell
	go build -o bin/dunwell ./cmd/dunwell

generate: ## Generate gen/ from api/openapi.yaml
	go generate ./...

verify: ## Check the contract: drift of gen/, validity, examples, extensions, breaking changes
	go run ./internal/verify

vet: ## go vet, formatting, and a go.mod that is tidy
	go vet ./...
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [ -n "$$unformatted" ]; then echo "not formatted:"; echo "$$unformatted"; exit 1; fi
	go mod tidy -diff

# The linter has a mod file of its own, so that users of the module do not inherit what it needs.
lint: bin/golangci-lint ## Lint, import arrows included
	bin/golangci-lint run --allow-parallel-runners ./...

bin/golangci-lint: internal/tools/go.mod internal/tools/go.sum
	go -C internal/tools build -o $(CURDIR)/bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

test: ## Run all tests, on PostgreSQL too if it is installed
	@$(postgres) || { [ "$$DUNWELL_REQUIRE_POSTGRES" = 1 ] && { echo "PostgreSQL is required and not installed"; exit 1; } || true; }
	go test $(RACE) $(TESTFLAGS) ./...
	@$(postgres) || printf '\n%s\n' \
		'*****************************************************************************' \
		'*** PostgreSQL is not installed: every test of it was SKIPPED.            ***' \
		'*** Install it, or set DUNWELL_TEST_DATABASE_URL=postgres://user:pw@host/ ***' \
		'*****************************************************************************'

# Whether the tests find a PostgreSQL; see internal/store/storetest.
postgres = { [ -n "$$DUNWELL_TEST_DATABASE_URL" ] || command -v initdb || [ -x "$$(pg_config --bindir 2>/dev/null)/initdb" ] || ls /usr/lib/postgresql/*/bin/initdb; } >/dev/null 2>&1

check: verify vet lint ## verify, vet, lint, and the tests with the race detector; CI runs this and interop
	$(MAKE) test RACE='$(race)'
	go test $(TESTFLAGS) -run '$(unraced)' ./client ./api/validate ./api/conformance
	go test $(TESTFLAGS) -tags crash ./internal/crash

# SQLite is C put into Go: what it does with its own memory, one connection at a time, says nothing about ours, and takes
# more than half of the time of all that is looked at.
race = -race -gcflags=modernc.org/...=-race=false

# What counts bytes and allocations means nothing under the race detector, and a hundred servers take minutes under it.
unraced = ^(TestWalkALongList|TestAcceptingDoesNotAllocate|TestMutants|TestAnswersWithoutSense)$$

FUZZTIME ?= 30s
fuzz: ## Run every fuzz target for FUZZTIME
	@for package in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			echo "$$package $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done; \
	done

bench: ## Measure, and write docs/benchmarks.md
	go test -run '^$$' -bench 'PutInvoice|ListInvoices|Upload' -benchmem -cpu 1 ./api/serve
	go -C internal/bench run . -out $(CURDIR)/docs/benchmarks.md

# What others wrote comes from npm. It is installed from the lock file, runs none of its own install scripts, and never
# enters the repository.
interop: ## Try linters, clients, a proxy and a mail server of others (needs Node 20, Java, poppler)
	@if $(foreign); then \
		$(MAKE) --no-print-directory internal/interop/node_modules/.package-lock.json && \
		DUNWELL_TEST_INTEROP=1 go -C internal/interop test -count=1 $(TESTFLAGS); \
	elif [ "$$DUNWELL_REQUIRE_NODE" = 1 ]; then echo "Node 20.19 or newer, npm, Java and pdftotext (poppler-utils) are required and not installed"; exit 1; \
	else printf '%s\n' \
		'*****************************************************************************' \
		'*** Node 20.19 or newer, npm, Java or pdftotext is missing: linters,      ***' \
		'*** clients, proxies and mail programs of others were NOT TRIED.          ***' \
		'*****************************************************************************'; \
	fi

foreign = { node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || a == 20 && b >= 19 ? 0 : 1)' && command -v npm && command -v java && command -v pdftotext; } >/dev/null 2>&1

internal/interop/node_modules/.package-lock.json: internal/interop/package-lock.json
	cd internal/interop && npm ci
