package experiencehub_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"
)

const (
	groups  = inPortal + "/userGroups"
	users   = inPortal + "/users"
	asking  = inPortal + "/prospects"
	assets  = inPortal + "/assets"
	inStore = inPortal + "/assets/search/exchange"
	legacy  = inPortal + "/assets/exchange/search"
)

// nested finds a group in the forest, and how deep it stands; -1 where it is not there.
func (c client) nested(id string) int {
	c.t.Helper()
	level := c.get(groups).get("@this")
	for depth := 0; level.Exists() && len(level.Array()) > 0; depth++ {
		if level.Get(`#(id=="` + id + `")`).Exists() {
			return depth
		}
		level = level.Get("#.children|@flatten")
	}
	return -1
}

// A user group comes into being, is renamed, nests another one, and goes when it is a leaf.
func TestGroupLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	made := c.must(200, "POST", groups, `{"name": "`+strings.Repeat("x", 95)+`"}`)
	id := made.get("id").Str
	made.check(t, "createdDate", "2026-03-01T09:00:00Z")
	made.check(t, "children", "[]")
	if got := c.nested(id); got != 1 {
		t.Errorf("a group without a parent: got the depth %d, want 1, below Everyone", got)
	}
	c.refused("MAX_LENGTH_EXCEEDED", "POST", groups, `{"name": "`+strings.Repeat("x", 96)+`"}`)
	c.refused("REQUIRED_FIELD", "POST", groups, `{}`)
	c.must(415, "POST", groups, `{"name": "x"}`, "Content-Type", "text/plain")
	child := c.must(200, "POST", groups, `{"name": "Below", "parentUserGroupId": "`+id+`"}`).get("id").Str
	if got := c.nested(child); got != 2 {
		t.Errorf("a group below it: got the depth %d, want 2", got)
	}
	c.must(200, "PATCH", groups+"/"+id, `{"name": "Short", "description": "now"}`).check(t, "children.0.name", "Below")
	c.refused("USER_GROUP_HAS_CHILDREN", "DELETE", groups+"/"+id, "")
	for _, leaf := range []string{child, id} {
		if a := c.must(200, "DELETE", groups+"/"+leaf, ""); a.body != "" || a.header.Get("Content-Type") != "" {
			t.Errorf("deleted: got %q (%s), want no body", a.body, a.header.Get("Content-Type"))
		}
		c.must(404, "DELETE", groups+"/"+leaf, "")
	}
	if got := c.nested(id); got != -1 {
		t.Errorf("a deleted group: got it at the depth %d", got)
	}
}

// The built-in groups stay as they are.
func TestBuiltInGroups(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, id := range []string{everyone, admins} {
		c.refused("USER_GROUP_PROTECTED", "DELETE", groups+"/"+id, "")
		c.refused("USER_GROUP_PROTECTED", "PATCH", groups+"/"+id, `{"name": "Mine"}`)
	}
	c.must(200, "PATCH", groups+"/"+everyone, `{"name": "Everyone", "description": "Whoever comes"}`).check(t, "description", "Whoever comes")
}

// A mapping is added once, listed in the words of the teams' API, and deleted by provider and name.
func TestMappingLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	at := groups + "/" + hackathon + "/groupMappings"
	body := `{"groupMappingName": "North / South", "idpId": "` + sso + `"}`
	if a := c.must(200, "POST", at, body); a.body != "" {
		t.Errorf("added: got %s, want no body", a.body)
	}
	c.refused("GROUP_MAPPING_EXISTS", "POST", at, body)
	if got, want := c.get(at).body, `[{"external_group_name":"North / South","membership_type":"member","provider_id":"`+sso+`"}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	one := at + "/" + sso + "/" + url.PathEscape("North / South")
	c.must(200, "DELETE", one, "")
	c.must(404, "DELETE", one, "")
	c.get(at).check(t, "#", "0")
}

// A list of groups takes the place of another, whole or not at all.
func TestMembershipLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	at, one := users+"/"+luis+"/userGroups", users+"/"+luis
	c.get(one).check(t, "userGroupIds.#", "3")
	c.must(200, "PUT", at, `["`+hackathon+`"]`)
	c.get(one).check(t, "userGroupIds", `["`+hackathon+`"]`)
	many := strings.TrimSuffix(strings.Repeat(`"`+everyone+`",`, 21), ",")
	c.refused("TOO_MANY_ITEMS", "PUT", at, "["+many+"]")
	c.must(200, "PUT", at, "["+strings.TrimPrefix(many, `"`+everyone+`",`)+"]")
	c.get(one).check(t, "userGroupIds", `["`+everyone+`"]`)
	c.refused("UNKNOWN_USER_GROUP", "PUT", at, `["`+gold+`", "`+nowhere+`"]`)
	c.must(200, "PUT", at, "[]")
	c.get(one).check(t, "userGroupIds", "[]")
}

// A user is disabled and enabled, each twice.
func TestUserLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	named := func(active string) string {
		return c.get(users + "?searchTerm=jane&isActive=" + active).get("#.id").Raw
	}
	for _, is := range []struct{ verb, active, other string }{{"disable", "false", "true"}, {"enable", "true", "false"}} {
		for range 2 {
			if a := c.must(200, "PATCH", users+"/"+jane+"/"+is.verb, ""); a.body != "" {
				t.Errorf("%s: got %s, want no body", is.verb, a.body)
			}
			c.get(users+"/"+jane).check(t, "isActive", is.active)
		}
		if got, want := named(is.active), `["`+jane+`"]`; got != want {
			t.Errorf("%s, isActive=%s: got %s, want %s", is.verb, is.active, got, want)
		}
		if got := named(is.other); strings.Contains(got, jane) {
			t.Errorf("%s, isActive=%s: got %s", is.verb, is.other, got)
		}
	}
	c.get(users+"/"+jane).check(t, "userGroupIds", `["`+everyone+`"]`)
}

// Prospects are approved into users and rejected for good.
func TestProspectLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.get(asking+"/count").check(t, "count", "5")
	c.must(200, "PATCH", asking+"/"+maria, `{"userGroupIds": ["`+gold+`", "`+developers+`"]}`)
	user := c.get(users + "?searchTerm=maria@example.com")
	user.check(t, "#", "1")
	user.check(t, "0.userGroupIds", `["`+gold+`","`+developers+`"]`)
	user.check(t, "0.name", "Maria Garcia")
	c.get(users+"/"+user.get("0.id").Str).check(t, "anypointUsername", "maria.garcia")
	c.get(asking).check(t, `#(id=="`+maria+`").status`, "APPROVED")
	c.get(asking).check(t, `#(id=="`+maria+`").updatedDate`, "2026-03-01T09:00:00Z")
	c.get(asking+"/count").check(t, "count", "4")
	c.refused("PROSPECT_NOT_PENDING", "PATCH", asking+"/"+maria, "")
	left := c.must(200, "DELETE", asking+"/"+omar, "")
	left.check(t, "#", "3")
	left.check(t, "#.status", `["PENDING","PENDING","PENDING"]`)
	c.get(asking).check(t, `#(id=="`+omar+`")`, "")
	c.refused("PROSPECT_NOT_PENDING", "DELETE", asking+"/"+ann, "")
	c.must(404, "DELETE", asking+"/"+omar, "")

	// The same person may come again, but not twice.
	again := c.must(201, "POST", "/_portico/state/experience-hub.prospect", `{"in": ["`+portal+`"], "document": {"email": "MARIA@example.com", "firstName": "M"}}`).get("_id").Str
	c.refused("USER_ALREADY_EXISTS", "PATCH", asking+"/"+again, "")
	c.get(asking+"/count").check(t, "count", "4")
}

// finds tells whether a search finds an asset.
func (c client) finds(path, body, asset string) bool {
	c.t.Helper()
	return strings.Contains(c.must(200, "POST", path, body).body, `"assetId":"`+asset+`"`)
}

// An asset is offered, added, shown to some, inherited by others, and removed.
func TestAssetLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	pair := `[{"assetId": "loyalty-api", "groupId": "` + commerce + `"}]`
	where := func(in bool) {
		t.Helper()
		for path, want := range map[string]bool{inStore: !in, legacy: !in, assets + "/search": in} {
			if got := c.finds(path, `{"searchTerm": "loyalty"}`, "loyalty-api"); got != want {
				t.Errorf("%s: found %t, want %t", path, got, want)
			}
		}
	}
	where(false)
	c.must(200, "POST", assets, pair).check(t, "0.assetId", "loyalty-api")
	where(true)
	one := assets + "/" + commerce + "/loyalty-api"
	c.get(one).check(t, "instanceVisibility", "Public")
	c.get(one).check(t, "minorVersionProfilesVisibility", `[{"minorVersion":"v1","profileVisibility":["`+admins+`"]}]`)
	c.must(200, "PATCH", one, `{"instancesVisibility": "Custom", "minorVersions": [{"minorVersion": "v1", "profileVisibility": ["`+gold+`"]}]}`)
	c.get(one).check(t, "instanceVisibility", "Custom")
	c.get(one).check(t, "minorVersionProfilesVisibility.0.profileVisibility", `["`+gold+`"]`)
	for _, is := range []struct {
		group, inherited string
		want             bool
	}{
		{gold, "false", true},
		{gold, "true", true},
		{partners, "false", false},
		{partners, "true", true},
		{pilots, "true", true},
		{everyone, "true", false},
		{hackathon, "true", false},
		{admins, "true", false},
	} {
		body := `{"userGroupId": "` + is.group + `", "showInherited": ` + is.inherited + `}`
		if got := c.finds(assets+"/search", body, "loyalty-api"); got != is.want {
			t.Errorf("%s: found %t, want %t", body, got, is.want)
		}
	}
	c.must(200, "POST", assets+"/remove", pair)
	where(false)
	c.must(200, "POST", assets, pair)
	c.get(one).check(t, "minorVersionProfilesVisibility.0.profileVisibility", `["`+admins+`"]`)
}

// Pages neither overlap nor skip, and each has the facets of all.
func TestPaging(t *testing.T) {
	t.Parallel()
	c := connect(t)
	whole := c.must(200, "POST", inStore, "{}")
	var got []string
	for from := 0; ; from += 3 {
		page := c.must(200, "POST", inStore, "{}", "x-limit", "3", "x-from", strconv.Itoa(from))
		if page.get("facets").Raw != whole.get("facets").Raw {
			t.Errorf("from %d: got the facets %s, want %s", from, page.get("facets"), whole.get("facets"))
		}
		ids := page.get("assets.#.assetId").Array()
		for _, id := range ids {
			got = append(got, strconv.Quote(id.Str))
		}
		if len(ids) < 3 {
			break
		}
	}
	if got, want := "["+strings.Join(got, ",")+"]", whole.get("assets.#.assetId").Raw; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, bad := range []string{"abc", "-1", "1.5", "2147483648", "1 2"} {
		for path, headers := range map[string][]string{inStore: {"x-limit", "x-from"}, legacy: {"x-limit", "x-from"}, assets + "/search": {"x-limit", "x-from"}} {
			for _, h := range headers {
				c.refused("INVALID_HEADER", "POST", path, "{}", h, bad)
			}
		}
		c.refused("INVALID_HEADER", "GET", users, "", "x-limit", bad)
		c.refused("INVALID_HEADER", "GET", users, "", "x-offset", bad)
	}
	c.must(200, "GET", users, "", "x-from", "abc")                      // not a header of this list
	c.must(200, "POST", inStore, "{}", "x-offset", "abc")               // nor of this one
	c.must(200, "GET", asking, "", "x-limit", "abc").check(t, "#", "6") // and this one is not paged
}

// Each criterion sorts in both directions.
func TestSorting(t *testing.T) {
	t.Parallel()
	c := connect(t)
	fields := map[string]string{"NAME": "name", "LAST_UPDATED": "lastUpdated", "CREATED_AT": "createdAt"}
	for criterion, field := range fields {
		var up, down []string
		for _, is := range []struct {
			direction string
			to        *[]string
		}{{"ASC", &up}, {"DESC", &down}} {
			a := c.must(200, "POST", inStore, `{"sort": {"criteria": "`+criterion+`", "direction": "`+is.direction+`"}}`)
			for _, v := range a.get("assets.#." + field).Array() {
				*is.to = append(*is.to, strings.ToLower(v.Str))
			}
		}
		for i := range up {
			if i > 0 && up[i-1] > up[i] || up[i] != down[len(down)-1-i] {
				t.Errorf("%s: got %q up, %q down", criterion, up, down)
				break
			}
		}
	}
	for _, sort := range []string{`{"criteria": "name", "direction": "ASC"}`, `{"criteria": "NAME", "direction": "up"}`} {
		c.refused("INVALID_ENUM_VALUE", "POST", inStore, `{"sort": `+sort+`}`)
	}
	for _, sort := range []string{`{"criteria": "NAME"}`, `{"direction": "ASC"}`, `{}`} {
		c.refused("REQUIRED_FIELD", "POST", assets+"/search", `{"sort": `+sort+`}`)
	}
}

// What goes takes along what hangs on it, whoever takes it away.
func TestCascades(t *testing.T) {
	t.Parallel()
	c := connect(t)
	count := func(kind string) int64 {
		return c.get("/_portico/state").get(strings.ReplaceAll(kind, ".", `\.`)).Int()
	}
	c.must(204, "DELETE", "/_portico/state/experience-hub.user-group/"+gold, "")
	c.get(users+"/"+luis).check(t, "userGroupIds", `["`+everyone+`","`+developers+`"]`)
	c.get(assets+"/"+finance+"/invoice-api").check(t, "minorVersionProfilesVisibility", `[{"minorVersion":"v1","profileVisibility":[]},{"minorVersion":"v2","profileVisibility":[]}]`)
	if got := c.nested(pilots); got != -1 {
		t.Errorf("a group below a deleted one: got the depth %d", got)
	}
	before := count("experience-hub.portal-asset")
	c.must(204, "DELETE", "/_portico/state/mulesoft.asset/a0000000-0000-4000-8000-000000000001", "")
	c.must(404, "GET", assets+"/com.example/payment-api", "")
	if got := count("experience-hub.portal-asset"); got != before-1 {
		t.Errorf("entries after the asset is gone: got %d, want %d", got, before-1)
	}
	c.must(204, "DELETE", "/_portico/state/mulesoft.identity-provider/"+idp, "")
	c.get(groups+"/"+developers+"/groupMappings").check(t, "#", "0")
	c.get(base+"/connections").check(t, "0.defaultIdPId", "")
	c.refused("REQUIRED_FIELD", "POST", groups+"/"+hackathon+"/groupMappings", `{"groupMappingName": "x"}`)
	c.must(204, "DELETE", "/_portico/state/mulesoft.connection/"+connection, "")
	c.must(404, "GET", inPortal+"/users", "")
	for kind, want := range map[string]int64{
		"experience-hub.portal": 1, "experience-hub.portal-user": 0, "experience-hub.prospect": 1, "experience-hub.user-group": 2,
		"experience-hub.portal-asset": 1, "experience-hub.group-mapping": 0,
	} {
		if got := count(kind); got != want {
			t.Errorf("%s: got %d, want %d", kind, got, want)
		}
	}
}

// A user of the platform signs in, and the token opens both products for an hour of the world's clock.
func TestSignIn(t *testing.T) {
	t.Parallel()
	c := connect(t)
	nobody := c.as("")
	a := nobody.must(200, "POST", "/accounts/login", `{"username": "portal.admin", "password": "portico-password-portal.admin"}`)
	a.check(t, "redirectUrl", "/home/")
	mine := c.as(a.get("access_token").Str)
	mine.get("/accounts/api/users/me").check(t, "username", "portal.admin")
	mine.get(inPortal + "/users")
	mine.must(403, "GET", "/exchange/api/v1/assets/bbbbbbbb-0000-4000-8000-000000000003/warehouse-api/users", "")
	c.must(200, "POST", "/_portico/clock/advance", `{"by": "59m59s"}`)
	mine.get(inPortal + "/users")
	c.must(200, "POST", "/_portico/clock/advance", `{"by": "1s"}`)
	mine.must(401, "GET", inPortal+"/users", "")
	mine.must(401, "GET", "/accounts/api/users/me", "")
	again := nobody.must(200, "POST", "/accounts/api/login", `{"username": "portal.admin", "password": "portico-password-portal.admin"}`).get("access_token").Str
	c.must(200, "PATCH", "/_portico/state/mulesoft.user/10000000-0000-4000-8000-000000000003", `{"enabled": false}`)
	c.as(again).must(401, "GET", inPortal+"/users", "")
	nobody.must(403, "POST", "/accounts/login", `{"username": "portal.admin", "password": "portico-password-portal.admin"}`)
}
