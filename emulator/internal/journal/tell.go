package journal

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/object"
)

// Told is an entry as the admin API shows it: secrets redacted, JSON bodies parsed.
type Told struct {
	ID        string              `json:"id"`
	At        time.Time           `json:"at"`
	WorldAt   time.Time           `json:"world_at"`
	World     string              `json:"world"`
	Vendor    string              `json:"vendor"`
	Operation string              `json:"operation"` // "": no row answers for the path
	Method    string              `json:"method"`
	Path      string              `json:"path"`
	Query     map[string][]string `json:"query"`
	Headers   http.Header         `json:"headers"`
	Body      json.RawMessage     `json:"body"`
	BodyCut   int                 `json:"body_bytes,omitempty"` // its whole length, where it was cut
	Status    int                 `json:"status"`
	Response  Response            `json:"response"`
	Duration  int64               `json:"duration_us"`
	Caller    string              `json:"caller,omitempty"`
	Faults    []string            `json:"faults"`
	Why       []string            `json:"why"`
	Unread    []string            `json:"unread"`
}

// Response is the answer in a told entry.
type Response struct {
	Headers http.Header     `json:"headers"`
	Body    json.RawMessage `json:"body"`
	BodyCut int             `json:"body_bytes,omitempty"`
}

// Operation is the full name of the entry's operation, or "".
func (e *Entry) Operation() string {
	if e.Op == nil {
		return ""
	}
	return e.Op.Full
}

// Tell is the entry without secrets, explained.
func (e *Entry) Tell(r *Redactor, known *Knowledge) Told {
	query, _ := url.ParseQuery(e.Query)
	for name, values := range query {
		for i := range values {
			values[i] = r.parameter(name, values[i])
		}
	}
	t := Told{
		ID: e.ID, At: e.At.UTC(), WorldAt: e.WorldAt, World: e.World, Vendor: e.Vendor, Operation: e.Operation(),
		Method: e.Method, Path: r.Text(e.Path), Query: query, Headers: r.Header(e.Header), Body: r.body(e.Body),
		Status: e.Status, Response: Response{Headers: r.Header(e.AnswerHeader), Body: r.body(e.Answer)},
		Duration: e.Took.Microseconds(), Caller: e.Caller, Faults: e.Faults, Why: e.Why(r, known), Unread: e.Unread(),
	}
	if e.Length > len(e.Body) {
		t.BodyCut = e.Length
	}
	if e.AnswerLength > len(e.Answer) {
		t.Response.BodyCut = e.AnswerLength
	}
	for _, list := range []*[]string{&t.Faults, &t.Why, &t.Unread} {
		if *list == nil {
			*list = []string{}
		}
	}
	return t
}

// parameter is the value of a query parameter without secrets.
func (r *Redactor) parameter(name, value string) string {
	if parameterName.MatchString(name) && value != "" {
		return r.named(value)
	}
	return r.Text(value)
}

// body is JSON as it is, other text as a string, bytes as base64, nothing as null.
func (r *Redactor) body(b []byte) json.RawMessage {
	switch {
	case len(b) == 0:
		return json.RawMessage("null")
	case !utf8.Valid(b):
		return object.Quote("base64:" + base64.StdEncoding.EncodeToString([]byte(r.Text(string(b)))))
	case gjson.ValidBytes(b):
		return json.RawMessage(r.JSON(string(b)))
	}
	return object.Quote(r.Text(string(b)))
}

// text is a body as it was sent, without secrets.
func (r *Redactor) text(b []byte) string {
	if utf8.Valid(b) && gjson.ValidBytes(b) {
		return r.JSON(string(b))
	}
	return r.Text(string(b))
}

// Filter chooses entries.
type Filter struct {
	Operation string // full name, or a glob such as konnect.*
	Vendor    string
	Status    int
	Unmatched bool   // only calls that no row answers for
	Since     uint64 // number of the last entry that is not wanted
	Limit     int    // 0: all
}

// Choose gives the entries that pass, in the order in which they come.
func (f *Filter) Choose(entries []*Entry) []*Entry {
	out := []*Entry{}
	for _, e := range entries {
		if f.passes(e) {
			out = append(out, e)
			if f.Limit > 0 && len(out) == f.Limit {
				break
			}
		}
	}
	return out
}

func (f *Filter) passes(e *Entry) bool {
	return (f.Operation == "" || Globs(f.Operation, e.Operation())) &&
		(f.Vendor == "" || f.Vendor == e.Vendor) &&
		(f.Status == 0 || f.Status == e.Status) &&
		(!f.Unmatched || e.Op == nil) &&
		e.Number > f.Since
}
