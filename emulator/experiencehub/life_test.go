package experiencehub_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/testing/client"
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
func nested(c client.Client, id string) int {
	c.T.Helper()
	level := c.Get(groups).Get("@this")
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
	made := c.Must(200, "POST", groups, `{"name": "`+strings.Repeat("x", 95)+`"}`)
	id := made.Get("id").Str
	made.Check(t, "createdDate", "2026-03-01T09:00:00Z")
	made.Check(t, "children", "[]")
	if got := nested(c, id); got != 1 {
		t.Errorf("a group without a parent: got the depth %d, want 1, below Everyone", got)
	}
	c.Refused(400, "MAX_LENGTH_EXCEEDED", "POST", groups, `{"name": "`+strings.Repeat("x", 96)+`"}`)
	c.Refused(400, "REQUIRED_FIELD", "POST", groups, `{}`)
	c.Must(415, "POST", groups, `{"name": "x"}`, "Content-Type", "text/plain")
	child := c.Must(200, "POST", groups, `{"name": "Below", "parentUserGroupId": "`+id+`"}`).Get("id").Str
	if got := nested(c, child); got != 2 {
		t.Errorf("a group below it: got the depth %d, want 2", got)
	}
	c.Must(200, "PATCH", groups+"/"+id, `{"name": "Short", "description": "now"}`).Check(t, "children.0.name", "Below")
	c.Refused(400, "USER_GROUP_HAS_CHILDREN", "DELETE", groups+"/"+id, "")
	for _, leaf := range []string{child, id} {
		if a := c.Must(200, "DELETE", groups+"/"+leaf, ""); a.Body != "" || a.Header.Get("Content-Type") != "" {
			t.Errorf("deleted: got %q (%s), want no body", a.Body, a.Header.Get("Content-Type"))
		}
		c.Must(404, "DELETE", groups+"/"+leaf, "")
	}
	if got := nested(c, id); got != -1 {
		t.Errorf("a deleted group: got it at the depth %d", got)
	}
}

// The built-in groups stay as they are.
func TestBuiltInGroups(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, id := range []string{everyone, admins} {
		c.Refused(400, "USER_GROUP_PROTECTED", "DELETE", groups+"/"+id, "")
		c.Refused(400, "USER_GROUP_PROTECTED", "PATCH", groups+"/"+id, `{"name": "Mine"}`)
	}
	c.Must(200, "PATCH", groups+"/"+everyone, `{"name": "Everyone", "description": "Whoever comes"}`).Check(t, "description", "Whoever comes")
}

// A mapping is added once, listed in the words of the teams' API, and deleted by provider and name.
func TestMappingLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	at := groups + "/" + hackathon + "/groupMappings"
	body := `{"groupMappingName": "North / South", "idpId": "` + sso + `"}`
	if a := c.Must(200, "POST", at, body); a.Body != "" {
		t.Errorf("added: got %s, want no body", a.Body)
	}
	c.Refused(400, "GROUP_MAPPING_EXISTS", "POST", at, body)
	if got, want := c.Get(at).Body, `[{"external_group_name":"North / South","membership_type":"member","provider_id":"`+sso+`"}]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	one := at + "/" + sso + "/" + url.PathEscape("North / South")
	c.Must(200, "DELETE", one, "")
	c.Must(404, "DELETE", one, "")
	c.Get(at).Check(t, "#", "0")
}

// A list of groups takes the place of another, whole or not at all.
func TestMembershipLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	at, one := users+"/"+luis+"/userGroups", users+"/"+luis
	c.Get(one).Check(t, "userGroupIds.#", "3")
	c.Must(200, "PUT", at, `["`+hackathon+`"]`)
	c.Get(one).Check(t, "userGroupIds", `["`+hackathon+`"]`)
	many := strings.TrimSuffix(strings.Repeat(`"`+everyone+`",`, 21), ",")
	c.Refused(400, "TOO_MANY_ITEMS", "PUT", at, "["+many+"]")
	c.Must(200, "PUT", at, "["+strings.TrimPrefix(many, `"`+everyone+`",`)+"]")
	c.Get(one).Check(t, "userGroupIds", `["`+everyone+`"]`)
	c.Refused(400, "UNKNOWN_USER_GROUP", "PUT", at, `["`+gold+`", "`+nowhere+`"]`)
	c.Must(200, "PUT", at, "[]")
	c.Get(one).Check(t, "userGroupIds", "[]")
}

// A user is disabled and enabled, each twice.
func TestUserLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	named := func(active string) string {
		return c.Get(users + "?searchTerm=jane&isActive=" + active).Get("#.id").Raw
	}
	for _, is := range []struct{ verb, active, other string }{{"disable", "false", "true"}, {"enable", "true", "false"}} {
		for range 2 {
			if a := c.Must(200, "PATCH", users+"/"+jane+"/"+is.verb, ""); a.Body != "" {
				t.Errorf("%s: got %s, want no body", is.verb, a.Body)
			}
			c.Get(users+"/"+jane).Check(t, "isActive", is.active)
		}
		if got, want := named(is.active), `["`+jane+`"]`; got != want {
			t.Errorf("%s, isActive=%s: got %s, want %s", is.verb, is.active, got, want)
		}
		if got := named(is.other); strings.Contains(got, jane) {
			t.Errorf("%s, isActive=%s: got %s", is.verb, is.other, got)
		}
	}
	c.Get(users+"/"+jane).Check(t, "userGroupIds", `["`+everyone+`"]`)
}

// Prospects are approved into users and rejected for good.
func TestProspectLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Get(asking+"/count").Check(t, "count", "5")
	c.Must(200, "PATCH", asking+"/"+maria, `{"userGroupIds": ["`+gold+`", "`+developers+`"]}`)
	user := c.Get(users + "?searchTerm=maria@example.com")
	user.Check(t, "#", "1")
	user.Check(t, "0.userGroupIds", `["`+gold+`","`+developers+`"]`)
	user.Check(t, "0.name", "Maria Garcia")
	c.Get(users+"/"+user.Get("0.id").Str).Check(t, "anypointUsername", "maria.garcia")
	c.Get(asking).Check(t, `#(id=="`+maria+`").status`, "APPROVED")
	c.Get(asking).Check(t, `#(id=="`+maria+`").updatedDate`, "2026-03-01T09:00:00Z")
	c.Get(asking+"/count").Check(t, "count", "4")
	c.Refused(400, "PROSPECT_NOT_PENDING", "PATCH", asking+"/"+maria, "")
	left := c.Must(200, "DELETE", asking+"/"+omar, "")
	left.Check(t, "#", "3")
	left.Check(t, "#.status", `["PENDING","PENDING","PENDING"]`)
	c.Get(asking).Check(t, `#(id=="`+omar+`")`, "")
	c.Refused(400, "PROSPECT_NOT_PENDING", "DELETE", asking+"/"+ann, "")
	c.Must(404, "DELETE", asking+"/"+omar, "")

	// The same person may come again, but not twice.
	again := c.Must(201, "POST", "/_portico/state/experience-hub.prospect", `{"in": ["`+portal+`"], "document": {"email": "MARIA@example.com", "firstName": "M"}}`).Get("_id").Str
	c.Refused(400, "USER_ALREADY_EXISTS", "PATCH", asking+"/"+again, "")
	c.Get(asking+"/count").Check(t, "count", "4")
}

// finds tells whether a search finds an asset.
func finds(c client.Client, path, body, asset string) bool {
	c.T.Helper()
	return strings.Contains(c.Must(200, "POST", path, body).Body, `"assetId":"`+asset+`"`)
}

// An asset is offered, added, shown to some, inherited by others, and removed.
func TestAssetLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	pair := `[{"assetId": "loyalty-api", "groupId": "` + commerce + `"}]`
	where := func(in bool) {
		t.Helper()
		for path, want := range map[string]bool{inStore: !in, legacy: !in, assets + "/search": in} {
			if got := finds(c, path, `{"searchTerm": "loyalty"}`, "loyalty-api"); got != want {
				t.Errorf("%s: found %t, want %t", path, got, want)
			}
		}
	}
	where(false)
	c.Must(200, "POST", assets, pair).Check(t, "0.assetId", "loyalty-api")
	where(true)
	one := assets + "/" + commerce + "/loyalty-api"
	c.Get(one).Check(t, "instanceVisibility", "Public")
	c.Get(one).Check(t, "minorVersionProfilesVisibility", `[{"minorVersion":"v1","profileVisibility":["`+admins+`"]}]`)
	c.Must(200, "PATCH", one, `{"instancesVisibility": "Custom", "minorVersions": [{"minorVersion": "v1", "profileVisibility": ["`+gold+`"]}]}`)
	c.Get(one).Check(t, "instanceVisibility", "Custom")
	c.Get(one).Check(t, "minorVersionProfilesVisibility.0.profileVisibility", `["`+gold+`"]`)
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
		if got := finds(c, assets+"/search", body, "loyalty-api"); got != is.want {
			t.Errorf("%s: found %t, want %t", body, got, is.want)
		}
	}
	c.Must(200, "POST", assets+"/remove", pair)
	where(false)
	c.Must(200, "POST", assets, pair)
	c.Get(one).Check(t, "minorVersionProfilesVisibility.0.profileVisibility", `["`+admins+`"]`)
}

// Pages neither overlap nor skip, and each has the facets of all.
func TestPaging(t *testing.T) {
	t.Parallel()
	c := connect(t)
	whole := c.Must(200, "POST", inStore, "{}")
	var got []string
	for from := 0; ; from += 3 {
		page := c.Must(200, "POST", inStore, "{}", "x-limit", "3", "x-from", strconv.Itoa(from))
		if page.Get("facets").Raw != whole.Get("facets").Raw {
			t.Errorf("from %d: got the facets %s, want %s", from, page.Get("facets"), whole.Get("facets"))
		}
		ids := page.Get("assets.#.assetId").Array()
		for _, id := range ids {
			got = append(got, strconv.Quote(id.Str))
		}
		if len(ids) < 3 {
			break
		}
	}
	if got, want := "["+strings.Join(got, ",")+"]", whole.Get("assets.#.assetId").Raw; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, bad := range []string{"abc", "-1", "1.5", "2147483648", "1 2"} {
		for path, headers := range map[string][]string{inStore: {"x-limit", "x-from"}, legacy: {"x-limit", "x-from"}, assets + "/search": {"x-limit", "x-from"}} {
			for _, h := range headers {
				c.Refused(400, "INVALID_HEADER", "POST", path, "{}", h, bad)
			}
		}
		c.Refused(400, "INVALID_HEADER", "GET", users, "", "x-limit", bad)
		c.Refused(400, "INVALID_HEADER", "GET", users, "", "x-offset", bad)
	}
	c.Must(200, "GET", users, "", "x-from", "abc")                      // not a header of this list
	c.Must(200, "POST", inStore, "{}", "x-offset", "abc")               // nor of this one
	c.Must(200, "GET", asking, "", "x-limit", "abc").Check(t, "#", "6") // and this one is not paged
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
			a := c.Must(200, "POST", inStore, `{"sort": {"criteria": "`+criterion+`", "direction": "`+is.direction+`"}}`)
			for _, v := range a.Get("assets.#." + field).Array() {
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
		c.Refused(400, "INVALID_ENUM_VALUE", "POST", inStore, `{"sort": `+sort+`}`)
	}
	for _, sort := range []string{`{"criteria": "NAME"}`, `{"direction": "ASC"}`, `{}`} {
		c.Refused(400, "REQUIRED_FIELD", "POST", assets+"/search", `{"sort": `+sort+`}`)
	}
}

// What goes takes along what hangs on it, whoever takes it away.
func TestCascades(t *testing.T) {
	t.Parallel()
	c := connect(t)
	count := func(kind string) int64 {
		return c.Get("/_portico/state").Get(strings.ReplaceAll(kind, ".", `\.`)).Int()
	}
	c.Must(204, "DELETE", "/_portico/state/experience-hub.user-group/"+gold, "")
	c.Get(users+"/"+luis).Check(t, "userGroupIds", `["`+everyone+`","`+developers+`"]`)
	c.Get(assets+"/"+finance+"/invoice-api").Check(t, "minorVersionProfilesVisibility", `[{"minorVersion":"v1","profileVisibility":[]},{"minorVersion":"v2","profileVisibility":[]}]`)
	if got := nested(c, pilots); got != -1 {
		t.Errorf("a group below a deleted one: got the depth %d", got)
	}
	before := count("experience-hub.portal-asset")
	c.Must(204, "DELETE", "/_portico/state/mulesoft.asset/a0000000-0000-4000-8000-000000000001", "")
	c.Must(404, "GET", assets+"/com.example/payment-api", "")
	if got := count("experience-hub.portal-asset"); got != before-1 {
		t.Errorf("entries after the asset is gone: got %d, want %d", got, before-1)
	}
	c.Must(204, "DELETE", "/_portico/state/mulesoft.identity-provider/"+idp, "")
	c.Get(groups+"/"+developers+"/groupMappings").Check(t, "#", "0")
	c.Get(base+"/connections").Check(t, "0.defaultIdPId", "")
	c.Refused(400, "REQUIRED_FIELD", "POST", groups+"/"+hackathon+"/groupMappings", `{"groupMappingName": "x"}`)
	c.Must(204, "DELETE", "/_portico/state/mulesoft.connection/"+connection, "")
	c.Must(404, "GET", inPortal+"/users", "")
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
	nobody := c.As("")
	a := nobody.Must(200, "POST", "/accounts/login", `{"username": "portal.admin", "password": "portico-password-portal.admin"}`)
	a.Check(t, "redirectUrl", "/home/")
	mine := c.As(a.Get("access_token").Str)
	mine.Get("/accounts/api/users/me").Check(t, "username", "portal.admin")
	mine.Get(inPortal + "/users")
	mine.Must(403, "GET", "/exchange/api/v1/assets/bbbbbbbb-0000-4000-8000-000000000003/warehouse-api/users", "")
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "59m59s"}`)
	mine.Get(inPortal + "/users")
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "1s"}`)
	mine.Must(401, "GET", inPortal+"/users", "")
	mine.Must(401, "GET", "/accounts/api/users/me", "")
	again := nobody.Must(200, "POST", "/accounts/api/login", `{"username": "portal.admin", "password": "portico-password-portal.admin"}`).Get("access_token").Str
	c.Must(200, "PATCH", "/_portico/state/mulesoft.user/10000000-0000-4000-8000-000000000003", `{"enabled": false}`)
	c.As(again).Must(401, "GET", inPortal+"/users", "")
	nobody.Must(403, "POST", "/accounts/login", `{"username": "portal.admin", "password": "portico-password-portal.admin"}`)
}
