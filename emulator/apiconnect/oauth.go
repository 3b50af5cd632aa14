package apiconnect

import (
	"net/http"
	"net/url"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// logins are those at external providers that wait for the answer. A fixture or /_portico/state makes them.
var logins = &api.Resource{
	Kind: kindLogin, Schema: "StoredLogin",
	Indexes: []api.Index{
		{Name: "catalog", To: kindCatalog, OnDelete: api.Cascade},
		{Name: "state", Path: "state", Unique: true},
		{Name: "oauth_token", Path: "oauth_token", Unique: true},
		{Name: "code", Path: "code", Unique: true},
		{Name: "user", Path: "user", To: kindUser, OnDelete: api.Cascade},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error { return sameCatalog(s, d, "user", kindUser) },
}

// codeLife is how long a code can be exchanged for a token.
const codeLife = 10 * time.Minute

// endLogin ends a login at an external provider. It redirects the browser to the client, with a code for one token. A field of
// the body takes precedence over one of the query.
func endLogin(c *api.Call) (any, error) {
	field := func(name string) string {
		if v := c.Body.Object.Str(name); v != "" {
			return v
		}
		return c.Param(name)
	}
	state, token := field("state"), field("oauth_token")
	var l *api.Doc
	if state != "" {
		l = c.Tx.Find(kindLogin, "state", state)
	} else if token != "" {
		l = c.Tx.Find(kindLogin, "oauth_token", token)
	}
	switch {
	case l == nil || l.Bool("finished"):
		return nil, api.Refuse(inQuery("state", "names no login that waits"))
	case field("code") == "" && field("error") == "" && field("oauth_verifier") == "":
		return nil, api.Refuse(inQuery("code", "is required, or error, or oauth_verifier"))
	}
	next := api.Object{{Name: "finished", Value: api.True}}
	back := url.Values{}
	if field("error") != "" {
		for _, name := range []string{"error", "error_description", "error_uri"} {
			if v := field(name); v != "" {
				back.Set(name, v)
			}
		}
	} else {
		code := secret(&c.Scope)
		next.SetString("code", code)
		next.Set("code_expires_at", stamp(c.Now.Add(codeLife)))
		back.Set("code", code)
	}
	if l.Str("client_state") != "" {
		back.Set("state", l.Str("client_state"))
	}
	to, err := url.Parse(l.Str("redirect_uri"))
	if err != nil {
		return nil, err
	}
	if to.RawQuery != "" {
		to.RawQuery += "&"
	}
	to.RawQuery += back.Encode()
	if _, err := patch(&c.Scope, l, next); err != nil {
		return nil, err
	}
	return api.Answer{Header: http.Header{"Location": {to.String()}, "Cache-Control": {"no-store"}}}, nil
}
