package testkit

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Calls selects calls to a world, whatever their answers were. An assertion that does not hold fails the test with the
// expected and the actual number of calls, and with the calls that differ least from the selection.
type Calls struct {
	p *Portico
	x expectation
}

type expectation struct {
	Operation string         `json:"operation,omitempty"`
	Method    string         `json:"method,omitempty"`
	Path      string         `json:"path,omitempty"`
	Status    int            `json:"status,omitempty"`
	Body      map[string]any `json:"body,omitempty"`
	Times     *span          `json:"times,omitempty"`
	List      bool           `json:"list,omitempty"`
}

type span struct {
	Min *int `json:"min,omitempty"`
	Max *int `json:"max,omitempty"`
}

func (s span) String() string {
	switch {
	case s.Min == nil:
		return "at most " + counted(*s.Max, "call")
	case s.Max == nil:
		return "at least " + counted(*s.Min, "call")
	case *s.Max == 0:
		return "no call"
	}
	return "exactly " + counted(*s.Min, "call")
}

// Calls selects the calls of an operation such as konnect.create-portal, of all that match a glob such as konnect.* or
// *.create-*, or with "" all calls, including those that match no operation.
func (p *Portico) Calls(operation string) *Calls {
	return &Calls{p, expectation{Operation: operation}}
}

func (c *Calls) narrowed(how func(*expectation)) *Calls {
	x := c.x
	x.Body = maps.Clone(x.Body)
	how(&x)
	return &Calls{c.p, x}
}

// Method selects those with an HTTP method.
func (c *Calls) Method(method string) *Calls {
	return c.narrowed(func(x *expectation) { x.Method = strings.ToUpper(method) })
}

// Path selects those with a path, without a world's prefix and without a query: /v2/portals.
func (c *Calls) Path(path string) *Calls {
	return c.narrowed(func(x *expectation) { x.Path = path })
}

// Status selects those that were answered with a status.
func (c *Calls) Status(status int) *Calls {
	return c.narrowed(func(x *expectation) { x.Status = status })
}

// With selects those whose body has a value at a JSON path such as $.name or $.labels['a b'][0]. The value is compared as
// JSON, or is a Matches.
func (c *Calls) With(path string, value any) *Calls {
	return c.narrowed(func(x *expectation) {
		if x.Body == nil {
			x.Body = map[string]any{}
		}
		x.Body[path] = value
	})
}

// Body selects those whose whole body is the same JSON as the value. A failed assertion shows the difference by line.
func (c *Calls) Body(value any) *Calls { return c.With("$", value) }

// Times asserts how many there are.
func (c *Calls) Times(n int) *Calls {
	c.p.t.Helper()
	return c.assert(span{&n, &n})
}

// Once asserts that there is one.
func (c *Calls) Once() *Calls {
	c.p.t.Helper()
	return c.Times(1)
}

// Never asserts that there is none.
func (c *Calls) Never() *Calls {
	c.p.t.Helper()
	return c.Times(0)
}

// AtLeast asserts that there are as many or more.
func (c *Calls) AtLeast(n int) *Calls {
	c.p.t.Helper()
	return c.assert(span{Min: &n})
}

// AtMost asserts that there are as many or fewer.
func (c *Calls) AtMost(n int) *Calls {
	c.p.t.Helper()
	return c.assert(span{Max: &n})
}

// Count is how many there are.
func (c *Calls) Count() int {
	c.p.t.Helper()
	v, _ := c.p.verify(c.x, span{Min: new(int)})
	return v.Count
}

// All lists them, the oldest first, as far as the journal keeps them: the last 1000, unless portico serve was started with
// another --journal.
func (c *Calls) All() []Call {
	c.p.t.Helper()
	x := c.x
	x.List = true
	v, _ := c.p.verify(x, span{Min: new(int)})
	slices.Reverse(v.Calls)
	return v.Calls
}

// Last is the newest of them; where there is none, the test fails.
func (c *Calls) Last() Call {
	c.p.t.Helper()
	all := c.All()
	if len(all) == 0 {
		c.AtLeast(1)
		c.p.t.Fatalf("portico: there is no last call of %s", c.x)
	}
	return all[len(all)-1]
}

// verify asks how many calls are as expected. It reports false if the test has failed.
func (p *Portico) verify(x expectation, times span) (v verdict, ok bool) {
	p.t.Helper()
	x.Times = &times
	a, err := p.ask(http.MethodPost, "/requests/verify", x)
	switch {
	case err != nil:
		p.t.Fatalf("portico: %v", err)
	case a.status == http.StatusOK:
		err = json.Unmarshal(a.body, &v)
	case a.status == http.StatusConflict:
		var refused struct{ Error struct{ Details verdict } }
		err = json.Unmarshal(a.body, &refused)
		v = refused.Error.Details
		v.Unmet = true
	default:
		p.t.Fatalf("portico: calls of %s: %s", x, a.problem())
		return v, false
	}
	if err != nil {
		p.t.Fatalf("portico: %v", err)
	}
	return v, true
}

func (c *Calls) assert(times span) *Calls {
	c.p.t.Helper()
	if v, ok := c.p.verify(c.x, times); ok && v.Unmet {
		c.p.t.Errorf("%s", c.failure(times, v))
	}
	return c
}
