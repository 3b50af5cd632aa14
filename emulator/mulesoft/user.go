package mulesoft

import (
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Permissions, in the platform's words.
const (
	OrganizationAdministrator = "Organization Administrator"
	HubAdministrator          = "API Experience Hub Administrator"
	PortalAdministrator       = "API Experience Hub Portal Administrator"
	UsersApprover             = "API Experience Hub Users Approver"
	ExchangeAdministrator     = "Exchange Administrator"
	ExchangeContributor       = "Exchange Contributor"
	ExchangeViewer            = "Exchange Viewer"
	ExchangeCreator           = "Exchange Creator"
)

// users of the platform. A username is one user's in the whole platform, as it is all that a login gives.
func users() *api.Resource {
	return &api.Resource{
		Kind: "mulesoft.user", Schema: "StoredUser", Created: "createdAt", Updated: "-",
		Indexes: []api.Index{
			{Name: "organization", To: "mulesoft.organization", OnDelete: api.Cascade},
			{Name: "username", Path: "username", Unique: true},
		},
		OnCreate: permitted,
		OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error { return permitted(s, d) },
	}
}

// connectedApps call in their own name, with the permissions that their scopes give.
func connectedApps() *api.Resource {
	return &api.Resource{
		Kind: "mulesoft.connected-app", Schema: "StoredConnectedApp", ID: "clientId", Created: "createdAt", Updated: "-",
		Indexes:  []api.Index{{Name: "organization", To: "mulesoft.organization", OnDelete: api.Cascade}},
		OnCreate: permitted,
		OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error { return permitted(s, d) },
	}
}

// permitted checks that permissions are for business groups of the holder's organization.
func permitted(s *api.Scope, d *api.Draft) error {
	for _, g := range grantsIn(d.Object) {
		if g.group != "" && !Within(s.Tx, g.group, d.Owner()) {
			return unknown("mulesoft.business-group", "permissions")
		}
	}
	return nil
}

// grant is a permission, for one business group or for all.
type grant struct{ role, group string }

func grantsIn(o api.Object) []grant {
	var out []grant
	for _, p := range o.Get("permissions").Array() {
		out = append(out, grant{p.Get("role").Str, strings.ToLower(p.Get("businessGroupId").Str)})
	}
	return out
}

// grantsOf reads the permissions of a user or connected app once.
func grantsOf(d *api.Doc) []grant {
	return d.Memo(func(d *api.Doc) any { return grantsIn(d.Object()) }).([]grant) //nolint:forcetypeassert // they keep nothing else
}

// FullName is how a user is called in answers.
func FullName(user *api.Doc) string {
	return strings.TrimSpace(user.Str("firstName") + " " + user.Str("lastName"))
}
