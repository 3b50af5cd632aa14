package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
)

// tokens are the tokens with which callers authenticate.
var tokens = &api.Resource{
	Kind: "konnect.token", Schema: "StoredToken", ID: "name", Created: "-", Updated: "-",
	Indexes: []api.Index{{Name: "token", Path: "token", Unique: true}},
}

// tokenState says why a token is refused: expired, revoked, or "".
func tokenState(s *api.Scope, token *api.Doc) string {
	until, expires := api.Instant(token.Get("expires_at"))
	switch {
	case token.Bool("revoked"):
		return "revoked"
	case expires && !s.Now.Before(until):
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
