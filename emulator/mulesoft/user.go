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
			{Name: "organization", To: "mulesoft.organization", Gone: api.Die},
			{Name: "username", Path: "username", Unique: true},
		},
		Born:    permitted,
		Changed: func(c *api.Call, _ *api.Doc, d *api.Draft) error { return permitted(c, d) },
	}
}

// connectedApps call in their own name, with the permissions that their scopes give.
func connectedApps() *api.Resource {
	return &api.Resource{
		Kind: "mulesoft.connected-app", Schema: "StoredConnectedApp", ID: "clientId", Created: "createdAt", Updated: "-",
		Indexes: []api.Index{{Name: "organization", To: "mulesoft.organization", Gone: api.Die}},
		Born:    permitted,
		Changed: func(c *api.Call, _ *api.Doc, d *api.Draft) error { return permitted(c, d) },
	}
}

// permitted checks that permissions are for business groups of the holder's organization.
func permitted(c *api.Call, d *api.Draft) error {
	for _, g := range grantsIn(d.Object) {
		if g.group != "" && !Within(c.Tx, g.group, d.Owner()) {
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
