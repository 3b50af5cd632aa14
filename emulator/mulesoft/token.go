package mulesoft

import (
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// lifetime of a token: "one hour", as the platform's documentation has it.
const lifetime = time.Hour

// tokens are what callers may be known by: those of the fixtures have names, those of logins have none.
func tokens() *api.Resource {
	return &api.Resource{
		Kind: "mulesoft.token", Schema: "StoredToken", ID: "token", Created: "-", Updated: "-",
		Indexes: []api.Index{
			{Name: "name", Path: "name", Unique: true},
			{Name: "user", Path: "userId", To: "mulesoft.user", OnDelete: api.Cascade},
			{Name: "app", Path: "clientId", To: "mulesoft.connected-app", OnDelete: api.Cascade},
		},
	}
}

// holder is the user or connected app that a token speaks for.
func holder(tx api.Tx, token *api.Doc) *api.Doc {
	if id := token.Str("userId"); id != "" {
		return tx.Get("mulesoft.user", id)
	}
	return tx.Get("mulesoft.connected-app", token.Str("clientId"))
}

// tokenState says why a token is refused: expired, revoked, disabled, or "".
func tokenState(s *api.Scope, token, holder *api.Doc) string {
	until, _ := token.Memo(func(d *api.Doc) any {
		at, _ := api.Instant(d.Get("expiresAt"))
		return at
	}).(time.Time)
	switch {
	case token.Bool("revoked"):
		return "revoked"
	case !s.Now.Before(until):
		return "expired"
	case disabled(holder):
		return "disabled"
	}
	return ""
}

func disabled(holder *api.Doc) bool {
	return holder == nil || holder.Res.Kind == "mulesoft.user" && !holder.Bool("enabled")
}

// issue makes a token for a user (userId) or a connected app (clientId).
func issue(c *api.Call, member, id string) (string, error) {
	d, err := rest.Insert(&c.Scope, "mulesoft.token", nil, api.Object{
		{Name: member, Value: api.Quote(id)},
		{Name: "expiresAt", Value: api.Quote(c.Now.Add(lifetime).Format(time.RFC3339Nano))},
	})
	if err != nil {
		return "", err
	}
	return d.ID, nil
}

// Credentials are the tokens that have a name, as those of one vendor: the administrator's, the usable ones, the others.
func Credentials(vendor string) func(*api.Scope) []api.Credential {
	return func(s *api.Scope) []api.Credential {
		var out []api.Credential
		for d := range s.Tx.All("mulesoft.token") {
			who := holder(s.Tx, d)
			name := d.Str("name")
			if name == "" || who == nil {
				continue
			}
			cr := api.Credential{
				Vendor: vendor, Name: name, User: who.Str("username"), Roles: roles(who),
				Header: "Authorization", Value: "Bearer " + d.ID, State: tokenState(s, d, who), Secret: who.Str("password"),
			}
			if who.Res.Kind == "mulesoft.connected-app" {
				cr.User, cr.Secret = who.ID, who.Str("clientSecret")
			}
			out = append(out, cr)
		}
		return api.SortCredentials(out)
	}
}

func roles(who *api.Doc) []string {
	var out []string
	seen := map[string]bool{}
	for _, g := range grantsOf(who) {
		if !seen[g.role] {
			seen[g.role] = true
			out = append(out, g.role)
		}
	}
	return out
}

// Runtimes are what MuleSoft's clients run on.
var Runtimes = map[api.Runtime]string{api.Node: "Anypoint CLI", api.Java: "MuleSoft's plugins for Maven"}

// Clients point MuleSoft's command line, and scripts, here.
func Clients(url string, admin api.Credential) []api.Variable {
	_, host, _ := strings.Cut(url, "://")
	return []api.Variable{
		{Name: "ANYPOINT_BASE_URL", Value: url, Why: "scripts: in place of https://anypoint.mulesoft.com"},
		{Name: "ANYPOINT_HOST", Value: host, Why: "Anypoint CLI, which insists on HTTPS"},
		{Name: "ANYPOINT_TOKEN", Value: api.Bearer(admin.Value), Why: "scripts"},
		{Name: "ANYPOINT_USERNAME", Value: admin.User, Why: "Anypoint CLI"},
		{Name: "ANYPOINT_PASSWORD", Value: admin.Secret, Why: "Anypoint CLI"},
	}
}
