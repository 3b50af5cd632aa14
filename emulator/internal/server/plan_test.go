package server_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/server"
)

func TestRowsTakeFromTheOfficialListWhatTheyLeaveOut(t *testing.T) {
	t.Parallel()
	do := func(*api.Call) (any, error) { return nil, nil }
	files := func(list string) fstest.MapFS {
		return fstest.MapFS{"odd/odd.json": {Data: []byte(oddSchemas)}, "odd/operations.json": {Data: []byte(list)}}
	}
	plan, err := server.NewPlan(files(`[
		{"id": "empty", "method": "GET", "path": "/a", "summary": "Official", "tag": "Things", "status": 202, "errors": [400, 404]},
		{"id": "full", "method": "GET", "path": "/b", "summary": "Official", "tag": "Things", "status": 202, "errors": [400, 404]}
	]`), &api.Vendor{Name: "odd", Base: "/odd", Operations: []api.Operation{
		{ID: "empty", Method: "GET", Path: "/a", Do: do},
		{ID: "full", Method: "GET", Path: "/b", Do: do, Summary: "Own", Tag: "Other", Status: 200, Errors: []int{}},
		{ID: "companion", Method: "GET", Path: "/c", Do: do, Status: 204},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]api.Operation{
		"empty":     {Summary: "Official", Tag: "Things", Status: 202, Errors: []int{400, 404}},
		"full":      {Summary: "Own", Tag: "Other", Status: 200},
		"companion": {Status: 204},
	} {
		got := plan.Operation("odd." + id)
		if got.Summary != want.Summary || got.Tag != want.Tag || got.Status != want.Status || !slices.Equal(got.Errors, want.Errors) {
			t.Errorf("%s: got %q %q %d %v, want %q %q %d %v", id,
				got.Summary, got.Tag, got.Status, got.Errors, want.Summary, want.Tag, want.Status, want.Errors)
		}
	}
	if _, err := server.NewPlan(files(`{}`), &api.Vendor{Name: "odd"}); err == nil || !strings.Contains(err.Error(), "operations.json") {
		t.Errorf("a list that is no array: got %v, want an error that names the file", err)
	}
}
