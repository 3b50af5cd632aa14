package axway_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// The rules here are those of docs/vendors/axway.md that neither a recorded conversation nor the table of rows shows.

func TestWhatIsChecked1st2nd3rd(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, is := range []struct {
		what, user, method, path, body string
		want                           int
	}{
		{"who calls, before the application", "", "PUT", app(nowhere, ""), "{", 401},
		{"the application, before the right", "dora", "PUT", app(nowhere, ""), "{", 404},
		{"what it has, before the right", "dora", "PUT", app(iPhone, "/apikeys/none"), "{", 404},
		{"the right, before the body", "dora", "PUT", app(iPhone, ""), "{", 403},
		{"the body, before what it names", "anna", "POST", app(iPhone, "/apis"), `{"apiId":"none","enabled":1}`, 400},
		{"what it names, before uniqueness", "apiadmin", "POST", "/applications", `{"name":"Storefront","organizationId":"` + acme + `","apis":["none"]}`, 400},
		{"the organization's right, before uniqueness", "ben", "POST", "/applications", `{"name":"Parcel tracker","organizationId":"` + globex + `"}`, 403},
		{"the right to a quota, before the quota", "anna", "POST", app(warehouse, "/quota"), `{"type":"API"}`, 403},
		{"the body of a quota, before its being there", "apiadmin", "POST", app(warehouse, "/quota"), `{"restrictions":[{}]}`, 400},
	} {
		if got := c.As(is.user).Call(is.method, is.path, is.body); got.Status != is.want {
			t.Errorf("%s: got %d %s, want %d", is.what, got.Status, got.Body, is.want)
		}
	}
	// The token of a session comes before the application, too.
	c.Add("session", "", `{"id":"s","userId":"`+anna+`"}`)
	if got := c.As("").Send("PUT", base+app(nowhere, ""), "{", "Cookie", "APIMANAGERSESSION=s"); got.Status != 403 || !strings.Contains(got.Body, "Invalid CSRF token") {
		t.Errorf("token before application: got %d %s, want 403", got.Status, got.Body)
	}
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	lenient, hard := connect(t), vendor.Connect(t, emulator.Config{Strict: true})
	for _, is := range []struct {
		what, header    string
		lenient, strict int
	}{
		{"the administrator", "Basic YXBpYWRtaW46Y2hhbmdlbWU=", 200, 200},
		{"a user", "Basic YW5uYTpwb3J0aWNvLWFubmE=", 200, 200},
		{"letter case of the scheme", "basic YW5uYTpwb3J0aWNvLWFubmE=", 200, 200},
		{"an unknown login", "Basic c29tZWJvZHk6c2VjcmV0", 200, 401},
		{"a known login with a wrong password", "Basic YW5uYTp3cm9uZw==", 401, 401},
		{"no password", "Basic YW5uYTo=", 401, 401},
		{"no login", "Basic OnNlY3JldA==", 401, 401},
		{"no colon", "Basic YW5uYQ==", 401, 401},
		{"no base64", "Basic anna:portico-anna", 401, 401},
		{"another scheme", "Bearer YW5uYTpwb3J0aWNvLWFubmE=", 401, 401},
		{"nothing", "", 401, 401},
	} {
		for _, at := range []struct {
			c    client.Client
			want int
		}{{lenient, is.lenient}, {hard, is.strict}} {
			got := at.c.Send("GET", base+"/currentuser", "", "Authorization", is.header)
			if got.Status != at.want {
				t.Errorf("%s: got %d %s, want %d", is.what, got.Status, got.Body, at.want)
			}
			if at.want == 401 && got.Header.Get("WWW-Authenticate") != `Basic realm="API Manager"` {
				t.Errorf("%s: got the headers %v, want a challenge", is.what, got.Header)
			}
		}
	}
	// Basic counts, whatever cookie comes along, and needs no token.
	if got := lenient.Send("POST", base+app(iPhone, "/apikeys"), "", "Cookie", "APIMANAGERSESSION=ended"); got.Status != 201 {
		t.Errorf("Basic beside a cookie: got %d %s, want 201", got.Status, got.Body)
	}
	// A session that nobody opened is none, however lenient logins are.
	if got := lenient.As("").Send("GET", base+"/currentuser", "", "Cookie", "APIMANAGERSESSION="+nowhere); got.Status != 401 {
		t.Errorf("made-up session: got %d %s, want 401", got.Status, got.Body)
	}
	if got := lenient.As("").Send("POST", base+"/login", "username=somebody&password=secret"); got.Status != 401 {
		t.Errorf("login of nobody: got %d %s, want 401", got.Status, got.Body)
	}
}

func TestCredentialsAreListed(t *testing.T) {
	t.Parallel()
	e := client.Start(t, emulator.Config{})
	list, err := e.Credentials("axway")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, one := range list {
		names = append(names, one.Name+" "+one.Roles[0]+" "+one.State)
		got := vendor.Over(t, e).Send("GET", base+"/currentuser", "", one.Header, one.Value)
		if want := map[bool]int{true: 200, false: 401}[one.State == ""]; got.Status != want || want == 200 && got.Get("loginName").Str != one.User {
			t.Errorf("%s: got %d %s, want %d", one.Name, got.Status, got.Body, want)
		}
	}
	want := "admin admin , acme-admin oadmin , anna user , ben user , bella user , globex-admin oadmin , dora user , emil user , carl user , paula user pending, dirk user disabled"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestOperators(t *testing.T) {
	t.Parallel()
	c := connect(t)
	all := c.Get("/applications").Get("#").Int()
	names := func(query string) string {
		t.Helper()
		return c.Get("/applications?" + query).Get("#.name").Raw
	}
	for query, want := range map[string]string{
		"field=name&op=eq&value=storefront":                               `[]`, // letter case counts
		"field=name&op=like&value=STORE":                                  `["Storefront"]`,
		"field=name&op=like&value=%25store*":                              `["Storefront"]`,
		"field=name&op=gt&value=Storefront":                               `["Warehouse app","Warehouse app","Weekend project"]`,
		"field=name&op=ge&value=Storefront":                               `["Storefront","Warehouse app","Warehouse app","Weekend project"]`,
		"field=name&op=lt&value=Loyalty+card":                             `["Invoice robot"]`,
		"field=name&op=le&value=Loyalty+card":                             `["Loyalty card","Invoice robot"]`,
		"field=name&op=gete&value=L,N":                                    `["My First iPhone App","Loyalty card"]`,
		"field=name&op=gele&value=Storefront,Storefront":                  `["Storefront"]`,
		"field=email&op=eq&value=":                                        `[]`, // null equals nothing
		"field=phone&op=like&value=":                                      `["My First iPhone App"]`,
		"field=phone&op=lt&value=~":                                       `["My First iPhone App"]`,
		"field=description&op=ne&value=Sells+to+everyone":                 `["My First iPhone App","Warehouse app","Loyalty card","Warehouse app","Parcel tracker","Invoice robot","Old till","Weekend project"]`,
		"field=createdOn&op=eq&value=1370438800000":                       `["Storefront"]`,
		"field=createdOn&op=lt&value=1370438800000":                       `["My First iPhone App"]`,
		"field=createdOn&op=le&value=01370438800000":                      `["My First iPhone App","Storefront"]`,
		"field=createdOn&op=gt&value=1718000000006":                       `["Weekend project"]`,
		"field=createdOn&op=ge&value=1718000000006":                       `["Old till","Weekend project"]`,
		"field=createdOn&op=gete&value=-5,0":                              `[]`,
		"field=createdOn&op=ne&value=5&field=enabled&op=eq&value=false":   `["My First iPhone App","Old till"]`,
		"field=enabled&op=ne&value=enabled":                               `["My First iPhone App","Old till"]`,
		"field=enabled&op=ne&value=true":                                  `["My First iPhone App","Old till"]`,
		"field=state&op=ne&value=approved":                                `["Loyalty card"]`,
		"field=orgid&op=eq&value=none":                                    `[]`,
		"field=apiid&op=eq&value=none":                                    `[]`,
		"field=userid&op=eq&value=" + dora:                                `["Invoice robot","Old till"]`,
		"field=userid&op=eq&value=" + bella:                               `["My First iPhone App"]`,
		"field=apiid&op=eq&value=" + payments:                             `["My First iPhone App","Storefront"]`,
		"lop=AND":                                                         c.Get("/applications").Get("#.name").Raw,
		"other=ignored&field=state&op=eq&value=pending":                   `["Loyalty card"]`,
		"field=name&op=eq&value=a&value=b":                                "",
		"field=name&value=b":                                              "",
		"op=eq":                                                           "",
		"value=x":                                                         "",
		"field=Name&op=eq&value=a":                                        "",
		"field=name&op=EQ&value=a":                                        "",
		"field=orgid&op=like&value=a":                                     "",
		"field=apiid&op=gt&value=a":                                       "",
		"field=userid&op=gete&value=a,b":                                  "",
		"field=enabled&op=like&value=e":                                   "",
		"field=createdOn&op=like&value=1":                                 "",
		"field=createdOn&op=eq&value=1.5":                                 "",
		"field=createdOn&op=eq&value=":                                    "",
		"field=createdOn&op=eq&value=99999999999999999999":                "",
		"field=createdOn&op=gete&value=1,2,3":                             "",
		"field=createdOn&op=gete&value=1,x":                               "",
		"field=name&op=gele&value=b,a":                                    "",
		"field=state&op=eq&value=Approved":                                "",
		"field=enabled&op=eq&value=":                                      "",
		"lop=":                                                            "",
		"field=name&op=eq&value=x&lop=NOT":                                "",
		"field=name&op=eq&value=%zz":                                      "", // what cannot be read is left out
		"field=managedBy&op=eq&value=" + anna:                             "",
		"field=name;op=eq;value=x&field=name&op=eq":                       "",
		"field=createdOn&op=gt&value=1&field=createdOn&op=between&value=": "",
	} {
		if want != "" {
			if got := names(query); got != want {
				t.Errorf("%s: got %s, want %s", query, got, want)
			}
			continue
		}
		a := c.Must(400, "GET", "/applications?"+query, "")
		a.Check(t, "errors.0.code", "102")
	}
	for _, query := range []string{"field=apiid&op=ne&value=none", "field=userid&op=ne&value=none", "field=orgid&op=ne&value=none", "field=email&op=ne&value="} {
		if got := c.Get("/applications?" + query).Get("#").Int(); got != all {
			t.Errorf("%s: got %d applications, want all %d", query, got, all)
		}
	}
}

func TestBooleansAsText(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, one := range []struct{ method, path, body, value, want string }{
		{"PUT", app(iPhone, ""), `{"enabled":"true"}`, "enabled", "true"},
		{"PUT", app(iPhone, ""), `{"enabled":"False"}`, "enabled", "false"},
		{"POST", app(iPhone, "/apikeys"), `{"enabled":"false"}`, "enabled", "false"},
		{"POST", app(iPhone, "/apis"), `{"apiId":"` + orders + `","enabled":"false"}`, "enabled", "false"},
		{"POST", app(iPhone, "/oauth"), `{"enabled":"false"}`, "enabled", "false"},
		{"POST", app(iPhone, "/extclients"), `{"enabled":"false"}`, "enabled", "false"},
		{"POST", app(iPhone, "/oauthresource"), `{"scope":"a","enabled":"false","isDefault":"true"}`, "isDefault", "true"},
		{"POST", app(iPhone, "/scope"), `{"scope":"b","isDefault":"TRUE"}`, "isDefault", "true"},
	} {
		a := c.Call(one.method, one.path, one.body)
		if a.Status >= 300 || a.Get(one.value).Type == gjson.String {
			t.Errorf("%s %s %s: got %d %s", one.method, one.path, one.body, a.Status, a.Body)
		}
		a.Check(t, one.value, one.want)
	}
}

// Null and absent members leave what was stored, in every PUT.
func TestNullKeeps(t *testing.T) {
	t.Parallel()
	c := prepared(t)
	for path, nulls := range map[string]string{
		"":                            `{"id":null,"name":null,"description":null,"organizationId":null,"phone":null,"email":null,"createdBy":null,"managedBy":null,"createdOn":null,"enabled":null,"image":null,"state":null}`,
		"/apikeys/" + aKey:            `{"id":null,"applicationId":null,"secret":null,"enabled":null,"createdBy":null,"createdOn":null,"deletedOn":null,"corsOrigins":null}`,
		"/apis/" + anAccess:           `{"id":null,"apiId":null,"state":null,"enabled":null}`,
		"/extclients/" + aKey:         `{"id":null,"clientId":null,"enabled":null,"corsOrigins":null}`,
		"/oauth/client-1":             `{"id":null,"cert":null,"secret":null,"type":null,"enabled":null,"redirectUrls":null,"corsOrigins":null,"createdBy":null,"applicationId":null}`,
		"/oauthresource/scope-1":      `{"uriprefix":null,"scopes":null,"enabled":null,"scope":null,"isDefault":null}`,
		"/scope/scope-1":              `{"scope":null,"isDefault":null}`,
		"/permissions/" + aView:       `{"id":null,"userId":null,"permission":null}`,
		"/quota":                      `{"id":null,"type":null,"name":null,"description":null,"restrictions":null,"system":null}`,
		"/permissions/" + aView + "/": `{"userId":"` + ben + `","createdBy":"x","createdOn":1}`,
	} {
		before := c.Changes()
		c.Must(200, "PUT", app(iPhone, path), nulls)
		c.Must(200, "PUT", app(iPhone, path), `{}`)
		if after := c.Changes(); after != before {
			t.Errorf("PUT %s %s changed something:\n%s\nwas\n%s", path, nulls, after, before)
		}
	}
}

func TestCustomProperties(t *testing.T) {
	t.Parallel()
	c := connect(t)
	body := `{"name":"Custom","organizationId":"` + acme + `","department":"sales","level":3,"vip":true,"custom":"x","id2":"y"}`
	if a := c.Must(201, "POST", "/applications", strings.Replace(body, "Custom", "Plain", 1)); a.Get("department").Exists() {
		t.Errorf("got %s, want no member that the settings do not list", a.Body)
	}
	c.Change("config", "config", `{"customProperties":["department","level","vip","unset","custom","name","image"]}`)
	a := c.Must(201, "POST", "/applications", body)
	id := a.Get("id").Str
	want := `"state":"approved","department":"sales","level":"3","vip":"true","unset":null,"custom":"x"}`
	if !strings.HasSuffix(a.Body, want) {
		t.Errorf("got %s, want it to end in %s", a.Body, want)
	}
	c.Must(200, "PUT", app(id, ""), `{"department":null,"level":"","custom":false,"other":"z"}`)
	c.Must(200, "PUT", app(id, ""), `{"department":null}`)
	a = c.Get(app(id, ""))
	if want := `"department":"sales","level":"","vip":"true","unset":null,"custom":"false"}`; !strings.HasSuffix(a.Body, want) {
		t.Errorf("got %s, want it to end in %s", a.Body, want)
	}
	c.Refused(400, "department: want string", "PUT", app(id, ""), `{"department":["a"]}`)
	c.Change("config", "config", `{"customProperties":["vip"]}`)
	if a := c.Get(app(id, "")); !strings.HasSuffix(a.Body, `"state":"approved","vip":"true"}`) {
		t.Errorf("got %s, want the one that is listed", a.Body)
	}
	c.As("ben").Get("/applications").Check(t, "0.vip", "")
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, is := range []struct {
		method, path string
		want         int
		body         string
	}{
		{"HEAD", base + app(iPhone, ""), 200, ""},
		{"HEAD", base + app(nowhere, ""), 404, ""},
		{"PATCH", base + app(iPhone, ""), 405, `{"errors":[{"code":405,"message":"Method not allowed"}]}`},
		{"DELETE", base + "/applications", 405, `{"errors":[{"code":405,"message":"Method not allowed"}]}`},
		{"GET", base, 404, `{"errors":[{"code":102,"message":"` + notFound + `"}]}`},
		{"GET", base + "/applications/x/y/z", 404, `{"errors":[{"code":102,"message":"` + notFound + `"}]}`},
		{"GET", "/api/portal/v1.3/nothing", 404, `{"errors":[{"code":102,"message":"` + notFound + `"}]}`},
		{"GET", base + "/applications/" + strings.ToUpper(iPhone), 200, ""},
	} {
		got := c.Send(is.method, is.path, "")
		if got.Status != is.want || is.body != "" && got.Body != is.body {
			t.Errorf("%s %s: got %d %s, want %d %s", is.method, is.path, got.Status, got.Body, is.want, is.body)
		}
		if is.want == 405 && got.Header.Get("Allow") == "" {
			t.Errorf("%s %s: got the headers %v, want Allow", is.method, is.path, got.Header)
		}
	}
	// Paths that answers contain stay in the version and in the world in which the call came.
	for under, want := range map[string]string{
		"/api/portal/v1.3":                "/api/portal/v1.3" + app(iPhone, "/image"),
		"/_world/default/api/portal/v1.4": "/_world/default/api/portal/v1.4" + app(iPhone, "/image"),
		"/_world/default" + base:          "/_world/default" + base + app(iPhone, "/image"),
	} {
		a := c.Send("GET", under+app(iPhone, ""), "")
		a.Check(t, "image", want)
		if a := c.Send("GET", want+"/", ""); a.Status != 200 || a.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s: got %d %v", want, a.Status, a.Header)
		}
	}
	a := c.As("").Send("POST", "/_world/default"+base+"/login", "username=anna&password=portico-anna&success=/in")
	if got := a.Header.Get("Location"); got != "http://example.com/_world/default/in" {
		t.Errorf("login in a world: got the location %s", got)
	}
	if got := a.Header.Get("Set-Cookie"); !strings.Contains(got, "Path=/_world/default/;") {
		t.Errorf("login in a world: got the cookie %s", got)
	}
}

// What is said of an application has its bounds, without the spaces around a name.
func TestBoundsOfTexts(t *testing.T) {
	t.Parallel()
	c := connect(t)
	name, about := strings.Repeat("ü", 255), strings.Repeat("x", 4096)
	made := c.Must(201, "POST", "/applications", `{"name":" `+name+` ","organizationId":"`+acme+`","description":"`+about+`"}`)
	made.Check(t, "name", name)
	id := made.Get("id").Str
	c.Refused(400, "name: want at most 255 characters", "PUT", app(id, ""), `{"name":"`+name+`y"}`)
	c.Refused(400, "description: want at most 4096 characters", "PUT", app(id, ""), `{"description":"`+about+`y"}`)
	c.Refused(400, "name: want more than spaces", "POST", "/applications", `{"name":"\t ","organizationId":"`+acme+`"}`)
	c.Must(200, "PUT", app(id, ""), `{"name":"   "}`).Check(t, "name", name)
}

// The content type of a request does not matter where JSON is wanted.
func TestContentTypes(t *testing.T) {
	t.Parallel()
	for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "nonsense"} {
		if got := connect(t).Send("PUT", base+app(iPhone, ""), `{"name":"x"}`, "Content-Type", media); got.Status != 200 {
			t.Errorf("%q: got %d %s, want 200", media, got.Status, got.Body)
		}
	}
}

func TestImagesUpToAMegabyte(t *testing.T) {
	t.Parallel()
	c := connect(t)
	upload := func(data string) client.Answer {
		t.Helper()
		const before = "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\nContent-Type: text/plain\r\n\r\n"
		return c.Send("POST", base+app(storefront, "/image/"), before+data+"\r\n--b--\r\n", "Content-Type", "multipart/form-data; boundary=b")
	}
	largest := "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\xff\r\n", 1<<18-2)
	if got := upload(largest); got.Status != 200 || got.Body != "" || got.Header.Get("Content-Type") != "" {
		t.Fatalf("%d bytes: got %d %s, want 200 without a body", len(largest), got.Status, got.Body)
	}
	if got := upload(largest + "x"); got.Status != 413 {
		t.Errorf("one more: got %d %s, want 413", got.Status, got.Body)
	}
	got := c.Get(app(storefront, "/image"))
	if got.Body != largest || got.Header.Get("Content-Type") != "image/png" || got.Header.Get("Content-Length") != "1048576" {
		t.Errorf("got %d bytes, %v, want what was uploaded first", len(got.Body), got.Header)
	}
	c.Must(204, "DELETE", app(storefront, ""), "")
	if n := c.Send("GET", "/_portico/state", "").Get(`axway\.image`).Int(); n != 1 {
		t.Errorf("got %d images, want the one of the other application", n)
	}
}

// Ids that clients choose are theirs to the letter, and one set for all applications.
func TestChosenIDs(t *testing.T) {
	t.Parallel()
	c := connect(t)
	upper := strings.ToUpper(aKey)
	for _, path := range []string{"/apikeys", "/oauth"} {
		c.Must(201, "POST", app(iPhone, path), `{"id":"`+upper+`"}`).Check(t, "id", upper)
		c.Refused(409, taken, "POST", app(foreign, path), `{"id":"`+upper+`"}`)
		c.Must(201, "POST", app(iPhone, path), `{"id":"a b/ü?"}`)
		c.Must(200, "PUT", app(iPhone, path+"/a%20b%2F%C3%BC%3F"), `{}`).Check(t, "id", "a b/ü?")
		c.Must(204, "DELETE", app(iPhone, path+"/"+upper), "")
	}
	c.Must(200, "PUT", app(iPhone, "/apikeys/"+aKey), `{}`) // the lower-case one is another
}

// Rules hold for documents that the state API brings, too.
func TestStateAPIObeysTheRules(t *testing.T) {
	t.Parallel()
	c := connect(t)
	for _, is := range []struct {
		kind, in, document string
		want               int
	}{
		{"permission", iPhone, `{"userId":"` + dora + `","permission":"view"}`, 400},
		{"permission", iPhone, `{"userId":"` + paula + `","permission":"view"}`, 400},
		{"permission", iPhone, `{"userId":"none","permission":"view"}`, 400},
		{"permission", iPhone, `{"userId":"` + bella + `","permission":"view"}`, 409},
		{"application", "", `{"name":"  ","organizationId":"` + acme + `"}`, 400},
		{"application", "", `{"name":"` + strings.Repeat("x", 256) + `","organizationId":"` + acme + `"}`, 400},
		{"application", "", `{"name":"x","organizationId":"none"}`, 400},
		{"application", "", `{"name":"Storefront","organizationId":"` + acme + `"}`, 409},
		{"api-key", foreign, `{"id":"` + aKey + `"}`, 409},
		{"oauth-client", foreign, `{"cert":"abc"}`, 400},
		{"scope", storefront, `{"enabled":true}`, 400},
		{"quota", warehouse, `{}`, 409},
		{"quota", iPhone, `{"restrictions":[{"api":"none","type":"throttle","config":{"period":"day","per":1,"messages":1}}]}`, 400},
		{"user", "", `{"loginName":"x"}`, 400},
		{"user", "", `{"loginName":"x","role":"admin","organizationId":"` + acme + `"}`, 400},
		{"user", "", `{"loginName":"anna","organizationId":"` + acme + `"}`, 409},
		{"config", "", `{}`, 409},
		{"config", "", `{"quotaGetShape":"tuple"}`, 400},
	} {
		in := ""
		if is.in != "" {
			in = `"in":["` + is.in + `"],`
		}
		c.Must(is.want, "POST", "/_portico/state/axway."+is.kind, `{`+in+`"document":`+is.document+`}`)
	}
	// Whoever made an application manages it; a user needs no password to be given.
	made := c.Add("application", "", `{"name":"Given","organizationId":"`+acme+`","createdBy":"`+ben+`"}`)
	c.As("ben").Get(app(made, "")).Check(t, "managedBy", `["`+ben+`"]`)
	c.Add("user", "", `{"loginName":"newcomer","organizationId":"`+acme+`"}`)
	c.As("newcomer").Get("/currentuser").Check(t, "name", "newcomer")
	// Approval through the state API approves what was asked for along with the application.
	c.Change("application", loyalty, `{"state":"approved"}`)
	c.Get(app(loyalty, "/apis")).Check(t, "#.state", `["approved"]`)
	// A move through it takes away what the other organization may not have.
	c.Change("application", iPhone, `{"organizationId":"`+globex+`"}`)
	c.Get(app(iPhone, "/apis")).Check(t, "#.apiId", `["`+payments+`"]`)
	c.Get(app(iPhone, "/permissions")).Check(t, "#", "0")
	c.Remove("organization-api-access", "e5f00000-0000-4000-8000-000000000022")
	c.Get(app(iPhone, "/apis")).Check(t, "#", "0")
	// Settings that were deleted are the defaults, and the built-in quota holds even then.
	c.Remove("config", "config")
	c.Get("/config").Check(t, "autoApproveApplications", "true")
	c.Remove("system-quota", "00000000-0000-0000-0000-000000000001")
	c.Get(app(storefront, "/quota")).Check(t, "name", "Application Default")
	// Without apiadmin another administrator's name serves, without any none.
	c.Remove("user", apiadmin)
	nobody := c.As("anybody")
	nobody.Refused(404, notFound, "GET", "/currentuser", "")
	nobody.Must(201, "POST", app(storefront, "/apikeys"), "").Check(t, "createdBy", "")
	c.Add("user", "", `{"id":"root","loginName":"root","role":"admin"}`)
	nobody.Get("/currentuser").Check(t, "id", "root")
}

// Lists show what is oldest first, whatever was changed since.
func TestOrder(t *testing.T) {
	t.Parallel()
	c := connect(t)
	want := c.Get("/applications").Get("#.id").Raw
	c.Must(200, "PUT", app(storefront, ""), `{"name":"Aaa"}`)
	if got := c.Get("/applications").Get("#.id").Raw; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	id := c.Must(201, "POST", "/applications", `{"name":"Bbb","organizationId":"`+acme+`"}`).Get("id").Str
	if got := c.Get("/applications").Get("#.id").Array(); got[len(got)-1].Str != id {
		t.Errorf("got %v, want %s last", got, id)
	}
	// What is shared from elsewhere stands where it was born.
	c.As("dora").Get("/applications").Check(t, "#.name", `["Invoice robot","Old till"]`)
}

// Every answer bears an id of its own, the same in the same run.
func TestCorrelation(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	one, other := connect(t), connect(t)
	for range 20 {
		id := one.Call("GET", "/config", "").Header.Get("X-CorrelationID")
		if len(id) != len("Id-")+24+2 || seen[id] || id != other.Call("GET", "/config", "").Header.Get("X-CorrelationID") {
			t.Errorf("got %q", id)
		}
		seen[id] = true
	}
}

// The names of headers go out as the vendor writes them.
func TestHeadersAreWrittenAsTheVendorWritesThem(t *testing.T) {
	t.Parallel()
	h := client.Start(t, emulator.Config{})
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", base+"/login", strings.NewReader("username=anna&password=portico-anna"))
	h.ServeHTTP(w, r)
	for _, name := range []string{"CSRF-Token", "X-CorrelationID"} {
		if len(w.Header()[name]) != 1 {
			t.Errorf("got the headers %v, want %s", w.Header(), name)
		}
	}
}

func TestFixtures(t *testing.T) {
	t.Parallel()
	for fixture, want := range map[string]int64{"empty": 0, "small": 9, "large": 909} {
		c := vendor.Connect(t, emulator.Config{Fixture: fixture})
		list := c.Get("/applications")
		if got := list.Get("#").Int(); got != want {
			t.Errorf("%s: got %d applications, want %d", fixture, got, want)
		}
		c.Get("/organizations?field=name&op=eq&value=API+Development").Check(t, "#", "1")
		for _, id := range list.Get("#.id").Array()[max(0, int(want)-3):] {
			for _, path := range []string{"", "/apis", "/apikeys", "/oauth", "/extclients", "/permissions", "/quota", "/scope", "/oauthresource"} {
				c.Get(app(id.Str, path))
			}
		}
		id := c.Must(201, "POST", "/applications", `{"name":"First","organizationId":"`+community+`","apis":["`+petStore+`"]}`).Get("id").Str
		c.Get(app(id, "/apis")).Check(t, "0.state", "approved")
	}
}

// Only fault rules give what the vendor documents without a cause; the dialect has words for it.
func TestWordsForFaults(t *testing.T) {
	t.Parallel()
	for _, op := range vendor.Rows(nil) {
		if op.ID == "upload-image" && op.Limit != 1<<20+64<<10 {
			t.Errorf("got a limit of %d bytes for uploads", op.Limit)
		}
		if op.Method != http.MethodGet && op.Writes {
			t.Errorf("%s: says that it writes, which goes without saying", op.ID)
		}
	}
}
