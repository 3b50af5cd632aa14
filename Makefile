# Go is all that is needed; the tools come through the module proxy in the versions that stand here.
GOLANGCI_VERSION ?= v2.15.0
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)

MODULE := github.com/portico-emulator/portico

FUZZTIME ?= 30s
BENCH    ?= .
ARGS     ?=
IMAGE    ?= portico:dev

.DEFAULT_GOAL := help

help: ## say what there is (this)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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
	go test -race ./...

golden: ## write conversations and pages anew from the answers as they are now; read the diff
	go test $$(go list -f '{{range .XTestImports}}{{if eq . "$(MODULE)/emulator/internal/golden"}}{{$$.ImportPath}}{{end}}{{end}}' ./emulator/...) -run Golden -update
	go test ./cmd/portico -run Golden -update

fuzz: ## try inputs that nobody thought of, FUZZTIME for each target
	@go test -list '^Fuzz' ./... | awk '/^Fuzz/ {f[n++] = $$1} /^ok/ {for (i = 0; i < n; i++) print f[i], $$2; n = 0}' | \
	while read -r target package; do \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package" || exit 1; \
	done

bench: ## measure; BENCH picks by pattern
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

coverage: ## show which lines the tests never reach
	@mkdir -p build
	go test -coverpkg ./... -coverprofile build/coverage.out ./...
	go tool cover -html build/coverage.out -o build/coverage.html
	@go tool cover -func build/coverage.out | tail -1

run: ## serve; ARGS are further flags
	go run ./cmd/portico serve $(ARGS)

binary: ## build a static Linux binary
	CGO_ENABLED=0 GOOS=linux go build -trimpath -ldflags "-s -w" -o build/portico ./cmd/portico

image: binary ## wrap it into an image from scratch, without a network
	docker build --tag $(IMAGE) .

clean: ## throw away what was built
	rm -rf build

.PHONY: help check fmt fmt-check vet lint test race golden fuzz bench coverage run binary image clean
