package konnect_test

import (
	"encoding/base64"
	"strings"
	"testing"
)

// Images are put in place and taken away one by one, come back as they were sent, and are served as bytes.
func TestAppearanceLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	look := portalPath + "/appearance"
	served := func(path, media, want string) {
		t.Helper()
		a := c.Get(path)
		if got := a.Header.Get("Content-Type"); got != media || a.Body != want {
			t.Errorf("%s: got %s %q, want %s %q", path, got, a.Body, media, want)
		}
	}
	const logo, cover, favicon = "\x89PNG logo", "\xff\xd8\xff cover", "\x00\x00\x01\x00 icon"
	url := func(media, data string) string {
		return "data:" + media + ";base64," + base64.StdEncoding.EncodeToString([]byte(data))
	}
	builtIn := c.Get(look + "/logo")
	if got := builtIn.Header.Get("Content-Type"); got != "image/png" || !strings.HasPrefix(builtIn.Body, "\x89PNG\r\n\x1a\n") {
		t.Errorf("the built-in logo: got %s %q, want a PNG", got, builtIn.Body)
	}
	served(look+"/catalog-cover", "image/png", builtIn.Body)
	c.Get(look).Check(t, "@this", `{"theme_name":"mint_rocket","use_custom_fonts":false,"custom_theme":null,"custom_fonts":null,"text":null,"images":null}`)

	c.Must(200, "PATCH", look, `{"images": {"logo": {"data": "`+url("image/png", logo)+`", "filename": "Лого.png"}}}`)
	c.Must(200, "PATCH", look, `{"images": {"catalog_cover": {"data": "`+url("image/jpeg", cover)+`"}}, "theme_name": "custom"}`)
	a := c.Must(200, "PATCH", look, `{"images": {"favicon": {"data": "`+url("image/x-icon", favicon)+`", "filename": ""}}}`)
	a.Check(t, "images.logo", `{"data":"`+url("image/png", logo)+`","filename":"Лого.png"}`)
	a.Check(t, "images.catalog_cover", `{"data":"`+url("image/jpeg", cover)+`"}`)
	a.Check(t, "images.favicon", `{"data":"`+url("image/x-icon", favicon)+`","filename":""}`)
	c.Get(look).Check(t, "@this", a.Body)
	served(look+"/logo", "image/png", logo)
	served(look+"/catalog-cover", "image/jpg", cover)
	c.Gone(look + "/favicon")
	served(publicPath+"/appearance/logo", "image/png", builtIn.Body)

	// A refused change changes no image, and null takes one or all away.
	c.Must(400, "PATCH", look, `{"images": {"logo": null, "favicon": {"data": "x"}}}`)
	c.Get(look).Check(t, "@this", a.Body)
	c.Must(200, "PATCH", look, `{"images": {"logo": null}}`).Check(t, "images.catalog_cover.data", url("image/jpeg", cover))
	served(look+"/logo", "image/png", builtIn.Body)
	served(look+"/catalog-cover", "image/jpg", cover)
	c.Must(200, "PATCH", look, `{"images": {"catalog_cover": {"data": ""}}}`).Check(t, "images.catalog_cover", `{"data":""}`)
	served(look+"/catalog-cover", "image/png", builtIn.Body)
	c.Must(200, "PATCH", look, `{"images": {"favicon": null, "catalog_cover": null}}`).Check(t, "images", `{"logo":null,"favicon":null,"catalog_cover":null}`)
	c.Must(200, "PATCH", look, `{"images": null}`).Check(t, "images", "")
	c.Get(look).Check(t, "theme_name", "custom")

	// Images are larger than other bodies may be.
	large := strings.Repeat("large", 300_000)
	c.Must(200, "PATCH", look, `{"images": {"logo": {"data": "`+url("image/gif", large)+`"}}}`)
	served(look+"/logo", "image/gif", large)
	c.Must(200, "PATCH", look, `{"text": {"catalog": {"welcome_message": "Hi", "primary_header": "There"}}}`)
	served(look+"/logo", "image/gif", large)
}

// PUT keeps what it is given and nothing else, PATCH goes into the depth.
func TestCustomizationLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	path := portalPath + "/customization"
	for _, step := range []struct{ method, body, want string }{
		{"GET", ``, `{}`},
		{"PATCH", `{"a": {"b": {"c": 1}}, "list": [1, {"x": 1}]}`, `{"a":{"b":{"c":1}},"list":[1,{"x":1}]}`},
		{"PATCH", `{"a": {"b": {"d": null, "e": 2}}}`, `{"a":{"b":{"c":1,"e":2}},"list":[1,{"x":1}]}`},
		{"PATCH", `{"a": {"b": {"c": null}}, "list": [{"y": null}]}`, `{"a":{"b":{"e":2}},"list":[{"y":null}]}`},
		{"PATCH", `{"a": {"b": null}}`, `{"a":{},"list":[{"y":null}]}`},
		{"PATCH", `{"a": [], "list": {"now": {"an": "object", "nothing": null}}}`, `{"a":[],"list":{"now":{"an":"object"}}}`},
		{"PATCH", `{"a": null, "never": null}`, `{"list":{"now":{"an":"object"}}}`},
		{"PUT", `{"null": null, "in": {"null": null}}`, `{"null":null,"in":{"null":null}}`},
		{"PATCH", `{}`, `{"null":null,"in":{"null":null}}`},
		{"PUT", `{"n": 9007199254740993, "f": 1e2}`, `{"n":9007199254740993,"f":1e2}`},
		{"PATCH", `{"n": 9007199254740992}`, `{"n":9007199254740992,"f":1e2}`},
		{"PUT", `{}`, `{}`},
	} {
		c.Must(200, step.method, path, step.body).Check(t, "@this", step.want)
		c.Get(path).Check(t, "@this", step.want)
		c.Get(publicPath+"/customization").Check(t, "@this", "{}")
	}
}

// PUT empties the menus that it does not name, PATCH keeps them; a menu that is named is replaced whole.
func TestConfigurationLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	path := portalPath + "/configuration"
	const item = `{"path":"/%","title":"%","visibility":"private","external":false}`
	a, b := fill(item, "a"), fill(item, "b")
	section := `{"title":"More","items":[` + a + `]}`
	data := func(header, sections, bottom string) string {
		return `{"data":{"header":[` + header + `],"footer_sections":[` + sections + `],"footer_bottom":[` + bottom + `]}}`
	}
	for _, step := range []struct{ method, body, want string }{
		{"GET", ``, data("", "", "")},
		{"PATCH", `{"data": {"header": [` + a + `]}}`, data(a, "", "")},
		{"PATCH", `{"data": {"footer_sections": [` + section + `]}}`, data(a, section, "")},
		{"PATCH", `{"data": {"header": [` + b + `]}}`, data(b, section, "")},
		{"PATCH", `{"data": {}}`, data(b, section, "")},
		{"PUT", `{"data": {"footer_bottom": [` + a + `, ` + b + `]}}`, data("", "", a+","+b)},
		{"PATCH", `{"data": {"header": [` + a + `], "footer_bottom": []}}`, data(a, "", "")},
		{"PUT", `{"data": {}}`, data("", "", "")},
	} {
		c.Must(200, step.method, path, step.body).Check(t, "@this", step.want)
		c.Get(path).Check(t, "@this", step.want)
		c.Get(publicPath+"/configuration").Check(t, "@this", data("", "", ""))
	}
}

// A custom domain is verified first and certified then, from the beginning for each domain, unless someone holds it.
func TestDomainLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	p := portalsPath + c.Must(201, "POST", "/v2/portals", `{"name": "Addressed"}`).Get("id").Str
	verify := func(want string) {
		t.Helper()
		c.Must(200, "POST", p+"/verify-domain", "").Check(t, "@this", want)
	}
	const (
		none     = `{"is_cname_verified":false,"is_ssl_issued":false}`
		half     = `{"is_cname_verified":true,"is_ssl_issued":false}`
		complete = `{"is_cname_verified":true,"is_ssl_issued":true}`
	)
	c.Must(400, "POST", p+"/verify-domain", "").Check(t, "invalid_parameters", `[{"field":"custom_domain","reason":"portal needs a custom_domain to be verified"}]`)
	c.Must(200, "PATCH", p, `{"custom_domain": "one.example.com"}`)
	verify(half)
	verify(complete)
	c.Must(200, "PATCH", p, `{"custom_domain": "one.example.com", "name": "Renamed"}`)
	verify(complete)
	c.Must(200, "PATCH", p, `{"custom_domain": "two.example.com"}`)
	verify(half)
	c.Must(200, "PATCH", p, `{"custom_domain": null}`)
	c.Must(400, "POST", p+"/verify-domain", "")
	c.Must(200, "PATCH", p, `{"custom_domain": "two.example.com"}`)

	id := strings.TrimPrefix(p, portalsPath)
	status := "/_portico/state/konnect.domain-status"
	c.Must(400, "POST", status, `{"in": ["`+id+`"], "document": {"is_ssl_issued": true}}`)
	c.Add("konnect.domain-status", id, `{"is_cname_verified": false}`)
	verify(none)
	verify(none)
	c.Must(200, "PATCH", status+"/"+id, `{"is_cname_verified": true, "is_ssl_issued": true}`)
	verify(complete)
	c.Must(204, "DELETE", status+"/"+id, "")
	verify(half)
	verify(complete)
	c.Must(200, "PATCH", status+"/"+id, `{"is_ssl_issued": false}`)
	verify(half)
	verify(half)
	c.Must(200, "PATCH", p, `{"custom_domain": "three.example.com"}`)
	verify(half)
	verify(complete)
	c.Must(200, "POST", portalPath+"/verify-domain", "").Check(t, "@this", half)
}
