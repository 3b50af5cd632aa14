package testkit_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

// judge is a TB that only listens: what a scenario says at the end of a test is its verdict.
type judge struct {
	*testing.T
	cleanups []func()
	verdict  []string
}

func (j *judge) Cleanup(f func()) { j.cleanups = append(j.cleanups, f) }

func (j *judge) Errorf(format string, args ...any) {
	j.verdict = append(j.verdict, fmt.Sprintf(format, args...))
}

func (j *judge) end() {
	for _, f := range slices.Backward(j.cleanups) {
		f()
	}
}

// client is one of a vendor's, careless or careful.
type client struct {
	*testing.T
	w      *testkit.Portico
	vendor string
	auth   string
	most   time.Duration // that it waits for an answer; 0: for ever
}

type answer struct {
	status int
	header http.Header
	body   string
	err    error
}

func (a answer) good() bool { return a.err == nil && a.status >= 200 && a.status < 300 }

func (c *client) do(method, path, body string) answer {
	c.Helper()
	ctx := c.Context()
	if c.most > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.most)
		defer cancel()
	}
	if !strings.HasPrefix(path, "http") {
		path = c.w.Base(c.vendor) + path
	}
	r, err := http.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	if err != nil {
		c.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if c.auth != "" {
		r.Header.Set("Authorization", c.auth)
	}
	res, err := c.w.Client().Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode == http.StatusOK && !json.Valid(data) {
		err = errors.New("no JSON")
	}
	return answer{res.StatusCode, res.Header, string(data), err}
}

// read is a list that the vendor's clients read.
func (c *client) read() answer {
	c.Helper()
	return c.do("GET", map[string]string{
		"konnect": "/portals", "axway": "/applications", "apiconnect": "/orgs", "experience-hub": "/connections",
		"exchange": "/assets/bbbbbbbb-0000-4000-8000-000000000003/shipping-api/users",
	}[c.vendor], "")
}

const (
	acme = "3e21b76a-defa-49ab-9682-a9cd60387e37"
	hub  = "/connections/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/apiPortals/550e8400-e29b-41d4-a716-446655440000/userGroups"
)

// create makes the vendor's usual thing.
func (c *client) create(name string) answer {
	c.Helper()
	where := map[string][2]string{
		"konnect":        {"/portals/" + portalA + "/teams", `{"name":%q,"description":"a team"}`},
		"axway":          {"/applications", `{"organizationId":"` + acme + `","name":%q}`},
		"apiconnect":     {"/orgs/acme/apps", `{"title":%q}`},
		"experience-hub": {hub, `{"name":%q}`},
	}[c.vendor]
	return c.do("POST", where[0], fmt.Sprintf(where[1], name))
}

// has tells whether the thing is in the vendor's list.
func (c *client) has(name string) bool {
	c.Helper()
	path := map[string]string{
		"konnect": "/portals/" + portalA + "/teams?page[size]=100", "axway": "/applications", "apiconnect": "/orgs/acme/apps", "experience-hub": hub,
	}[c.vendor]
	a := c.do("GET", path, "")
	return a.good() && strings.Contains(a.body, strconv.Quote(name))
}

// wait waits, in the time of the test's bubble.
func (c *client) wait(d time.Duration) {
	c.Helper()
	select {
	case <-time.After(d):
	case <-c.Context().Done():
		c.Fatal(c.Context().Err())
	}
}

// patiently does something until it succeeds, waiting as long as is asked for, or longer each time.
func (c *client) patiently(most int, do func() answer) {
	c.Helper()
	wait := time.Second
	for range most {
		a := do()
		if a.good() {
			return
		}
		pause := wait
		wait *= 2
		if a.header != nil {
			if after, err := strconv.Atoi(a.header.Get("Retry-After")); err == nil {
				pause = time.Duration(after) * time.Second
			}
		}
		c.wait(pause)
	}
}

// stubbornly does something over and over, at once.
func stubbornly(do func() answer) {
	for range 20 {
		if do().good() {
			return
		}
	}
}

type play struct {
	vendors           []string
	careless, careful func(c *client)
}

// login gets a token as a program does.
func (c *client) login() {
	c.Helper()
	c.auth = ""
	base := strings.TrimSuffix(c.w.Base(c.vendor), map[string]string{"apiconnect": "/consumer-api", "experience-hub": "/api-experience-hub/api/v1"}[c.vendor])
	var a answer
	if c.vendor == "apiconnect" {
		a = c.do("POST", base+"/consumer-api/token", `{"grant_type":"password","realm":"consumer:ibm-emu:sandbox/sandbox-idp","username":"developer","password":"portico-developer","client_id":"portico-toolkit","client_secret":"portico-toolkit-secret"}`)
	} else {
		a = c.do("POST", base+"/accounts/api/v2/oauth2/token", `{"grant_type":"client_credentials","client_id":"0a0a0a0a0a0a4a0a8a0a0a0a0a0a0a01","client_secret":"portico-app-secret"}`)
	}
	var token struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(a.body), &token); err != nil || token.Token == "" {
		c.Fatalf("login: got %+v", a)
	}
	c.auth = "Bearer " + token.Token
}

var (
	creating = []string{"konnect", "axway", "apiconnect", "experience-hub"}
	all      = append([]string{"exchange"}, creating...)
)

const devs = "/portals/" + portalA + "/developers"

// library has for each built-in scenario a client that it turns red and one that it turns green.
var library = map[string]play{
	"rate-limit-storm": {
		creating,
		func(c *client) {
			c.create("one")
			stubbornly(func() answer { return c.create("two") })
		},
		func(c *client) {
			c.create("one")
			c.patiently(5, func() answer { return c.create("two") })
		},
	},
	"flaky-network": {
		all,
		func(c *client) {
			for range 6 {
				if !c.read().good() {
					return
				}
			}
		},
		func(c *client) {
			for range 6 {
				c.patiently(5, c.read)
			}
		},
	},
	"slow-vendor": {
		all,
		func(c *client) {
			c.most = 500 * time.Millisecond
			for range 4 {
				c.read()
			}
		},
		func(c *client) {
			c.most = 10 * time.Second
			for range 4 {
				c.patiently(2, c.read)
			}
		},
	},
	"lost-create-response": {
		creating,
		func(c *client) { stubbornly(func() answer { return c.create("once") }) },
		func(c *client) {
			if !c.create("once").good() && !c.has("once") {
				c.create("once")
			}
		},
	},
	"gateway-outage": {
		all,
		func(c *client) { stubbornly(c.read) },
		func(c *client) { c.patiently(10, c.read) },
	},
	"token-expires-midway": {
		[]string{"apiconnect", "experience-hub"},
		func(c *client) {
			c.login()
			for range 4 {
				c.read()
			}
		},
		func(c *client) {
			c.login()
			for range 4 {
				if c.read().status == http.StatusUnauthorized {
					c.login()
					c.read()
				}
			}
		},
	},
	"eventual-consistency": {
		[]string{"konnect", "apiconnect", "axway", "experience-hub"},
		func(c *client) {
			c.create("soon")
			if !c.has("soon") {
				c.create("soon")
			}
		},
		func(c *client) {
			c.create("soon")
			for range 8 {
				if c.has("soon") {
					return
				}
				c.wait(time.Second)
			}
			c.Error("the write was never seen")
		},
	},
	"approval-takes-its-time": {
		[]string{"konnect", "axway"},
		func(c *client) {
			for range 5 {
				c.waiting()
				c.wait(time.Second)
			}
		},
		func(c *client) {
			wait := time.Second
			for range 20 {
				if c.waiting() {
					return
				}
				c.wait(wait)
				wait *= 2
			}
		},
	},
	"developer-revoked-midway": {
		[]string{"konnect"},
		func(c *client) {
			c.do("GET", devs+"/"+rita, "")
			for _, team := range teams {
				c.do("POST", "/portals/"+portalA+"/teams/"+team+"/developers", `{"id":"`+rita+`"}`)
			}
			c.do("GET", devs+"/"+rita, "")
		},
		func(c *client) {
			for _, team := range teams {
				if !strings.Contains(c.do("GET", devs+"/"+rita, "").body, `"approved"`) {
					return
				}
				c.do("POST", "/portals/"+portalA+"/teams/"+team+"/developers", `{"id":"`+rita+`"}`)
			}
		},
	},
	"half-applied-batch": {
		creating,
		func(c *client) {
			for i := range 5 {
				if !c.create(fmt.Sprint("batch ", i)).good() {
					return
				}
			}
		},
		func(c *client) {
			for i := range 5 {
				c.patiently(5, func() answer { return c.create(fmt.Sprint("batch ", i)) })
			}
		},
	},
	"pagination-shifts": {
		[]string{"konnect"},
		func(c *client) {
			var found []string
			for page := 1; ; page++ {
				more := c.pending(page)
				if len(more) == 0 {
					break
				}
				found = append(found, more...)
			}
			c.approve(found)
		},
		func(c *client) {
			for found := c.pending(1); len(found) > 0; found = c.pending(1) {
				c.approve(found)
			}
		},
	},
	"malformed-payload": {
		all,
		func(c *client) { c.read() },
		func(c *client) { c.patiently(5, c.read) },
	},
	"maintenance-window": {
		all,
		func(c *client) { stubbornly(c.read) },
		func(c *client) { c.patiently(10, c.read) },
	},
	"quota-exhausted": {
		creating,
		func(c *client) {
			for i := range 4 {
				stubbornly(func() answer { return c.create(fmt.Sprint("much ", i)) })
			}
		},
		func(c *client) {
			for i := range 4 {
				if !c.create(fmt.Sprint("much ", i)).good() {
					return
				}
			}
		},
	},
}

const rita = "5ce00000-0000-4000-8000-000000000003"

var teams = []string{"d32d905a-ed33-46a3-a093-d8f536af9a8a", "af91db4c-6e51-403e-a2bf-33d27ae50c0a"}

// waiting looks whether the approval is there.
func (c *client) waiting() bool {
	path := "/applications/5ce00000-0000-4000-8000-000000000002"
	if c.vendor == "konnect" {
		path = devs + "/5ce00000-0000-4000-8000-000000000001"
	}
	return strings.Contains(c.do("GET", path, "").body, `"approved"`)
}

// pending is a page of developers who wait.
func (c *client) pending(page int) []string {
	a := c.do("GET", fmt.Sprintf(devs+"?filter[status]=pending&page[size]=4&page[number]=%d&sort=created_at", page), "")
	var list struct{ Data []struct{ ID string } }
	if err := json.Unmarshal([]byte(a.body), &list); err != nil {
		c.Errorf("%s: %v", a.body, err)
	}
	var out []string
	for _, d := range list.Data {
		out = append(out, d.ID)
	}
	return out
}

func (c *client) approve(developers []string) {
	for _, id := range developers {
		c.do("PATCH", devs+"/"+id, `{"status":"approved"}`)
	}
}

// Each built-in scenario turns a careless client red and a careful one green, for each vendor that it is proved with.
func TestLibrary(t *testing.T) {
	t.Parallel()
	var scenarios []struct {
		Name, Summary, Advice string
		Vendors               []string
	}
	_, list := call(t, testkit.Start(t).Client(), "", "GET", "http://portico.invalid/_portico/scenarios", "")
	if err := json.Unmarshal([]byte(list), &scenarios); err != nil {
		t.Fatal(err)
	}
	for _, s := range scenarios {
		p, ok := library[s.Name]
		if !ok {
			t.Errorf("%s: no client proves it", s.Name)
			continue
		}
		if s.Summary == "" || s.Advice == "" {
			t.Errorf("%s: got no summary or no advice", s.Name)
		}
		for _, vendor := range p.vendors {
			if !slices.Contains(s.Vendors, vendor) {
				t.Errorf("%s: got vendors %v, want %s among them", s.Name, s.Vendors, vendor)
			}
			for kind, behave := range map[string]func(*client){"careless": p.careless, "careful": p.careful} {
				t.Run(s.Name+"/"+vendor+"/"+kind, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						j := &judge{T: t}
						w := testkit.Start(j, testkit.Scenario(s.Name))
						behave(&client{T: t, w: w, vendor: vendor, auth: w.Header(vendor, "admin")})
						j.end()
						if red := j.verdict != nil; red != (kind == "careless") {
							t.Errorf("got %s, want red for the careless client alone", j.verdict)
						}
					})
				})
			}
		}
	}
	if len(scenarios) < 14 {
		t.Errorf("got %d scenarios, want 14", len(scenarios))
	}
}
