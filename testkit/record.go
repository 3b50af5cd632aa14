package testkit

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// record is what the world itself forgets of a test: its calls and faults when the world is reset, and its calls of the admin API
// always. A phase is the time from one clearing of the journal to the next.
type record struct {
	birth worldInfo

	mu        sync.Mutex
	since     uint64 // number of the last call that is not this test's
	last      uint64 // highest known number of a call in this phase
	phase     int    // from 0
	steps     []step // calls of earlier phases, and all of the admin API
	unmatched []Call // of earlier phases, those that no operation answers for
	faults    []*ArmedFault
	size      int // bytes of steps
	dropped   int // calls of the admin API that did not fit
	deleted   bool
}

// step is a call, as an entry of an HTTP archive, or a call of the admin API.
type step struct {
	phase  int
	number uint64 // of the call; for the admin API of the call that comes next
	call   json.RawMessage
	admin  *adminCall
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

// adminCall is a call of the admin API that changes the world.
type adminCall struct {
	at           time.Time // by the world's clock
	method, path string    // below /_portico, escaped
	body         string
	status       int
	answer       string
}

// info asks how the world is now.
func (p *Portico) info() (info worldInfo, err error) {
	err = p.get("/worlds/"+cmp.Or(p.world, "default"), &info)
	return info, err
}

// act sends a call that changes the world and records it. The answer has the time of the world's clock at which it was made.
func (p *Portico) act(r *http.Request, path string) (*http.Response, error) {
	var sent []byte
	r = r.Clone(r.Context())
	if r.Body != nil {
		var err error
		if sent, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
		_ = r.Body.Close()
		r.Body = io.NopCloser(bytes.NewReader(sent))
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	r.Header.Set("Portico-Record", "true")
	clears := path == "/reset" || path == "/requests" || strings.HasSuffix(path, "/start") || path == "/worlds/"+p.world
	var calls []step
	var unmatched []Call
	if clears {
		calls, unmatched = p.phaseCalls()
	}
	if clears || strings.HasPrefix(path, "/faults") {
		_ = p.count() // if that fails, the counts stay as they were
		defer func() { _ = p.count() }()
	}
	answer, err := p.host.trip.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	got, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(got))
	a := adminCall{method: r.Method, path: path, body: string(sent), status: answer.StatusCode, answer: string(got)}
	if r.URL.RawQuery != "" {
		a.path += "?" + r.URL.RawQuery
	}
	if a.at, err = time.Parse(time.RFC3339Nano, answer.Header.Get("Portico-World-At")); err != nil {
		return answer, nil // it was refused before it reached the world
	}
	requests, _ := strconv.ParseUint(answer.Header.Get("Portico-World-Requests"), 10, 64)
	p.record.keep(p, &a, requests, clears, calls, unmatched)
	return answer, nil
}

// keep adds a call of the admin API, after which the world had counted so many requests. If it cleared the journal, it ends the
// phase, whose calls are given.
func (rec *record) keep(p *Portico, a *adminCall, requests uint64, clears bool, calls []step, unmatched []Call) {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	done := a.status < http.StatusBadRequest
	if done && a.method == http.MethodPost && a.path == "/faults" {
		rec.arm(p, a.answer)
	}
	reborn := requests < rec.last
	cleared := clears && done && (reborn || !strings.HasSuffix(a.path, "/start"))
	one := step{phase: rec.phase, number: requests + 1, admin: a}
	if cleared {
		one.number = math.MaxUint64 // it comes after all calls of the phase
		rec.unmatched = append(rec.unmatched, unmatched...)
		rec.add(calls...)
		rec.phase++
	}
	if strings.HasPrefix(a.path, "/worlds/") { // it changed no world, or ended this one
		rec.deleted = rec.deleted || cleared
	} else if !rec.add(one) {
		rec.dropped++
	}
	if rec.last = max(rec.last, requests); reborn {
		rec.last, rec.since = requests, 0
	}
}

// add keeps steps as long as there is room.
func (rec *record) add(steps ...step) bool {
	for _, s := range steps {
		n := 200 + len(s.call)
		if a := s.admin; a != nil {
			n += len(a.path) + len(a.body) + len(a.answer)
		}
		if rec.size+n > maxRecord {
			return false
		}
		rec.size += n
		rec.steps = append(rec.steps, s)
	}
	return true
}

// phaseCalls gives the test's calls in this phase, and those that no operation answers for.
func (p *Portico) phaseCalls() (calls []step, unmatched []Call) {
	rec := &p.record
	rec.mu.Lock()
	since, phase := rec.since, rec.phase
	rec.mu.Unlock()
	unmatched, _ = p.unmatched(since)
	a, err := p.ask(http.MethodGet, fmt.Sprintf("/requests.har?since=%d", since), nil)
	if err != nil {
		return nil, unmatched
	}
	var har archive // in which secrets are numbered from 1
	_ = json.Unmarshal(bytes.ReplaceAll(a.body, []byte("[redacted:"), fmt.Appendf(nil, "[redacted:%d.", phase)), &har)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	for _, raw := range har.Log.Entries {
		var e struct {
			ID uint64 `json:"_id,string"`
		}
		_ = json.Unmarshal(raw, &e)
		calls = append(calls, step{phase: phase, number: e.ID, call: raw})
		rec.last = max(rec.last, e.ID)
	}
	return calls, unmatched
}

// unmatched lists the calls since a number that no operation answers for, the oldest first.
func (p *Portico) unmatched(since uint64) ([]Call, error) {
	return p.calls(fmt.Sprintf("unmatched=true&since=%d", since))
}

// count notes how often the faults that are armed have acted, and which ones are gone. It holds no lock while it asks.
func (p *Portico) count() error {
	rec := &p.record
	rec.mu.Lock()
	known := slices.Clone(rec.faults)
	rec.mu.Unlock()
	if len(known) == 0 {
		return nil
	}
	var all []json.RawMessage
	if err := p.get("/faults", &all); err != nil {
		return err
	}
	armed := map[string]rule{}
	for _, raw := range all {
		r := ruleOf(raw)
		armed[r.ID] = r
	}
	rec.mu.Lock()
	defer rec.mu.Unlock()
	for _, f := range known {
		now, there := armed[f.ID]
		if f.gone = f.gone || !there || now.text != f.rule; !f.gone {
			f.hits, f.fired = now.Hits, now.Fired
		}
	}
	return nil
}

// rule is a fault rule as the admin API shows it.
type rule struct {
	ID, Name, On string
	Hits, Fired  int
	text         string // as it was written
}

func ruleOf(raw []byte) (r rule) {
	var written map[string]any
	if json.Unmarshal(raw, &r) != nil || json.Unmarshal(raw, &written) != nil {
		return rule{}
	}
	for _, name := range []string{"id", "hits", "fired"} {
		delete(written, name)
	}
	text, _ := json.Marshal(written)
	r.text = string(text)
	return r
}

// arm adds the fault that an answer describes. The record is locked.
func (rec *record) arm(p *Portico, answer string) {
	if r := ruleOf([]byte(answer)); r.ID != "" {
		rec.faults = append(rec.faults, &ArmedFault{p: p, ID: r.ID, rule: r.text, name: r.Name, on: r.On})
	}
}
