package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/near"
)

// teller is what the journal of the call's world is told with.
func teller(c *api.Call) (*journal.Redactor, *journal.Knowledge, error) {
	credentials, err := Credentials(hostOf(c).Plan(), worldOf(c), "")
	if err != nil {
		return nil, nil, err
	}
	return journal.NewRedactor(credentials), &journal.Knowledge{
		Nearest: func(method, path string) string { return nearest(c, method, path) },
		Worlds:  func(kind, id string) []string { return elsewhere(c, kind, id) },
	}, nil
}

// elsewhere are the other worlds in which a document of a kind has an id.
func elsewhere(c *api.Call, kind, id string) []string {
	var out []string
	for _, w := range hostOf(c).Store().Worlds() {
		if w == worldOf(c) {
			continue
		}
		tx := w.Begin(false)
		if tx.Resource(kind) != nil && tx.Get(kind, id) != nil {
			out = append(out, w.Name())
		}
		tx.Rollback()
	}
	return out
}

// nearest is the route that is most like one that none answers for. Ids stand in place of any parameter.
func nearest(c *api.Call, method, path string) string {
	asked := strings.Split(path, "/")
	routes := map[string]string{}
	var candidates []string
	for _, v := range Vendors(hostOf(c).Plan()) {
		for i := range v.Operations {
			op := &v.Operations[i]
			parts := strings.Split(op.Template(), "/")
			if len(parts) != len(asked) {
				continue
			}
			for j, p := range parts {
				if strings.Contains(p, "{") {
					parts[j] = asked[j]
				}
			}
			form := op.Method + " " + strings.Join(parts, "/")
			if routes[form] == "" {
				routes[form] = op.Method + " " + op.Template() + " (" + op.Full + ")"
				candidates = append(candidates, form)
			}
		}
	}
	return routes[near.Word(method+" "+path, candidates...)]
}

func filterOf(c *api.Call) (*journal.Filter, error) {
	f := &journal.Filter{Operation: c.Param("operation"), Vendor: c.Param("vendor"), Unmatched: c.Param("unmatched") == "true"}
	f.Status, _ = strconv.Atoi(c.Param("status"))
	f.Limit, _ = strconv.Atoi(c.Param("limit"))
	f.Since, _ = strconv.ParseUint(c.Param("since"), 10, 64)
	return f, known(c, f.Operation)
}

// known refuses the name of an operation that there is not. A glob must fit one.
func known(c *api.Call, name string) error {
	if name == "" || name == "*" {
		return nil
	}
	var names []string
	for _, v := range Vendors(hostOf(c).Plan()) {
		for i := range v.Operations {
			names = append(names, v.Operations[i].Full)
		}
	}
	if slices.ContainsFunc(names, func(n string) bool { return n == name || journal.Globs(name, n) }) {
		return nil
	}
	return api.Refuse(api.Violation{
		Path: []string{"operation"}, Rule: api.Other,
		Text: fmt.Sprintf("no operation %q%s", name, near.Hint(name, names...)),
	})
}

func listRequests(c *api.Call) (any, error) {
	f, err := filterOf(c)
	if err != nil {
		return nil, err
	}
	redactor, knowledge, err := teller(c)
	if err != nil {
		return nil, err
	}
	out := []journal.Told{}
	for _, e := range f.Choose(worldOf(c).Journal.Entries()) {
		out = append(out, e.Tell(redactor, knowledge))
	}
	return out, nil
}

func getRequest(c *api.Call) (any, error) {
	redactor, knowledge, err := teller(c)
	if err != nil {
		return nil, err
	}
	id := c.Arg("id")
	for _, e := range worldOf(c).Journal.Entries() {
		if e.ID == id {
			return e.Tell(redactor, knowledge), nil
		}
	}
	return nil, api.Fail(api.NotFound, "no request %q in the journal of the world %s, which keeps the last ones", id, c.World.Name())
}

func clearRequests(c *api.Call) (any, error) {
	worldOf(c).Journal.Clear()
	return nil, nil
}

func getHAR(c *api.Call) (any, error) {
	f, err := filterOf(c)
	if err != nil {
		return nil, err
	}
	redactor, knowledge, err := teller(c)
	if err != nil {
		return nil, err
	}
	out, err := journal.HAR(f.Choose(worldOf(c).Journal.Entries()), redactor, knowledge, hostOf(c).Version())
	return json.RawMessage(out), err
}

// verify answers 200 where the calls are as expected, and 409 with the nearest misses where they are not.
func verify(c *api.Call) (any, error) {
	var x journal.Expectation
	if err := json.Unmarshal(c.Body.JSON, &x); err != nil {
		return nil, api.Refuse(api.Violation{Rule: api.Other, Text: err.Error()})
	}
	if err := known(c, x.Operation); err != nil {
		return nil, err
	}
	redactor, _, err := teller(c)
	if err != nil {
		return nil, err
	}
	verdict, err := x.Verify(worldOf(c).Journal.Entries(), redactor)
	if err != nil {
		return nil, api.Refuse(api.Violation{Path: []string{"body"}, Rule: api.Other, Text: err.Error()})
	}
	held, err := x.Held(verdict.Count)
	if err != nil {
		return nil, api.Refuse(api.Violation{Path: []string{"times"}, Rule: api.Other, Text: strings.TrimPrefix(err.Error(), "times: ")})
	}
	if held {
		verdict.Nearest = nil
		return verdict, nil
	}
	wanted := "at least one"
	if len(x.Times) > 0 && string(x.Times) != "null" {
		wanted = string(x.Times)
	}
	body, err := api.Encode(map[string]any{"error": map[string]any{
		"code": "not-verified", "message": fmt.Sprintf("got %d calls, want %s", verdict.Count, wanted),
		"details": verdict,
	}})
	return api.Answer{Status: http.StatusConflict, Media: "application/json", Body: body}, err
}

// watchRequests sends an event for each call from now on. Headers are flushed once nothing will be missed.
func watchRequests(c *api.Call) (any, error) {
	redactor, knowledge, err := teller(c)
	if err != nil {
		return nil, err
	}
	entries, stop := worldOf(c).Journal.Watch()
	done := c.Context().Done()
	return api.Answer{
		Media:  "text/event-stream",
		Header: http.Header{"Cache-Control": {"no-cache"}},
		Stream: func(w http.ResponseWriter) {
			defer stop()
			flush := http.NewResponseController(w)
			_ = flush.Flush()
			for {
				select {
				case <-done:
					return
				case e := <-entries:
					data, err := api.Encode(e.Tell(redactor, knowledge))
					if err != nil {
						return
					}
					if _, err := fmt.Fprintf(w, "id: %s\nevent: request\ndata: %s\n\n", e.ID, data); err != nil {
						return
					}
					_ = flush.Flush()
				}
			}
		},
	}, nil
}
