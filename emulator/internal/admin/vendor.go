package admin

import (
	"net/http"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/fixture"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// Name is the admin plane's among the vendors, Base the path under which it is.
const (
	Name = "portico"
	Base = "/_portico"
)

// Vendor is the admin plane as a table.
func Vendor() *api.Vendor {
	return &api.Vendor{
		Name: Name, Title: "portico", Version: "1", Base: Base, Slash: true, Quiet: true,
		Operations: operations(),
		Security:   `{"type":"http","scheme":"bearer","description":"Only where the server was started with an admin token."}`,
		Problem:    "Problem",
		Dialect: api.Dialect{
			Gate:   []api.Check{host, sameOrigin, token},
			Checks: []api.Check{media, rest.Input},
			Fail:   fail,
			Stamp:  func(t time.Time) []byte { return api.Quote(t.Format(time.RFC3339Nano)) },
		},
	}
}

// health is the one row that answers without a token.
const health = "get-health"

func operations() []api.Operation {
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	read, write := []int{401, 403}, []int{400, 401, 403, 413, 415}
	with := func(some []int, more ...int) []int { return append(append([]int(nil), some...), more...) }
	return []api.Operation{
		{
			ID: "get-index", Method: get, Path: "", Summary: "List what is here", Tag: "Emulator",
			Reply: "Index", Status: 200, Errors: read, Bare: true, Do: index,
		},
		{
			ID: health, Method: get, Path: "/health", Summary: "Tell that the emulator answers; needs no token", Tag: "Emulator",
			Reply: "Health", Status: 200, Errors: []int{403}, Bare: true, Do: healthy,
		},
		{
			ID: "list-operations", Method: get, Path: "/operations", Summary: "List the operations of the vendors, or of one", Tag: "Emulator",
			Query: "VendorQuery", Reply: "Operations", Status: 200, Errors: with(read, 400), Bare: true, Do: listOperations,
		},
		{
			ID: "get-openapi", Method: get, Path: "/openapi/{vendor}.json", Summary: "Describe a vendor's operations as OpenAPI 3.1", Tag: "Emulator",
			Media: "application/json", Status: 200, Errors: with(read, 404), Bare: true, Do: document,
		},
		{
			ID: "list-credentials", Method: get, Path: "/credentials", Summary: "List who may call the vendors, or one", Tag: "Emulator",
			Query: "VendorQuery", Reply: "Credentials", Status: 200, Errors: with(read, 400), Bare: true, Do: listCredentials,
		},
		{
			ID: "list-worlds", Method: get, Path: "/worlds", Summary: "List the worlds", Tag: "Worlds",
			Reply: "Worlds", Status: 200, Errors: read, Bare: true, Do: listWorlds,
		},
		{
			ID: "create-world", Method: post, Path: "/worlds", Summary: "Create a world", Tag: "Worlds",
			Body: "CreateWorld", Reply: "World", Status: 201, Errors: with(write, 404, 409), Bare: true, Do: createWorld,
		},
		{
			ID: "get-world", Method: get, Path: "/worlds/{name}", Summary: "Show a world", Tag: "Worlds",
			Reply: "World", Status: 200, Errors: with(read, 404), Bare: true, Do: getWorld,
		},
		{
			ID: "delete-world", Method: del, Path: "/worlds/{name}", Summary: "Delete a world; the default one stays", Tag: "Worlds",
			Status: 204, Errors: with(read, 404, 409, 415), Bare: true, Do: deleteWorld,
		},
		{
			ID: "reset", Method: post, Path: "/reset", Summary: "Make the world as it was born", Tag: "Worlds",
			Status: 204, Errors: with(read, 415), Bare: true, Do: reset,
		},
		{
			ID: "count-documents", Method: get, Path: "/state", Summary: "Count the documents of each kind", Tag: "State",
			Reply: "Counts", Status: 200, Errors: read, Bare: true, Do: count,
		},
		{
			ID: "list-documents", Method: get, Path: "/state/{kind}", Summary: "List the documents of a kind as they are stored", Tag: "State",
			Reply: "Documents", Status: 200, Errors: with(read, 404), Do: listDocuments,
		},
		{
			ID: "create-document", Method: post, Path: "/state/{kind}", Summary: "Bring a document into the world; given ids and times are kept", Tag: "State",
			Body: "CreateDocument", Reply: "Document", Status: 201, Errors: with(write, 404, 409), Do: createDocument,
		},
		{
			ID: "get-document", Method: get, Path: "/state/{kind}/{id}", Summary: "Show a document as it is stored; settings that are not stored yet from their defaults", Tag: "State",
			Reply: "Document", Status: 200, Errors: with(read, 404), Do: getDocument,
		},
		{
			ID: "update-document", Method: patch, Path: "/state/{kind}/{id}", Summary: "Merge changes into a document", Tag: "State",
			Body: "MergeDocument", Reply: "Document", Status: 200, Errors: with(write, 404, 409), Do: updateDocument,
		},
		{
			ID: "delete-document", Method: del, Path: "/state/{kind}/{id}", Summary: "Delete a document and all that dies with it", Tag: "State",
			Status: 204, Errors: with(read, 404, 415), Do: deleteDocument,
		},
		{
			ID: "get-clock", Method: get, Path: "/clock", Summary: "Tell the world's time", Tag: "Clock",
			Reply: "Clock", Status: 200, Errors: read, Bare: true, Do: getClock,
		},
		{
			ID: "set-clock", Method: put, Path: "/clock", Summary: "Set the clock, hold it or let it run", Tag: "Clock",
			Body: "SetClock", Reply: "Clock", Status: 200, Errors: write, Bare: true, Do: setClock,
		},
		{
			ID: "advance-clock", Method: post, Path: "/clock/advance", Summary: "Move the clock", Tag: "Clock",
			Body: "AdvanceClock", Reply: "Clock", Status: 200, Errors: write, Bare: true, Do: advanceClock,
		},
		{
			ID: "list-faults", Method: get, Path: "/faults", Summary: "List the fault rules that are armed, with how often they matched and acted", Tag: "Faults",
			Reply: "Faults", Status: 200, Errors: read, Bare: true, Do: listFaults,
		},
		{
			ID: "arm-fault", Method: post, Path: "/faults", Summary: "Arm a fault rule (JSON or YAML)", Tag: "Faults",
			Reply: "Fault", Status: 201, Errors: with(write, 409), Bare: true, Do: armFault,
		},
		{
			ID: "disarm-faults", Method: del, Path: "/faults", Summary: "Disarm all fault rules", Tag: "Faults",
			Status: 204, Errors: with(read, 415), Bare: true, Do: disarmFaults,
		},
		{
			ID: "get-fault", Method: get, Path: "/faults/{id}", Summary: "Show a fault rule, by its id or else the first by its name", Tag: "Faults",
			Reply: "Fault", Status: 200, Errors: with(read, 404), Bare: true, Do: getFault,
		},
		{
			ID: "disarm-fault", Method: del, Path: "/faults/{id}", Tag: "Faults",
			Summary: "Disarm the fault rule with that id, or else all rules with that name",
			Status:  204, Errors: with(read, 404, 415), Bare: true, Do: disarmFault,
		},
		{
			ID: "list-scenarios", Method: get, Path: "/scenarios", Summary: "List the scenarios that the world may play", Tag: "Scenarios",
			Reply: "Scenarios", Status: 200, Errors: read, Bare: true, Do: listScenarios,
		},
		{
			ID: "get-scenario", Method: get, Path: "/scenarios/{name}", Summary: "Show a scenario and what became of its expectations", Tag: "Scenarios",
			Reply: "Scenario", Status: 200, Errors: with(read, 404), Bare: true, Do: getScenario,
		},
		{
			ID: "put-scenario", Method: put, Path: "/scenarios/{name}", Summary: "Give the world a scenario (JSON or YAML)", Tag: "Scenarios",
			Reply: "Scenario", Status: 200, Errors: with(write, 409), Bare: true, Do: putScenario,
		},
		{
			ID: "start-scenario", Method: post, Path: "/scenarios/{name}/start", Summary: "Let a scenario play; one with a fixture makes the world be born anew", Tag: "Scenarios",
			Reply: "Scenario", Status: 200, Errors: with(read, 400, 404, 409, 415), Bare: true, Do: startScenario,
		},
		{
			ID: "stop-scenario", Method: post, Path: "/scenarios/{name}/stop", Summary: "Disarm a scenario's faults and end its script; documents stay", Tag: "Scenarios",
			Reply: "Scenario", Status: 200, Errors: with(read, 404, 409, 415), Bare: true, Do: stopScenario,
		},
		{
			ID: "list-requests", Method: get, Path: "/requests", Summary: "List the calls that the world was asked, the newest first", Tag: "Journal",
			Query: "RequestsQuery", Reply: "Requests", Status: 200, Errors: with(read, 400), Bare: true, Do: listRequests,
		},
		{
			ID: "clear-requests", Method: del, Path: "/requests", Summary: "Forget the calls", Tag: "Journal",
			Status: 204, Errors: with(read, 415), Bare: true, Do: clearRequests,
		},
		{
			ID: "get-har", Method: get, Path: "/requests.har", Summary: "Show the calls as an HTTP archive (HAR 1.2)", Tag: "Journal",
			Query: "RequestsQuery", Media: "application/json", Status: 200, Errors: with(read, 400), Bare: true, Do: getHAR,
		},
		{
			ID: "get-request", Method: get, Path: "/requests/{id}", Summary: "Show a call", Tag: "Journal",
			Reply: "Request", Status: 200, Errors: with(read, 404), Bare: true, Do: getRequest,
		},
		{
			ID: "verify-requests", Method: post, Path: "/requests/verify", Summary: "Tell whether calls were made as expected; if not, which nearly were", Tag: "Journal",
			Body: "Verify", Reply: "Verdict", Status: 200, Errors: with(write, 409), Bare: true, Do: verify,
		},
		{
			ID: "redact", Method: post, Path: "/redact", Summary: "Remove secrets from texts", Tag: "Journal",
			Body: "Redact", Reply: "Redacted", Status: 200, Errors: write, Limit: fixture.MaxFile, Bare: true, Do: redact,
		},
		{
			ID: "watch-requests", Method: get, Path: "/events", Summary: "Send an event for each call from now on (server-sent events)", Tag: "Journal",
			Media: "text/event-stream", Status: 200, Errors: read, Bare: true, Do: watchRequests,
		},
		{
			ID: "get-coverage", Method: get, Path: "/coverage", Summary: "Tell what of the vendors' tables was tried, in the world or in all", Tag: "Journal",
			Query: "CoverageQuery", Status: 200, Errors: with(read, 400), Bare: true, Do: getCoverage,
		},
		{
			ID: "get-metrics", Method: get, Path: "/metrics", Summary: "Tell figures in Prometheus' text format", Tag: "Emulator",
			Media: metricsMedia, Status: 200, Errors: read, Bare: true, Do: getMetrics,
		},
		{
			ID: "list-snapshots", Method: get, Path: "/snapshots", Summary: "List the snapshots of the world", Tag: "Snapshots",
			Reply: "Snapshots", Status: 200, Errors: read, Bare: true, Do: listSnapshots,
		},
		{
			ID: "take-snapshot", Method: put, Path: "/snapshots/{name}", Summary: "Keep the world as it is now", Tag: "Snapshots",
			Status: 204, Errors: with(read, 400, 409, 415), Bare: true, Do: takeSnapshot,
		},
		{
			ID: "restore-snapshot", Method: post, Path: "/snapshots/{name}/restore", Summary: "Make the world as it was then", Tag: "Snapshots",
			Status: 204, Errors: with(read, 404, 415), Bare: true, Do: restoreSnapshot,
		},
		{
			ID: "delete-snapshot", Method: del, Path: "/snapshots/{name}", Summary: "Forget a snapshot", Tag: "Snapshots",
			Status: 204, Errors: with(read, 404, 415), Bare: true, Do: deleteSnapshot,
		},
		{
			ID: "get-diff", Method: get, Path: "/diff", Summary: "Show what changed since a snapshot, or since birth", Tag: "Snapshots",
			Query: "DiffQuery", Reply: "Diff", Status: 200, Errors: with(read, 400, 404), Bare: true, Do: getDiff,
		},
		{
			ID: "export", Method: get, Path: "/export", Summary: "Show all documents of the world; a fixture file takes them back", Tag: "Snapshots",
			Reply: "Export", Status: 200, Errors: read, Bare: true, Do: export,
		},
		{
			ID: "import", Method: post, Path: "/import", Summary: "Replace the documents of the world by those of an export or a fixture", Tag: "Snapshots",
			Status: 204, Errors: write, Limit: fixture.MaxFile, Bare: true, Do: importDocuments,
		},
	}
}
