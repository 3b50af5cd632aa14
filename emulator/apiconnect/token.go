package apiconnect

import (
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// clientsOfTokens are the clients that may request tokens: the portal and the toolkit. Fixtures have their secrets.
var clientsOfTokens = &api.Resource{
	Kind: kindClient, Schema: "StoredClient", ID: "name", Created: "-", Updated: "-",
	Indexes: []api.Index{{Name: "client_id", Path: "client_id", Unique: true}},
}

// tokens of users: those of the fixture, and those that were asked for, whose names are ids.
var tokens = &api.Resource{
	Kind: kindToken, Schema: "StoredToken", ID: "name", Updated: "-",
	Indexes: []api.Index{
		{Name: "user", To: kindUser, OnDelete: api.Cascade},
		{Name: "token", Path: "token", Unique: true},
		{Name: "refresh_token", Path: "refresh_token", Unique: true},
	},
}

// grace is how much longer a refresh token lives than its token.
const grace = 2 * time.Hour

// tokenState says why a token is refused: expired, revoked, or "".
func tokenState(s *api.Scope, token *api.Doc) string {
	switch {
	case token.Bool("revoked"):
		return "revoked"
	case past(s, token, "expires_at"):
		return "expired"
	}
	return ""
}

// createToken begins or prolongs a session. It accepts known credentials only, even if portico is lenient.
func createToken(c *api.Call) (any, error) {
	b := c.Body.Object
	need := map[string][]string{
		"password": {"realm", "username", "password"}, "refresh_token": {"refresh_token"}, "authorization_code": {"code"},
	}
	fields, known := need[b.Str("grant_type")]
	if !known {
		kinds := []any{"password", "refresh_token", "authorization_code"}
		return nil, api.Refuse(api.Violation{Path: []string{"grant_type"}, Rule: api.Choice, Want: kinds})
	}
	var bad []api.Violation
	for _, f := range fields {
		if b.Str(f) == "" {
			bad = append(bad, api.Violation{Path: []string{f}, Rule: api.Required})
		}
	}
	if bad != nil {
		return nil, api.Refuse(bad...)
	}
	client := c.Tx.Find(kindClient, "client_id", b.Str("client_id"))
	if client == nil || !matches(b.Str("client_secret"), hashed(client.Str("client_secret"))) {
		return nil, api.Fail(api.Unauthorized, "the client id or the client secret is wrong")
	}
	user, err := grant(c, b)
	if err != nil {
		return nil, err
	}
	if state := user.Str("state"); state != "enabled" {
		return nil, api.Fail(api.Unauthorized, "the user '%s' is %s", user.Str("username"), state)
	}
	return issueToken(c, user)
}

// grant is the user who gets a token.
func grant(c *api.Call, b api.Object) (*api.Doc, error) {
	switch b.Str("grant_type") {
	case "password":
		// The realm says which catalog it is where the header does not.
		if catalog, _ := realmCatalog(c, b.Str("realm")); catalog != nil && c.Header(contextHeader) == "" {
			notesOf(c).catalog = catalog
		}
		return login(c, b.Str("realm"), b.Str("username"), b.Str("password"))
	case "refresh_token":
		old := c.Tx.Find(kindToken, "refresh_token", b.Str("refresh_token"))
		if old == nil || old.Bool("revoked") || past(&c.Scope, old, "refresh_expires_at") {
			return nil, api.Fail(api.Unauthorized, "the refresh token is not known or has expired")
		}
		_, err := patch(&c.Scope, old, api.Object{{Name: "refresh_token", Value: api.Null}, {Name: "refresh_expires_at", Value: api.Null}})
		return c.Tx.Get(kindUser, old.Owner()), err
	}
	l := c.Tx.Find(kindLogin, "code", b.Str("code"))
	if l == nil || past(&c.Scope, l, "code_expires_at") {
		return nil, api.Fail(api.Unauthorized, "the code is not known, was used or has expired")
	}
	if _, err := patch(&c.Scope, l, api.Object{{Name: "code", Value: api.Null}, {Name: "code_expires_at", Value: api.Null}}); err != nil {
		return nil, err
	}
	if user := c.Tx.Get(kindUser, l.Str("user")); user != nil {
		return user, nil
	}
	return nil, api.Fail(api.Unauthorized, "the login is nobody's")
}

// past reports whether an instant of a document has passed. A missing one has not.
func past(s *api.Scope, d *api.Doc, member string) bool {
	until, ok := api.Instant(d.Get(member))
	return ok && !s.Now.Before(until)
}

func issueToken(c *api.Call, user *api.Doc) (any, error) {
	life := time.Duration(catalogOf(&c.Scope, user).Get("token_ttl").Int()) * time.Second
	access, refresh := secret(&c.Scope)+secret(&c.Scope), secret(&c.Scope)+secret(&c.Scope)
	_, err := rest.Insert(&c.Scope, kindToken, rest.Inside(user), api.Object{
		{Name: "name", Value: api.Quote(c.NewID())},
		{Name: "token", Value: api.Quote(access)},
		{Name: "expires_at", Value: stamp(c.Now.Add(life))},
		{Name: "refresh_token", Value: api.Quote(refresh)},
		{Name: "refresh_expires_at", Value: stamp(c.Now.Add(life + grace))},
	})
	var out api.Object
	out.SetString("access_token", access)
	out.SetString("token_type", "Bearer")
	out.SetInt("expires_in", int64(life/time.Second))
	out.SetString("refresh_token", refresh)
	out.SetInt("refresh_expires_in", int64((life+grace)/time.Second))
	return out, err
}

// credentials are the tokens of the fixture: the administrator's, the usable ones, the others.
func credentials(s *api.Scope) []api.Credential {
	var out []api.Credential
	for d := range s.Tx.All(kindToken) {
		user := s.Tx.Get(kindUser, d.Owner())
		if api.IsUUID(d.ID) {
			continue
		}
		cr := api.Credential{
			Vendor: "apiconnect", Name: d.ID, User: user.Str("username"), Roles: []string{},
			Header: "Authorization", Value: "Bearer " + d.Str("token"), State: tokenState(s, d), Secret: d.Str("secret"),
		}
		for _, m := range memberships(s, user) {
			for _, r := range rolesOf(s, m) {
				cr.Roles = once(cr.Roles, r.Str("name"))
			}
		}
		if state := user.Str("state"); state != "enabled" {
			cr.State = state
		}
		out = append(out, cr)
	}
	return api.SortCredentials(out)
}

// clients are variables for scripts: the vendor's own clients are configured by file or by hand.
func clients(url string, admin api.Credential) []api.Variable {
	return []api.Variable{
		{Name: "APIC_CONSUMER_URL", Value: url, Why: "base URL of the consumer API, for scripts"},
		{Name: "APIC_CONSUMER_TOKEN", Value: api.Bearer(admin.Value), Why: "bearer token of the administrator"},
		{Name: "APIC_CONSUMER_CONTEXT", Value: "ibm-emu.sandbox", Why: "value of " + contextHeader},
	}
}
