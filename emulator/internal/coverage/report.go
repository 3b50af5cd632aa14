package coverage

import (
	"cmp"
	"maps"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

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
	Queries   Tried            `json:"queries"`
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
	v = v.copy()
	r := Report{World: world, Vendors: []Total{}, Operations: []Operation{}, Never: []string{}}
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
		Calls: t.calls, Errors: map[api.Code]int{}, Enums: map[string]Tried{},
		Members: Tried{Tried: []string{}, Untried: []string{}}, Queries: Tried{Tried: []string{}, Untried: []string{}},
	}
	maps.Copy(o.Errors, t.codes)
	for _, name := range op.Known {
		o.Queries.put(name, t.queries[name])
	}
	documented := slices.Compact(slices.Sorted(slices.Values(append([]int{op.Status}, op.Errors...))))
	for _, s := range documented {
		o.Statuses = append(o.Statuses, Status{s, t.statuses[s], true})
	}
	for s, n := range t.statuses {
		if !slices.Contains(documented, s) {
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
