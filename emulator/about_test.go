package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

func TestVendors(t *testing.T) {
	t.Parallel()
	vendors, err := emulator.Vendors()
	if err != nil {
		t.Fatal(err)
	}
	var all int
	for _, v := range vendors {
		operations, err := emulator.Operations(v.Name)
		if err != nil {
			t.Fatal(err)
		}
		all += len(operations)
		if got, want := len(operations), v.Documented-len(v.Missing)+v.Companions; got < want {
			t.Errorf("%s: got %d operations, want %d: what is documented without what is missing, and companions", v.Name, got, want)
		}
		for _, op := range operations {
			if op.Vendor != v.Name || !strings.HasPrefix(op.ID, v.Name+".") || !strings.HasPrefix(op.Path, "/") {
				t.Errorf("%s: got %+v", v.Name, op)
			}
		}
	}
	operations, err := emulator.Operations("")
	if err != nil || len(operations) != all {
		t.Errorf("got %d operations in all, error %v, want %d", len(operations), err, all)
	}
	_, err = emulator.Operations("konect")
	if got, want := fmt.Sprint(err), `no vendor "konect"; did you mean "konnect"?`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	vendors, err := emulator.Vendors()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range vendors {
		credentials, err := e.Credentials(v.Name)
		if err != nil || len(credentials) == 0 {
			t.Fatalf("%s: %d credentials, error %v", v.Name, len(credentials), err)
		}
		if first := credentials[0]; first.Name != "admin" || first.State != "" {
			t.Errorf("%s: the first is %+v, want a usable admin", v.Name, first)
		}
		unusable := false
		for _, c := range credentials {
			if c.State == "" && unusable {
				t.Errorf("%s: %s is usable and stands behind one that is not", v.Name, c.Name)
			}
			unusable = unusable || c.State != ""
			if c.Header == "" || c.Value == "" || c.Vendor != v.Name {
				t.Errorf("%s: got %+v", v.Name, c)
			}
		}
		variables, err := e.Clients(v.Name, "http://127.0.0.1:1")
		if err != nil {
			t.Errorf("%s: %v", v.Name, err)
		}
		if !slices.ContainsFunc(variables, func(one emulator.Variable) bool { return strings.HasPrefix(one.Value, "http://127.0.0.1:1") }) {
			t.Errorf("%s: no variable has the URL: %+v", v.Name, variables)
		}
	}
	if _, err := e.Clients("konect", "http://x"); err == nil {
		t.Error("got clients of a vendor that is none")
	}
}

// TestConfig proves that worlds are as the flags say, unless they are asked for otherwise.
func TestConfig(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{Seed: new(uint64(0)), Fixture: "empty", Clock: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), Prove: true})
	const frozen = `"clock":{"now":"2030-01-01T00:00:00Z","frozen":true}`
	for _, c := range []struct{ do, body, want string }{
		{"GET /_portico/worlds/default", "", `{"name":"default","seed":0,"fixture":"empty",` + frozen},
		{"POST /_portico/clock/advance", `{"by":"1h"}`, `{"now":"2030-01-01T01:00:00Z"`},
		{"POST /_portico/worlds", `{"name":"plain"}`, `{"name":"plain","seed":0,"fixture":"empty",` + frozen},
		{"POST /_portico/worlds", `{"name":"other","seed":7,"fixture":"small","clock":"2031-01-01T00:00:00Z"}`, `{"name":"other","seed":7,"fixture":"small","clock":{"now":"2031-01-01T00:00:00Z","frozen":true}`},
		{"POST /_portico/worlds", `{"name":"copy","from":"other"}`, `{"name":"copy","seed":7,"fixture":"small","clock":{"now":"2031-01-01T00:00:00Z","frozen":true}`},
		{"POST /_portico/worlds", `{"name":"copy of default","from":"default"}`, `{"error":`},
		{"POST /_portico/worlds", `{"name":"later","from":"default"}`, `{"name":"later","seed":0,"fixture":"empty","clock":{"now":"2030-01-01T01:00:00Z","frozen":true}`},
		{"POST /_portico/worlds", `{"name":"reseeded","from":"other","seed":1}`, `{"name":"reseeded","seed":1,"fixture":"small"`},
	} {
		method, path, _ := strings.Cut(c.do, " ")
		w := ask(t, e, method, path, c.body)
		if got := w.Body.String(); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s %s: got %d %s, want %s…", c.do, c.body, w.Code, got, c.want)
		}
	}
	if _, err := emulator.New(emulator.Config{Clock: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)}); err == nil {
		t.Error("got an emulator whose clock its documents cannot bear")
	}
}

// TestState proves for the youngest document of every kind of every vendor that a change of nothing leaves it as it is,
// and that it can be deleted and brought back as it was shown.
func TestState(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{Prove: true})
	call := func(method, path, body string, want int) string {
		t.Helper()
		w := ask(t, e, method, path, body)
		if w.Code != want {
			t.Errorf("%s %s %s: got %d %s, want %d", method, path, body, w.Code, w.Body, want)
		}
		return w.Body.String()
	}
	var counts map[string]int
	if err := json.Unmarshal([]byte(call(http.MethodGet, "/_portico/state", "", 200)), &counts); err != nil {
		t.Fatal(err)
	}
	for kind := range counts {
		var documents []json.RawMessage
		if err := json.Unmarshal([]byte(call(http.MethodGet, "/_portico/state/"+kind, "", 200)), &documents); err != nil {
			t.Fatal(err)
		}
		document := string(documents[len(documents)-1])
		var at struct {
			ID string          `json:"_id"`
			In json.RawMessage `json:"_in"`
		}
		if err := json.Unmarshal([]byte(document), &at); err != nil {
			t.Fatal(err)
		}
		name := strings.NewReplacer(".", "-", "/", "-").Replace(kind)
		call(http.MethodPost, "/_portico/worlds", `{"name":"`+name+`"}`, 201)
		base := "/_world/" + name + "/_portico/state/" + kind
		path := base + "/" + url.PathEscape(at.ID)
		if got := call(http.MethodPatch, path, `{}`, 200); got != document {
			t.Errorf("%s: a change of nothing makes\n%s\nof\n%s", kind, got, document)
		}
		call(http.MethodDelete, path, "", 204)
		if got := call(http.MethodPost, base, `{"in":`+string(at.In)+`,"document":`+document+`}`, 201); got != document {
			t.Errorf("%s: comes back as\n%s\nwas\n%s", kind, got, document)
		}
	}
}
