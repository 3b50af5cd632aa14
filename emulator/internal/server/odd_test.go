package server_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/seed"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// The odd vendor has every habit of the four vendors after the first: owners before the body, a right per row, names or
// ids, pairs, paging in headers, filters of which one is enough, YAML in and out, bytes, a redirect with a cookie, 201
// without a body, two rows on one route, and a GET that writes. If its table reads naturally, core is general enough.

const oddSchemas = `{"$id": "https://odd.invalid/odd.json", "$defs": {
	"Shop":     {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "tickets": {"type": "integer", "default": 0}, "created": {"type": "integer"}}, "required": ["name"], "additionalProperties": false},
	"Item":     {"type": "object", "properties": {"sku": {"type": "string"}, "rev": {"type": "string", "default": "1"}, "colour": {"type": ["string", "null"], "enum": ["red", "blue", null], "default": null}, "weight": {"type": "number"}, "created": {"type": "integer"}}, "required": ["sku"], "additionalProperties": false},
	"Photo":    {"type": "object", "properties": {"media": {"type": "string"}, "data": {"type": "string"}}, "additionalProperties": false},
	"Shelf":    {"type": "object", "properties": {"id": {"type": "string"}, "name": {"type": "string"}, "height": {"type": "integer", "default": 3}}, "required": ["name"], "additionalProperties": false},
	"User":     {"type": "object", "properties": {"name": {"type": "string"}, "rights": {"type": "array"}}, "additionalProperties": false}
}}`

// oddResources are made anew for each plan, which links them.
func oddResources() []*api.Resource {
	oddShops := &api.Resource{
		Kind: "odd.shop", Schema: "Shop", Created: "created", Updated: "-",
		Indexes: []api.Index{{Name: "name", Path: "name", Unique: true}},
		Born: func(c *api.Call, d *api.Draft) error {
			d.Then = func(shop *api.Doc) error {
				_, err := rest.Bear(c, "odd.shelf", rest.Inside(shop), api.Object{{Name: "name", Value: api.Quote("top")}})
				return err
			}
			return nil
		},
	}
	oddShelves := &api.Resource{
		Kind: "odd.shelf", Schema: "Shelf", Created: "-", Updated: "-",
		Indexes: []api.Index{
			{Name: "shop", To: "odd.shop", Gone: api.Die},
			{Name: "name", Path: "name", Within: "shop", Unique: true},
		},
	}
	oddItems := &api.Resource{
		Kind: "odd.item", Schema: "Item", ID: "sku", Created: "created", Updated: "-",
		Indexes: []api.Index{
			{Name: "shop", To: "odd.shop", Gone: api.Die},
			{Name: "pair", Path: "sku,rev", Within: "shop", Unique: true},
		},
	}
	oddPhotos := &api.Resource{
		Kind: "odd.photo", Schema: "Photo", Single: true, Created: "-", Updated: "-",
		Indexes: []api.Index{{Name: "item", To: "odd.item", Gone: api.Die}},
	}
	oddUsers := &api.Resource{Kind: "odd.user", Schema: "User", ID: "name", Created: "-", Updated: "-"}
	return []*api.Resource{oddUsers, oddShops, oddShelves, oddItems, oddPhotos}
}

func oddVendor() *api.Vendor {
	text := api.Ref{}
	return &api.Vendor{
		Name: "odd", Base: "/odd", Aliases: []string{"/strange"}, Slash: true,
		Resources: oddResources(),
		Names: map[string]api.Ref{
			"shop": {Kind: "odd.shop", By: []string{"id", "name"}},
			"sku":  text,
			"rev":  {Kind: "odd.item", By: []string{"pair"}, Join: 2},
			"a":    text,
		},
		Operations: []api.Operation{
			{ID: "create-item", Method: "POST", Path: "/shops/{shop}/items", Body: "Item", Reply: "Item", Status: 201, Needs: "item:write", Do: rest.Create("odd.item")},
			{ID: "list-items", Method: "GET", Path: "/shops/{shop}/items", Status: 200, List: &api.List{Paged: true, Filter: []api.Field{{Name: "colour"}, {Name: "weight", Type: api.AsNumber}}}, Do: rest.List("odd.item")},
			{ID: "get-item", Method: "GET", Path: "/shops/{shop}/items/{sku}/{rev}", Reply: "Item", Status: 200, Do: rest.Get},
			{ID: "put-photo", Method: "PUT", Path: "/shops/{shop}/items/{sku}/{rev}/photo", Status: 200, Needs: "item:write", Limit: 1 << 10, Do: putPhoto},
			{ID: "get-photo", Method: "GET", Path: "/shops/{shop}/items/{sku}/{rev}/photo", Status: 200, Do: getPhoto},
			{ID: "go", Method: "GET", Path: "/go", Status: 302, Do: redirect},
			{ID: "open-shop", Method: "POST", Path: "/shops/{shop}/open", Status: 201, Do: func(*api.Call) (any, error) { return nil, nil }},
			{ID: "thing-by-id", Method: "GET", Path: "/things/{a:uuid}", Status: 200, Do: echo("id")},
			{ID: "thing-by-name", Method: "GET", Path: "/things/{a}", Status: 200, Do: echo("name")},
			{ID: "draw-ticket", Method: "GET", Path: "/shops/{shop}/ticket", Status: 200, Writes: true, Do: drawTicket},
		},
		Dialect: api.Dialect{
			Checks: []api.Check{oddAccept, oddAuth, rest.Locate, oddRights, rest.Query, rest.Body},
			Read:   oddRead, Ask: oddAsk, Write: oddWrite, Fail: oddFail,
			Stamp: func(t time.Time) []byte { return strconv.AppendInt(nil, t.UnixMilli(), 10) },
		},
	}
}

func putPhoto(c *api.Call) (any, error) {
	old := rest.Settings(c, "odd.photo", c.Object)
	next := api.Object{}
	next.SetString("media", c.Header("Content-Type"))
	next.SetString("data", base64.StdEncoding.EncodeToString(c.Raw))
	_, err := rest.Change(c, old, next, next)
	return nil, err
}

func getPhoto(c *api.Call) (any, error) {
	photo := rest.Settings(c, "odd.photo", c.Object)
	data, err := base64.StdEncoding.DecodeString(photo.Str("data"))
	return api.Answer{Media: photo.Str("media"), Body: data}, err
}

func redirect(c *api.Call) (any, error) {
	cookie := http.Cookie{Name: "SESSION", Value: "s1", Path: c.Prefix + "/odd", HttpOnly: true}
	return api.Answer{Header: http.Header{"Location": {c.URL("/odd/home")}, "Set-Cookie": {cookie.String()}}}, nil
}

func echo(how string) rest.Verb {
	return func(c *api.Call) (any, error) { return map[string]string{how: c.Arg("a")}, nil }
}

func drawTicket(c *api.Call) (any, error) {
	o := c.Object.Object()
	o.SetInt("tickets", c.Object.Get("tickets").Int()+1)
	return rest.Change(c, c.Object, o, o)
}

func oddAccept(c *api.Call) error {
	if a := c.Header("Accept"); a != "" && a != "*/*" && !strings.Contains(a, "json") && !strings.Contains(a, "yaml") {
		return api.Fail(api.NotAccepted, "%s", a)
	}
	return nil
}

func oddAuth(c *api.Call) error {
	name, _, _ := c.Request.BasicAuth()
	if c.Caller.Doc = c.Tx.Get("odd.user", name); c.Caller.Doc == nil {
		return api.Fail(api.Unauthorized, "no user %q", name)
	}
	return nil
}

func oddRights(c *api.Call) error {
	if c.Op.Needs == "" || strings.Contains(c.Caller.Doc.Get("rights").Raw, c.Op.Needs) {
		return nil
	}
	return &api.Error{Code: api.Forbidden, Facts: api.Facts{Right: c.Op.Needs}}
}

func oddRead(c *api.Call) ([]byte, error) {
	kind, _, _ := mime.ParseMediaType(c.Header("Content-Type"))
	if kind != "application/yaml" {
		return c.Raw, nil
	}
	n, err := yaml.Parse(c.Raw, 10000)
	if err != nil {
		return nil, &api.Error{Code: api.Malformed, Message: err.Error()}
	}
	return n.JSON(nil), nil
}

func oddAsk(c *api.Call) error {
	c.Ask.Limit = 250
	for name, to := range map[string]*int{"X-Limit": &c.Ask.Limit, "X-Offset": &c.Ask.Offset} {
		if text := c.Header(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 0 {
				return api.Refuse(api.Violation{Source: "header", Path: []string{name}, Rule: api.Type, Want: []string{"integer"}})
			}
			*to = n
		}
	}
	c.Ask.Any = c.Param("lop") == "OR"
	for i, name := range c.Query["field"] {
		for _, f := range c.Op.List.Filter {
			if f.Name == name {
				c.Ask.Filters = append(c.Ask.Filters, api.Filter{Field: f, Values: []string{c.Query["value"][i]}})
			}
		}
	}
	return nil
}

func oddWrite(c *api.Call, a api.Answer) api.Answer {
	if strings.Contains(c.Header("Accept"), "yaml") && a.Media == "application/json" {
		a.Body, _ = yaml.FromJSON(a.Body)
		a.Media = "application/yaml"
	}
	return a
}

func oddFail(c *api.Call, e *api.Error) api.Answer {
	status := map[api.Code]int{
		api.Malformed: 400, api.Invalid: 400, api.Unauthorized: 401, api.Forbidden: 403, api.NotFound: 404, api.NoRoute: 404,
		api.NoMethod: 405, api.NotAccepted: 406, api.Conflict: 409, api.TooLarge: 413, api.TooLong: 414, api.Internal: 500,
	}[e.Code]
	body, _ := api.Encode(map[string]any{"odd": e.Code, "problems": len(e.Violations)})
	a := api.Answer{Status: status, Media: "application/json", Body: body}
	if c.Op != nil {
		a = oddWrite(c, a)
	}
	return a
}

const oddFixture = `
now: 2026-01-01T00:00:00Z
documents:
  - {kind: odd.user, document: {name: boss, rights: ["item:write"]}}
  - {kind: odd.user, document: {name: guest, rights: []}}
  - kind: odd.shop
    document: {id: 00000000-0000-4000-8000-000000000001, name: corner}
    has:
      - {kind: odd.shelf, document: {name: top, height: 9}}
      - {kind: odd.item, document: {sku: a/b, colour: red, weight: 2}}
      - {kind: odd.item, document: {sku: c, colour: blue, weight: 1}}
      - {kind: odd.item, document: {sku: d, weight: 2}}
  - {kind: odd.shop, document: {id: 00000000-0000-4000-8000-000000000002, name: mall}}
`

func oddServer(t *testing.T) *server.Server {
	t.Helper()
	plan, err := server.NewPlan(fstest.MapFS{"odd/odd.json": {Data: []byte(oddSchemas)}}, oddVendor())
	if err != nil {
		t.Fatal(err)
	}
	fixture, err := seed.Read("odd.yaml", []byte(oddFixture))
	if err != nil {
		t.Fatal(err)
	}
	base, err := world.Grow(plan.Catalog, "odd", 42, func(tx api.Tx) error {
		return fixture.Grow(context.Background(), tx, 42, func(r *api.Resource, o api.Object) ([]api.Violation, error) {
			body, err := api.Parse(o.JSON())
			if err != nil {
				return nil, err
			}
			return r.Vendor.Check(r.Schema, body.JSON)
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &server.Server{Plan: plan, Store: world.NewSet(), Log: slog.New(slog.DiscardHandler), Prove: true}
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, name := range []string{server.DefaultWorld, "other"} {
		if _, err := s.Store.Create(world.Options{Name: name, Base: base, Seed: 42, Clock: clock.At(now)}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// ask sends "METHOD path", headers as "Name: value" lines, and a body after an empty line.
func ask(t *testing.T, h http.Handler, request string) *http.Response {
	t.Helper()
	head, body, _ := strings.Cut(strings.TrimLeft(request, "\n"), "\n\n")
	lines := strings.Split(head, "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.SetBasicAuth("boss", "")
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOddVendor(t *testing.T) {
	t.Parallel()
	guest := "\nAuthorization: Basic Z3Vlc3Q6" // guest:
	for _, tt := range []struct {
		name, request string
		status        int
		body          string
	}{
		{"by name", "GET /odd/shops/corner/items/c/1", 200, `{"sku":"c","rev":"1","colour":"blue","weight":1,"created":1767225600000}`},
		{"by id, alias, slash", "GET /strange/shops/00000000-0000-4000-8000-000000000001/items/c/1/", 200, `{"sku":"c","rev":"1","colour":"blue","weight":1,"created":1767225600000}`},
		{"pair with an escaped slash", "GET /odd/shops/corner/items/a%2Fb/1", 200, `{"sku":"a/b","rev":"1","colour":"red","weight":2,"created":1767225600000}`},
		{"a plus in an escaped path", "GET /odd/things/a%2Fb+c", 200, `{"name":"a/b+c"}`},
		{"a plus in a plain path", "GET /odd/things/b+c", 200, `{"name":"b+c"}`},
		{"pair in another shop", "GET /odd/shops/mall/items/c/1", 404, `{"odd":"not-found","problems":0}`},
		{"owner before body", "POST /odd/shops/nowhere/items\n\n{", 404, `{"odd":"not-found","problems":0}`},
		{"owner before right", "POST /odd/shops/nowhere/items" + guest + "\n\n{}", 404, `{"odd":"not-found","problems":0}`},
		{"right before body", "POST /odd/shops/corner/items" + guest + "\n\n{", 403, `{"odd":"forbidden","problems":0}`},
		{"body last", "POST /odd/shops/corner/items\n\n{\"rev\":1,\"x\":2}", 400, `{"odd":"invalid","problems":3}`},
		{"malformed", "POST /odd/shops/corner/items\n\n{", 400, `{"odd":"malformed","problems":0}`},
		{"created", "POST /odd/shops/corner/items\n\n{\"sku\":\"e\",\"colour\":\"red\"}", 201, `{"sku":"e","rev":"1","colour":"red","created":1772355600000}`},
		{"duplicate", "POST /odd/shops/corner/items\n\n{\"sku\":\"c\"}", 409, `{"odd":"conflict","problems":0}`},
		{"yaml in", "POST /odd/shops/mall/items\nContent-Type: application/yaml\n\nsku: 'y'\ncolour: blue\n", 201, `{"sku":"y","rev":"1","colour":"blue","created":1772355600000}`},
		{"yaml out", "GET /odd/shops/corner/items/d/1\nAccept: application/yaml", 200, "sku: d\nrev: \"1\"\ncolour: null\nweight: 2\ncreated: 1767225600000"},
		{"yaml error", "GET /odd/shops/none/items/d/1\nAccept: application/yaml", 404, "odd: not-found\nproblems: 0"},
		{"not acceptable", "GET /odd/shops/corner/items/d/1\nAccept: text/html", 406, `{"odd":"not-acceptable","problems":0}`},
		{"header paging", "GET /odd/shops/corner/items\nX-Limit: 1\nX-Offset: 1", 200, `[{"sku":"c","rev":"1","colour":"blue","weight":1,"created":1767225600000}]`},
		{"bad header", "GET /odd/shops/corner/items\nX-Limit: many", 400, `{"odd":"invalid","problems":1}`},
		{"both filters", "GET /odd/shops/corner/items?field=colour&field=weight&value=red&value=1", 200, `[]`},
		{"either filter", "GET /odd/shops/corner/items?lop=OR&field=colour&value=blue&field=weight&value=1", 200, `[{"sku":"c","rev":"1","colour":"blue","weight":1,"created":1767225600000}]`},
		{"201 without a body", "POST /odd/shops/corner/open", 201, ""},
		{"row for ids", "GET /odd/things/00000000-0000-4000-8000-000000000001", 200, `{"id":"00000000-0000-4000-8000-000000000001"}`},
		{"row for names", "GET /odd/things/spoon", 200, `{"name":"spoon"}`},
		{"unknown path", "GET /odd/nothing", 404, `{"odd":"unknown-path","problems":0}`},
		{"wrong method", "DELETE /odd/things/spoon", 405, `{"odd":"wrong-method","problems":0}`},
		{"too large", "PUT /odd/shops/corner/items/c/1/photo\n\n" + strings.Repeat("x", 2000), 413, `{"odd":"too-large","problems":0}`},
		{"nobody", "GET /odd/go\nAuthorization: Basic eA==", 401, `{"odd":"unauthorized","problems":0}`},
		{"no vendor", "GET /elsewhere", 404, `{"error":{"code":"unknown-path","message":"nothing is served at /elsewhere; GET /_portico/operations lists what is"}}`},
		{"unknown world", "GET /_world/lost/odd/go", 404, `{"error":{"code":"unknown-world","message":"there is no world \"lost\"; create it with POST /_portico/worlds {\"name\": ...}"}}`},
		{"two worlds", "GET /_world/other/odd/go\nPortico-World: default", 400, `{"error":{"code":"two-worlds","message":"the URL names the world \"other\", the header Portico-World \"default\"; use one of them"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, oddServer(t), tt.request)
			if got := text(t, r); r.StatusCode != tt.status || got != tt.body {
				t.Errorf("%s\n got %d %s\nwant %d %s", tt.request, r.StatusCode, got, tt.status, tt.body)
			}
		})
	}
}

func TestOddBytes(t *testing.T) {
	t.Parallel()
	s := oddServer(t)
	picture := "\x89PNG\r\n\x1a\n\x00\xff"
	if r := ask(t, s, "PUT /odd/shops/corner/items/c/1/photo\nContent-Type: image/png\n\n"+picture); r.StatusCode != 200 || text(t, r) != "" {
		t.Errorf("upload: got %d", r.StatusCode)
	}
	r := ask(t, s, "GET /odd/shops/corner/items/c/1/photo")
	got := text(t, r)
	if got != picture || r.Header.Get("Content-Type") != "image/png" {
		t.Errorf("download: got %s of %s", hex.EncodeToString([]byte(got)), r.Header.Get("Content-Type"))
	}
	head := ask(t, s, "HEAD /odd/shops/corner/items/c/1/photo")
	if head.StatusCode != 200 || text(t, head) != "" || head.Header.Get("Content-Length") != strconv.Itoa(len(picture)) {
		t.Errorf("HEAD: got %d %v", head.StatusCode, head.Header)
	}
}

func TestOddRedirect(t *testing.T) {
	t.Parallel()
	r := ask(t, oddServer(t), "GET http://portal.test:4780/_world/other/odd/go")
	want := map[string]string{"Location": "http://portal.test:4780/_world/other/odd/home", "Set-Cookie": "SESSION=s1; Path=/_world/other/odd; HttpOnly"}
	for name, value := range want {
		if got := r.Header.Get(name); r.StatusCode != 302 || got != value {
			t.Errorf("%s: got %d %q, want %q", name, r.StatusCode, got, value)
		}
	}
}

// A GET that writes has an effect, in its own world only; one that is not declared to write cannot.
func TestOddGetThatWrites(t *testing.T) {
	t.Parallel()
	s := oddServer(t)
	for i := 1; i <= 3; i++ {
		got := gjson.Get(text(t, ask(t, s, "GET /odd/shops/corner/ticket")), "tickets").Int()
		if got != int64(i) {
			t.Errorf("ticket %d: got %d", i, got)
		}
	}
	if got := gjson.Get(text(t, ask(t, s, "GET /_world/other/odd/shops/corner/ticket")), "tickets").Int(); got != 1 {
		t.Errorf("other world: got ticket %d, want 1", got)
	}
}

// A refused call leaves nothing behind: no document, no id used up, no request forgotten.
func TestOddRollback(t *testing.T) {
	t.Parallel()
	s := oddServer(t)
	before := s.Store.World(server.DefaultWorld).Counts()
	ask(t, s, "POST /odd/shops/corner/items\n\n{\"sku\":\"c\"}")
	after := s.Store.World(server.DefaultWorld).Counts()
	if before["odd.item"] != after["odd.item"] || after["odd.item"] != 3 {
		t.Errorf("items: got %d, want %d", after["odd.item"], before["odd.item"])
	}
}

// A shop is born with a shelf; the fixture that names the shelf completes it.
func TestOddBornSiblings(t *testing.T) {
	t.Parallel()
	s := oddServer(t)
	var heights []int64
	s.Store.World(server.DefaultWorld).View(func(tx api.Tx) {
		for d := range tx.All("odd.shelf") {
			heights = append(heights, d.Get("height").Int())
		}
	})
	if len(heights) != 2 || heights[0] != 9 || heights[1] != 3 {
		t.Errorf("shelf heights: got %v, want [9 3]", heights)
	}
}

// A panic is a 500 in the vendor's words, and the world goes on.
func TestOddPanic(t *testing.T) {
	t.Parallel()
	v := oddVendor()
	v.Operations = append(v.Operations, api.Operation{
		ID: "boom", Method: "POST", Path: "/boom", Status: 200,
		Do: func(c *api.Call) (any, error) {
			_, _ = rest.Birth(c, "odd.shop", nil, api.Object{{Name: "name", Value: api.Quote("half")}})
			panic("boom")
		},
	})
	s := oddServer(t)
	plan, err := server.NewPlan(fstest.MapFS{"odd/odd.json": {Data: []byte(oddSchemas)}}, v)
	if err != nil {
		t.Fatal(err)
	}
	s.Plan = plan
	r := ask(t, s, "POST /odd/boom")
	if got := text(t, r); r.StatusCode != 500 || got != `{"odd":"internal","problems":0}` {
		t.Errorf("got %d %s", r.StatusCode, got)
	}
	if n := s.Store.World(server.DefaultWorld).Counts()["odd.shop"]; n != 2 {
		t.Errorf("shops after a panic: got %d, want 2", n)
	}
}
