package coverage_test

import (
	"encoding/xml"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/coverage"
)

func vendor() *api.Vendor {
	v := &api.Vendor{Name: "v", Title: "Vendor <1>", Base: "/v"}
	v.Operations = []api.Operation{
		{
			ID: "create", Full: "v.create", Method: "POST", Path: "/things", Status: 201, Errors: []int{409, 400, 400}, Known: []string{"filter[a]", "sort"},
			Takes: &api.Shape{Names: []string{"name", "size"}, Place: map[string]int{"name": 0, "size": 1}, Enums: map[string][]string{"size": {"s", "m"}}},
		},
		{ID: "list", Full: "v.list", Method: "GET", Path: "/things", Status: 200},
		{ID: "extra", Full: "v.extra", Method: "GET", Path: "/extra", Status: 200, Companion: true},
	}
	for i := range v.Operations {
		v.Operations[i].Vendor = v
	}
	return v
}

func creation(v *api.Vendor) *api.Call {
	return &api.Call{
		Op: &v.Operations[0], Query: url.Values{"filter[a][eq]": {"1"}, "unknown": {"1"}},
		Body: api.Body{Object: api.Object{{Name: "size", Value: []byte(`"s"`)}, {Name: "other", Value: []byte("1")}}},
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	v := vendor()
	c := coverage.New(nil)
	c.Record(creation(v), 201, "")
	c.Record(creation(v), 409, api.Conflict)
	c.Record(&api.Call{Op: &v.Operations[0]}, 415, "")
	c.Record(&api.Call{}, 404, "") // no operation
	r := c.Report("w", []*api.Vendor{v})
	want := coverage.Operation{
		ID: "v.create", Vendor: "v", Method: "POST", Path: "/v/things", Calls: 3,
		Statuses: []coverage.Status{{201, 1, true}, {400, 0, true}, {409, 1, true}, {415, 1, false}},
		Errors:   map[api.Code]int{api.Conflict: 1},
		Members:  coverage.Tried{Tried: []string{"size"}, Untried: []string{"name"}},
		Enums:    map[string]coverage.Tried{"size": {Tried: []string{"s"}, Untried: []string{"m"}}},
		Queries:  coverage.Tried{Tried: []string{"filter[a]"}, Untried: []string{"sort"}},
	}
	if d := cmp.Diff(want, r.Operations[0]); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	total := coverage.Total{Vendor: "v", Title: "Vendor <1>", Operations: 2, Called: 1, Percent: 50, Statuses: 4, StatusesSeen: 2, Calls: 3}
	if d := cmp.Diff([]coverage.Total{total}, r.Vendors); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
	if got := strings.Join(r.Never, " "); got != "v.list" {
		t.Errorf("never called: got %s, want v.list alone: companions do not count", got)
	}
}

// TestAll reads the coverage of all worlds while calls are recorded and worlds come and go: it never falls, and in the end no
// call is missing.
func TestAll(t *testing.T) {
	t.Parallel()
	v := vendor()
	all := coverage.New(nil)
	world := coverage.New(all)
	calls := func(c *coverage.Coverage) int { return c.Report("*", []*api.Vendor{v}).Total.Calls }
	var wg sync.WaitGroup
	const writers, each = 4, 300
	for range writers {
		wg.Go(func() {
			for range each {
				world.Record(creation(v), 201, "")
			}
		})
	}
	wg.Go(func() {
		for range 50 {
			world.Clear()
		}
	})
	wg.Go(func() {
		last := 0
		for range 200 {
			now := calls(all)
			if now < last {
				t.Errorf("the sum fell from %d to %d", last, now)
			}
			last = now
		}
	})
	wg.Wait()
	if got := calls(all); got != writers*each {
		t.Errorf("got %d calls, want %d", got, writers*each)
	}
	if world.Clear(); calls(world) != 0 {
		t.Errorf("got %d calls after Clear, want none", calls(world))
	}
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	v := vendor()
	c := coverage.New(nil)
	c.Record(creation(v), 201, "")
	data, err := c.Report("*", []*api.Vendor{v}).JUnit()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Suites   []struct {
			Name  string `xml:"name,attr"`
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 2 || got.Failures != 1 || len(got.Suites) != 1 || len(got.Suites[0].Cases) != 2 {
		t.Fatalf("got %+v", got)
	}
	if f := got.Suites[0].Cases[1].Failure; f == nil || f.Message != "never called: GET /v/things" || got.Suites[0].Cases[0].Failure != nil {
		t.Errorf("got %+v", got.Suites[0].Cases)
	}
}

func TestHTML(t *testing.T) {
	t.Parallel()
	v := vendor()
	c := coverage.New(nil)
	c.Record(creation(v), 201, "")
	page, err := c.Report("*", []*api.Vendor{v}).HTML()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 of 2 documented operations were called, in 1 calls in all worlds", "Vendor &lt;1&gt;", "1 member, 1 value, 1 parameter not tried", "50 %"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page has no %q:\n%s", want, page)
		}
	}
	if strings.Contains(string(page), "ZgotmplZ") {
		t.Error("the template refuses a value")
	}
}
