package konnect_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

func TestPagesMakeUpTheWhole(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, path := range []string{
		"/v2/portals", developersPath, applicationsPath, portalsPath + portalA + "/teams", portalsPath + portalA + "/application-registrations",
		portalsPath + portalA + "/teams/" + partner + "/developers", developersPath + "/" + jane + "/teams", "/v2/api-products",
		portalsPath + portalA + "/teams/" + partner + "/assigned-roles", "/v2/api-products/" + orders + "/product-versions",
	} {
		whole := c.Get(path + "?page[size]=100")
		for _, size := range []int{1, 2, 7, 10, 99} {
			var parts []string
			for n := 1; len(parts) < total(whole); n++ {
				a := c.Get(fmt.Sprintf("%s?page[number]=%d&page[size]=%d", path, n, size))
				a.Check(t, "meta.page", fmt.Sprintf(`{"number":%d,"size":%d,"total":%d}`, n, size, total(whole)))
				items := a.Get("data").Array()
				if len(items) == 0 || len(items) > size {
					t.Fatalf("%s, page %d of %d each: got %d objects, want some, and no more than fit", path, n, size, len(items))
				}
				for _, e := range items {
					parts = append(parts, e.Raw)
				}
			}
			if got := "[" + strings.Join(parts, ",") + "]"; got != whole.Get("data").Raw {
				t.Errorf("%s in pages of %d: got %s, want %s", path, size, got, whole.Get("data").Raw)
			}
		}
	}
}

func TestPageParametersThatAreRefused(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, op := range vendor.Rows(nil) {
		if op.List == nil || !op.List.Paged {
			continue
		}
		for query, want := range map[string]int{
			"page[size]=0": 400, "page[size]=101": 400, "page[size]=-1": 400, "page[size]=1.0": 400, "page[size]=1e1": 400, "page[size]=0x1": 400,
			"page[size]=%20": 400, "page[size]=99999999999999999999": 400, "page[number]=0": 400, "page[number]=two": 400, "page[number]=": 0,
			"page[size]=100&page[number]=1000": 0, "page%5bsize%5D=1": 0,
		} {
			got := c.Send(op.Method, somewhere(&op)+"?"+query, "").Status
			if want == 400 && got != 400 || want == 0 && got == 400 && op.Status == 200 && !strings.Contains(op.Path, "team-group-mappings") {
				t.Errorf("%s?%s: got %d, want %d (0: not 400)", op.ID, query, got, want)
			}
		}
	}
}

// choices are the attributes by which the lists sort and filter, in the vendor's order.
var choices = map[string]struct{ sort, filter string }{
	"list-portals": {
		"name, description, is_public, rbac_enabled, auto_approve_applications, auto_approve_developers, default_domain, custom_domain, custom_client_domain, created_at, updated_at",
		"id name description default_domain custom_domain custom_client_domain is_public rbac_enabled auto_approve_developers auto_approve_applications",
	},
	"list-portal-developers":            {"created_at, updated_at, email, name, status", "name status email"},
	"list-portal-teams":                 {"", "name"},
	"list-portal-team-developers":       {"", "email full_name attributes active"},
	"list-portal-developer-teams":       {"", ""},
	"list-portal-team-roles":            {"", ""},
	"list-applications":                 {"created_at, developer_id, name", "developer_id developer_name developer_email name"},
	"list-registrations":                {"created_at, updated_at, developer_id, status", "developer_id developer_name application_name status"},
	"list-registrations-by-application": {"created_at, updated_at, status", "status"},
	"list-api-products":                 {"name, created_at, updated_at", "id name"},
	"list-api-product-versions":         {"name, created_at, updated_at", "id name"},
}

func TestListsSortAndFilterByTheirAttributesAlone(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, op := range vendor.Rows(nil) {
		want, ok := choices[op.ID]
		if !ok {
			continue
		}
		path := somewhere(&op)
		sorted := c.Call("GET", path+"?sort=no_such", "")
		if want.sort == "" {
			if sorted.Status == http.StatusBadRequest {
				t.Errorf("%s?sort: got %s, want it ignored", op.ID, sorted.Body)
			}
		} else {
			sorted.Check(t, "invalid_parameters.0.reason", "must be one of ["+want.sort+"]")
			for name := range strings.SplitSeq(want.sort, ", ") {
				for _, direction := range []string{"", "%20asc", "+desc"} {
					if a := c.Call("GET", path+"?sort="+name+direction, ""); a.Status == http.StatusBadRequest {
						t.Errorf("%s?sort=%s%s: got %s, want it sorted", op.ID, name, direction, a.Body)
					}
				}
			}
		}
		known := strings.Fields(want.filter)
		for _, name := range append(known, "no_such") {
			a := c.Call("GET", path+"?filter["+name+"]=true", "")
			refused := a.Status == http.StatusBadRequest
			if wanted := len(known) > 0 && name == "no_such"; refused != wanted {
				t.Errorf("%s?filter[%s]: got %d %s, want refused: %t", op.ID, name, a.Status, a.Body, wanted)
			}
		}
	}
}

func TestOperatorsOfFilters(t *testing.T) {
	t.Parallel()
	c := connect(t)
	known := map[api.FieldType][]string{
		api.AsText: {"eq", "neq", "contains", "oeq", "ocontains"}, api.AsUUID: {"eq", "oeq", "neq"}, api.AsBool: {},
		api.AsNothing: {"eq", "neq", "contains", "oeq", "ocontains"},
	}
	for _, op := range vendor.Rows(nil) {
		if _, ok := choices[op.ID]; !ok {
			continue
		}
		for _, f := range op.List.Filter {
			for _, operator := range []string{"eq", "neq", "contains", "oeq", "ocontains", "lt", "lte", "gt", "gte", "exists", "EQ", ""} {
				got := c.Send("GET", fmt.Sprintf("%s?filter[%s][%s]=true", somewhere(&op), f.Name, operator), "").Status
				if wanted := !slices.Contains(known[f.Type], operator); (got == 400) != wanted {
					t.Errorf("%s?filter[%s][%s]: got %d, want refused: %t", op.ID, f.Name, operator, got, wanted)
				}
			}
		}
	}
}

func TestOrderAndConditions(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Must(204, "DELETE", portalsPath+portalA+"?force=true", "")
	c.Must(204, "DELETE", portalsPath+publicPortal, "")
	for _, body := range []string{
		`{"name": "beta", "is_public": true, "description": "One, two", "custom_domain": "b.example.com"}`,
		`{"name": "Alpha", "description": null, "custom_domain": "a.example.com"}`,
		`{"name": "alpha 2", "is_public": true, "description": "ONE"}`,
		`{"name": "Beta 2", "description": "three"}`,
	} {
		c.Must(201, "POST", "/v2/portals", body)
	}
	first := c.Get("/v2/portals?sort=created_at").Get("data.0.id").Str
	for _, is := range []struct{ rule, query, want string }{
		{"the newest first", "", `["Beta 2","alpha 2","Alpha","beta"]`},
		{"strings ignore letter case", "sort=name", `["Alpha","alpha 2","beta","Beta 2"]`},
		{"asc is the default", "sort=name asc", `["Alpha","alpha 2","beta","Beta 2"]`},
		{"descending", "sort=name desc", `["Beta 2","beta","alpha 2","Alpha"]`},
		{"false before true, ties: the oldest first", "sort=is_public", `["Alpha","Beta 2","beta","alpha 2"]`},
		{"true before false, ties: the newest first", "sort=is_public desc", `["alpha 2","beta","Beta 2","Alpha"]`},
		{"null last", "sort=description", `["alpha 2","beta","Beta 2","Alpha"]`},
		{"null last, descending too", "sort=description desc", `["Beta 2","beta","alpha 2","Alpha"]`},
		{"nulls tie", "sort=custom_domain", `["Alpha","beta","alpha 2","Beta 2"]`},
		{"nulls tie, descending: the newest first", "sort=custom_domain desc", `["beta","Alpha","Beta 2","alpha 2"]`},
		{"two attributes", "sort=is_public desc,name desc", `["beta","alpha 2","Beta 2","Alpha"]`},
		{"the last attribute decides how ties break", "sort=is_public desc,rbac_enabled", `["beta","alpha 2","Alpha","Beta 2"]`},
		{"instants", "sort=created_at", `["beta","Alpha","alpha 2","Beta 2"]`},
		{"instants that tie, descending", "sort=updated_at desc", `["Beta 2","alpha 2","Alpha","beta"]`},

		{"eq respects letter case", "filter[name]=alpha", `[]`},
		{"eq by name", "filter[name][eq]=Alpha", `["Alpha"]`},
		{"neq respects letter case, null is not equal", "filter[description][neq]=one&sort=name", `["Alpha","alpha 2","beta","Beta 2"]`},
		{"neq", "filter[description][neq]=ONE&sort=name", `["Alpha","beta","Beta 2"]`},
		{"contains ignores letter case", "filter[name][contains]=ALPHA&sort=name", `["Alpha","alpha 2"]`},
		{"contains looks for the comma", "filter[description][contains]=e, t", `["beta"]`},
		{"contains, null holds nothing", "filter[description][contains]=", `["Beta 2","alpha 2","beta"]`},
		{"oeq is one of a list", "filter[name][oeq]=Alpha,beta,ALPHA 2&sort=name", `["Alpha","beta"]`},
		{"ocontains ignores letter case", "filter[description][ocontains]=THREE,two&sort=name", `["beta","Beta 2"]`},
		{"eq takes a list for a value", "filter[name]=Alpha,beta", `[]`},
		{"null equals nothing", "filter[custom_domain]=null", `[]`},
		{"a boolean", "filter[is_public]=false&sort=name", `["Alpha","Beta 2"]`},
		{"filters hold together", "filter[is_public]=true&filter[name][contains]=2", `["alpha 2"]`},
		{"twice the same filter holds twice", "filter[name][contains]=alpha&filter[name][contains]=2", `["alpha 2"]`},
		{"a UUID in capitals", "filter[id]=" + strings.ToUpper(first), `["beta"]`},
		{"a UUID among others", "filter[id][oeq]=x," + first, `["beta"]`},
		{"no UUID equals nothing", "filter[id]=x", `[]`},
		{"and is not equal to anything", "filter[id][neq]=x&sort=created_at", `["beta","Alpha","alpha 2","Beta 2"]`},
		{"filter and page", "filter[is_public]=true&page[size]=1&page[number]=2", `["beta"]`},
		{"encoded brackets", "filter%5Bname%5D%5Beq%5D=beta", `["beta"]`},
		{"another parameter", "filters[name]=x&Sort=x&page=3&filter=x", `["Beta 2","alpha 2","Alpha","beta"]`},
	} {
		got := c.Get("/v2/portals?" + strings.ReplaceAll(is.query, " ", "%20")).Get("data.#.name").String()
		if got != is.want {
			t.Errorf("%s (%s): got %s, want %s", is.rule, is.query, got, is.want)
		}
	}
	for _, query := range []string{"sort=name,", "sort=,", "sort=name desc desc", "sort=name DESC", "sort=Name", "sort=name;desc", "sort=-name", "sort= "} {
		c.Must(400, "GET", "/v2/portals?"+url.PathEscape(query), "").Check(t, "invalid_parameters.#.rule", `["enum"]`)
	}
}

// Lists through memberships stand in the order in which what they show was created.
func TestMembersTheNewestFirst(t *testing.T) {
	t.Parallel()
	c := connect(t)
	members := portalsPath + portalA + "/teams/" + root + "/developers" // Jane, the oldest of the three
	c.Must(201, "POST", members, `{"id": "`+john+`"}`)
	c.Must(201, "POST", members, `{"id": "`+james+`"}`)
	c.Get(members).Check(t, "data.#.full_name", `["John Dev","James Woods","Jane Dev"]`)
	c.Must(201, "POST", portalsPath+portalA+"/teams/"+partner+"/developers", `{"id": "`+jim+`"}`)
	c.Must(201, "POST", portalsPath+portalA+"/teams/"+root+"/developers", `{"id": "`+jim+`"}`)
	c.Must(201, "POST", portalsPath+portalA+"/teams/"+internal+"/developers", `{"id": "`+jim+`"}`)
	c.Get(developersPath+"/"+jim+"/teams").Check(t, "data.#.name", `["Root","Internal","Partner"]`)
}
