package apiconnect

import (
	"encoding/base64"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// apis are parts of products. Clients do not see those that are staged or retired.
var apis = &api.Resource{
	Kind: kindAPI, Schema: "StoredApi",
	Indexes: []api.Index{
		{Name: "catalog", To: kindCatalog, OnDelete: api.Cascade},
		{Name: "named", Path: "name", Within: "catalog"},
		{Name: "version", Path: "name,version", Within: "catalog", Unique: true},
	},
	OnCreate: func(_ *api.Scope, d *api.Draft) error {
		d.Default("title", d.Raw("name"))
		return nil
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		f := newForm(c, d, "api", to)
		f.keep("id", "name", "version", "title", "summary", "state")
		if n := notesOf(c); n.fields.heavy(c, "api") {
			f.set("api", apiDocument(d))
		}
		if notesOf(c).fields.heavy(c, "wsdl") && d.Str("api_type") == "wsdl" {
			f.keep("wsdl")
		}
		f.keep("api_type", "oai_version", "gateway_type", "metadata")
		return f.done(f.times, f.catalog, f.self)
	},
}

// apiDocument is the OpenAPI 2 document of an API. One that is not stored, or lacks the names, is completed.
func apiDocument(d *api.Doc) []byte {
	o := api.Object{}
	if given := d.Get("api"); given.IsObject() {
		o = api.ObjectOf([]byte(given.Raw))
	} else {
		o.SetString("swagger", "2.0")
	}
	info := api.Object{}
	if given := o.Get("info"); given.IsObject() {
		info = api.ObjectOf(o.Raw("info"))
	}
	info.Default("title", []byte(d.Get("title").Raw))
	info.Default("version", []byte(d.Get("version").Raw))
	info.Default("x-ibm-name", []byte(d.Get("name").Raw))
	o.Set("info", info.JSON())
	o.Default("basePath", api.Quote("/"+d.Str("name")))
	o.Default("paths", []byte("{}"))
	return o.JSON()
}

// productDocument is the document of a product. It is made of the product's members unless it is stored.
func productDocument(c *api.Call, d *api.Doc) []byte {
	if given := d.Get("product"); given.IsObject() {
		return []byte(given.Raw)
	}
	info := api.Object{}
	for _, name := range []string{"name", "version", "title", "summary"} {
		if v := d.Get(name); v.Exists() {
			info.Set(name, []byte(v.Raw))
		}
	}
	parts := api.Object{}
	for _, a := range docs(&c.Scope, kindAPI, each(d, "apis")) {
		ref := api.Object{{Name: "name", Value: api.Quote(a.Str("name") + ":" + a.Str("version"))}}
		key := a.Str("name")
		if parts.Has(key) {
			key += "-" + a.Str("version")
		}
		parts.Set(key, ref.JSON())
	}
	plans := api.Object{}
	for _, p := range d.Get("plans").Array() {
		plan := api.Object{}
		for _, m := range []struct{ stored, written string }{
			{"title", "title"}, {"description", "description"}, {"approval", "approval"}, {"rate_limits", "rate-limits"},
		} {
			if v := p.Get(m.stored); v.Exists() {
				plan.Set(m.written, []byte(v.Raw))
			}
		}
		if v := p.Get("billing"); v.Exists() {
			billing := api.Object{}
			for _, m := range api.ObjectOf([]byte(v.Raw)) {
				if m.Name == "integration" {
					billing.SetString("billing-url", c.URL(inCatalog(d.In, "/billings/"+v.Get("integration").String())))
					continue
				}
				billing.Set(strings.ReplaceAll(m.Name, "_", "-"), m.Value)
			}
			plan.Set("billing", billing.JSON())
		}
		plans.Set(p.Get("name").String(), plan.JSON())
	}
	return api.Object{
		{Name: "product", Value: api.Quote("1.0.0")},
		{Name: "info", Value: info.JSON()},
		{Name: "gateways", Value: []byte(d.Get("gateway_types").Raw)},
		{Name: "apis", Value: parts.JSON()},
		{Name: "visibility", Value: []byte(d.Get("visibility").Raw)},
		{Name: "plans", Value: plans.JSON()},
	}.JSON()
}

// getDocument answers with the document alone. The row that names an API by its id shares its route with an API by name whose
// version is "document".
func getDocument(c *api.Call) (any, error) {
	if byName(c) {
		return c.Object, nil
	}
	body := apiDocument
	if c.Object.Res.Kind == kindProduct {
		body = func(d *api.Doc) []byte { return productDocument(c, d) }
	}
	a := api.Answer{Media: mediaJSON, Body: body(c.Object)}
	switch media := choose(c.Request.Header, offersDocument); {
	case media == mediaBytes:
		a.Media = mediaBytes
	case strings.HasSuffix(media, "yaml"):
		text, err := yaml.FromJSON(a.Body)
		return api.Answer{Media: mediaYAML, Body: text}, err
	}
	return a, nil
}

// apiRef names an API by its id. The rows that use it share their routes with APIs whose version is the last segment.
var apiRef = api.Ref{Kind: kindAPI, By: []string{"id"}, Find: func(c *api.Call, catalog *api.Doc, name ...string) *api.Doc {
	if !byName(c) {
		return nil
	}
	return rest.Lookup(&c.Scope, versionRef(kindAPI), catalog, name[0], lastSegment(c))
}}

// versionRef names a product or an API by its name and version.
func versionRef(kind string) api.Ref { return api.Ref{Kind: kind, By: []string{"version"}, Join: 2} }

// lastSegment is that of the row's path.
func lastSegment(c *api.Call) string { return c.Op.Path[strings.LastIndexByte(c.Op.Path, '/')+1:] }

// byName reports whether a row for ids was called with a name.
func byName(c *api.Call) bool {
	return c.Op.Params[0].Name == "api-id" && !api.IsUUID(c.Args[0])
}

// address matches the address of a service in a WSDL.
var address = regexp.MustCompile(`(<soap[\w.-]*:address\b[^>]*\blocation\s*=\s*)("[^"]*"|'[^']*')`)

// getWSDL answers with the WSDL of an API: in an object, or as it is if its own media type is asked for. A REST API has none.
func getWSDL(c *api.Call) (any, error) {
	if byName(c) {
		return c.Object, nil
	}
	d := c.Object
	if d.Str("api_type") != "wsdl" || !d.Get("wsdl").Exists() {
		return nil, api.Fail(api.NotFound, "API '%s:%s' has no WSDL", d.Str("name"), d.Str("version"))
	}
	kind := d.Str("wsdl.content_type")
	data, err := base64.StdEncoding.DecodeString(d.Str("wsdl.content"))
	if err != nil {
		return nil, err
	}
	if endpoint := c.Param("endpoint"); endpoint != "" && kind != "application/zip" {
		data = relocated(data, endpoint)
	}
	// What this API does not have is no offer.
	offered := slices.DeleteFunc(slices.Clone(offersWSDL), func(m string) bool {
		return m != mediaJSON && m != mediaYAML && m != mediaBytes && m != kind
	})
	switch choose(c.Request.Header, offered) {
	case "":
		return nil, api.Fail(api.NotAccepted, "the answer can be given as %s, and Accept names none of them", strings.Join(offered, ", "))
	case mediaJSON:
	case mediaYAML:
		text, err := yaml.FromJSON(wsdl(kind, data))
		return api.Answer{Media: mediaYAML, Body: text}, err
	default:
		return api.Answer{Status: http.StatusOK, Media: kind, Body: data}, nil
	}
	return api.Answer{Media: mediaJSON, Body: wsdl(kind, data)}, nil
}

func wsdl(kind string, data []byte) []byte {
	return api.Object{
		{Name: "content_type", Value: api.Quote(kind)},
		{Name: "content", Value: api.Quote(base64.StdEncoding.EncodeToString(data))},
	}.JSON()
}

// relocated is a WSDL whose first address is another.
func relocated(text []byte, endpoint string) []byte {
	at := address.FindSubmatchIndex(text)
	if at == nil {
		return text
	}
	out := append([]byte(nil), text[:at[4]]...)
	out = append(out, '"')
	out = append(out, html.EscapeString(endpoint)...)
	out = append(out, '"')
	return append(out, text[at[5]:]...)
}
