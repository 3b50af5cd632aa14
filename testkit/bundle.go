package testkit

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// bundleFormat is the number of the form that bundles have. portico replay reads this one alone.
const bundleFormat = 2

// bundleInfo is what a bundle holds besides the calls. A bundle is an HTTP archive (HAR 1.2) that browsers open, with this as
// the member _portico of its log.
type bundleInfo struct {
	Format    int                 `json:"format"`
	Portico   string              `json:"portico"`
	Test      string              `json:"test"`
	World     string              `json:"world"`
	Seed      uint64              `json:"seed"`
	Fixture   string              `json:"fixture"`
	Clock     clockInfo           `json:"clock"` // when the world was created, or the test began
	Strict    bool                `json:"strict"`
	Since     uint64              `json:"since,omitempty"` // calls that the world had counted before the test
	Dropped   int                 `json:"admin_dropped,omitempty"`
	Faults    []faultInfo         `json:"faults"`
	Armed     rawJSON             `json:"armed"` // rules, those of scenarios included
	Scenarios map[string]*rawJSON `json:"scenarios"`
	Diff      rawJSON             `json:"diff"` // since the world was created
}

type faultInfo struct {
	ID    string  `json:"id"`
	Rule  rawJSON `json:"rule"`
	Hits  int     `json:"hits"`
	Fired int     `json:"fired"`
}

// archive is the part of a HAR that matters here.
type archive struct {
	Log struct {
		Version string            `json:"version"`
		Creator map[string]string `json:"creator"`
		Entries []json.RawMessage `json:"entries"`
		Info    *bundleInfo       `json:"_portico,omitempty"`
	} `json:"log"`
}

// lasting reports whether go test keeps the folders of ArtifactDir.
func lasting() bool {
	f := flag.Lookup("test.artifacts")
	return f != nil && f.Value.String() == "true"
}

// bundle writes what happened to the world into the folder for the test's artifacts, if anything did.
func (p *Portico) bundle() {
	p.t.Helper()
	t, ok := p.t.(interface{ ArtifactDir() string })
	if !ok || p.idle() {
		return
	}
	name := cmp.Or(p.world, "default")
	file := filepath.Join(t.ArtifactDir(), "portico-"+name+".har")
	data, err := p.bundled(name)
	if err == nil {
		err = os.WriteFile(file, data, 0o600)
	}
	switch {
	case err != nil:
		p.t.Errorf("portico: no bundle of the world %s: %v", name, err)
	case !lasting():
		p.say("portico: go test -artifacts keeps what the world %s was asked and how it differs, for portico replay", name)
	default:
		p.say("portico: what the world %s was asked: portico replay %s", name, file)
	}
}

// say logs a line about a test that has failed already.
func (p *Portico) say(format string, args ...any) {
	p.t.Helper()
	if t, ok := p.t.(interface{ Logf(string, ...any) }); ok {
		t.Logf(format, args...)
		return
	}
	p.t.Errorf(format, args...)
}

// idle reports whether nothing was done to the world.
func (p *Portico) idle() bool {
	now, err := p.info()
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	return len(p.record.steps) == 0 && (err != nil || now.Requests <= p.record.since)
}

// bundled is the bundle, without secrets.
func (p *Portico) bundled(name string) ([]byte, error) {
	alive, calls := p, []step(nil)
	if _, gone := p.info(); gone != nil { // the test has deleted its world
		alive = &Portico{t: p.t, host: p.host}
	} else {
		calls, _ = p.phaseCalls()
	}
	index, err := alive.index()
	if err != nil {
		return nil, err
	}
	rec := &p.record
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.add(calls...)
	slices.SortStableFunc(rec.steps, func(a, b step) int {
		return cmp.Or(cmp.Compare(a.phase, b.phase), cmp.Compare(a.number, b.number))
	})
	b := bundleInfo{
		Format: bundleFormat, Portico: index.Portico, Test: p.t.Name(), World: name, Seed: rec.birth.Seed,
		Fixture: rec.birth.Fixture, Clock: rec.birth.Clock, Strict: index.Strict, Dropped: rec.dropped,
		Faults: []faultInfo{}, Scenarios: map[string]*rawJSON{},
	}
	if !p.ours {
		b.Since = rec.birth.Requests
	}
	if alive == p {
		b.Diff, b.Armed = p.document("/diff"), p.document("/faults")
	}
	texts := []*string{(*string)(&b.Diff), (*string)(&b.Armed)} // that may hold secrets
	for _, f := range rec.faults {
		b.Faults = append(b.Faults, faultInfo{f.ID, rawJSON(f.rule), f.hits, f.fired})
	}
	for i := range b.Faults {
		texts = append(texts, (*string)(&b.Faults[i].Rule))
	}
	for _, one := range rec.steps {
		a := one.admin
		if a == nil {
			continue
		}
		texts = append(texts, &a.path, &a.body, &a.answer)
		name, ok := strings.CutSuffix(strings.TrimPrefix(a.path, "/scenarios/"), "/start")
		if ok && alive == p && b.Scenarios[name] == nil {
			b.Scenarios[name] = new(p.document("/scenarios/" + name))
			texts = append(texts, (*string)(b.Scenarios[name]))
		}
	}
	if err := alive.redact(texts, p.credentials); err != nil {
		return nil, err
	}
	var all archive
	for _, one := range rec.steps {
		if one.admin != nil {
			one.call = one.admin.entry()
		}
		all.Log.Entries = append(all.Log.Entries, one.call)
	}
	all.Log.Version, all.Log.Creator = "1.2", map[string]string{"name": "portico", "version": index.Portico}
	all.Log.Info = &b
	return json.MarshalIndent(all, "", " ")
}

// entry is the call as an entry of an HTTP archive, which has no number. Of its answer it keeps documents.
func (a *adminCall) entry() json.RawMessage {
	type object map[string]any
	none := []string{}
	content := object{"size": len(a.answer), "mimeType": "application/json"}
	if strings.HasPrefix(a.path, "/state/") && a.status < http.StatusBadRequest {
		content["text"] = a.answer
	}
	e := object{
		"startedDateTime": a.at, "_world_at": a.at, "time": 0, "timings": object{"send": 0, "wait": 0, "receive": 0}, "cache": object{},
		"request": object{
			"method": a.method, "url": localURL + adminPrefix + a.path, "httpVersion": "HTTP/1.1", "headers": none, "cookies": none,
			"queryString": none, "headersSize": -1, "bodySize": len(a.body), "postData": object{"mimeType": "", "text": a.body},
		},
		"response": object{
			"status": a.status, "statusText": http.StatusText(a.status), "httpVersion": "HTTP/1.1", "headers": none, "cookies": none,
			"redirectURL": "", "headersSize": -1, "bodySize": len(a.answer), "content": content,
		},
	}
	out, _ := json.Marshal(e) // texts and numbers
	return out
}

// rawJSON is JSON that is kept as text; "" is null.
type rawJSON string

// MarshalJSON returns the JSON as it is.
func (r rawJSON) MarshalJSON() ([]byte, error) { return []byte(cmp.Or(r, "null")), nil }

// document returns an answer of the admin API, or "" if it is refused.
func (p *Portico) document(path string) rawJSON {
	var raw json.RawMessage
	_ = p.get(path, &raw) // which leaves raw empty
	return rawJSON(raw)
}

// redact replaces texts by what the emulator leaves of them without secrets: of its world's credentials, of the given ones,
// and of what a name marks as a secret.
func (p *Portico) redact(texts []*string, credentials json.RawMessage) error {
	var body struct {
		Texts       []string        `json:"texts"`
		Credentials json.RawMessage `json:"credentials,omitempty"`
	}
	for _, t := range texts {
		body.Texts = append(body.Texts, *t)
	}
	body.Credentials = credentials
	a, err := p.ask(http.MethodPost, "/redact", body)
	switch {
	case err != nil:
		return err
	case a.status != http.StatusOK:
		return fmt.Errorf("the emulator does not redact: %s", a.problem())
	}
	if err := json.Unmarshal(a.body, &body); err != nil {
		return err
	}
	if len(body.Texts) != len(texts) {
		return fmt.Errorf("the emulator redacted %d of %d texts", len(body.Texts), len(texts))
	}
	for i, t := range texts {
		*t = body.Texts[i]
	}
	return nil
}
