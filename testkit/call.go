package testkit

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Call is one request to a world and its answer, as the journal shows it: without secrets.
type Call struct {
	ID        string        `json:"id"` // the answer's Portico-Request: its number in the world
	At        time.Time     `json:"at"`
	WorldAt   time.Time     `json:"world_at"`
	Vendor    string        `json:"vendor"`
	Operation string        `json:"operation"` // such as konnect.create-portal; "": none answers for the path
	Method    string        `json:"method"`
	Path      string        `json:"path"` // without a world's prefix
	Query     url.Values    `json:"query"`
	Headers   http.Header   `json:"headers"`
	Body      Body          `json:"body"`
	Status    int           `json:"status"` // 0: the caller saw no answer
	Answer    Answer        `json:"response"`
	Took      time.Duration `json:"-"`
	Caller    string        `json:"caller"` // name of the credential, where it is a known one
	Faults    []string      `json:"faults"` // names of the rules that acted
	Why       []string      `json:"why"`    // what was wrong with it, in plain words
	Unread    []string      `json:"unread"` // members, and parameters as ?name, that were sent and that nothing read
}

// Answer is what the caller was sent.
type Answer struct {
	Headers http.Header `json:"headers"`
	Body    Body        `json:"body"`
}

// Body is a body: JSON as it was sent but for secrets, any other text as a JSON string, no body as null. What is longer than
// 64 KiB is cut.
type Body json.RawMessage

// UnmarshalJSON keeps the body as it is.
func (b *Body) UnmarshalJSON(data []byte) error {
	*b = slices.Clone(data)
	return nil
}

// String is the body as text.
func (b Body) String() string { return string(b) }

// Into decodes the body.
func (b Body) Into(v any) error {
	if len(b) == 0 {
		return json.Unmarshal([]byte("null"), v)
	}
	return json.Unmarshal(b, v)
}

// At is the value at a JSON path of the forms $.a.b[0] and $['x'], decoded; nil where there is none, or no such path.
func (b Body) At(path string) any {
	var document any
	if b.Into(&document) != nil {
		return nil
	}
	value, ok := follow(document, path)
	if !ok {
		return nil
	}
	return value
}

// String is the call in a line.
func (c Call) String() string {
	answered := "answered " + strconv.Itoa(c.Status)
	if c.Status == 0 {
		answered = "left without an answer"
	}
	path := c.Path
	if len(c.Query) > 0 {
		query, err := url.QueryUnescape(c.Query.Encode())
		if err != nil {
			query = c.Query.Encode()
		}
		path += "?" + query
	}
	return fmt.Sprintf("request %s: %s %s %s", c.ID, c.Method, path, answered)
}

// reasons are what was wrong with the call, without where the rule is written down.
func (c Call) reasons() []string {
	return slices.DeleteFunc(slices.Clone(c.Why), func(s string) bool { return strings.HasPrefix(s, "contract: ") })
}

// UnmarshalJSON decodes a call from JSON of the admin API.
func (c *Call) UnmarshalJSON(data []byte) error {
	type plain Call
	var wire struct {
		*plain
		Microseconds int64 `json:"duration_us"`
	}
	wire.plain = (*plain)(c)
	err := json.Unmarshal(data, &wire)
	c.Took = time.Duration(wire.Microseconds) * time.Microsecond
	return err
}

// calls lists calls that pass a filter of GET /_portico/requests, the oldest first.
func (p *Portico) calls(filter string) ([]Call, error) {
	var out []Call
	err := p.get("/requests?"+filter, &out)
	slices.Reverse(out)
	return out, err
}
