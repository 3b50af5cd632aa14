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
	"github.com/portico-emulator/portico/emulator/internal/suggest"
)

// teller is what the journal of the call's world is told with.
func teller(c *api.Call, entries []*journal.Entry) (*journal.Redactor, *journal.Knowledge, error) {
	credentials, err := Credentials(hostOf(c).Plan(), worldOf(c), "")
	if err != nil {
		return nil, nil, err
	}
	return journal.NewRedactor(credentials), knowledge(c, entries), nil
}

func filterOf(c *api.Call) (*journal.Filter, error) {
	f := &journal.Filter{Operation: c.Param("operation"), Vendor: c.Param("vendor"), Unmatched: c.Param("unmatched") == "true"}
	var err error
	number := func(name string, bits int) uint64 {
		n, bad := strconv.ParseUint(c.Param(name), 10, bits)
		if bad != nil && c.Param(name) != "" {
			err = api.Refuse(api.Violation{Source: "query", Path: []string{name}, Rule: api.Other, Text: "want a whole number"})
		}
		return n
	}
	f.Status, f.Limit, f.Since = int(number("status", 16)), int(number("limit", 31)), number("since", 64) //nolint:gosec // as many bits as fit
	if err != nil {
		return nil, err
	}
	if f.Vendor != "" {
		if _, err := chosen(hostOf(c).Plan(), f.Vendor); err != nil {
			return nil, err
		}
	}
	return f, known(c, f.Operation)
}

// known refuses the name of an operation that there is not. A glob must fit one.
func known(c *api.Call, name string) error {
	if name == "" || name == "*" {
		return nil
	}
	if err := journal.CheckGlob(name); err != nil {
		return api.Refuse(api.Violation{Path: []string{"operation"}, Rule: api.Other, Text: err.Error()})
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
	what := "there is none called %q%s"
	if strings.ContainsAny(name, "*?[") {
		what = "none fits %q%s"
	}
	return api.Refuse(api.Violation{
		Path: []string{"operation"}, Rule: api.Other, Text: fmt.Sprintf(what, name, suggest.Hint(name, names...)),
	})
}

func listRequests(c *api.Call) (any, error) {
	f, err := filterOf(c)
	if err != nil {
		return nil, err
	}
	entries, _ := worldOf(c).Journal.Entries()
	redactor, knowledge, err := teller(c, entries)
	if err != nil {
		return nil, err
	}
	out := []journal.Told{}
	for _, e := range f.Choose(entries) {
		out = append(out, e.Tell(redactor, knowledge))
	}
	return out, nil
}

func getRequest(c *api.Call) (any, error) {
	entries, _ := worldOf(c).Journal.Entries()
	redactor, knowledge, err := teller(c, entries)
	if err != nil {
		return nil, err
	}
	id := c.Arg("id")
	for _, e := range entries {
		if e.ID == id {
			return e.Tell(redactor, knowledge), nil
		}
	}
	message := fmt.Sprintf("no request %q in the journal of the world %s", id, worldOf(c).Name())
	switch {
	case worldOf(c).Journal.Most() == 0:
		message += ": the server was started with --journal 0"
	case len(entries) > 0:
		message += fmt.Sprintf("; it has %s to %s", entries[len(entries)-1].ID, entries[0].ID)
	default:
		message += ", which is empty"
	}
	return nil, api.Fail(api.NotFound, "%s", message)
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
	entries, _ := worldOf(c).Journal.Entries()
	redactor, knowledge, err := teller(c, entries)
	if err != nil {
		return nil, err
	}
	out, err := journal.HAR(f.Choose(entries), redactor, knowledge, hostOf(c).Version())
	return json.RawMessage(out), err
}

// redact removes secrets from texts: the world's credentials, those that are given, and what a name marks as a secret.
func redact(c *api.Call) (any, error) {
	var body struct {
		Texts       []string         `json:"texts"`
		Credentials []api.Credential `json:"credentials,omitempty"`
	}
	if err := json.Unmarshal(c.Body.JSON, &body); err != nil {
		return nil, api.Refuse(api.Violation{Rule: api.Other, Text: err.Error()})
	}
	known, err := Credentials(hostOf(c).Plan(), worldOf(c), "")
	if err != nil {
		return nil, err
	}
	r := journal.NewRedactor(append(known, body.Credentials...))
	for i, text := range body.Texts {
		if json.Valid([]byte(text)) {
			body.Texts[i] = r.JSON(text)
		} else {
			body.Texts[i] = r.Text(text)
		}
	}
	body.Credentials = nil
	return body, nil
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
	wanted, err := x.Wanted()
	if err != nil {
		return nil, api.Refuse(api.Violation{Path: []string{"times"}, Rule: api.Other, Text: err.Error()})
	}
	entries, dropped := worldOf(c).Journal.Entries()
	redactor, knowledge, err := teller(c, entries)
	if err != nil {
		return nil, err
	}
	verdict, err := x.Verify(entries, redactor)
	if err != nil {
		return nil, api.Refuse(api.Violation{Path: []string{"body"}, Rule: api.Other, Text: err.Error()})
	}
	verdict.Dropped = dropped
	for _, e := range verdict.Counted {
		verdict.Calls = append(verdict.Calls, e.Tell(redactor, knowledge))
	}
	few, many := wanted.TooFew(verdict.Count), wanted.TooMany(verdict.Count)
	if !few {
		verdict.Nearest = nil
	}
	if !many {
		verdict.Matched = nil
	}
	if !few && !many {
		return verdict, nil
	}
	type problem struct {
		Code    string          `json:"code"`
		Message string          `json:"message"`
		Details journal.Verdict `json:"details"`
	}
	body, err := api.Encode(map[string]problem{"error": {"not-verified", unverified(worldOf(c).Journal, &x, wanted, verdict), verdict}})
	return api.Answer{Status: http.StatusConflict, Media: "application/json", Body: body}, err
}

// unverified says what was looked for and what was found instead.
func unverified(j *journal.Journal, x *journal.Expectation, wanted journal.Times, v journal.Verdict) string {
	calls := "calls"
	if v.Count == 1 {
		calls = "call"
	}
	message := fmt.Sprintf("%s: got %d %s, want %s", x, v.Count, calls, wanted)
	if len(v.Nearest) > 0 {
		miss := v.Nearest[0]
		message += fmt.Sprintf("; the nearest is request %s (%s %s): %s", miss.ID, miss.Method, miss.Path, strings.Join(miss.Differed, ", "))
	}
	switch {
	case j.Most() == 0:
		message += "; the server was started with --journal 0 and keeps no calls"
	case v.Dropped > 0:
		message += fmt.Sprintf("; %d older calls are kept no longer: --journal keeps more than %d, DELETE /_portico/requests begins anew", v.Dropped, j.Most())
	}
	return message
}
