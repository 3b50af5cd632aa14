// Package coverage counts what callers have tried of a vendor's table: operations, statuses, errors, request members and
// enum values.
package coverage

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Coverage is what callers of one world have tried. It is safe for use by several goroutines.
type Coverage struct {
	mu  sync.Mutex
	ops map[*api.Operation]*tried
}

// tried is what was tried of one operation.
type tried struct {
	calls    int
	statuses map[int]int
	codes    map[api.Code]int
	members  map[string]bool
	queries  map[string]bool
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

// Record counts a call and its outcome.
func (v *Coverage) Record(c *api.Call, status int) {
	if c.Op == nil {
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	t := v.of(c.Op)
	t.calls++
	t.statuses[status]++
	if c.Refusal != nil {
		t.codes[c.Refusal.Code]++
	}
	for name := range c.Query {
		t.queries[name] = true
	}
	if c.Op.Takes == nil {
		return
	}
	for _, m := range c.Body.Object {
		if _, ok := c.Op.Takes.Place[m.Name]; !ok {
			continue
		}
		t.members[m.Name] = true
		if enum := c.Op.Takes.Enums[m.Name]; enum != nil {
			if value := gjson.ParseBytes(m.Value).String(); slices.Contains(enum, value) {
				t.value(m.Name, value)
			}
		}
	}
}

func (t *tried) value(member, value string) {
	if t.values[member] == nil {
		t.values[member] = map[string]bool{}
	}
	t.values[member][value] = true
}

// Add merges another coverage into this one.
func (v *Coverage) Add(other *Coverage) {
	other.mu.Lock()
	defer other.mu.Unlock()
	v.mu.Lock()
	defer v.mu.Unlock()
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

// Clear forgets everything.
func (v *Coverage) Clear() {
	v.mu.Lock()
	defer v.mu.Unlock()
	clear(v.ops)
}

// Report is coverage as it is told. Companions are listed, but count in no total.
type Report struct {
	World      string      `json:"world"` // "*": all
	Total      Total       `json:"total"`
	Vendors    []Total     `json:"vendors"`
	Operations []Operation `json:"operations"`
	Never      []string    `json:"never_called"`
}

// Total is how many documented operations, and of their documented statuses how many, were seen.
type Total struct {
	Vendor       string  `json:"vendor,omitempty"`
	Title        string  `json:"title,omitempty"`
	Operations   int     `json:"operations"`
	Called       int     `json:"called"`
	Percent      float64 `json:"percent"`
	Statuses     int     `json:"statuses"`
	StatusesSeen int     `json:"statuses_seen"`
	Calls        int     `json:"calls"`
}

// Operation is what was tried of one operation.
type Operation struct {
	ID        string           `json:"id"`
	Vendor    string           `json:"vendor"`
	Method    string           `json:"method"`
	Path      string           `json:"path"`
	Summary   string           `json:"summary"`
	Companion bool             `json:"companion"`
	Calls     int              `json:"calls"`
	Statuses  []Status         `json:"statuses"`
	Errors    map[api.Code]int `json:"errors"`
	Members   Tried            `json:"members"`
	Enums     map[string]Tried `json:"enums"`
	Queries   []string         `json:"queries"`
}

// Status is a status of an operation: how often it was seen, and whether the vendor documents it.
type Status struct {
	Status     int  `json:"status"`
	Calls      int  `json:"calls"`
	Documented bool `json:"documented"`
}

// Tried is which of several things were tried.
type Tried struct {
	Tried   []string `json:"tried"`
	Untried []string `json:"untried"`
}

// Report tells the coverage over vendors' tables.
func (v *Coverage) Report(world string, vendors []*api.Vendor) Report {
	v.mu.Lock()
	defer v.mu.Unlock()
	r := Report{World: world, Never: []string{}}
	for _, vendor := range vendors {
		total := Total{Vendor: vendor.Name, Title: vendor.Title}
		for i := range vendor.Operations {
			op := &vendor.Operations[i]
			one := v.operation(op)
			r.Operations = append(r.Operations, one)
			if op.Companion {
				continue
			}
			total.add(one)
			if one.Calls == 0 {
				r.Never = append(r.Never, op.Full)
			}
		}
		total.percent()
		r.Vendors = append(r.Vendors, total)
		r.Total.Operations += total.Operations
		r.Total.Called += total.Called
		r.Total.Statuses += total.Statuses
		r.Total.StatusesSeen += total.StatusesSeen
		r.Total.Calls += total.Calls
	}
	r.Total.percent()
	return r
}

func (t *Total) add(o Operation) {
	t.Operations++
	t.Calls += o.Calls
	if o.Calls > 0 {
		t.Called++
	}
	for _, s := range o.Statuses {
		if s.Documented {
			t.Statuses++
			if s.Calls > 0 {
				t.StatusesSeen++
			}
		}
	}
}

func (t *Total) percent() {
	if t.Operations > 0 {
		t.Percent = float64(int(1000*float64(t.Called)/float64(t.Operations))) / 10
	}
}

func (v *Coverage) operation(op *api.Operation) Operation {
	t := v.ops[op]
	if t == nil {
		t = &tried{}
	}
	o := Operation{
		ID: op.Full, Vendor: op.Vendor.Name, Method: op.Method, Path: op.Template(), Summary: op.Summary, Companion: op.Companion,
		Calls: t.calls, Errors: map[api.Code]int{}, Enums: map[string]Tried{}, Queries: slices.Sorted(maps.Keys(t.queries)),
		Members: Tried{Tried: []string{}, Untried: []string{}},
	}
	maps.Copy(o.Errors, t.codes)
	if o.Queries == nil {
		o.Queries = []string{}
	}
	for _, s := range append([]int{op.Status}, op.Errors...) {
		o.Statuses = append(o.Statuses, Status{s, t.statuses[s], true})
	}
	for s, n := range t.statuses {
		if s != op.Status && !slices.Contains(op.Errors, s) {
			o.Statuses = append(o.Statuses, Status{s, n, false})
		}
	}
	slices.SortFunc(o.Statuses, func(a, b Status) int { return cmp.Compare(a.Status, b.Status) })
	if op.Takes == nil {
		return o
	}
	for _, name := range op.Takes.Names {
		o.Members.put(name, t.members[name])
		if enum := op.Takes.Enums[name]; enum != nil {
			values := Tried{Tried: []string{}, Untried: []string{}}
			for _, value := range enum {
				values.put(value, t.values[name][value])
			}
			o.Enums[name] = values
		}
	}
	return o
}

func (t *Tried) put(name string, was bool) {
	if was {
		t.Tried = append(t.Tried, name)
	} else {
		t.Untried = append(t.Untried, name)
	}
}

// Text is a status as it is shown.
func (s Status) Text() string { return strconv.Itoa(s.Status) }
