package persist

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/store"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// appendEvent appends an event as JSON.
func appendEvent(to []byte, e *world.Event) []byte {
	to = append(api.AppendString(append(to, `{"do":`...), string(e.Type)), ',')
	if e.Name != "" {
		to = append(api.AppendString(append(to, `"name":`...), e.Name), ',')
	}
	if e.Type == world.SnapshotTaken {
		to = appendTime(append(to, `"taken":`...), e.Reading.Now)
		to = append(strconv.AppendBool(append(to, `"frozen":`...), e.Reading.Frozen), ',')
	}
	if e.Base != nil {
		to = append(api.AppendString(append(to, `"fixture":`...), e.Base.Fixture), ',')
		to = append(api.AppendString(append(to, `"base":`...), e.Base.Sum()), ',')
	}
	if e.Clock != nil {
		to = appendClock(to, *e.Clock)
	}
	switch e.Type {
	case world.Committed, world.Started, world.Replaced:
		to = append(strconv.AppendUint(append(to, `"seq":`...), e.Delta.Seq, 10), ',')
		to = append(strconv.AppendUint(append(to, `"counter":`...), e.Delta.Counter, 10), ',')
		to = append(to, `"changes":[`...)
		for i, c := range e.Delta.Changes {
			if i > 0 {
				to = append(to, ',')
			}
			to = appendChange(to, c)
		}
		to = append(to, ']', ',')
	}
	to[len(to)-1] = '}'
	return to
}

func appendTime(to []byte, t time.Time) []byte {
	return append(api.AppendString(to, t.Format(time.RFC3339Nano)), ',')
}

// appendClock appends what a frozen clock shows, or how far a running one is from real time: in nanoseconds, or, if an int64
// cannot hold them, as what it shows at the Unix epoch.
func appendClock(to []byte, s clock.State) []byte {
	if s.Frozen {
		return appendTime(append(to, `"at":`...), s.At)
	}
	if by, ok := s.Shift(); ok {
		return append(strconv.AppendInt(append(to, `"shift":`...), int64(by), 10), ',')
	}
	return appendTime(append(to, `"epoch":`...), s.At)
}

func appendChange(to []byte, c store.Change) []byte {
	d := c.Doc()
	to = api.AppendString(append(to, `{"kind":`...), d.Res.Kind)
	to = api.AppendString(append(to, `,"id":`...), d.ID)
	if c.After == nil {
		return append(to, '}')
	}
	for i, id := range d.In {
		if i == 0 {
			to = append(to, `,"in":[`...)
		} else {
			to = append(to, ',')
		}
		to = api.AppendString(to, id)
	}
	if len(d.In) > 0 {
		to = append(to, ']')
	}
	to = strconv.AppendUint(append(to, `,"seq":`...), d.Seq, 10)
	to = strconv.AppendInt(append(to, `,"at":`...), d.At, 10)
	if d.Kids {
		to = append(to, `,"kids":true`...)
	}
	return append(append(append(to, `,"document":`...), d.JSON...), '}')
}

// library resolves the names in events.
type library struct {
	base     func(fixture, sum string) (*world.Base, error)
	resource func(kind string) *api.Resource
}

// members reads the members of an object. The first error is kept.
type members struct {
	err  error
	seen []string
}

func (m *members) fail(format string, args ...any) {
	if m.err == nil {
		m.err = fmt.Errorf(format, args...)
	}
}

func (m *members) text(v gjson.Result) string {
	if v.Type != gjson.String {
		m.fail("%.40s: want a string", v.Raw)
	}
	return v.Str
}

func (m *members) unsigned(v gjson.Result) uint64 {
	n, err := strconv.ParseUint(v.Raw, 10, 64)
	if err != nil {
		m.fail("%.40s: want a whole number from 0", v.Raw)
	}
	return n
}

func (m *members) signed(v gjson.Result) int64 {
	n, err := strconv.ParseInt(v.Raw, 10, 64)
	if err != nil {
		m.fail("%.40s: want a whole number", v.Raw)
	}
	return n
}

func (m *members) time(v gjson.Result) time.Time {
	t, err := time.Parse(time.RFC3339Nano, m.text(v))
	if err != nil {
		m.fail("%.40s: want a time as RFC 3339 has it", v.Raw)
	}
	return t.UTC()
}

// instant reads a time that a world's clock can show.
func (m *members) instant(v gjson.Result) time.Time {
	t := m.time(v)
	if !clock.Fits(t) {
		m.fail("%.40s: %w", v.Raw, clock.ErrRange)
	}
	return t
}

// each calls read for every member of an object. It refuses those that read does not know, and duplicates.
func (m *members) each(v gjson.Result, read func(name string, v gjson.Result) (known bool)) {
	if !v.IsObject() {
		m.fail("%.40s: want an object", v.Raw)
		return
	}
	v.ForEach(func(name, v gjson.Result) bool {
		switch {
		case slices.Contains(m.seen, name.Str):
			m.fail("duplicate member %q", name.Str)
		case !read(name.Str, v):
			m.fail("unknown member %q", name.Str)
		}
		m.seen = append(m.seen, name.Str)
		return m.err == nil
	})
}

func (m *members) require(names ...string) {
	for _, name := range names {
		if !slices.Contains(m.seen, name) {
			m.fail("missing member %q", name)
		}
	}
}

// required is the members of each type of event. The clock is one of at, shift and epoch.
var required = map[world.EventType][]string{
	world.Committed:        {"seq", "counter", "changes"},
	world.Started:          {"fixture", "base", "seq", "counter", "changes", "clock"},
	world.Replaced:         {"seq", "counter", "changes", "clock"},
	world.SnapshotTaken:    {"name", "taken", "frozen"},
	world.SnapshotRestored: {"name", "clock"},
	world.SnapshotDropped:  {"name"},
	world.ClockSet:         {"clock"},
}

// readEvent reads what appendEvent wrote.
func readEvent(value []byte, lib *library) (world.Event, error) {
	var e world.Event
	if !gjson.ValidBytes(value) {
		return e, errors.New("invalid JSON")
	}
	var m members
	var fixture, sum string
	m.each(gjson.ParseBytes(value), func(name string, v gjson.Result) bool {
		switch name {
		case "do":
			e.Type = world.EventType(m.text(v))
		case "name":
			e.Name = m.text(v)
		case "taken":
			e.Reading.Now = m.instant(v)
		case "frozen":
			e.Reading.Frozen = v.Bool()
		case "fixture":
			fixture = m.text(v)
		case "base":
			sum = m.text(v)
		case "at":
			e.Clock = &clock.State{Frozen: true, At: m.instant(v)}
		case "shift":
			e.Clock = new(clock.Shifted(time.Duration(m.signed(v))))
		case "epoch":
			e.Clock = &clock.State{At: m.time(v)}
		case "seq":
			e.Delta.Seq = m.unsigned(v)
		case "counter":
			e.Delta.Counter = m.unsigned(v)
		case "changes":
			if !v.IsArray() {
				m.fail("%.40s: want an array", v.Raw)
			}
			v.ForEach(func(_, v gjson.Result) bool {
				var c store.Change
				if c, m.err = readChange(v, lib); m.err != nil {
					return false
				}
				e.Delta.Changes = append(e.Delta.Changes, c)
				return true
			})
		default:
			return false
		}
		return true
	})
	names, known := required[e.Type]
	if m.err == nil && !known {
		return e, fmt.Errorf("unknown event %q", e.Type)
	}
	if e.Clock != nil {
		m.seen = append(m.seen, "clock")
	}
	m.require(names...)
	if m.err == nil && e.Type == world.Started {
		e.Base, m.err = lib.base(fixture, sum)
	}
	return e, m.err
}

func readChange(v gjson.Result, lib *library) (store.Change, error) {
	d := &api.Doc{}
	var m members
	m.each(v, func(name string, v gjson.Result) bool {
		switch name {
		case "kind":
			kind := m.text(v)
			if d.Res = lib.resource(kind); d.Res == nil {
				m.fail("no kind %q", kind)
			}
		case "id":
			d.ID = m.text(v)
		case "in":
			v.ForEach(func(_, id gjson.Result) bool {
				d.In = append(d.In, m.text(id))
				return true
			})
		case "seq":
			d.Seq = m.unsigned(v)
		case "at":
			d.At = m.signed(v)
		case "kids":
			d.Kids = v.Bool()
		case "document":
			if !v.IsObject() {
				m.fail("%.40s: want an object", v.Raw)
			}
			d.JSON = []byte(v.Raw)
		default:
			return false
		}
		return true
	})
	m.require("kind", "id")
	if d.JSON == nil {
		return store.Change{Before: d}, m.err
	}
	m.require("seq", "at")
	return store.Change{After: d}, m.err
}
