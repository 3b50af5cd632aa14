package testkit

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// Placement is an option of Put: where the document is put.
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

// UnmarshalJSON decodes id and owners, and keeps the whole document.
func (d *Document) UnmarshalJSON(data []byte) error {
	type place Document
	d.JSON = bytes.Clone(data)
	return json.Unmarshal(data, (*place)(d))
}

// Into decodes the document.
func (d Document) Into(v any) error { return json.Unmarshal(d.JSON, v) }

// Put creates a document of a kind. Members that are left out get their defaults, and the test fails if the document breaks a
// rule of the vendor. Document is anything that encodes to a JSON object.
func (p *Portico) Put(kind string, document any, where ...Placement) Document {
	p.t.Helper()
	body := map[string]any{"document": document}
	for _, w := range where {
		w(body)
	}
	var d Document
	p.admin(p.t, http.MethodPost, "/state/"+kind, body, &d)
	return d
}

// Documents returns the documents of a kind in the order of their creation.
func (p *Portico) Documents(kind string) []Document {
	p.t.Helper()
	var out []Document
	p.admin(p.t, http.MethodGet, "/state/"+kind, nil, &out)
	return out
}

// Change applies a JSON merge patch to a document, with all effects that a change by the vendor's API has.
func (p *Portico) Change(kind, id string, changes any) Document {
	p.t.Helper()
	var d Document
	p.admin(p.t, http.MethodPatch, "/state/"+kind+"/"+url.PathEscape(id), changes, &d)
	return d
}

// Delete deletes a document and all that depend on it.
func (p *Portico) Delete(kind, id string) {
	p.t.Helper()
	p.admin(p.t, http.MethodDelete, "/state/"+kind+"/"+url.PathEscape(id), nil, nil)
}

// Count returns the number of documents of a kind. The test fails if there is no such kind.
func (p *Portico) Count(kind string) int {
	p.t.Helper()
	var counts map[string]int
	p.admin(p.t, http.MethodGet, "/state", nil, &counts)
	n, ok := counts[kind]
	if !ok { // none, or no such kind
		n = len(p.Documents(kind))
	}
	return n
}

// Snapshot keeps documents, ids and clock of the world under a name, and replaces an older snapshot of that name.
func (p *Portico) Snapshot(name string) {
	p.t.Helper()
	p.admin(p.t, http.MethodPut, "/snapshots/"+url.PathEscape(name), nil, nil)
}

// Restore resets documents, ids and clock to those of a snapshot. It may be called more than once.
func (p *Portico) Restore(name string) {
	p.t.Helper()
	p.admin(p.t, http.MethodPost, "/snapshots/"+url.PathEscape(name)+"/restore", nil, nil)
}

// Export is all documents of the world, as a fixture file takes them, with whatever secrets they hold.
func (p *Portico) Export() []byte {
	p.t.Helper()
	var out json.RawMessage
	p.admin(p.t, http.MethodGet, "/export", nil, &out)
	return out
}

// Import replaces the documents of the world by those of an export or of a fixture (JSON), and its clock by the export's.
func (p *Portico) Import(documents []byte) {
	p.t.Helper()
	p.admin(p.t, http.MethodPost, "/import", text(documents), nil)
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

// Reset restores the documents, ids and clock that the world was created with, and disarms its faults. Earlier calls no
// longer count, except for what fails a test at its end.
func (p *Portico) Reset() {
	p.t.Helper()
	p.admin(p.t, http.MethodPost, "/reset", nil, nil)
}
