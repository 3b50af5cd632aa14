package testkit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// record is what a test did to its world by other ways than the vendors' APIs, and what would be lost on the way: a reset
// forgets calls and faults.
type record struct {
	birth worldInfo
	since uint64 // the number of the last call that is not this test's

	mu       sync.Mutex
	deeds    []deed
	chapters []chapter
	faults   []*ArmedFault
	size     int // bytes of deeds and chapters
	lost     int // deeds that are kept no longer
}

// maxRecord is how many bytes a record keeps. A benchmark may put documents all night.
const maxRecord = 16 << 20

// worldInfo is a world as the admin API lists it.
type worldInfo struct {
	Name     string    `json:"name"`
	Seed     uint64    `json:"seed"`
	Fixture  string    `json:"fixture"`
	Clock    clockInfo `json:"clock"`
	Requests uint64    `json:"requests"`
}

type clockInfo struct {
	Now    time.Time `json:"now"`
	Frozen bool      `json:"frozen"`
}

// deed is a call of the admin API that changes the world.
type deed struct {
	Chapter int       `json:"chapter"` // that it belongs to, from 0
	After   uint64    `json:"after"`   // requests that the world had counted
	At      time.Time `json:"at"`      // by the world's clock
	Until   time.Time `json:"until"`   // the same, when it was done
	Method  string    `json:"method"`
	Path    string    `json:"path"` // below /_portico
	Body    string    `json:"body,omitempty"`
	Status  int       `json:"status"`
	Answer  string    `json:"answer,omitempty"`
}

// chapter is what there was to tell before the journal was cleared.
type chapter struct {
	requests  uint64
	unmatched []Call
	har       []byte
}

// look is the world as it is now, or fails the test.
func (p *Portico) look(t TB) (info worldInfo) {
	t.Helper()
	info, err := p.glance()
	if err != nil {
		t.Fatalf("portico: %v", err)
	}
	return info
}

func (p *Portico) glance() (info worldInfo, err error) {
	name := p.world
	if name == "" {
		name = "default"
	}
	err = p.get("/worlds/"+name, &info)
	return info, err
}

// act sends a call that changes the world and keeps it in mind.
func (p *Portico) act(r *http.Request, path string) (*http.Response, error) {
	var sent []byte
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	began := time.Now() // before the world's clock is read, so that what is done is done by Until
	before, err := p.glance()
	if err != nil { // whoever asked is told why by the call itself
		return p.host.trip.RoundTrip(r)
	}
	var ended *chapter
	if forgets(r.Method, path) {
		ended = p.chapter(before)
	}
	if ended != nil || strings.HasPrefix(path, "/faults") {
		_ = p.count() // what cannot be asked now is as it was when somebody last asked
	}
	answer, err := p.host.trip.RoundTrip(r)
	took := time.Since(began)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(got))
	if err != nil {
		return answer, nil //nolint:nilerr // whoever reads on meets it
	}
	d := deed{
		After: before.Requests, At: before.Clock.Now, Until: before.Clock.Now, Method: r.Method, Path: path,
		Body: string(sent), Status: answer.StatusCode, Answer: string(got),
	}
	if r.URL.RawQuery != "" {
		d.Path += "?" + r.URL.RawQuery
	}
	if !before.Clock.Frozen {
		d.Until = d.At.Add(took)
	}
	p.keep(d, ended)
	return answer, nil
}

// forgets tells whether a call may make the world forget what it was asked, or which faults were armed.
func forgets(method, path string) bool {
	return path == "/reset" || path == "/requests" || strings.HasSuffix(path, "/start") ||
		method == http.MethodDelete && strings.HasPrefix(path, "/worlds/")
}

// keep adds a deed, and closes a chapter where the deed ended one.
func (p *Portico) keep(d deed, ended *chapter) {
	rec := &p.record
	rec.mu.Lock()
	defer rec.mu.Unlock()
	d.Chapter = len(rec.chapters)
	if done := d.Status < http.StatusBadRequest; done {
		p.noteFaults(d)
	}
	if n := len(d.Body) + len(d.Answer) + len(d.Path) + 200; rec.size+n > maxRecord {
		rec.lost++
	} else {
		rec.size += n
		rec.deeds = append(rec.deeds, d)
	}
	if ended == nil || d.Status >= http.StatusBadRequest || strings.HasSuffix(d.Path, "/start") && !p.reborn(ended) {
		return
	}
	if rec.size += len(ended.har); rec.size > maxRecord {
		rec.size -= len(ended.har)
		ended.har = nil
	}
	rec.chapters = append(rec.chapters, *ended)
	if d.Path == "/requests" {
		return // faults stay armed, and calls are counted on
	}
	rec.since = 0
	for _, f := range rec.faults {
		f.gone = true
	}
}

// reborn tells whether the world has begun anew.
func (p *Portico) reborn(before *chapter) bool {
	if before.requests > 0 {
		now, err := p.glance()
		return err == nil && now.Requests < before.requests
	}
	armed, err := p.armed()
	if err != nil {
		return false
	}
	for _, f := range p.record.faults {
		if !f.gone && armed[f.ID].rule != f.rule {
			return true
		}
	}
	return false
}

// chapter is what there is to tell of the calls so far.
func (p *Portico) chapter(now worldInfo) *chapter {
	c := &chapter{requests: now.Requests}
	p.record.mu.Lock()
	since := p.record.since
	p.record.mu.Unlock()
	if now.Requests <= since {
		return c
	}
	c.unmatched, _ = p.unmatched(since)
	if a, err := p.ask(http.MethodGet, fmt.Sprintf("/requests.har?since=%d", since), nil); err == nil && a.status == http.StatusOK {
		c.har = a.body
	}
	return c
}

// unmatched lists the calls since a number that no operation answers for, the oldest first.
func (p *Portico) unmatched(since uint64) ([]Call, error) {
	return p.calls(fmt.Sprintf("unmatched=true&since=%d", since))
}

// count notes how often the faults that are armed have acted. It holds no lock while it asks.
func (p *Portico) count() error {
	rec := &p.record
	rec.mu.Lock()
	none := len(rec.faults) == 0
	rec.mu.Unlock()
	if none {
		return nil
	}
	armed, err := p.armed()
	if err != nil {
		return err
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	for _, f := range rec.faults {
		if now, there := armed[f.ID]; !f.gone && there && now.rule == f.rule {
			f.hits, f.fired = now.hits, now.fired
		}
	}
	return nil
}

// deleted tells whether the test itself has deleted the world.
func (p *Portico) deleted() bool {
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, d := range p.record.deeds {
		if d.Method == http.MethodDelete && d.Path == "/worlds/"+p.world && d.Status < http.StatusBadRequest {
			return true
		}
	}
	return false
}

// ruleCounts is a rule that is armed.
type ruleCounts struct {
	rule        string
	hits, fired int
}

func (p *Portico) armed() (map[string]ruleCounts, error) {
	var all []json.RawMessage
	if err := p.get("/faults", &all); err != nil {
		return nil, err
	}
	out := map[string]ruleCounts{}
	for _, raw := range all {
		id, c := ruleOf(raw)
		out[id] = c
	}
	return out, nil
}

// ruleOf parts a rule, as it is told, from what became of it.
func ruleOf(raw []byte) (id string, c ruleCounts) {
	var counts struct {
		ID          string
		Hits, Fired int
	}
	var rule map[string]any
	if json.Unmarshal(raw, &counts) != nil || json.Unmarshal(raw, &rule) != nil {
		return "", c
	}
	for _, name := range []string{"id", "hits", "fired"} {
		delete(rule, name)
	}
	text, _ := json.Marshal(rule)
	return counts.ID, ruleCounts{string(text), counts.Hits, counts.Fired}
}

// noteFaults follows what a deed armed and disarmed. The record is locked.
func (p *Portico) noteFaults(d deed) {
	rec := &p.record
	switch {
	case d.Path == "/faults" && d.Method == http.MethodPost:
		id, c := ruleOf([]byte(d.Answer))
		if id == "" {
			return
		}
		var rule struct{ Name, On string }
		_ = json.Unmarshal([]byte(d.Answer), &rule)
		rec.faults = append(rec.faults, &ArmedFault{p: p, ID: id, rule: c.rule, name: rule.Name, on: rule.On})
	case d.Method == http.MethodDelete && strings.HasPrefix(d.Path, "/faults"):
		_, id, one := strings.Cut(d.Path, "/faults/")
		for _, f := range rec.faults {
			f.gone = f.gone || !one || f.ID == id
		}
	}
}
