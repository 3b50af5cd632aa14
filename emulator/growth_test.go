package emulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// hostile are templates that made the process run out of memory, panic or hang, and what is wrong with them. Those from late on
// are refused only when they are filled.
var hostile = []struct {
	template, want string
	late           bool
}{
	{"{hexuint:400000000000}", "{hexuint:400000000000}: bitSize: want a whole number from 0 to 10000", false},
	{"{hexuint:9223372036854775807}", "{hexuint:9223372036854775807}: bitSize: want a whole number from 0 to 10000", false},
	{"{lettern:18446744073709551615}", "{lettern:18446744073709551615}: count: want a whole number from 0 to 10000", false},
	{
		"{password:true,true,true,true,false,9223372036854775807}",
		"{password:true,true,true,true,false,9223372036854775807}: length: want a whole number from 0 to 10000", false,
	},
	{"{digitn:4294967295}", "{digitn:4294967295}: count: want a whole number from 0 to 10000", false},
	{"{dice:1000000000,[6]}", "{dice:1000000000,[6]}: numdice: want a whole number from 0 to 10000", false},
	{"{regex:(((((((((()+)+)+)+)+)+)+)+)+)+}", "{regex:(((((((((()+)+)+)+)+)+)+)+)+)+}: the expression repeats too much", false},
	{"{imagepng:100000,100000}", "{imagepng:100000,100000}: templates may not use this function", false},
	{"{template:{{Repeat 100000}}}", "{template:{{Repeat 100000}}}: templates may not use this function", false},
	{strings.Repeat("{lettern:9999}", 7), "the templates of this value make more than 64 KiB", true},
	{"{creditcardnumber:,[123456789012345678901]}", "{creditcardnumber:,[123456789012345678901]}: strings: negative Repeat count", true},
}

// No template hurts, whichever way it comes in: it is refused with its place.
func TestHostileTemplates(t *testing.T) {
	t.Parallel()
	for i, tt := range hostile {
		t.Run(tt.want[:min(len(tt.want), 30)], func(t *testing.T) {
			t.Parallel()
			c := anyVendor.Connect(t, emulator.Config{}).With("Content-Type", "application/json")
			file := func(text string) string {
				name := filepath.Join(t.TempDir(), fmt.Sprintf("hostile%d.yaml", i))
				if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				return name
			}
			before := c.Changes()
			refused := func(what, got, place string) {
				t.Helper()
				if want := place + tt.want; got != want {
					t.Errorf("%s:\n got %s,\nwant %s", what, got, want)
				}
			}
			documents := fmt.Sprintf(`"documents": [{"kind": "konnect.portal", "document": {"name": %q}}]`, tt.template)

			a := c.Is(400, "POST", "/_portico/import", "{"+documents+"}")
			refused("import", a.Get("error.message").Str, "import:1:64: ")

			scenario := "{\"name\": \"x\",\n" + documents + "}"
			if tt.late {
				c.Must(200, "PUT", "/_portico/scenarios/x", scenario)
				a = c.Is(400, "POST", "/_portico/scenarios/x/start", "")
			} else {
				a = c.Is(400, "PUT", "/_portico/scenarios/x", scenario)
			}
			refused("scenario", a.Get("error.message").Str, "x:2:63: ")

			fixture := file("{" + documents + "}")
			_, err := emulator.New(emulator.Config{Fixture: fixture})
			refused("fixture", fmt.Sprint(err), fixture+":1:64: ")

			played := file(scenario)
			_, err = emulator.New(emulator.Config{Scenarios: []string{played}})
			refused("played", fmt.Sprint(err), played+":2:63: ")
			refused("checked", fmt.Sprint(emulator.CheckScenario(played)), played+":2:63: ")

			if after := c.Changes(); after != before {
				t.Errorf("got %s, want %s as before", after, before)
			}
		})
	}
}

// The admin API takes documents as they are: nothing in them is a template.
func TestStateTakesNoTemplates(t *testing.T) {
	t.Parallel()
	c := anyVendor.Connect(t, emulator.Config{}).With("Content-Type", "application/json")
	id := c.Add("konnect.portal", "", `{"name": "{lettern:9999999999}"}`)
	c.Get("/_portico/state/konnect.portal/"+id).Check(t, "name", "{lettern:9999999999}")
	c.Must(200, "PATCH", "/_portico/state/konnect.portal/"+id, `{"name": "{hexuint:400000000000}"}`).Check(t, "name", "{hexuint:400000000000}")
	export := c.Get("/_portico/export").Body
	c.Must(204, "POST", "/_portico/import", export) // nor in an export
	c.Get("/_portico/state/konnect.portal/"+id).Check(t, "name", "{hexuint:400000000000}")
}

// A step of a scenario meets its templates when it is read or, where they are too much only together, when it is done; the call
// that it follows is answered.
func TestHostileTemplatesOfSteps(t *testing.T) {
	t.Parallel()
	c := anyVendor.Connect(t, emulator.Config{}).With("Content-Type", "application/json")
	put := func(status int, where, document string) client.Answer {
		return c.Must(status, "PUT", "/_portico/scenarios/x", `{"name": "x", "steps": [{"on": "konnect.list-portals", "then": [{"set":
{"kind": "konnect.portal", "where": `+where+`, "document": `+document+`}}]}]}`)
	}
	put(400, `{"name": "{lettern:99999}"}`, `{}`).
		Check(t, "error.message", "x:2:46: {lettern:99999}: count: want a whole number from 0 to 10000")
	put(400, `{"$.name": "{csv}"}`, `{}`).Check(t, "error.message", "x:2:48: {csv}: templates may not use this function")
	put(400, `{"name": {"matches": "{csv}"}}`, `{}`).Check(t, "error.message", "x:2:58: {csv}: templates may not use this function")
	put(400, `{"name": "a"}`, `{"name": "{year}"}`).Check(t, "error.message",
		"x:2:73: {year}: its result depends on today's date, not only on the seed; "+
			"for a date write numbers, such as 2025-{number:10,12}-{number:10,28}")
	put(200, `{"name": "a"}`, `{"name": "`+strings.Repeat("{lettern:9999}", 7)+`"}`)
	c.Must(200, "POST", "/_portico/scenarios/x/start", "")
	c.Must(200, "GET", "/v2/portals", "", "Authorization", "Bearer kpat_portico-admin")
	c.Get("/_portico/scenarios/x").Check(t, "steps.0.problem", "x:2:73: the templates of this value make more than 64 KiB")
}

// An id that a fixture, an import or the admin API gives is short enough to be repeated in indexes.
func TestGivenIDsAreBounded(t *testing.T) {
	t.Parallel()
	c := anyVendor.Connect(t, emulator.Config{}).With("Content-Type", "application/json")
	document := func(n int) string {
		return `{"id": "` + strings.Repeat("x", n) + `", "name": "Long", "email": "a@b.example"}`
	}
	c.Must(201, "POST", "/_portico/state/axway.organization", `{"document": `+document(1024)+`}`)
	c.Must(400, "POST", "/_portico/state/axway.organization", `{"document": `+document(1025)+`}`).
		Check(t, "error.message", "the id of a document has at most 1024 bytes")
	c.Must(400, "POST", "/_portico/import", `{"documents": [{"kind": "axway.organization", "document": `+document(1025)+`}]}`).
		Check(t, "error.message", "import:1:16: axway.organization: invalid: the id of a document has at most 1024 bytes")
	export := c.Get("/_portico/export").Body
	c.Must(204, "POST", "/_portico/import", export)
	c.Must(400, "POST", "/_portico/import", strings.ReplaceAll(export, strings.Repeat("x", 1024), strings.Repeat("x", 1025)))
}

// An import that takes long keeps nobody else from the world, and a client that goes away stops it: the world is as it was.
func TestImportsAreBesideTheWorld(t *testing.T) {
	t.Parallel()
	e := start(t, emulator.Config{})
	begun, ended := make(chan struct{}, 1), make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &watchedBody{r.Body, begun}
		defer close(ended)
		e.ServeHTTP(w, r)
	}))
	defer s.Close()
	c := anyVendor.Over(t, e)
	before := c.Changes()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/_portico/import",
		strings.NewReader(`{"documents": [{"kind": "konnect.portal", "count": 1000000, "document": {"name": "{uuid} {lettern:50}"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	var calls sync.WaitGroup
	calls.Go(func() {
		if res, err := http.DefaultClient.Do(r); err == nil {
			_ = res.Body.Close()
			t.Errorf("got %s before the client left", res.Status)
		}
	})
	<-begun
	c.Must(201, "POST", "/v2/portals", `{"name": "Beside"}`, "Authorization", "Bearer kpat_portico-admin", "Content-Type", "application/json")
	c.Must(204, "POST", "/_portico/reset", "")
	select {
	case <-ended:
		t.Error("a million documents were there before one was created beside them")
	default:
	}
	cancel()
	calls.Wait()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("the import goes on without its client")
	}
	if after := c.Changes(); after != before {
		t.Errorf("got %s, want %s as before", after, before)
	}
}

// watchedBody says when a body has been read.
type watchedBody struct {
	io.ReadCloser
	end chan<- struct{}
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		select {
		case b.end <- struct{}{}:
		default:
		}
	}
	return n, err
}

// What grows for a request that has gone away is left: a world, and a scenario with documents or with a fixture. Another
// request for the same gets it.
func TestNothingGrowsForAClientThatLeft(t *testing.T) {
	t.Parallel()
	c := anyVendor.Connect(t, emulator.Config{}).With("Content-Type", "application/json")
	c.Must(200, "PUT", "/_portico/scenarios/documents",
		`{"name": "documents", "documents": [{"kind": "konnect.portal", "document": {"name": "Mine"}}]}`)
	c.Must(200, "PUT", "/_portico/scenarios/fixture", `{"name": "fixture", "fixture": "empty"}`)
	c.Must(201, "POST", "/_portico/worlds", `{"name": "seeded", "seed": 987654321}`)
	for _, tt := range []struct{ path, body string }{
		{"/_portico/worlds", `{"name": "gone", "fixture": "empty", "seed": 1234567}`},
		{"/_portico/scenarios/documents/start", ""},
	} {
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		r := httptest.NewRequest(http.MethodPost, tt.path, strings.NewReader(tt.body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		c.Handler.ServeHTTP(w, r.WithContext(gone))
		var refusal struct{ Error struct{ Message string } }
		if err := json.Unmarshal(w.Body.Bytes(), &refusal); err != nil || w.Code != 400 || refusal.Error.Message != context.Canceled.Error() {
			t.Errorf("%s: got %d %s, want 400 %s", tt.path, w.Code, w.Body, context.Canceled)
		}
		if a := c.Call("POST", tt.path, tt.body); a.Status != 200 && a.Status != 201 {
			t.Errorf("%s for another client: got %d %s", tt.path, a.Status, a.Body)
		}
	}
}

// A scenario has so many rules, steps and expectations that each call can go through them.
func TestScenariosAreBounded(t *testing.T) {
	t.Parallel()
	c := anyVendor.Connect(t, emulator.Config{}).With("Content-Type", "application/json")
	for what, one := range map[string]string{
		"faults": `{"name": "f%d", "on": "konnect.list-portals", "give": {"error": "internal"}}`,
		"steps":  `{"at": "%dm", "then": [{"advance": "1m"}]}`,
		"expect": `{"operation": "konnect.list-portals", "calls": %d}`,
	} {
		list := func(n int) string {
			var all []string
			for i := range n {
				all = append(all, fmt.Sprintf(one, i))
			}
			return fmt.Sprintf(`{"name": "x", %q: [%s]}`, what, strings.Join(all, ", "))
		}
		c.Must(200, "PUT", "/_portico/scenarios/x", list(1000))
		c.Must(400, "PUT", "/_portico/scenarios/x", list(1001)).
			Check(t, "error.message", fmt.Sprintf("x:1:%d: %s: 1001 are too many; want at most 1000", len(what)+19, what))
	}
}
