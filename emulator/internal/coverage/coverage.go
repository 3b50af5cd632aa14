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

// Coverage is what callers of one world, or of all worlds, have tried. It is safe for use by several goroutines.
type Coverage struct {
	mu  sync.Mutex
	ops map[*api.Operation]*tried
	all *Coverage // counts every call that this one counts; nil: none does
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

// New is a coverage of nothing. What it counts counts in all, too, which may be nil: so the coverage of all worlds is
// there at any time, whatever number of worlds there is, and worlds that are gone are in it.
func New(all *Coverage) *Coverage { return &Coverage{ops: map[*api.Operation]*tried{}, all: all} }

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
	if v.all != nil {
		v.all.Record(c, status, refusal)
	}
	v.mu.Lock()
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

// Clear forgets what was tried; the coverage of all worlds keeps it.
func (v *Coverage) Clear() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.ops)
}

// copy is what was tried so far. Reports are made from it, while calls are counted on.
func (v *Coverage) copy() *Coverage {
	out := New(nil)
	v.mu.Lock()
	defer v.mu.Unlock()
	for op, t := range v.ops {
		c := *t
		c.statuses, c.codes = maps.Clone(t.statuses), maps.Clone(t.codes)
		c.members, c.queries = maps.Clone(t.members), maps.Clone(t.queries)
		c.values = make(map[string]map[string]bool, len(t.values))
		for member, values := range t.values {
			c.values[member] = maps.Clone(values)
		}
		out.ops[op] = &c
	}
	return out
}
