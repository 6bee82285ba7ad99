# make test installs what the tests need (Debian packages, npm packages) and runs them all.
# make check, unit, real, bench, scoreboard, score, fuzz are its parts. make killmatrix is the long form of one of its tests.

GO ?= go
STATICCHECK = $(GO) tool -modfile=tools/staticcheck/go.mod staticcheck

.PHONY: test deps check unit killmatrix confdiff bench scoreboard score fuzz generate learn

test: deps check unit

deps:
	tools/install-servers.sh

check:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "not gofmt'ed: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(STATICCHECK) ./...
	$(GO) run ./tools/causelist causes && git diff --exit-code -- causes

unit:
	$(GO) test -race -timeout 40m ./...

# why401 beside curl against the same local server
bench:
	tools/bench.sh

# why401 fix and undo, killed or failed at each of their system calls with each fault; about a quarter of an hour
killmatrix:
	$(GO) test ./fix -run TestKilledAt -full -v -timeout 2h

# every real-server scenario with its verdict
scoreboard:
	$(GO) run ./tools/scoreboard

# labelled cases, diagnosed offline: how often the verdict is right. CASES names one or more folders of YAML files.
CASES ?= $(wildcard lab/cases/*/)
score:
	$(GO) run ./tools/score $(CASES)

# what likeness knows (causes/all/likeness.bin), from the pages, lab/tellings and the labelled cases
learn:
	$(GO) run ./tools/learn $(wildcard lab/cases/*/)

# each parser for a minute
FUZZTIME ?= 60s
fuzz:
	tools/fuzz.sh $(FUZZTIME)

# the traces of server configurations beside the real servers, over random configurations and requests
CONFDIFF ?= 20000
CONFDIFF_SEED ?= 1
confdiff:
	CONFDIFF=$(CONFDIFF) CONFDIFF_SEED=$(CONFDIFF_SEED) $(GO) test -count=1 -v -timeout 120m ./lab/confdiff/...

generate:
	$(GO) generate ./causes/all ./internal/lazyregexp
