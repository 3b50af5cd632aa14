// Package coverage counts what callers have tried of a vendor's table: operations, statuses, errors, request members and
// enum values.
package coverage

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Coverage is what callers of one world have tried. It is safe for use by several goroutines.
type Coverage struct {
	mu    sync.Mutex
	ops   map[*api.Operation]*tried
	after *Coverage // counts on once this one is closed
}

// tried is what was tried of one operation.
type tried struct {
	calls    int
	statuses map[int]int
	codes    map[api.Code]int
	members  map[string]bool
	queries  map[string]bool            // of those that the operation knows
	values   map[string]map[string]bool // member → enum values sent
}

// New is a coverage of nothing.
func New() *Coverage { return &Coverage{ops: map[*api.Operation]*tried{}} }

func (v *Coverage) of(op *api.Operation) *tried {
	t := v.ops[op]
	if t == nil {
		t = &tried{
			statuses: map[int]int{}, codes: map[api.Code]int{}, members: map[string]bool{},
			queries: map[string]bool{}, values: map[string]map[string]bool{},
		}
		v.ops[op] = t
	}
	return t
}

// Record counts a call and its outcome; refusal is the code of the error that was answered, or "".
func (v *Coverage) Record(c *api.Call, status int, refusal api.Code) {
	if c.Op == nil {
		return
	}
	v.mu.Lock()
	if after := v.after; after != nil {
		v.mu.Unlock()
		after.Record(c, status, refusal)
		return
	}
	defer v.mu.Unlock()
	t := v.of(c.Op)
	t.calls++
	t.statuses[status]++
	if refusal != "" {
		t.codes[refusal]++
	}
	if len(c.Query) > 0 {
		for _, name := range c.Op.Known {
			if !t.queries[name] && asked(c, name) {
				t.queries[name] = true
			}
		}
	}
	if c.Op.Takes == nil {
		return
	}
	for _, m := range c.Body.Object {
		if _, ok := c.Op.Takes.Place[m.Name]; !ok {
			continue
		}
		if !t.members[m.Name] { // reading a map costs less than writing it
			t.members[m.Name] = true
		}
		if enum := c.Op.Takes.Enums[m.Name]; enum != nil {
			if value := gjson.ParseBytes(m.Value).String(); slices.Contains(enum, value) {
				t.value(m.Name, value)
			}
		}
	}
}

// asked tells whether the call has a parameter that an operation knows under that name.
func asked(c *api.Call, known string) bool {
	for name := range c.Query {
		if rest, ok := strings.CutPrefix(name, known); ok && (rest == "" || rest[0] == '[') {
			return true
		}
	}
	return false
}

func (t *tried) value(member, value string) {
	if t.values[member] == nil {
		t.values[member] = map[string]bool{}
	}
	t.values[member][value] = true
}

// Move takes what was tried over to another coverage, in which nothing is missing and nothing stands twice meanwhile.
func (v *Coverage) Move(to *Coverage) { v.move(to, false) }

// Close moves what was tried to another coverage, which counts on for this one.
func (v *Coverage) Close(to *Coverage) { v.move(to, true) }

func (v *Coverage) move(to *Coverage, closing bool) {
	to.mu.Lock()
	defer to.mu.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
	to.add(v)
	clear(v.ops)
	if closing {
		v.after = to
	}
}

// Sum is this coverage and others together, of which some may be moved into this one meanwhile.
func (v *Coverage) Sum(others ...*Coverage) *Coverage {
	all := New()
	v.mu.Lock()
	defer v.mu.Unlock()
	all.add(v)
	for _, o := range others {
		o.mu.Lock()
		all.add(o)
		o.mu.Unlock()
	}
	return all
}

func (v *Coverage) add(other *Coverage) {
	for op, o := range other.ops {
		t := v.of(op)
		t.calls += o.calls
		for s, n := range o.statuses {
			t.statuses[s] += n
		}
		for c, n := range o.codes {
			t.codes[c] += n
		}
		maps.Copy(t.members, o.members)
		maps.Copy(t.queries, o.queries)
		for m, values := range o.values {
			for value := range values {
				t.value(m, value)
			}
		}
	}
}
