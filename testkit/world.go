package testkit

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Placement says where a document is put.
type Placement func(map[string]any)

// In puts a document inside its owners: their ids, outermost first, or the innermost alone.
func In(owners ...string) Placement {
	return func(body map[string]any) { body["in"] = owners }
}

// Document is a document as the world keeps it.
type Document struct {
	ID   string          `json:"_id"`
	In   []string        `json:"_in"` // ids of its owners, outermost first
	JSON json.RawMessage `json:"-"`
}

// Into decodes the document.
func (d Document) Into(v any) error { return json.Unmarshal(d.JSON, v) }

// Put makes a document of a kind, born like any other: members that are left out get their defaults, and what breaks a
// rule of the vendor fails the test. Document is anything that encodes to a JSON object.
func (p *Portico) Put(kind string, document any, where ...Placement) Document {
	p.t.Helper()
	body := map[string]any{"document": document}
	for _, w := range where {
		w(body)
	}
	var raw json.RawMessage
	p.admin(p.t, http.MethodPost, "/state/"+kind, body, &raw)
	d := Document{JSON: raw}
	if err := json.Unmarshal(raw, &d); err != nil {
		p.t.Fatalf("portico: %v", err)
	}
	return d
}

// Documents gives the documents of a kind in order of birth.
func (p *Portico) Documents(kind string) []Document {
	p.t.Helper()
	var raw []json.RawMessage
	p.admin(p.t, http.MethodGet, "/state/"+kind, nil, &raw)
	out := make([]Document, len(raw))
	for i, r := range raw {
		out[i].JSON = r
		if err := json.Unmarshal(r, &out[i]); err != nil {
			p.t.Fatalf("portico: %v", err)
		}
	}
	return out
}

// Now is the time of the world's clock.
func (p *Portico) Now() time.Time {
	p.t.Helper()
	var clock struct{ Now time.Time }
	p.admin(p.t, http.MethodGet, "/clock", nil, &clock)
	return clock.Now
}

// Advance moves the world's clock.
func (p *Portico) Advance(by time.Duration) {
	p.t.Helper()
	p.admin(p.t, http.MethodPost, "/clock/advance", map[string]string{"by": by.String()}, nil)
}

// Reset gives the world back the documents, ids and clock that it was born with.
func (p *Portico) Reset() {
	p.t.Helper()
	p.admin(p.t, http.MethodPost, "/reset", nil, nil)
}

// admin calls the admin API for this world and fails the test unless that succeeds.
func (p *Portico) admin(t TB, method, path string, body, into any) {
	t.Helper()
	var send io.Reader = http.NoBody
	if body != nil {
		data, err := encoded(body)
		if err != nil {
			t.Fatalf("portico: %s %s: %v", method, path, err)
		}
		send = bytes.NewReader(data)
	}
	r, err := http.NewRequest(method, p.host.url+"/_portico"+path, send) //nolint:noctx // ends with the emulator
	if err != nil {
		t.Fatalf("portico: %v", err)
	}
	if p.host.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.host.token)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := inWorld{p.host.trip, p.world}.RoundTrip(r)
	if err != nil {
		t.Fatalf("portico: %s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("portico: %s %s: %v", method, path, err)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		t.Fatalf("portico: %s /_portico%s: %s: %s", method, path, answer.Status, data)
	}
	if into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatalf("portico: %s %s: %v", method, path, err)
		}
	}
}

// text is a body that is sent as it is.
type text []byte

func encoded(body any) ([]byte, error) {
	if plain, ok := body.(text); ok {
		return plain, nil
	}
	return json.Marshal(body)
}

func keys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
