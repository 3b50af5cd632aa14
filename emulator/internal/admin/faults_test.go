package admin_test

import (
	"fmt"
	"strings"
	"testing"
)

// A fault rule is shown and disarmed by its id or by its name, which several may have. Hints offer both.
func TestFaultByIDOrName(t *testing.T) {
	t.Parallel()
	const arm, give = "POST /_portico/faults", `"on":"toy.*","give":{"error":"internal"}`
	told := func(id, name string) string {
		return fmt.Sprintf(`{"id":"%s","name":"%s",%s,"hits":0,"fired":0}`, id, name, give)
	}
	run(t, newToy(t, ""),
		call{do: arm, body: `{"name":"fails twice",` + give + `}`, status: 201, want: told("f1", "fails twice")},
		call{do: arm, body: `{"name":"a/b",` + give + `}`, status: 201, want: told("f2", "a/b")},
		call{do: arm, body: `{"name":"fails twice",` + give + `}`, status: 201, want: told("f3", "fails twice")},
		call{do: arm, body: `{"name":"f2",` + give + `}`, status: 201, want: told("f4", "f2")},
		call{do: arm, body: `{` + give + `}`, status: 201, want: `{"id":"f5",` + give + `,"hits":0,"fired":0}`},
		call{do: "GET /_portico/faults/f3", status: 200, want: told("f3", "fails twice")},
		call{do: "GET /_portico/faults/fails%20twice", status: 200, want: told("f1", "fails twice")},
		call{do: "GET /_portico/faults/a%2Fb", status: 200, want: told("f2", "a/b")},
		call{do: "GET /_portico/faults/f2", status: 200, want: told("f2", "a/b")},
		call{do: "GET /_portico/faults/toy.*", status: 200, want: `{"id":"f5",…`},
		call{do: "GET /_portico/faults/fail%20twice", status: 404, want: `{"error":{"code":"not-found","message":"no fault rule \"fail twice\" is armed; did you mean \"fails twice\"?"}}`},
		call{do: "DELETE /_portico/faults/fails%20twic", status: 404, want: `{"error":{"code":"not-found","message":"no fault rule \"fails twic\" is armed; did you mean \"fails twice\"?"}}`},
		call{do: "DELETE /_portico/faults/f9", status: 404, want: `{"error":{"code":"not-found","message":"no fault rule \"f9\" is armed; did you mean \"f1\"?"}}`},
		call{do: "DELETE /_portico/faults/fails%20twice", status: 204},
		call{do: "DELETE /_portico/faults/f2", status: 204},
		call{do: "GET /_portico/faults", status: 200, want: `[` + told("f4", "f2") + `,{"id":"f5",` + give + `,"hits":0,"fired":0}]`},
		call{do: "DELETE /_portico/faults/f2", status: 204},
		call{do: "DELETE /_portico/faults/f2", status: 404, want: `{"error":{"code":"not-found","message":"no fault rule \"f2\" is armed; did you mean \"f5\"?"}}`},
	)
}

// A world has a thousand fault rules. What would arm one more is refused, a scenario before it has changed anything, and a
// step of one says so.
func TestMostFaults(t *testing.T) {
	t.Parallel()
	h := newToy(t, "")
	rule := func(n int) call {
		return call{do: "POST /_portico/faults", body: fmt.Sprintf(`{"name":"r%d","on":"toy.*","odds":0,"give":{"error":"internal"}}`, n), status: 201, want: fmt.Sprintf(`{"id":"f%d",…`, n)}
	}
	for n := 1; n <= 1000; n++ {
		run(t, h, rule(n))
	}
	const full = `{"error":{"code":"conflict","message":"1000 fault rules are armed, and a world has at most 1000; disarm some with DELETE /_portico/faults/{id}, or all with DELETE /_portico/faults"}}`
	const scenario = `{"name":"s","documents":[{"kind":"toy.author","document":{"id":"sappho"}}],"faults":[{"name":"late","on":"toy.*","give":{"error":"internal"}}],` +
		`"steps":[{"on":"toy.list-shelves","then":[{"arm":"late"}]}]}`
	run(t, h,
		call{do: "POST /_portico/faults", body: `{"on":"toy.*","give":{"error":"internal"}}`, status: 409, want: full},
		call{do: "PUT /_portico/scenarios/s", body: scenario, status: 200, want: `{"name":"s",…`},
		call{do: "POST /_portico/scenarios/s/start", status: 409, want: full},
		call{do: "GET /_portico/state/toy.author/sappho", status: 404, want: `{"error":{"code":"not-found",…`},
		call{do: "DELETE /_portico/faults/r7", status: 204},
		call{do: "POST /_portico/scenarios/s/start", status: 200, want: `{"name":"s","summary":"","vendors":["toy"],"running":true,…`},
		rule(1001),
		call{do: "GET /toy/shelves", status: 200, want: `[…`},
		call{do: "GET /_portico/scenarios/s", status: 200, want: `{"name":"s","summary":"","vendors":["toy"],"running":true,"held":false,"expectations":[{"what":"the fault \"late\" acts at all","held":false,"why":"no call of toy.* matched it"},` +
			`{"what":"the step after call 1 of toy.list-shelves can be done","held":false,"why":"1000 fault rules are armed…`},
		call{do: "DELETE /_portico/faults", status: 204},
		rule(1),
	)
}

// What clients send as patterns, and how many, is refused where it is too much.
func TestPatternsRefused(t *testing.T) {
	t.Parallel()
	members := make([]string, 101)
	for i := range members {
		members[i] = fmt.Sprintf(`"$.m%d":1`, i)
	}
	long := strings.Repeat("*", 4097)
	run(t, newToy(t, ""),
		call{do: "POST /_portico/requests/verify", body: `{"body":{` + strings.Join(members, ",") + `}}`, status: 400, want: `{"error":{"code":"invalid","message":"body: …`},
		call{do: "POST /_portico/requests/verify", body: `{"operation":"` + long + `"}`, status: 400, want: `{"error":{"code":"invalid","message":"operation: a glob of 4097 bytes is too long; want at most 4096",…`},
		call{do: "GET /_portico/requests?operation=" + long, status: 400, want: `{"error":{"code":"invalid","message":"operation: a glob of 4097 bytes is too long; want at most 4096",…`},
		call{do: "GET /_portico/requests?operation=%5B", status: 400, want: `{"error":{"code":"invalid","message":"operation: \"[\" is no glob",…`},
		call{do: "POST /_portico/requests/verify", body: `{"body":{"$.a":{"matches":"(x{1000}){9}"}}}`, status: 400, want: `{"error":{"code":"invalid","message":"body: body $.a: matches: the regular expression \"(x{1000}){9}\" is too large at \"{9}\": nest and repeat less, at most 1000 times",…`},
	)
}

// Words and paths of any length are answered: what was meant is looked for among those that can be near.
func TestLongWords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 15_000)
	h := newToy(t, "")
	for _, c := range []struct{ do, body string }{
		{"GET /_portico/worlds/" + long, ""},
		{"GET /_portico/state/" + long, ""},
		{"GET /_portico/" + long + "/" + long[:500], ""},
		{"GET /_portico/snapshots/" + long, ""},
		{"GET /_portico/diff?from=" + long, ""},
		{"GET /_portico/scenarios/" + long, ""},
		{"GET /_portico/faults/" + long, ""},
		{"POST /_portico/faults", `{"on":"` + long[:4000] + `","give":{"error":"internal"}}`},
		{"POST /_portico/faults", `{"` + strings.Repeat(long, 60) + `":1}`},
		{"GET /_portico/operations?vendor=" + long, ""},
	} {
		method, path, _ := strings.Cut(c.do, " ")
		if w := answer(t, h, method, path, c.body, nil); w.Code < 400 || w.Code >= 500 || strings.Contains(w.Body.String(), "did you mean") {
			t.Errorf("%.60s: got %d %.200s", c.do, w.Code, w.Body)
		}
	}
}
