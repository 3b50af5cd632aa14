package testkit

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// Fault is a rule that makes calls fail on purpose. Fields with their zero value are left out.
type Fault struct {
	Name  string   `json:"name,omitempty"`
	On    string   `json:"on"` // operation such as konnect.create-portal, or a glob such as konnect.* or *.create-*
	When  *When    `json:"when,omitempty"`
	Plan  []string `json:"plan,omitempty"` // pass or fail for each matching call; the last repeats
	After int      `json:"after,omitempty"`
	Times int      `json:"times,omitempty"`
	Every int      `json:"every,omitempty"`
	Odds  *float64 `json:"odds,omitempty"`  // decided by the world's seed
	Stage string   `json:"stage,omitempty"` // before (default): the operation is not executed; after: it is
	Give  Give     `json:"give"`

	Optional bool `json:"-"` // the test passes though it never acts
}

// When is conditions on a call, all of which must hold. Body and Document are JSON paths to values, or to Matches.
type When struct {
	Header   map[string]string `json:"header,omitempty"`
	Query    map[string]string `json:"query,omitempty"`
	Path     map[string]string `json:"path,omitempty"` // the vendor's parameter names
	Body     map[string]any    `json:"body,omitempty"`
	Document map[string]any    `json:"document,omitempty"` // of the addressed object, as it is now
}

// Matches is a regular expression in place of a value.
type Matches string

// MarshalJSON is {"matches": expression}.
func (m Matches) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"matches": string(m)})
}

// Give is the answer that the caller gets.
type Give struct {
	Error      string            `json:"error,omitempty"` // neutral word such as rate-limited, in the vendor's own envelope
	Status     int               `json:"status,omitempty"`
	Headers    map[string]string `json:"headers,omitempty"`
	Body       string            `json:"body,omitempty"` // as it is sent: as application/json if it is JSON, else as text/plain
	RetryAfter Duration          `json:"retry_after,omitempty"`
	Delay      Delay             `json:"delay,omitempty"`   // a Duration, Uniform or Lognormal
	Wire       string            `json:"wire,omitempty"`    // reset, empty, truncate, malformed-chunk, garbage, dribble, hang
	Gateway    int               `json:"gateway,omitempty"` // 502, 503 or 504, as a proxy in front would send it
	Patch      []PatchStep       `json:"patch,omitempty"`   // JSON Patch on the true answer
	Stale      Duration          `json:"stale,omitempty"`   // reads show the world as it was this long ago, by the world's clock
}

// Duration is a span of real time, or of a test bubble's; never of the world's clock.
type Duration time.Duration

// MarshalText is the form of time.Duration.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// Delay is how long an answer is held back: a Duration, or a distribution that the delay of each answer is drawn from.
type Delay interface{ delay() }

func (Duration) delay()  {}
func (Uniform) delay()   {}
func (Lognormal) delay() {}

// Uniform is a delay between two durations, each as likely as the next.
type Uniform [2]Duration

// MarshalJSON is {"uniform": [least, most]}.
func (u Uniform) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string][2]Duration{"uniform": u})
}

// Lognormal is a delay with a log-normal distribution, as networks have it. Sigma is that of the logarithm.
type Lognormal struct {
	Median Duration `json:"median"`
	Sigma  float64  `json:"sigma"`
}

// MarshalJSON is {"lognormal": {…}}.
func (l Lognormal) MarshalJSON() ([]byte, error) {
	type plain Lognormal
	return json.Marshal(map[string]plain{"lognormal": plain(l)})
}

// PatchStep is an operation of a JSON Patch (RFC 6902).
type PatchStep struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	From  string `json:"from,omitempty"`
	Value any    `json:"value,omitempty"`
}

// ArmedFault is a fault in a world.
type ArmedFault struct {
	p  *Portico
	ID string

	name, on    string
	rule        string // as it was written, as JSON
	optional    bool
	gone        bool // it was disarmed, or the world was reset
	hits, fired int  // as of the last look
}

// Fault arms a rule in this world, after those that are armed already: the first that acts on a call wins. An operation
// or a word that does not exist fails the test. So does, at its end, a fault that never acted: the test has proved nothing
// then. Optional lets it pass.
func (p *Portico) Fault(f Fault) *ArmedFault {
	p.t.Helper()
	var armed struct{ ID string }
	p.admin(p.t, http.MethodPost, "/faults", f, &armed)
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	for _, one := range slices.Backward(p.record.faults) {
		if one.ID == armed.ID && !one.gone {
			one.optional = f.Optional
			return one
		}
	}
	return &ArmedFault{p: p, ID: armed.ID, gone: true} // disarmed in the meantime
}

// Hits returns the number of calls that matched the rule until now, or until it was disarmed.
func (f *ArmedFault) Hits() int {
	f.p.t.Helper()
	hits, _ := f.counts()
	return hits
}

// Fired returns the number of calls on which the rule acted until now, or until it was disarmed.
func (f *ArmedFault) Fired() int {
	f.p.t.Helper()
	_, fired := f.counts()
	return fired
}

func (f *ArmedFault) counts() (hits, fired int) {
	f.p.t.Helper()
	if err := f.p.count(); err != nil {
		f.p.t.Fatalf("portico: %v", err)
	}
	f.p.record.mu.Lock()
	defer f.p.record.mu.Unlock()
	return f.hits, f.fired
}

// Disarm removes the rule.
func (f *ArmedFault) Disarm() {
	f.p.t.Helper()
	f.p.admin(f.p.t, http.MethodDelete, "/faults/"+f.ID, nil, nil)
}
