package fault_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
)

// rows are operations to have rules about.
var rows = sync.OnceValues(func() (operations []*api.Operation, names []string) {
	v := &api.Vendor{Name: "toy"}
	for _, id := range []string{"list-things", "create-thing", "get-thing"} {
		method := http.MethodGet
		if strings.HasPrefix(id, "create") {
			method = http.MethodPost
		}
		operations = append(operations, &api.Operation{ID: id, Method: method, Full: "toy." + id, Vendor: v})
		names = append(names, "toy."+id)
	}
	return operations, names
})

func rule(t testing.TB, text string) *fault.Rule {
	t.Helper()
	_, names := rows()
	r, err := fault.Read([]byte(text), names)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// arm arms a rule, for which there is room.
func arm(t testing.TB, s *fault.Set, text string) *fault.Armed {
	t.Helper()
	operations, _ := rows()
	a, err := s.Arm(rule(t, text), operations)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func call(op *api.Operation) *api.Call {
	return &api.Call{Scope: api.Scope{Vendor: op.Vendor, Seed: 42}, Op: op}
}

func none() *api.Doc { return nil }

// The first rule that acts wins, and those before it that match count the match.
func TestFirstThatActs(t *testing.T) {
	t.Parallel()
	operations, _ := rows()
	var s fault.Set
	first := arm(t, &s, "{name: first, on: toy.list-things, plan: [pass, fail, pass], give: {error: internal}}")
	second := arm(t, &s, "{name: second, on: 'toy.*', give: {error: conflict}}")
	var got []string
	for range 3 {
		got = append(got, s.Decide(call(operations[0]), none).Rule.Name)
	}
	if want := "second first second"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	for armed, want := range map[*fault.Armed][2]int{first: {3, 1}, second: {2, 2}} {
		if hits, fired := s.Counts(armed); hits != want[0] || fired != want[1] {
			t.Errorf("%s: got %d, %d, want %v", armed.Rule.Name, hits, fired, want)
		}
	}
	s.Drop(first)
	if !s.Disarm("second") || s.Disarm("second") || s.Decide(call(operations[0]), none) != nil {
		t.Error("a rule acts that was taken out")
	}
}

// Reads that lag are told by the set, and writes are left alone.
func TestLag(t *testing.T) {
	t.Parallel()
	operations, _ := rows()
	var s fault.Set
	a := arm(t, &s, "{on: '*', give: {stale: 2s}}")
	b := arm(t, &s, "{on: '*', give: {stale: 5s}}")
	if s.Lag() != 5*time.Second || s.Decide(call(operations[1]), none) != nil || s.Decide(call(operations[2]), none) == nil {
		t.Errorf("got a lag of %s, want 5s, for reads alone", s.Lag())
	}
	s.Drop(b)
	if s.Lag() != 2*time.Second {
		t.Errorf("got %s, want 2s", s.Lag())
	}
	s.Drop(a)
	if s.Lag() != 0 {
		t.Errorf("got %s, want 0", s.Lag())
	}
}

// Arming while others decide loses no decision and no call.
func TestArmingAmongCalls(t *testing.T) {
	t.Parallel()
	operations, _ := rows()
	var s fault.Set
	kept := arm(t, &s, "{on: toy.list-things, times: 100, give: {error: internal}}")
	const other = "{on: toy.get-thing, give: {error: internal}}"
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				s.Decide(call(operations[0]), none)
			}
		})
		wg.Go(func() {
			for range 50 {
				s.Drop(arm(t, &s, other))
			}
		})
	}
	wg.Wait()
	if hits, fired := s.Counts(kept); hits != 400 || fired != 100 {
		t.Errorf("got %d hits, %d fired, want 400, 100", hits, fired)
	}
}

// No text makes the reader panic.
func FuzzRead(f *testing.F) {
	f.Add("on: toy.*\ngive: {error: internal}")
	f.Add("{on: '*', when: {body: {$.a: {matches: '('}}}, give: {delay: {lognormal: {median: 1s, sigma: 9}}}}")
	f.Add("on: '['\nplan: [fail]\nodds: 1e400\ngive: {patch: [{op: add, path: a}], stale: -1s}")
	_, names := rows()
	f.Fuzz(func(t *testing.T, text string) {
		heap.Input(t)
		r, err := fault.Read([]byte(text), names)
		if (r == nil) == (err == nil) {
			t.Errorf("got %v and %v", r, err)
		}
	})
}

// BenchmarkDecide is what rules cost a call: none, a hundred about other operations, a hundred whose conditions do not hold.
func BenchmarkDecide(b *testing.B) {
	operations, _ := rows()
	c := call(operations[0])
	c.Request = &http.Request{Header: http.Header{"X-Trace": {"abc"}}}
	var err error
	if c.Body, err = api.Parse([]byte(`{"email":"a@b.example","full_name":"Some Body","labels":{"a":"b"},"status":"approved"}`)); err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{
		"none":  "",
		"other": "{name: n%, on: toy.create-thing, give: {error: internal}}",
		"when":  "{name: n%, on: toy.list-things, when: {header: {X-Trace: other}}, give: {error: internal}}",
		"body":  "{name: n%, on: toy.list-things, when: {body: {$.status: other}}, give: {error: internal}}",
	} {
		b.Run(name, func(b *testing.B) {
			var s fault.Set
			for i := 0; text != "" && i < 100; i++ {
				arm(b, &s, strings.ReplaceAll(text, "%", strconv.Itoa(i)))
			}
			b.ReportAllocs()
			for b.Loop() {
				if s.Decide(c, none) != nil {
					b.Fatal("a rule acts")
				}
			}
		})
	}
}
