# Go is all that is needed; the tools come through the module proxy in the versions that stand here.
GOLANGCI_VERSION ?= v2.15.0
GOVULNCHECK_VERSION ?= v1.9.0
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

MODULE  := github.com/portico-emulator/portico
TESTING := emulator/internal/testing

# A pipe fails if any of its commands does.
SHELL       := bash
.SHELLFLAGS := -o pipefail -c

FUZZTOTAL ?= 10m
BENCH    ?= .
SOAK     ?= 60s
KILLS    ?= 300
ARGS     ?=
IMAGE    ?= portico:dev

.DEFAULT_GOAL := help

help: ## say what there is (this)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

check: fmt-check vet lint test ## all that a change must pass

fmt: ## lay the code out: gofumpt, and imports in three groups
	$(GOLANGCI) fmt

fmt-check: ## tell where fmt would change something
	$(GOLANGCI) fmt --diff

vet: ## find what the compiler lets through
	go vet ./...

lint: ## find what reviewers would
	$(GOLANGCI) run

test: ## run all tests
	go test ./...

race: ## run all tests again, watching for data races (needs a C compiler)
	go test -race -timeout 40m ./...

golden: ## write conversations and pages again from the answers as they are now; read the diff
	go test $$(go list -f '{{range .XTestImports}}{{if eq . "$(MODULE)/$(TESTING)/client"}}{{$$.ImportPath}}{{end}}{{end}}' ./emulator/...) -run Golden -update
	go test ./emulator/cli -run Golden -update

vuln: ## look for known weaknesses in what is linked; needs the database at vuln.go.dev
	go run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION) ./...

fuzz: ## try generated inputs, all targets in FUZZTOTAL or each for FUZZTIME, and write the figures; FUZZ picks by pattern
	FUZZTOTAL='$(FUZZTOTAL)' FUZZTIME='$(FUZZTIME)' FUZZ='$(FUZZ)' $(TESTING)/fuzz.sh

fuzz-keep: ## keep some of the inputs that fuzz found as tests; those that failed are there already
	FUZZ='$(FUZZ)' $(TESTING)/fuzz.sh keep

bench: ## measure, and write the figures into docs/reliability.md; BENCH picks by pattern
	@mkdir -p build
	go test -p 1 -run '^$$' -bench '$(BENCH)' -benchmem ./... 2>&1 | tee build/bench.log
	go run ./$(TESTING)/bench <build/bench.log | $(TESTING)/section.sh bench 'make bench'

soak: ## have 64 clients call all vendors for SOAK, count everything again, and write the figures
	@mkdir -p build
	go test -count=1 -timeout 30m -run '^TestSoak$$' -v ./emulator -args -soak $(SOAK) | tee build/soak.log
	sed -n 's/^ *|/|/p' build/soak.log | $(TESTING)/section.sh soak 'make soak SOAK=$(SOAK)'

kill: ## kill a server with a state file under load, KILLS times, and look whether anything acknowledged is gone
	@mkdir -p build
	PORTICO_KILLS=$(KILLS) go test -count=1 -timeout 30m -run '^TestKill$$' -v ./emulator/cli | tee build/kill.log
	sed -n 's/^ *kill_test.go:[0-9]*: //p' build/kill.log | $(TESTING)/section.sh kill 'make kill KILLS=$(KILLS)'

coverage: ## show which lines the tests never reach
	@mkdir -p build
	go test -coverpkg ./... -coverprofile build/coverage.out ./...
	go tool cover -html build/coverage.out -o build/coverage.html
	@go tool cover -func build/coverage.out | tail -1

run: ## serve; ARGS are further flags
	go run ./cmd/portico serve $(ARGS)

binary: ## build a static Linux binary
	CGO_ENABLED=0 GOOS=linux go build -trimpath -ldflags "-s -w" -o build/portico ./cmd/portico

image: binary ## wrap it into an image from scratch, without a network; GOARCH chooses for which processor
	@mkdir -p build/state
	docker build --platform linux/$$(go env GOARCH) --tag $(IMAGE) \
		--build-arg VERSION="$$(sed -n 's/^const Version = "\(.*\)"/\1/p' emulator/internal/app/emulator.go)" \
		--build-arg REVISION="$$(git describe --always --dirty --abbrev=40 --exclude '*' 2>/dev/null)" \
		--build-arg CREATED="$$(git log -1 --format=%cI 2>/dev/null)" .

image-all: ## build the images for amd64 and arm64, a tag for each, without emulation
	$(MAKE) image GOARCH=amd64 IMAGE=$(IMAGE)-amd64
	$(MAKE) image GOARCH=arm64 IMAGE=$(IMAGE)-arm64
	$(MAKE) binary

container-test: image ## run the tests that need Docker; here none may be skipped
	PORTICO_REQUIRE_DOCKER=1 PORTICO_IMAGE=$(IMAGE) go test -count=1 ./testkit/container

clean: ## throw away what was built
	rm -rf build

.PHONY: help check fmt fmt-check vet lint test race golden vuln fuzz fuzz-keep bench soak kill coverage run binary image image-all container-test clean
