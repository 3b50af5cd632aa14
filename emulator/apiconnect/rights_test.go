package apiconnect_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// here are the objects of the fixture that path parameters are filled with.
var here = map[string]string{
	"org": "acme", "invitation": "founder-example-com", "member-invitation": "invitee-example-com", "associate": "developer", "member": "developer",
	"role": "viewer", "payment-method": "company-card", "billing": "stripe", "user-registry": "sandbox-catalog", "user": "developer",
	"app": "duo-app", "credential": "second", "subscription": "weather-2-0-0-gold", "application-type": "default",
	"product-name": "weather", "product-version": "2.0.0", "api-name": "weather", "api-version": "2.0.0",
	"product-id": weather2, "api-id": "20000000-0000-4000-8000-000000000002",
}

// sample is a row's address among the fixture's objects.
func sample(op *api.Operation) string {
	return client.Filled(op, func(name string) string {
		switch {
		case name == "permission" && strings.HasSuffix(op.ID, "Consumer"):
			return "app:view"
		case name == "permission":
			return "member:view"
		case name == "app" && strings.HasPrefix(op.ID, "subscription_"):
			return "weather-app"
		case strings.HasSuffix(op.Path, "/wsdl") && name == "api-name":
			return "soap-orders"
		case strings.HasSuffix(op.Path, "/wsdl") && name == "api-version":
			return "1.0.0"
		case strings.HasSuffix(op.Path, "/wsdl") && name == "api-id":
			return "20000000-0000-4000-8000-000000000004"
		}
		return here[name]
	})
}

// rows are the operations of the table that have a certain form.
func rows(which func(*api.Operation) bool) []api.Operation {
	return vendor.Rows(which)
}

func everyPermission(c client.Client) []string {
	c.T.Helper()
	var all []string
	for _, p := range c.Get("consumer/permissions").Get("results.#.name").Array() {
		all = append(all, p.Str)
	}
	return all
}

// TestI12EveryRowAsksForItsRight shows for each row which permission allows it, and that all others together do not.
func TestI12EveryRowAsksForItsRight(t *testing.T) {
	t.Parallel()
	c := connect(t)
	// A user whose one role is given one set of permissions after the other.
	c.Must(200, "PATCH", "orgs/acme/members/viewer", `{"role_urls": ["/orgs/acme/roles/auditor"]}`)
	all := everyPermission(c)
	holding := func(permissions ...string) client.Client {
		c.Change("role", "16000000-0000-4000-8000-000000000001", `{"permissions": ["`+strings.Join(permissions, `","`)+`"]}`)
		return c.As("viewer")
	}
	guarded := 0
	for _, op := range rows(func(op *api.Operation) bool { return strings.Contains(op.Needs, ":") }) {
		guarded++
		var enough []string
		for right := range strings.SplitSeq(op.Needs, " or ") {
			if right == "self" {
				continue // shown by TestMembersMayLeave
			}
			enough = append(enough, right)
			if what, view := strings.CutSuffix(right, ":view"); view && slices.Contains(all, what+":manage") {
				enough = append(enough, what+":manage")
			}
		}
		// The refused call comes first: it must change nothing that the allowed one needs.
		others := slices.DeleteFunc(slices.Clone(all), func(p string) bool { return slices.Contains(enough, p) })
		body := "{}"
		if op.Body == "" {
			body = ""
		}
		who := holding(others...)
		before := c.Get("/_portico/state").Body
		if a := who.Call(op.Method, sample(&op), body); a.Status != 403 {
			t.Errorf("%s with every permission but %q: got %d %s, want 403", op.ID, enough, a.Status, a.Body)
		}
		if after := c.Get("/_portico/state").Body; after != before {
			t.Errorf("%s was forbidden: got the documents %s, want %s", op.ID, after, before)
		}
		for _, right := range enough {
			w := connect(t).As("viewer")
			w.As("admin").Must(200, "PATCH", "orgs/acme/members/viewer", `{"role_urls": ["/orgs/acme/roles/auditor"]}`)
			w.Change("role", "16000000-0000-4000-8000-000000000001", `{"permissions": ["`+right+`"]}`)
			if a := w.Call(op.Method, sample(&op), body); a.Status == 403 || a.Status == 401 || a.Status == 404 || a.Status >= 500 {
				t.Errorf("%s with %s: got %d %s, want it allowed", op.ID, right, a.Status, a.Body)
			}
		}
	}
	if guarded < 40 {
		t.Errorf("guarded rows: got %d, want 40 at least", guarded)
	}
}

// TestI12RowsWithoutPermission asks who may call those that no permission guards.
func TestI12RowsWithoutPermission(t *testing.T) {
	t.Parallel()
	for _, op := range rows(func(op *api.Operation) bool { return !strings.Contains(op.Needs, ":") && op.Needs != "activation" }) {
		status := func(user string) int {
			c := connect(t).As(user)
			body := ""
			if op.Body != "" {
				body = `{"username": "x"}`
			}
			return c.Call(op.Method, sample(&op), body).Status
		}
		for user, want := range map[string]bool{
			"": op.Needs == "", "outsider": op.Needs == "" || op.Needs == "user",
			"member": op.Needs != "owner", "administrator": op.Needs != "owner", "admin": true,
		} {
			if op.ID == "me_del" && user == "admin" {
				continue // an owner stays
			}
			if got := status(user); want == (got == 401 || got == 403) {
				t.Errorf("%s (%s) as %q: got %d", op.ID, op.Needs, user, got)
			}
		}
	}
}

func TestMembersMayLeave(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.As("member").Must(403, "DELETE", "orgs/acme/members/viewer", "")
	c.As("member").Must(200, "DELETE", "orgs/acme/members/member", "")
	c.As("member").Must(403, "GET", "orgs/acme", "")
	c.As("admin").Must(403, "DELETE", "orgs/acme/members/owner", "")
}

// Whoever may manage settings may give roles, and nothing else of a member.
func TestI12RolesAreSettings(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Must(200, "PATCH", "orgs/acme/members/viewer", `{"role_urls": ["/orgs/acme/roles/auditor"]}`)
	c.Change("role", "16000000-0000-4000-8000-000000000001", `{"permissions": ["settings:manage"]}`)
	keeper := c.As("viewer")
	keeper.Must(200, "PATCH", "orgs/acme/members/member", `{"role_urls": ["/orgs/acme/roles/viewer"]}`)
	keeper.Must(403, "PATCH", "orgs/acme/members/member", `{"role_urls": ["/orgs/acme/roles/member"], "title": "x"}`)
	keeper.Must(403, "PATCH", "orgs/acme/members/member", `{"state": "disabled"}`)
	c.Get("orgs/acme/members/member").Check(t, "title", "Mia Member")
}
