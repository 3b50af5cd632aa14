package konnect

import (
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// tokens are what callers may be known by.
var tokens = &api.Resource{
	Kind:    "konnect.token",
	Schema:  "StoredToken",
	ID:      "name",
	Created: "-",
	Updated: "-",
	Indexes: []api.Index{{Name: "token", Path: "token", Unique: true}},
}

// grant is what a token says, read once.
type grant struct {
	access  string
	revoked bool
	until   time.Time // zero: for ever
}

func grantOf(token *api.Doc) *grant {
	kept := token.Memo(func(d *api.Doc) any {
		until, _ := api.Instant(d.Get("expires_at"))
		return &grant{d.Str("access"), d.Bool("revoked"), until}
	})
	return kept.(*grant) //nolint:forcetypeassert // tokens keep nothing else
}

// tokenState says why a token is refused: expired, revoked, or "".
func tokenState(s *api.Scope, token *api.Doc) string {
	g := grantOf(token)
	switch {
	case g.revoked:
		return "revoked"
	case !g.until.IsZero() && !s.Now.Before(g.until):
		return "expired"
	}
	return ""
}

// credentials are the known tokens: the administrator's, the usable ones, the others.
func credentials(s *api.Scope) []api.Credential {
	var out []api.Credential
	for d := range s.Tx.All("konnect.token") {
		cr := api.Credential{
			Vendor: "konnect", Name: d.ID, User: d.Str("user"), Roles: []string{d.Str("access")},
			Header: "Authorization", Value: "Bearer " + d.Str("token"), State: tokenState(s, d),
		}
		out = append(out, cr)
	}
	return api.SortCredentials(out)
}

// clients point decK-like tools, Terraform and scripts here.
func clients(url string, admin api.Credential) []api.Variable {
	token := api.Bearer(admin.Value)
	return []api.Variable{
		{Name: "KONNECT_SERVER_URL", Value: url, Why: "Terraform provider kong/konnect"},
		{Name: "KONNECT_TOKEN", Value: token, Why: "Terraform provider kong/konnect"},
		{Name: "DECK_KONNECT_ADDR", Value: url, Why: "decK"},
		{Name: "DECK_KONNECT_TOKEN", Value: token, Why: "decK"},
	}
}
