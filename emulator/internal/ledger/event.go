package ledger

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
)

// appendEvent appends an event as JSON.
func appendEvent(to []byte, e *store.Event) []byte {
	to = append(api.AppendString(append(to, `{"do":`...), string(e.What)), ',')
	if e.Name != "" {
		to = append(api.AppendString(append(to, `"name":`...), e.Name), ',')
	}
	if e.What == store.Taken {
		to = append(api.AppendString(append(to, `"taken":`...), e.Reading.Now.Format(time.RFC3339Nano)), ',')
		to = append(strconv.AppendBool(append(to, `"frozen":`...), e.Reading.Frozen), ',')
	}
	if e.Base != nil {
		to = append(api.AppendString(append(to, `"fixture":`...), e.Base.Fixture), ',')
		to = append(api.AppendString(append(to, `"base":`...), e.Base.Sum()), ',')
	}
	switch {
	case e.Clock == nil:
	case e.Clock.Frozen:
		to = append(api.AppendString(append(to, `"at":`...), e.Clock.At.Format(time.RFC3339Nano)), ',')
	default:
		to = appendShift(to, *e.Clock)
	}
	switch e.What {
	case store.Committed, store.Began, store.Replaced:
		to = append(strconv.AppendUint(append(to, `"seq":`...), e.Seq, 10), ',')
		to = append(strconv.AppendUint(append(to, `"counter":`...), e.Counter, 10), ',')
		to = append(to, `"changes":[`...)
		for i := range e.Changes {
			if i > 0 {
				to = append(to, ',')
			}
			to = appendChange(to, &e.Changes[i])
		}
		to = append(to, ']', ',')
	}
	to[len(to)-1] = '}'
	return to
}

// appendShift appends how far a clock that runs is from real time: by some nanoseconds, or, where these are too many, by what it
// shows at the Unix epoch.
func appendShift(to []byte, s clock.State) []byte {
	if by, ok := s.Shift(); ok {
		return append(strconv.AppendInt(append(to, `"shift":`...), int64(by), 10), ',')
	}
	return append(api.AppendString(append(to, `"epoch":`...), s.At.Format(time.RFC3339Nano)), ',')
}

func appendChange(to []byte, c *store.Change) []byte {
	to = api.AppendString(append(to, `{"kind":`...), c.Kind)
	to = api.AppendString(append(to, `,"id":`...), c.ID)
	d := c.Doc
	if d == nil {
		return append(to, '}')
	}
	if len(d.In) > 0 {
		to = append(to, `,"in":[`...)
		for i, id := range d.In {
			if i > 0 {
				to = append(to, ',')
			}
			to = api.AppendString(to, id)
		}
		to = append(to, ']')
	}
	to = strconv.AppendUint(append(to, `,"seq":`...), d.Seq, 10)
	to = strconv.AppendInt(append(to, `,"at":`...), d.At, 10)
	if d.Implicit {
		to = append(to, `,"kids":true`...)
	}
	return append(append(append(to, `,"document":`...), d.JSON...), '}')
}

// library is where the words of events lead.
type library struct {
	base     func(fixture, sum string) (*store.Base, error)
	resource func(kind string) *api.Resource
}

// fields reads the members of an object, each by the function for its name; a member without one is refused. The first
// error is kept.
type fields struct {
	err  error
	seen []string
	room [10]string // for seen
}

func (f *fields) fail(format string, args ...any) {
	if f.err == nil {
		f.err = fmt.Errorf(format, args...)
	}
}

func (f *fields) text(v gjson.Result) string {
	if v.Type != gjson.String {
		f.fail("%.40s is no text", v.Raw)
	}
	return v.Str
}

func (f *fields) whole(v gjson.Result) uint64 {
	n, err := strconv.ParseUint(v.Raw, 10, 64)
	if err != nil {
		f.fail("%.40s is no whole number", v.Raw)
	}
	return n
}

func (f *fields) signed(v gjson.Result) int64 {
	n, err := strconv.ParseInt(v.Raw, 10, 64)
	if err != nil {
		f.fail("%.40s is no whole number", v.Raw)
	}
	return n
}

func (f *fields) time(v gjson.Result) time.Time {
	t, err := time.Parse(time.RFC3339Nano, f.text(v))
	if err != nil {
		f.fail("%.40s is no instant", v.Raw)
	}
	return t.UTC()
}

// instant reads what a clock of a world can show.
func (f *fields) instant(v gjson.Result) time.Time {
	t := f.time(v)
	if !clock.Fits(t) {
		f.fail("%.40s: %w", v.Raw, clock.ErrRange)
	}
	return t
}

// each gives every member of an object to a function, which tells whether it knows it.
func (f *fields) each(v gjson.Result, know func(name string, v gjson.Result) bool) {
	if !v.IsObject() {
		f.fail("%.40s is no object", v.Raw)
		return
	}
	f.seen = f.room[:0]
	v.ForEach(func(name, v gjson.Result) bool {
		if slices.Contains(f.seen, name.Str) || !know(name.Str, v) {
			f.fail("there is no place for the member %q", name.Str)
		}
		f.seen = append(f.seen, name.Str)
		return f.err == nil
	})
}

func (f *fields) need(names ...string) {
	for _, name := range names {
		if !slices.Contains(f.seen, name) {
			f.fail("there is no member %q", name)
		}
	}
}

// needs are the members that events have, beside what they are. A clock is at, shift or epoch.
var needs = map[store.What][]string{
	store.Committed: {"seq", "counter", "changes"},
	store.Began:     {"fixture", "base", "seq", "counter", "changes", "clock"},
	store.Replaced:  {"seq", "counter", "changes", "clock"},
	store.Taken:     {"name", "taken", "frozen"},
	store.Restored:  {"name", "clock"},
	store.Dropped:   {"name"},
	store.Turned:    {"clock"},
}

// readEvent reads an event.
func readEvent(value []byte, lib *library) (store.Event, error) {
	var e store.Event
	if !gjson.ValidBytes(value) {
		return e, errors.New("it is no JSON")
	}
	var f fields
	var fixture, sum string
	f.each(gjson.ParseBytes(value), func(name string, v gjson.Result) bool {
		switch name {
		case "do":
			e.What = store.What(f.text(v))
		case "name":
			e.Name = f.text(v)
		case "taken":
			e.Reading.Now = f.instant(v)
		case "frozen":
			e.Reading.Frozen = v.Bool()
		case "fixture":
			fixture = f.text(v)
		case "base":
			sum = f.text(v)
		case "at":
			e.Clock = &clock.State{Frozen: true, At: f.instant(v)}
		case "shift":
			e.Clock = new(clock.Shifted(time.Duration(f.signed(v))))
		case "epoch":
			e.Clock = &clock.State{At: f.time(v)}
		case "seq":
			e.Seq = f.whole(v)
		case "counter":
			e.Counter = f.whole(v)
		case "changes":
			e.Changes = f.changes(v, lib)
		default:
			return false
		}
		return true
	})
	if f.err != nil {
		return e, f.err
	}
	names, known := needs[e.What]
	if !known {
		return e, fmt.Errorf("it is of no known kind: %q", e.What)
	}
	if e.Clock != nil {
		f.seen = append(f.seen, "clock")
	}
	f.need(names...)
	if f.err == nil && e.What == store.Began {
		e.Base, f.err = lib.base(fixture, sum)
	}
	return e, f.err
}

func (f *fields) changes(v gjson.Result, lib *library) []store.Change {
	if !v.IsArray() {
		f.fail("%.40s is no list", v.Raw)
	}
	var out []store.Change
	v.ForEach(func(_, v gjson.Result) bool {
		out = append(out, f.change(v, lib))
		return f.err == nil
	})
	return out
}

func (f *fields) change(v gjson.Result, lib *library) store.Change {
	var c store.Change
	d := &api.Doc{}
	inner := fields{}
	inner.each(v, func(name string, v gjson.Result) bool {
		switch name {
		case "kind":
			c.Kind = inner.text(v)
			if d.Res = lib.resource(c.Kind); d.Res == nil {
				inner.fail("no kind %q", c.Kind)
			}
		case "id":
			c.ID = inner.text(v)
			d.ID = c.ID
		case "in":
			v.ForEach(func(_, id gjson.Result) bool {
				d.In = append(d.In, inner.text(id))
				return true
			})
		case "seq":
			d.Seq = inner.whole(v)
		case "at":
			d.At = inner.signed(v)
		case "kids":
			d.Implicit = v.Bool()
		case "document":
			if !v.IsObject() {
				inner.fail("%.40s is no document", v.Raw)
			}
			d.JSON = []byte(v.Raw)
			c.Doc = d
		default:
			return false
		}
		return true
	})
	if inner.need("kind", "id"); c.Doc != nil {
		inner.need("seq", "at")
	}
	if inner.err != nil {
		f.fail("%w", inner.err)
	}
	return c
}
