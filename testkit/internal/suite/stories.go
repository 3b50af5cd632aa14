//nolint:thelper // bodies of tests: a failure reports their lines
package suite

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/testkit"
)

// What the fixture small has.
const (
	acmeAxway = "3e21b76a-defa-49ab-9682-a9cd60387e37"
	hubGroups = "/connections/aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/apiPortals/550e8400-e29b-41d4-a716-446655440000/userGroups"
	asset     = "/assets/bbbbbbbb-0000-4000-8000-000000000003/shipping-api/users"
	john      = "99685226-c802-4fc6-8c7d-d159737784bb"
)

// konnect: a portal is created, found, taken, changed, counted, and goes with its developers.
func konnect(t *testing.T, p *testkit.Portico) {
	w := p.World(t, testkit.Clock(instant))
	admin := as(t, w, "konnect", "admin")
	id := admin.create("/portals", `{"name":"Partners","auto_approve_developers":true}`)
	admin.want(http.StatusConflict, "POST", "/portals", `{"name":"Partners"}`)
	if a := admin.want(http.StatusBadRequest, "POST", "/portals", `{"name":""}`); !strings.Contains(a.body, "invalid_parameters") {
		t.Errorf("got %s, want the vendor's list of what is wrong", a)
	}
	dev := w.Put("konnect.developer", map[string]any{"email": "jane@example.com", "full_name": "Jane Dev"}, testkit.In(id))
	var list struct {
		Data []struct {
			ID, Name       string
			DeveloperCount int `json:"developer_count"`
		}
		Meta struct{ Page struct{ Total int } }
	}
	admin.want(http.StatusOK, "GET", "/portals?filter[name][contains]=artn&sort=name", "").into(t, &list)
	if len(list.Data) != 1 || list.Data[0].ID != id || list.Data[0].DeveloperCount != 1 || list.Meta.Page.Total != 1 {
		t.Errorf("got %+v, want the new portal with one developer", list)
	}
	as(t, w, "konnect", "viewer").want(http.StatusForbidden, "PATCH", "/portals/"+id, `{"name":"Mine"}`)
	as(t, w, "konnect", "expired").want(http.StatusUnauthorized, "GET", "/portals", "")
	admin.want(http.StatusOK, "PATCH", "/portals/"+id, `{"description":"for partners"}`)
	admin.want(http.StatusNoContent, "DELETE", "/portals/"+id+"?force=true", "")
	admin.want(http.StatusNotFound, "GET", "/portals/"+id, "")
	for _, d := range w.Documents("konnect.developer") {
		if d.ID == dev.ID {
			t.Error("the developer outlived the portal")
		}
	}
	w.Calls("konnect.create-portal").Times(3)
	w.Calls("konnect.create-portal").Status(http.StatusCreated).With("$.name", "Partners").Once()
	w.Calls("konnect.update-portal").Status(http.StatusForbidden).Once()
	w.Calls("konnect.list-portals").AtLeast(2)
	w.Diff("").Of("konnect.*").Empty()
}

// axway: an application is created, taken, found by name and deleted.
func axway(t *testing.T, p *testkit.Portico) {
	w := p.World(t)
	admin := as(t, w, "axway", "admin")
	body := `{"organizationId":"` + acmeAxway + `","name":"Route planner"}`
	id := admin.create("/applications", body)
	admin.want(http.StatusConflict, "POST", "/applications", body)
	if a := admin.want(http.StatusOK, "GET", "/applications?field=name&op=eq&value=Route%20planner", ""); strings.Count(a.body, `"id"`) != 1 || !strings.Contains(a.body, id) {
		t.Errorf("got %s, want the one application", a)
	}
	admin.want(http.StatusNoContent, "DELETE", "/applications/"+id, "")
	admin.want(http.StatusNotFound, "GET", "/applications/"+id, "")
	w.Calls("axway.create-application").Status(http.StatusConflict).Once()
}

// apiconnect: an application is created, addressed by name, and taken.
func apiconnect(t *testing.T, p *testkit.Portico) {
	w := p.World(t)
	admin := as(t, w, "apiconnect", "admin")
	admin.create("/orgs/acme/apps", `{"title":"Route planner","name":"route-planner"}`)
	admin.want(http.StatusConflict, "POST", "/orgs/acme/apps", `{"title":"Another","name":"route-planner"}`)
	admin.want(http.StatusOK, "GET", "/apps/acme/route-planner", "")
	if a := admin.want(http.StatusOK, "GET", "/orgs/acme/apps", ""); !strings.Contains(a.body, `"route-planner"`) {
		t.Errorf("got %s, want the new application among them", a)
	}
	w.Calls("apiconnect.*").Path("/consumer-api/orgs/acme/apps").Method("POST").Times(2)
}

// experienceHub: a group is created and found.
func experienceHub(t *testing.T, p *testkit.Portico) {
	w := p.World(t)
	admin := as(t, w, "experience-hub", "admin")
	before := w.Count("experience-hub.user-group")
	admin.want(http.StatusOK, "POST", hubGroups, `{"name":"Planners"}`)
	admin.want(http.StatusBadRequest, "POST", hubGroups, `{"name":"Planners"}`)
	if a := admin.want(http.StatusOK, "GET", hubGroups, ""); !strings.Contains(a.body, `"Planners"`) {
		t.Errorf("got %s, want the new group among them", a)
	}
	if got := w.Count("experience-hub.user-group"); got != before+1 {
		t.Errorf("got %d groups, want %d", got, before+1)
	}
}

// exchange: a share is given, its role changes with the next, and a role that is none is refused.
func exchange(t *testing.T, p *testkit.Portico) {
	w := p.World(t)
	admin := as(t, w, "exchange", "admin")
	share := func(role string) string { return fmt.Sprintf(`[{"userId":%q,"role":%q}]`, john, role) }
	for _, role := range []string{"viewer", "contributor"} {
		admin.want(http.StatusNoContent, "PUT", asset, share(role))
		var users []struct{ ID, Role string }
		admin.want(http.StatusOK, "GET", asset, "").into(t, &users)
		if len(users) != 1 || users[0].ID != john || users[0].Role != role {
			t.Errorf("got %+v, want John as %s", users, role)
		}
	}
	admin.want(http.StatusBadRequest, "PUT", asset, share("owner"))
}

// clock: time stands where it was put, moves when it is told to, and is the vendor's time.
func clock(t *testing.T, p *testkit.Portico) {
	w := p.World(t, testkit.Clock(instant))
	w.Advance(36 * time.Hour)
	if got, want := w.Now(), instant.Add(36*time.Hour); !got.Equal(want) {
		t.Errorf("got %s, want %s", got, want)
	}
	admin := as(t, w, "konnect", "admin")
	if a := admin.want(http.StatusCreated, "POST", "/portals", `{"name":"Late"}`); !strings.Contains(a.body, `"created_at":"2026-03-02T21:00:00.000Z"`) {
		t.Errorf("got %s, want it born when the clock says", a)
	}
	if now := p.World(t).Now(); time.Since(now).Abs() > time.Hour {
		t.Errorf("a world without a clock of its own: got %s, want the time of day", now)
	}
}

// snapshots: what was kept comes back, as often as wanted.
func snapshots(t *testing.T, p *testkit.Portico) {
	w := p.World(t, testkit.Clock(instant))
	admin := as(t, w, "konnect", "admin")
	admin.create("/portals", `{"name":"Kept"}`)
	w.Snapshot("before")
	count := w.Count("konnect.portal")
	for range 2 {
		lost := admin.create("/portals", `{"name":"Lost"}`)
		w.Advance(time.Hour)
		diff := w.Diff("before")
		if len(diff.Added) != 1 || diff.Added[0].ID != lost || diff.Len() != 1 {
			t.Errorf("got %s, want one portal added", diff)
		}
		w.Restore("before")
		admin.want(http.StatusNotFound, "GET", "/portals/"+lost, "")
		w.Diff("before").Empty()
		if got := w.Count("konnect.portal"); got != count || !w.Now().Equal(instant) {
			t.Errorf("got %d portals at %s, want %d at %s", got, w.Now(), count, instant)
		}
	}
	w.Reset()
	if got := w.Count("konnect.portal"); got != count-1 {
		t.Errorf("after a reset: got %d portals, want %d", got, count-1)
	}
}

// exports: a world is carried into another one.
func exports(t *testing.T, p *testkit.Portico) {
	from, to := p.World(t), p.World(t, testkit.Fixture("empty"))
	id := as(t, from, "konnect", "admin").create("/portals", `{"name":"Emigrant"}`)
	to.Import(from.Export())
	as(t, to, "konnect", "admin").want(http.StatusOK, "GET", "/portals/"+id, "")
}

// worlds: tests at the same time see nothing of each other.
func worlds(t *testing.T, p *testkit.Portico) {
	for i := range 16 {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			w := p.World(t, testkit.Clock(instant.Add(time.Duration(i)*time.Hour)))
			admin := as(t, w, "konnect", "admin")
			before := w.Count("konnect.portal")
			for n := range 5 {
				admin.create("/portals", fmt.Sprintf(`{"name":"Portal %d"}`, n))
			}
			if got := w.Count("konnect.portal"); got != before+5 {
				t.Errorf("got %d portals, want %d", got, before+5)
			}
			w.Calls("konnect.create-portal").Times(5)
			if got, want := w.Now(), instant.Add(time.Duration(i)*time.Hour); !got.Equal(want) {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

// links: what an answer links to is where the client has found the emulator.
func links(t *testing.T, p *testkit.Portico) {
	w := p.World(t)
	admin := as(t, w, "apiconnect", "admin")
	var org struct{ URL string }
	admin.want(http.StatusOK, "GET", "/orgs/acme", "").into(t, &org)
	if want := w.Base("apiconnect") + "/orgs/"; !strings.HasPrefix(org.URL, want) {
		t.Fatalf("got %q, want it to begin with %q", org.URL, want)
	}
	admin.want(http.StatusOK, "GET", strings.TrimPrefix(org.URL, w.Base("apiconnect")), "")
}
