package konnect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// labels makes so many of them, from a number on.
func labels(from, n int) string {
	parts := make([]string, n)
	for i := range parts {
		parts[i] = fmt.Sprintf(`"l%d": "v"`, from+i)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func TestLabelKeysAndValues(t *testing.T) {
	t.Parallel()
	c := connect(t)
	path := portalsPath + publicPortal
	long := strings.Repeat("k", 63)
	for i, is := range []struct {
		key, value string
		good       bool
	}{
		{"env", "test", true},
		{"e", "t", true},
		{"0", "9", true},
		{"a.b_c-d", "A.b_C-0", true},
		{long, long, true},
		{long + "k", "v", false},
		{"env", long + "k", false},
		{"kong", "v", false},
		{"kongo", "v", false},
		{"konnect", "v", false},
		{"mesh", "v", false},
		{"meshed", "v", false},
		{"kic", "v", false},
		{"_x", "v", false},
		{"Kong", "v", true},
		{"KIC", "v", true},
		{"my-kong", "v", true},
		{"-x", "v", false},
		{"x.", "v", false},
		{"x y", "v", false},
		{"ключ", "v", false},
		{"env", "", false},
		{"env", "v.", false},
		{"env", "v\\n", false},
		{"env", "a/b", false},
		{"1", "a/b", false},
		{"~0/1%20", "v", false},
	} {
		for _, method := range []string{"POST", "PATCH"} {
			target, body := path, `{"labels": {"`+is.key+`": "`+is.value+`"}}`
			if method == "POST" {
				target, body = "/v2/portals", fmt.Sprintf(`{"name": "%d", "labels": {"%s": "%s"}}`, i, is.key, is.value)
			}
			a := c.Call(method, target, body)
			if good := a.Status < 300; good != is.good {
				t.Errorf("%s %s: got %d %s, want accepted: %t", method, body, a.Status, a.Body, is.good)
				continue
			}
			if is.good {
				a.Check(t, "labels."+strings.ReplaceAll(is.key, ".", `\.`), is.value)
				c.Must(200, "PATCH", portalsPath+a.Get("id").Str, `{"labels": null}`).Check(t, "labels", "{}")
				continue
			}
			a.Check(t, "invalid_parameters.#.field", `["labels.`+is.key+`"]`)
			a.Check(t, "invalid_parameters.#.rule", `["is_label"]`)
		}
	}
}

func TestLabelsMerge(t *testing.T) {
	t.Parallel()
	c := connect(t)
	path := "/v2/api-products/" + orders
	for _, step := range []struct {
		rule, labels, want string
	}{
		{"keys that are not named stay", `{"team": "a"}`, `{"department":"sales","location":"cyberspace","team":"a"}`},
		{"a value replaces", `{"location": "earth"}`, `{"department":"sales","location":"earth","team":"a"}`},
		{"null removes", `{"location": null}`, `{"department":"sales","team":"a"}`},
		{"null for what is not there", `{"nothing": null}`, `{"department":"sales","team":"a"}`},
		{"nothing is named", `{}`, `{"department":"sales","team":"a"}`},
		{"null removes all", `null`, `{}`},
		{"fifty", labels(0, 50), ""},
		{"the same fifty again", labels(0, 50), ""},
		{"one goes, one comes", `{"l0": null, "l50": "v"}`, ""},
	} {
		a := c.Must(200, "PATCH", path, `{"labels": `+step.labels+`}`)
		if step.want != "" {
			a.Check(t, "labels", step.want)
		} else if got := len(a.Get("labels").Map()); got != 50 {
			t.Errorf("%s: got %d labels, want 50", step.rule, got)
		}
		a.Check(t, "public_labels", "{}")
	}
	before := c.Get(path)
	for rule, body := range map[string]string{"one more than fifty, merged": `{"l51": "v"}`, "fifty-one named": labels(100, 51)} {
		a := c.Must(400, "PATCH", path, `{"labels": `+body+`}`)
		a.Check(t, "invalid_parameters", `[{"field":"labels","rule":"max_items","reason":"\"labels\" must not have more than 50 items","maximum":50,"source":"body"}]`)
		if got := c.Get(path).Body; got != before.Body {
			t.Errorf("%s: got %s afterwards, want %s", rule, got, before.Body)
		}
	}
	c.Must(200, "PATCH", path, `{"public_labels": `+labels(0, 50)+`}`)
}

func TestHostNames(t *testing.T) {
	t.Parallel()
	c := connect(t)
	part := strings.Repeat("a", 63)
	whole := strings.Repeat(part+".", 3) + strings.Repeat("b", 61) // 253 characters
	for name, good := range map[string]bool{
		"example.com": true, "a.b": true, "localhost": true, "API.Example.COM": true, "xn--bcher-kva.example": true, "1.example": true,
		part + ".example": true, whole: true,
		"": false, "https://example.com": false, "example.com/": false, "example.com:80": false, "exa mple.com": false, "bücher.example": false,
		"-a.example": false, "a-.example": false, "a.-b.example": false, "a..b": false, ".a": false, "a_b.example": false, "*.example.com": false,
		part + "a.example": false, whole + "b": false, strings.Repeat("é", 1000): false,
	} {
		for _, member := range []string{"custom_domain", "custom_client_domain"} {
			a := c.Call("PATCH", portalsPath+portalA, `{"`+member+`": "`+name+`"}`)
			if got := a.Status == 200; got != good {
				t.Errorf("%s %q: got %d %s, want accepted: %t", member, name, a.Status, a.Body, good)
			} else if !good {
				a.Check(t, "invalid_parameters", `[{"field":"`+member+`","rule":"is_fqdn","reason":"value of \"`+member+`\" must be a valid hostname","source":"body"}]`)
			}
		}
	}
	for _, name := range []string{strings.Repeat("a", 1025), strings.Repeat("é", 1025), strings.Repeat("a.", 513)} {
		c.Must(400, "PATCH", portalsPath+portalA, `{"custom_domain": "`+name+`"}`).Check(t, "invalid_parameters", `[{"field":"custom_domain",`+
			`"rule":"max_length","reason":"value of \"custom_domain\" must not exceed 1024 characters","maximum":1024,"source":"body"}]`)
	}
	// Domains need not be unique among portals.
	c.Must(200, "PATCH", portalsPath+portalA, `{"custom_domain": "same.example.com"}`)
	c.Must(200, "PATCH", portalsPath+publicPortal, `{"custom_domain": "same.example.com"}`)
}

func TestLengthsAreCountedInCharacters(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, char := range []string{"a", "é", "😀", `\"`, `\u00e9`, `\ud83d\ude00`} {
		for _, is := range []struct {
			method, path, member string
			most                 int
		}{
			{"PATCH", portalsPath + portalA, "name", 255},
			{"PATCH", portalsPath + portalA, "display_name", 255},
			{"PATCH", portalsPath + portalA, "description", 512},
			{"PATCH", portalsPath + portalA + "/teams/" + root, "name", 250},
			{"PATCH", portalsPath + portalA + "/teams/" + root, "description", 250},
			{"PATCH", "/v2/api-products/" + orders, "name", 100},
		} {
			body := func(n int) string { return `{"` + is.member + `": "` + strings.Repeat(char, n) + `"}` }
			c.Must(200, is.method, is.path, body(is.most))
			a := c.Must(400, is.method, is.path, body(is.most+1))
			a.Check(t, "invalid_parameters.0.maximum", fmt.Sprint(is.most))
			a.Check(t, "invalid_parameters.0.reason", fmt.Sprintf(`value of "%s" must not exceed %d characters`, is.member, is.most))
		}
	}
}

// What this API cannot create obeys the same rules when a fixture or the state API does.
func TestWhatOthersBringIntoBeing(t *testing.T) {
	t.Parallel()
	c := connect(t)
	state := func(status int, kind, in, document string) client.Answer {
		t.Helper()
		return c.Must(status, "POST", "/_portico/state/konnect."+kind, `{"in": ["`+in+`"], "document": `+document+`}`)
	}
	dev := func(email string) string { return `{"email": "` + email + `", "full_name": "New"}` }

	// Public portals have neither developers nor applications; those of before stay.
	state(400, "developer", publicPortal, dev("new@example.com"))
	before := c.Get(portalsPath + portalA)
	c.Must(200, "PATCH", portalsPath+portalA, `{"is_public": true}`).Check(t, "developer_count", before.Get("developer_count").Raw)
	state(400, "developer", portalA, dev("new@example.com"))
	state(400, "application", portalA, `{"name": "New", "developer_id": "`+jane+`"}`)
	c.Must(200, "PATCH", portalsPath+portalA, `{"is_public": false}`)

	// E-mail addresses are unique in a portal, names of applications for a developer.
	state(409, "developer", portalA, dev("jane.developer@example.com"))
	state(409, "application", portalA, `{"name": "App 1", "developer_id": "`+jane+`"}`)
	other := c.Must(201, "POST", "/v2/portals", `{"name": "Other"}`).Get("id").Str
	stranger := state(201, "developer", other, dev("jane.developer@example.com")).Get("id").Str
	state(201, "application", portalA, `{"name": "App 1", "developer_id": "`+jim+`"}`)
	state(400, "application", portalA, `{"name": "New", "developer_id": "`+stranger+`"}`)

	// The portal decides the status of new developers, never that of others.
	state(201, "developer", portalA, dev("a@example.com")).Check(t, "status", "approved")
	c.Must(200, "PATCH", portalsPath+portalA, `{"auto_approve_developers": false}`)
	state(201, "developer", portalA, dev("b@example.com")).Check(t, "status", "pending")
	c.Get(developersPath+"?filter[email]=a@example.com").Check(t, "data.0.status", "approved")
	c.Get(developersPath+"/"+jim).Check(t, "status", "pending")

	// A developer of another portal is none of the team's.
	c.Must(404, "POST", portalsPath+portalA+"/teams/"+root+"/developers", `{"id": "`+stranger+`"}`)
	guests := c.Must(201, "POST", portalsPath+other+"/teams", `{"name": "Guests"}`).Get("id").Str
	c.Must(404, "POST", portalsPath+other+"/teams/"+guests+"/developers", `{"id": "`+jane+`"}`)
	state(400, "team-member", guests, `{"developer": "`+jane+`"}`)
	c.Must(404, "GET", portalsPath+portalA+"/developers/"+stranger, "")
}

// Registrations are for what the portal offers, the team may consume and the application's strategy fits.
func TestHowRegistrationsAreBorn(t *testing.T) {
	t.Parallel()
	const ordersV1, ordersV2, ordersBeta = "74e54925-20a0-4788-9873-d24db33f1495", "84e54925-20a0-4788-9873-d24db33f1495", "94e54925-20a0-4788-9873-d24db33f1495"
	const paymentsV2, shippingV1 = "64e54925-20a0-4788-9873-d24db33f1495", "33f8380e-7798-4566-99e3-2edf2b57d289"
	c := connect(t)
	register := func(status int, app, version string) client.Answer {
		t.Helper()
		return c.Must(status, "POST", "/_portico/state/konnect.registration", `{"in": ["`+app+`"], "document": {"product_version_id": "`+version+`"}}`)
	}
	register(409, app1, paymentsV1) // once for each version
	register(400, app1, shippingV1) // not offered in the portal
	register(400, app1, ordersBeta) // not published
	register(400, app1, paymentsV2) // another auth strategy
	register(400, app2, ordersV1)   // no team of James holds API Consumer on Orders
	register(400, app1, nowhere)
	register(201, app1, ordersV1).Check(t, "status", "pending")
	c.Must(204, "DELETE", applicationsPath+"/"+app1+"/registrations/"+app1, "")
	register(201, app1, paymentsV1).Check(t, "status", "approved") // the offer approves
	c.Must(204, "DELETE", applicationsPath+"/"+app1+"/registrations/d300cc33-2d33-4754-b086-a98e0fcd36fb", "")
	c.Must(200, "PATCH", portalsPath+portalA, `{"auto_approve_applications": true}`)
	register(201, app1, ordersV2).Check(t, "status", "approved") // the portal approves
	c.Must(204, "DELETE", portalsPath+portalA+"/teams/"+internal+"/developers/"+john, "")
	register(400, app3, ordersV2) // John left the team that may consume Orders
	c.Must(200, "PATCH", portalsPath+portalA, `{"rbac_enabled": false}`)
	register(201, app3, ordersV2)
}

// Ids are lower-case; one that is sent in capitals names the same thing, in a body as in a path.
func TestUUIDsInCapitals(t *testing.T) {
	t.Parallel()
	c := connect(t)
	put := c.Must(200, "PUT", "/v2/portals/"+strings.ToUpper(portalA)+"/product-versions/33F8380E-7798-4566-99E3-2EDF2B57D289",
		`{"publish_status":"published","auth_strategy_ids":["44F8380E-7798-4566-99E3-2EDF2B57D289"],"application_registration_enabled":true,"auto_approve_registration":true,"deprecated":false}`)
	put.Check(t, "auth_strategies.0.id", "44f8380e-7798-4566-99e3-2edf2b57d289")
	put.Check(t, "product_version_id", "33f8380e-7798-4566-99e3-2edf2b57d289")
	role := c.Must(201, "POST", "/v2/portals/"+portalA+"/teams/"+root+"/assigned-roles",
		`{"role_name":"API Consumer","entity_id":"`+strings.ToUpper(payments)+`","entity_type_name":"Services","entity_region":"us"}`)
	role.Check(t, "entity_id", payments)
}
