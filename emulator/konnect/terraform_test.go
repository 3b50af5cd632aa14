package konnect_test

import (
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// terraform calls as Kong's Terraform provider does.
type terraform struct {
	t          testing.TB
	url, token string
}

// provider serves an emulator of its own to the provider.
func provider(t testing.TB) terraform {
	t.Helper()
	s := httptest.NewServer(client.Start(t, emulator.Config{}))
	t.Cleanup(s.Close)
	return terraform{t, s.URL, adminToken}
}

// as is the provider with another token.
func (c terraform) as(token string) terraform {
	c.token = token
	return c
}

// call sends what the provider sends, and reads the answer as strictly: the status that it expects, and no other content
// type than the two that it knows.
func (c terraform) call(status int, method, path, body string) client.Answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, http.NoBody)
	if body != "" {
		r, err = http.NewRequestWithContext(c.t.Context(), method, c.url+path, strings.NewReader(body))
	}
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Accept", "application/json;q=1, application/problem+json;q=0")
	if method == http.MethodDelete {
		r.Header.Set("Accept", "application/problem+json")
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	r.Header.Set("User-Agent", "speakeasy-sdk/go 2.14.0 2.636.3 2.0.0 github.com/kong/terraform-provider-konnect/v2/internal/sdk")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	want := "application/json"
	switch {
	case status == http.StatusNoContent:
		want = ""
	case status >= 400:
		want = "application/problem+json"
	}
	media, _, _ := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if res.StatusCode != status || media != want || (len(data) == 0) != (want == "") {
		c.t.Fatalf("%s %s %s: got %d as %q: %s; want %d as %q", method, path, body, res.StatusCode, media, data, status, want)
	}
	return client.Answer{Status: res.StatusCode, Header: res.Header, Body: string(data)}
}

// members checks that the body has these members and no other.
func members(t testing.TB, a client.Answer, names ...string) {
	t.Helper()
	var got []string
	a.Get("@this").ForEach(func(name, _ gjson.Result) bool {
		got = append(got, name.Str)
		return true
	})
	slices.Sort(got)
	slices.Sort(names)
	if !slices.Equal(got, names) {
		t.Errorf("members: got %q, want %q", got, names)
	}
}

// What the provider's acceptance tests do with portals, step by step.
func TestTerraformAcceptance(t *testing.T) {
	t.Parallel()
	portal := func(t *testing.T, c terraform, name string) string {
		t.Helper()
		a := c.call(201, "POST", "/v2/portals", `{"name":"`+name+`","is_public":false,"rbac_enabled":false,"auto_approve_applications":false,`+
			`"auto_approve_developers":false,"custom_domain":"tf.example.com"}`)
		members(t, a, "id", "created_at", "updated_at", "name", "display_name", "description", "default_domain", "is_public", "rbac_enabled",
			"auto_approve_applications", "auto_approve_developers", "custom_domain", "custom_client_domain", "default_application_auth_strategy_id",
			"labels", "application_count", "developer_count", "published_product_count")
		for member, want := range map[string]string{
			"name": `"` + name + `"`, "display_name": `"` + name + `"`, "description": "null", "is_public": "false", "rbac_enabled": "false",
			"auto_approve_applications": "false", "auto_approve_developers": "false", "custom_domain": `"tf.example.com"`, "custom_client_domain": "null",
			"default_application_auth_strategy_id": "null", "labels": "{}", "application_count": "0", "developer_count": "0", "published_product_count": "0",
		} {
			if got := a.Get(member).Raw; got != want {
				t.Errorf("%s: got %s, want %s", member, got, want)
			}
		}
		path := portalsPath + a.Get("id").Str
		c.call(200, "GET", path, "").Check(t, "@this", a.Body)
		return path
	}

	t.Run("portal", func(t *testing.T) {
		t.Parallel()
		c := provider(t)
		p := portal(t, c, "My v2 Developer Portal")
		again := c.call(409, "POST", "/v2/portals", `{"name":"My v2 Developer Portal","is_public":false}`)
		members(t, again, "status", "title", "instance", "detail")
		again.Check(t, "detail", `name: "My v2 Developer Portal" already exists and must be unique.`)
		same := c.call(200, "PATCH", p, `{"name":"My v2 Developer Portal","is_public":false,"rbac_enabled":false,"auto_approve_applications":false,`+
			`"auto_approve_developers":false,"custom_domain":"tf.example.com"}`)
		c.call(200, "GET", p, "").Check(t, "@this", same.Body)
		c.call(204, "DELETE", p+"?force=false", "")
		gone := c.call(404, "GET", p, "")
		members(t, gone, "status", "title", "instance", "detail")
		c.call(404, "DELETE", p+"?force=false", "")
	})

	t.Run("appearance", func(t *testing.T) {
		t.Parallel()
		c := provider(t)
		p := portal(t, c, "My New Portal") + "/appearance"
		// The provider's own images are AVIF under the name of PNG.
		image := "data:image/png;base64," + base64.StdEncoding.EncodeToString([]byte("\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf red square"))
		a := c.call(200, "PATCH", p, `{"images":{"logo":{"data":"`+image+`","filename":"red-square-logo.png"},`+
			`"favicon":{"data":"`+image+`","filename":"red-square.png"},"catalog_cover":{"data":"`+image+`","filename":"red-square-banner.png"}}}`)
		shown := c.call(200, "GET", p, "")
		for _, a := range []client.Answer{a, shown} {
			members(t, a, "theme_name", "use_custom_fonts", "custom_theme", "custom_fonts", "text", "images")
			a.Check(t, "theme_name", "mint_rocket")
			a.Check(t, "use_custom_fonts", "false")
			for name, file := range map[string]string{"logo": "red-square-logo.png", "favicon": "red-square.png", "catalog_cover": "red-square-banner.png"} {
				a.Check(t, "images."+name+".data", image)
				a.Check(t, "images."+name+".filename", file)
			}
		}
	})

	t.Run("auth", func(t *testing.T) {
		t.Parallel()
		c := provider(t)
		p := portal(t, c, "My v2 Developer Portal for auth") + "/authentication-settings"
		a := c.call(200, "PATCH", p, `{"basic_auth_enabled":true,"oidc_auth_enabled":false,"oidc_team_mapping_enabled":false,"konnect_mapping_enabled":true}`)
		members(t, a, "basic_auth_enabled", "oidc_auth_enabled", "saml_auth_enabled", "oidc_team_mapping_enabled", "konnect_mapping_enabled", "idp_mapping_enabled")
		a.Check(t, "basic_auth_enabled", "true")
		a.Check(t, "konnect_mapping_enabled", "true")
		a.Check(t, "oidc_auth_enabled", "false")
		a.Check(t, "oidc_team_mapping_enabled", "false")
		c.call(200, "GET", p, "").Check(t, "@this", a.Body)
	})

	t.Run("team", func(t *testing.T) {
		t.Parallel()
		c := provider(t)
		p := portal(t, c, "My v2 Developer Portal for team")
		a := c.call(201, "POST", p+"/teams", `{"name":"My test team","description":"Description for my test team"}`)
		members(t, a, "id", "name", "description", "created_at", "updated_at")
		a.Check(t, "name", "My test team")
		a.Check(t, "description", "Description for my test team")
		team := p + "/teams/" + a.Get("id").Str
		c.call(200, "GET", team, "").Check(t, "@this", a.Body)
		c.call(204, "DELETE", team, "")
		c.call(404, "GET", team, "")
		c.call(204, "DELETE", p+"?force=false", "")
	})

	t.Run("product version", func(t *testing.T) {
		t.Parallel()
		c := provider(t)
		p := portal(t, c, "My Portal for API Product Version")
		product := c.call(201, "POST", "/v2/api-products", `{"name":"My API Product","portal_ids":["`+strings.TrimPrefix(p, portalsPath)+`"]}`)
		c.call(200, "GET", "/v2/api-products/"+product.Get("id").Str, "").Check(t, "@this", product.Body)
		versions := "/v2/api-products/" + product.Get("id").Str + "/product-versions"
		version := c.call(201, "POST", versions, `{"name":"v1","publish_status":"unpublished","deprecated":false}`).Get("id").Str

		path := p + "/product-versions/" + version
		const body = `{"publish_status":"published","auth_strategy_ids":[],"application_registration_enabled":false,"auto_approve_registration":true,"deprecated":false}`
		a := c.call(200, "PUT", path, body)
		members(t, a, "id", "publish_status", "product_version_id", "auth_strategies", "application_registration_enabled", "auto_approve_registration",
			"deprecated", "created_at", "updated_at")
		a.Check(t, "auth_strategies", "[]")
		a.Check(t, "product_version_id", version)
		a.Check(t, "publish_status", "published")
		a.Check(t, "application_registration_enabled", "false")
		a.Check(t, "auto_approve_registration", "true")
		a.Check(t, "deprecated", "false")
		c.call(200, "GET", path, "").Check(t, "@this", a.Body)
		c.call(200, "PUT", path, body).Check(t, "@this", a.Body)
		c.call(204, "DELETE", path, "")
		c.call(404, "GET", path, "")
		c.call(204, "DELETE", versions+"/"+version, "")
		c.call(204, "DELETE", "/v2/api-products/"+product.Get("id").Str, "")
		c.call(204, "DELETE", p+"?force=false", "")
	})

	t.Run("refusals", func(t *testing.T) {
		t.Parallel()
		c := provider(t)
		p := portal(t, c, "Refused")
		bad := c.call(400, "PATCH", p, `{"is_public":"no"}`)
		members(t, bad, "status", "title", "instance", "detail", "invalid_parameters")
		c.call(400, "PATCH", p+"/appearance", `{"images":{"logo":{"data":"red"}}}`)
		c.as("").call(401, "GET", p, "")
		c.as(nobodyToken).call(403, "GET", p, "")
		c.as(viewerToken).call(403, "DELETE", p+"?force=false", "")
		c.call(400, "DELETE", portalPath+"?force=false", "").Check(t, "invalid_parameters.0.field", "force")
		c.call(404, "PUT", p+"/product-versions/"+nowhere, closed)
		c.call(200, "GET", p, "")
	})
}
