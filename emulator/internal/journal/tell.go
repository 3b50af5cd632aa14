package journal

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
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
		Duration: e.Took.Microseconds(), Caller: e.Caller, Faults: e.Faults, Why: e.Why(known), Unread: e.Unread(),
	}
	for i, w := range t.Why {
		t.Why[i] = r.Text(w)
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
	_, told, _ := strings.Cut(r.Text(name+"="+value), "=")
	return told
}

// body is JSON as it is, other text as a string, bytes as base64, nothing as null.
func (r *Redactor) body(b []byte) json.RawMessage {
	switch {
	case len(b) == 0:
		return json.RawMessage("null")
	case !utf8.Valid(b):
		return api.Quote("base64:" + base64.StdEncoding.EncodeToString(b))
	}
	text := r.Text(string(b))
	if gjson.Valid(text) {
		return json.RawMessage(text)
	}
	return api.Quote(text)
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

// Globs tells whether an operation's name fits a glob.
func Globs(glob, name string) bool {
	ok, err := path.Match(glob, name)
	return err == nil && ok
}

// har is an archive as HAR 1.2 wants it. Browsers' network panels open it.
type (
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Encoding string `json:"encoding,omitempty"`
	}
	harPost struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		QueryString []harPair `json:"queryString"`
		PostData    *harPost  `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
	}
	harEntry struct {
		Started  time.Time          `json:"startedDateTime"`
		Time     float64            `json:"time"`
		Request  harRequest         `json:"request"`
		Response harResponse        `json:"response"`
		Cache    struct{}           `json:"cache"`
		Timings  map[string]float64 `json:"timings"`
		Comment  string             `json:"comment,omitempty"`
		Why      []string           `json:"_why,omitempty"`
		Name     string             `json:"_operation,omitempty"`
		ID       string             `json:"_id"`
		World    string             `json:"_world"`
	}
)

// HAR is entries as an HTTP archive 1.2, the oldest first.
func HAR(entries []*Entry, r *Redactor, known *Knowledge, version string) ([]byte, error) {
	out := make([]harEntry, 0, len(entries))
	for _, e := range slices.Backward(entries) {
		out = append(out, e.har(r, known))
	}
	return api.Encode(map[string]any{"log": map[string]any{
		"version": "1.2", "creator": map[string]string{"name": "portico", "version": version}, "entries": out,
	}})
}

func (e *Entry) har(r *Redactor, known *Knowledge) harEntry {
	t := e.Tell(r, known)
	ms := float64(e.Took.Microseconds()) / 1000
	h := harEntry{
		Started: t.At, Time: ms, Timings: map[string]float64{"send": 0, "wait": ms, "receive": 0},
		Comment: strings.Join(t.Why, "; "), Why: t.Why, Name: t.Operation, ID: t.ID, World: t.World,
		Request: harRequest{
			Method: e.Method, URL: "http://" + e.Host + r.Text(e.URL), HTTPVersion: "HTTP/1.1", Cookies: []harPair{},
			Headers: pairs(t.Headers), QueryString: pairs(t.Query), HeadersSize: -1, BodySize: e.Length,
		},
		Response: harResponse{
			Status: e.Status, StatusText: http.StatusText(e.Status), HTTPVersion: "HTTP/1.1", Cookies: []harPair{},
			Headers: pairs(t.Response.Headers), RedirectURL: e.AnswerHeader.Get("Location"), HeadersSize: -1, BodySize: e.AnswerLength,
			Content: harContent{Size: e.AnswerLength, MimeType: e.AnswerHeader.Get("Content-Type")},
		},
	}
	if len(e.Body) > 0 {
		h.Request.PostData = &harPost{e.Header.Get("Content-Type"), textOf(r, e.Body)}
	}
	if utf8.Valid(e.Answer) {
		h.Response.Content.Text = r.Text(string(e.Answer))
	} else {
		h.Response.Content.Text, h.Response.Content.Encoding = base64.StdEncoding.EncodeToString(e.Answer), "base64"
	}
	return h
}

func textOf(r *Redactor, b []byte) string {
	if utf8.Valid(b) {
		return r.Text(string(b))
	}
	return strconv.Quote(string(b))
}

func pairs(m map[string][]string) []harPair {
	out := []harPair{}
	for _, name := range sorted(m) {
		for _, v := range m[name] {
			out = append(out, harPair{name, v})
		}
	}
	return out
}
