package scenario_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/scenario"
)

func toyWords() *scenario.Words {
	v := &api.Vendor{Name: "toy"}
	return &scenario.Words{
		Operations: []*api.Operation{{ID: "get-it", Full: "toy.get-it", Vendor: v}},
		Kinds:      map[string]*api.Resource{"toy.thing": {Kind: "toy.thing", Shape: &api.Shape{}}},
	}
}

// What a scenario may hold has limits, and what is too much is refused with them.
func TestLimits(t *testing.T) {
	t.Parallel()
	many := func(n int, item string) string { return "[" + strings.Repeat(item+",", n-1) + item + "]" }
	numbered := func(n int, item string) string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf(item, i)
		}
		return strings.Join(out, ",")
	}
	const step, expectation = `{"at":"1s","then":[{"advance":"1s"}]}`, `{"operation":"toy.*","calls":1}`
	where := func(n int) string {
		return `{"documents":{"kind":"toy.thing","where":{` + numbered(n, `"$.m%d":1`) + `}},"count":1}`
	}
	for _, c := range []struct{ text, want string }{
		{`"faults":[` + numbered(1000, `{"name":"r%d","on":"toy.*","give":{"error":"internal"}}`) + `],"steps":` + many(1000, step) + `,"expect":` + many(1000, expectation), ""},
		{`"faults":[` + numbered(1001, `{"name":"r%d","on":"toy.*","give":{"error":"internal"}}`) + `]`, "faults: 1001 are too many; want at most 1000"},
		{`"steps":` + many(1001, step), "steps: 1001 are too many; want at most 1000"},
		{`"steps":[{"at":"1s","then":` + many(1001, `{"advance":"1s"}`) + `}]`, "then: 1001 are too many; want at most 1000"},
		{`"expect":` + many(1001, expectation), "expect: 1001 are too many; want at most 1000"},
		{`"expect":[` + where(100) + `]`, ""},
		{`"expect":[` + where(101) + `]`, "where: 101 conditions are too many; want at most 100"},
		{`"expect":[{"documents":{"kind":"toy.thing","where":{"$.a":{"matches":"(x{1000}){9}"}}},"count":1}]`, `matches: the regular expression "(x{1000}){9}" is too large at "{9}": nest and repeat less, at most 1000 times`},
		{`"expect":[{"no_duplicates":{"kind":"toy.thing","by":` + many(101, `"$.a"`) + `}}]`, "by: 101 members are too many; want at most 100"},
		{`"expect":[{"operation":"toy.*` + strings.Repeat("*", 4096) + `","calls":1}]`, "a glob of 4101 bytes is too long; want at most 4096"},
	} {
		_, err := scenario.Read("x", []byte(`{"name":"x",`+c.text+`}`), toyWords())
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasSuffix(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "x:1:")) {
			t.Errorf("%.80s: got %v, want %q", c.text, err, c.want)
		}
	}
}

// A thousand scenarios can be put in a world. One more is refused, one in the place of another is not.
func TestMaxScenarios(t *testing.T) {
	t.Parallel()
	var s scenario.Stage
	put := func(n int) error {
		one, err := scenario.Read("x", fmt.Appendf(nil, "name: s%d", n), toyWords())
		if err != nil {
			t.Fatal(err)
		}
		return s.Put(one)
	}
	for n := range scenario.MaxScenarios {
		if err := put(n); err != nil {
			t.Fatal(err)
		}
	}
	want := "the world has 1000 scenarios already, the most that can be put there; put one in the place of another, or use another world"
	if err := put(scenario.MaxScenarios); !api.IsCode(err, api.Conflict) || api.AsError(err).Message != want {
		t.Errorf("got %v, want a conflict: %s", err, want)
	}
	if err := put(7); err != nil || len(s.Known()) != scenario.MaxScenarios {
		t.Errorf("got %v and %d scenarios", err, len(s.Known()))
	}
}
