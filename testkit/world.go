package testkit

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
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

// UnmarshalJSON keeps the document whole, beside where it stands.
func (d *Document) UnmarshalJSON(data []byte) error {
	type place Document
	d.JSON = bytes.Clone(data)
	return json.Unmarshal(data, (*place)(d))
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
	var d Document
	p.admin(p.t, http.MethodPost, "/state/"+kind, body, &d)
	return d
}

// Documents gives the documents of a kind in order of birth.
func (p *Portico) Documents(kind string) []Document {
	p.t.Helper()
	var out []Document
	p.admin(p.t, http.MethodGet, "/state/"+kind, nil, &out)
	return out
}

// Change merges changes into a document (a JSON merge patch), with all that a change by the vendor's API brings along.
func (p *Portico) Change(kind, id string, changes any) Document {
	p.t.Helper()
	var d Document
	p.admin(p.t, http.MethodPatch, "/state/"+kind+"/"+url.PathEscape(id), changes, &d)
	return d
}

// Delete deletes a document and all that dies with it.
func (p *Portico) Delete(kind, id string) {
	p.t.Helper()
	p.admin(p.t, http.MethodDelete, "/state/"+kind+"/"+url.PathEscape(id), nil, nil)
}

// Count is how many documents of a kind there are. A kind that does not exist fails the test.
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

// Snapshot keeps documents, ids and clock of the world as they are now, in place of what had the name.
func (p *Portico) Snapshot(name string) {
	p.t.Helper()
	p.admin(p.t, http.MethodPut, "/snapshots/"+url.PathEscape(name), nil, nil)
}

// Restore makes documents, ids and clock what they were at a snapshot, as often as one likes.
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

// Reset gives the world back the documents, ids and clock that it was born with, and disarms its faults. Calls that were
// made before it count no longer, but for what fails a test at its end.
func (p *Portico) Reset() {
	p.t.Helper()
	p.admin(p.t, http.MethodPost, "/reset", nil, nil)
}
