package axway

import "github.com/portico-emulator/portico/emulator/internal/api"

// What applications live among. Other APIs of the product manage these; here they come from fixtures and the state API.
var (
	organizations = &api.Resource{
		Kind: "axway.organization", Schema: "StoredOrganization", Created: "createdOn", Updated: "-",
		Indexes: []api.Index{{Name: "name", Path: "name", Unique: true}},
	}

	users = &api.Resource{
		Kind: "axway.user", Schema: "StoredUser", Created: "createdOn", Updated: "-", Hidden: []string{"password"},
		Indexes: []api.Index{
			{Name: "organization", Path: "organizationId", To: "axway.organization", OnDelete: api.Cascade},
			{Name: "loginName", Path: "loginName", Unique: true},
		},
		OnCreate: func(_ *api.Scope, d *api.Draft) error {
			d.Default("name", d.Raw("loginName"))
			if !d.Has("password") {
				d.SetString("password", "portico-"+d.Str("loginName"))
			}
			return belongs(d)
		},
		OnChange: func(_ *api.Scope, _ *api.Doc, d *api.Draft) error { return belongs(d) },
	}

	apis = &api.Resource{
		Kind: "axway.api", Schema: "StoredAPI", Created: "createdOn", Updated: "-",
		Indexes: []api.Index{{Name: "organization", Path: "organizationId", To: "axway.organization", OnDelete: api.Cascade}},
		OnCreate: func(s *api.Scope, d *api.Draft) error {
			signed(s, d)
			return nil
		},
	}

	methods = &api.Resource{
		Kind: "axway.api-method", Schema: "StoredAPIMethod", Created: "-", Updated: "-",
		Indexes: []api.Index{{Name: "api", To: "axway.api", OnDelete: api.Cascade}},
		OnCreate: func(_ *api.Scope, d *api.Draft) error {
			d.SetString("virtualizedApiId", d.Owner())
			return nil
		},
	}

	// organizationAccesses say which APIs the applications of an organization may use, beside its own.
	organizationAccesses = &api.Resource{
		Kind: "axway.organization-api-access", Schema: "StoredOrganizationAPIAccess", Created: "createdOn", Updated: "-",
		Indexes: []api.Index{
			{Name: "organization", To: "axway.organization", OnDelete: api.Cascade},
			{Name: "api", Path: "apiId", To: "axway.api", OnDelete: api.Cascade},
			{Name: "pair", Path: "organizationId,apiId", Unique: true},
		},
		OnCreate: func(s *api.Scope, d *api.Draft) error {
			d.SetString("organizationId", d.Owner())
			signed(s, d)
			return nil
		},
		OnChange: func(_ *api.Scope, _ *api.Doc, d *api.Draft) error {
			d.SetString("organizationId", d.Owner())
			return nil
		},
	}

	systemScopes = &api.Resource{Kind: "axway.system-scope", Schema: "StoredSystemScope", ID: "name", Created: "-", Updated: "-"}

	protectedResources = &api.Resource{
		Kind: "axway.protected-resource", Schema: "StoredProtectedResource", ID: "uriprefix", Created: "-", Updated: "-",
	}
)

// belongs refuses a user without an organization, unless it is an administrator: those have none.
func belongs(d *api.Draft) error {
	admin := d.Str("role") == administrator
	switch {
	case admin && !d.Null("organizationId"):
		return breaks("administrators have no organization", "organizationId")
	case !admin && d.Null("organizationId"):
		return breaks("only administrators have no organization", "organizationId")
	}
	return nil
}

// usable tells whether applications of an organization may use an API: it is their own, or access was given.
func usable(s *api.Scope, organization string, one *api.Doc) bool {
	if one.Str("organizationId") == organization {
		return true
	}
	given := s.Tx.Find("axway.organization-api-access", "pair", api.Key(organization, one.ID))
	return given != nil && given.Bool("enabled") && given.Str("state") == "approved"
}
