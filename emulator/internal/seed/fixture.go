// Package seed reads fixtures and grows worlds from them. Every generated value depends on the seed, the kind, the place
// in the fixture and the field, and on nothing that is drawn before it.
package seed

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// Fixture is a data set: documents to be, nested by ownership.
type Fixture struct {
	Name  string
	files []*file
}

type file struct {
	name    string
	now     time.Time
	include []string
	records []*record
	listed  bool          // documents to be born are listed, if only none
	clock   clock.Reading // of an export
	stored  *yaml.Node    // of an export: documents by kind, complete
}

// record is one entry of a fixture: a document, or so many of them.
type record struct {
	file  *file
	node  *yaml.Node
	kind  string
	count int
	in    []*yaml.Node
	doc   *yaml.Node
	has   []*record
	above *record // that it is nested in, or nil
	name  string  // among the records there
}

// Error is a fault in a fixture file, with its place.
type Error struct {
	File         string
	Line, Column int
	Message      string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Message
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Message)
}

// MaxFile is the largest fixture in bytes, in a file or sent.
const MaxFile = 256 << 20

const maxNodes = 5_000_000

// usualNow is the present of a fixture that does not say when it plays.
var usualNow = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// Read reads a fixture from text. The name stands in errors.
func Read(name string, data []byte) (*Fixture, error) {
	f, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	if len(f.include) > 0 {
		return nil, &Error{File: name, Message: "include: only built-in fixtures include others"}
	}
	return &Fixture{Name: name, files: []*file{f}}, nil
}

// Open reads a built-in fixture: every file in its folder, after those of the fixtures that it includes.
func Open(files fs.FS, name string) (*Fixture, error) {
	out := &Fixture{Name: name}
	return out, out.open(files, name, nil, map[string]bool{})
}

// open reads a folder once, however many files include it.
func (f *Fixture) open(files fs.FS, name string, above []string, opened map[string]bool) error {
	switch {
	case slices.Contains(above, name):
		return &Error{File: name, Message: "the fixture includes itself"}
	case opened[name]:
		return nil
	}
	opened[name] = true
	entries, err := fs.ReadDir(files, name)
	if err != nil {
		return fmt.Errorf("no fixture %q: there are %s, or name a file", name, strings.Join(Names(files), ", "))
	}
	parsed := make([]*file, len(entries))
	faults := make([]error, len(entries))
	var wg sync.WaitGroup
	for i, e := range entries {
		wg.Go(func() { parsed[i], faults[i] = builtIn(files, path.Join(name, e.Name())) })
	}
	wg.Wait()
	for i, one := range parsed {
		if faults[i] != nil {
			return faults[i]
		}
		for _, other := range one.include {
			if err := f.open(files, other, append(above, name), opened); err != nil {
				return err
			}
		}
		f.files = append(f.files, one)
	}
	return nil
}

// once keeps the built-in files of the process: reading them costs as much as growing them, and every seed needs them.
var once sync.Map // path → func() (*file, error)

func builtIn(files fs.FS, name string) (*file, error) {
	read, _ := once.LoadOrStore(name, sync.OnceValues(func() (*file, error) {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("fixture %s: %w", name, err)
		}
		return parse(path.Join("fixtures", name), data)
	}))
	return read.(func() (*file, error))() //nolint:forcetypeassert // nothing else is stored
}

// Names lists the built-in fixtures.
func Names(files fs.FS) []string {
	entries, _ := fs.ReadDir(files, ".")
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out
}

func parse(name string, data []byte) (*file, error) {
	root, err := yaml.Parse(data, maxNodes)
	if err != nil {
		if at, ok := errors.AsType[*yaml.Error](err); ok {
			return nil, &Error{name, at.Line, at.Column, at.Message}
		}
		return nil, &Error{File: name, Message: err.Error()}
	}
	f := &file{name: name, now: usualNow}
	if root.Kind == yaml.Null {
		return f, nil
	}
	if n := root.Get("format"); n != nil { // first: a newer one may have members that this version does not know
		if err := f.checkFormat(n, root.Get("portico")); err != nil {
			return nil, err
		}
	}
	for _, m := range root.Members {
		switch m.Name {
		case "now":
			t, err := time.Parse(time.RFC3339Nano, m.Value.Text)
			if err != nil || !clock.Fits(t) {
				return nil, f.fault(m.Value, "now: want an RFC 3339 instant such as 2026-01-01T00:00:00Z, in the years 1678 to 2261")
			}
			f.now = t.UTC()
		case "include":
			for _, v := range m.Value.Items {
				f.include = append(f.include, v.Text)
			}
		case "documents":
			if m.Value.Kind == yaml.Mapping {
				f.stored = m.Value
				continue
			}
			if f.records, err = f.all(m.Value); err != nil {
				return nil, err
			}
			f.listed = true
		case "clock":
			if err := f.readClock(m.Value); err != nil {
				return nil, err
			}
		case "format", "portico", "seed", "fixture": // an export says where it comes from
		default:
			return nil, &Error{name, m.Line, m.Column, fmt.Sprintf("unknown member %q; a fixture has now, include and documents", m.Name)}
		}
	}
	if root.Kind != yaml.Mapping {
		return nil, f.fault(root, "a fixture is a mapping with the member documents")
	}
	return f, nil
}

func (f *file) fault(n *yaml.Node, format string, args ...any) *Error {
	return &Error{f.name, n.Line, n.Column, fmt.Sprintf(format, args...)}
}

var kindName = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}\.[a-z][a-z0-9-]{0,63}$`)

// maxDocuments is how many documents a file may describe: counts within counts multiply, and whoever grows them holds the
// world until all are born.
const maxDocuments = 1_000_000

// all reads the records of a file.
func (f *file) all(n *yaml.Node) ([]*record, error) {
	records, err := f.list(n, nil)
	if err == nil && described(records) > maxDocuments {
		return nil, f.fault(n, "these are more than %d documents: lower the counts", maxDocuments)
	}
	return records, err
}

// described is how many documents records stand for; beyond the limit it only says so.
func described(records []*record) int {
	n := 0
	for _, r := range records {
		n = min(n+r.count*(1+described(r.has)), maxDocuments+1)
	}
	return n
}

// maxName is how long an id may be that a record has its place by; one with a longer id is counted.
const maxName = 256

// maxMembers is how many members a document may have of its own; those within them are not counted.
const maxMembers = 1000

// list reads records. Their places count among those of one kind under one owner, so that a record more of another
// kind, or behind them, moves none.
func (f *file) list(n *yaml.Node, above *record) ([]*record, error) {
	if n.Kind != yaml.Sequence {
		return nil, f.fault(n, "want a list of documents")
	}
	seen := map[string]int{}
	out := make([]*record, 0, len(n.Items))
	for _, item := range n.Items {
		r, err := f.record(item)
		if err != nil {
			return nil, err
		}
		id := ""
		if r.doc != nil {
			if v := r.doc.Get("id"); v != nil && !strings.ContainsAny(v.Text, "{@") {
				id = v.Text
			}
		}
		if id == "" || len(id) > maxName {
			id = strconv.Itoa(seen[r.kind])
			seen[r.kind]++
		}
		r.above, r.name = above, "/"+r.kind+"#"+id
		if has := item.Get("has"); has != nil {
			if r.has, err = f.list(has, r); err != nil {
				return nil, err
			}
		}
		out = append(out, r)
	}
	return out, nil
}

func (f *file) record(n *yaml.Node) (*record, error) {
	if n.Kind != yaml.Mapping {
		return nil, f.fault(n, "want a document with kind, and document, count, in or has")
	}
	r := &record{file: f, node: n, count: 1}
	for _, m := range n.Members {
		switch m.Name {
		case "kind":
			r.kind = m.Value.Text
		case "count":
			c, err := strconv.Atoi(string(m.Value.Scalar))
			if err != nil || c < 0 || c > 1_000_000 {
				return nil, f.fault(m.Value, "count: want a whole number from 0 to 1000000")
			}
			r.count = c
		case "in":
			r.in = m.Value.Items
			if m.Value.Kind == yaml.String {
				r.in = []*yaml.Node{m.Value}
			}
			if err := f.templates(m.Value); err != nil {
				return nil, err
			}
		case "document":
			if m.Value.Kind != yaml.Mapping && m.Value.Kind != yaml.Null {
				return nil, f.fault(m.Value, "document: want a mapping")
			}
			if len(m.Value.Members) > maxMembers {
				return nil, f.fault(m.Value, "document: want at most %d members", maxMembers)
			}
			if err := f.templates(m.Value); err != nil {
				return nil, err
			}
			r.doc = m.Value
		case "has":
		default:
			return nil, &Error{f.name, m.Line, m.Column, fmt.Sprintf("unknown member %q; a record has kind, document, count, in and has", m.Name)}
		}
	}
	if !kindName.MatchString(r.kind) {
		return nil, f.fault(n, "kind: want one such as konnect.portal, got %q", r.kind)
	}
	return r, nil
}

// templates refuses a value with a template that may not be used.
func (f *file) templates(n *yaml.Node) error {
	for i := range n.Members {
		if err := f.templates(n.Members[i].Value); err != nil {
			return err
		}
	}
	for _, item := range n.Items {
		if err := f.templates(item); err != nil {
			return err
		}
	}
	if n.Kind == yaml.String && strings.Contains(n.Text, "{") {
		if err := check(n.Text); err != nil {
			return f.fault(n, "%s", err)
		}
	}
	return nil
}
