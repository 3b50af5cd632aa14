package testkit

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator"
)

// bundleFormat is the number of the form that bundles have. `portico replay` refuses higher ones.
const bundleFormat = 1

// bundleInfo is what a bundle holds beside the calls. A bundle is an HTTP archive (HAR 1.2) that browsers open, with this as
// the member _portico of its log.
type bundleInfo struct {
	Format   int                        `json:"format"`
	Portico  string                     `json:"portico"`
	Test     string                     `json:"test"`
	Folder   string                     `json:"folder,omitempty"` // where the test ran; a fixture file is named from there
	World    string                     `json:"world"`
	Seed     uint64                     `json:"seed"`
	Fixture  string                     `json:"fixture"`
	Clock    clockInfo                  `json:"clock"` // at birth, or when the test began
	Strict   bool                       `json:"strict"`
	Since    uint64                     `json:"since,omitempty"` // calls that the world had counted before the test
	Chapters []chapterInfo              `json:"chapters"`
	Deeds    []deed                     `json:"admin"`
	Lost     int                        `json:"admin_dropped,omitempty"`
	Faults   []faultInfo                `json:"faults"`
	Armed    json.RawMessage            `json:"armed"` // rules, those of scenarios included
	Playing  map[string]json.RawMessage `json:"scenarios"`
	Diff     json.RawMessage            `json:"diff"` // since birth
}

// chapterInfo is calls between one clearing of the journal and the next.
type chapterInfo struct {
	Entries int    `json:"entries"`  // of the archive, in order
	Asked   uint64 `json:"requests"` // that the world had counted at its end
}

type faultInfo struct {
	ID    string          `json:"id"`
	Rule  json.RawMessage `json:"rule"`
	Hits  int             `json:"hits"`
	Fired int             `json:"fired"`
}

// archive is the part of a HAR that matters here.
type archive struct {
	Log struct {
		Version string            `json:"version"`
		Creator json.RawMessage   `json:"creator"`
		Entries []json.RawMessage `json:"entries"`
		Info    *bundleInfo       `json:"_portico,omitempty"`
	} `json:"log"`
}

// lasting tells whether the folders that ArtifactDir gives are there after the test.
func lasting() bool {
	f := flag.Lookup("test.artifacts")
	return f != nil && f.Value.String() == "true"
}

// bundle writes what there is to tell of the world into the folder for the test's artifacts, if anything was done to it.
func (p *Portico) bundle() {
	p.t.Helper()
	t, ok := p.t.(interface{ ArtifactDir() string })
	if !ok || p.idle() {
		return
	}
	name := p.world
	if name == "" {
		name = "default"
	}
	data, err := p.bundled(name)
	if err != nil {
		p.t.Errorf("portico: no bundle of the world %s: %v", name, err)
		return
	}
	file := filepath.Join(t.ArtifactDir(), "portico-"+name+".har")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		p.t.Errorf("portico: no bundle of the world %s: %v", name, err)
		return
	}
	if !lasting() {
		p.say("portico: go test -artifacts keeps what the world %s was asked and how it differs, for portico replay", name)
		return
	}
	p.say("portico: what the world %s was asked: portico replay %s", name, file)
}

// say tells beside a failure.
func (p *Portico) say(format string, args ...any) {
	p.t.Helper()
	if t, ok := p.t.(interface{ Logf(string, ...any) }); ok {
		t.Logf(format, args...)
		return
	}
	p.t.Errorf(format, args...)
}

// idle tells whether nothing was done to the world.
func (p *Portico) idle() bool {
	now, err := p.glance()
	p.record.mu.Lock()
	defer p.record.mu.Unlock()
	return len(p.record.deeds)+len(p.record.chapters) == 0 && (err != nil || now.Requests <= p.record.since)
}

// bundled is the bundle, without secrets.
func (p *Portico) bundled(name string) ([]byte, error) {
	var all archive
	var last *chapter
	alive := &Portico{t: p.t, host: p.host} // the default world, where the test has deleted its own
	if now, err := p.glance(); err == nil {
		last, alive = p.chapter(now), p
	}
	var credentials []emulator.Credential
	if err := alive.get("/credentials", &credentials); err != nil {
		return nil, err
	}
	hide := emulator.Redact(append(credentials, p.credentials...))
	var health struct{ Version string }
	if err := alive.get("/health", &health); err != nil {
		return nil, err
	}
	strict := alive.isStrict()
	rec := &p.record
	rec.mu.Lock()
	defer rec.mu.Unlock()
	chapters := slices.Clone(rec.chapters)
	if last != nil {
		chapters = append(chapters, *last)
	}
	b := bundleInfo{
		Format: bundleFormat, Portico: health.Version, Test: p.t.Name(), World: name,
		Seed: rec.birth.Seed, Fixture: rec.birth.Fixture, Clock: rec.birth.Clock, Strict: strict, Lost: rec.lost,
		Deeds: []deed{}, Faults: []faultInfo{}, Playing: map[string]json.RawMessage{},
	}
	if !p.ours {
		b.Since = rec.birth.Requests
	}
	b.Folder, _ = os.Getwd()
	for _, c := range chapters {
		var part archive
		if c.har != nil {
			if err := json.Unmarshal(c.har, &part); err != nil {
				return nil, err
			}
			all.Log.Version, all.Log.Creator = part.Log.Version, part.Log.Creator
		}
		n := len(part.Log.Entries)
		b.Chapters = append(b.Chapters, chapterInfo{Entries: n, Asked: c.requests})
		all.Log.Entries = append(all.Log.Entries, part.Log.Entries...)
	}
	for _, d := range rec.deeds {
		d.Path, d.Body, d.Answer = hide(d.Path), hide(d.Body), hide(d.Answer)
		b.Deeds = append(b.Deeds, d)
		if one, ok := strings.CutSuffix(strings.TrimPrefix(d.Path, "/scenarios/"), "/start"); ok && last != nil {
			b.Playing[one] = p.hidden("/scenarios/"+one, hide)
		}
	}
	for _, f := range rec.faults {
		b.Faults = append(b.Faults, faultInfo{f.ID, json.RawMessage(hide(f.rule)), f.hits, f.fired})
	}
	if last != nil {
		b.Diff, b.Armed = p.hidden("/diff", hide), p.hidden("/faults", hide)
	}
	all.Log.Info = &b
	return json.MarshalIndent(all, "", " ")
}

// hidden is an answer of the admin API without secrets.
func (p *Portico) hidden(path string, hide func(string) string) json.RawMessage {
	var raw json.RawMessage
	if err := p.get(path, &raw); err != nil {
		return nil
	}
	return json.RawMessage(hide(string(raw)))
}
