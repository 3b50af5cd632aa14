package experiencehub

import (
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// groupMappings tie a group of an identity provider to a user group. They would count when somebody signs in to the
// portal, which nobody does here.
func groupMappings() *api.Resource {
	return &api.Resource{
		Kind: "experience-hub.group-mapping", Schema: "StoredGroupMapping", Created: "-", Updated: "-", Hidden: []string{"id"},
		Indexes: []api.Index{
			{Name: "group", To: "experience-hub.user-group", OnDelete: api.Cascade},
			{Name: "pair", Path: "provider_id,external_group_name", Within: "group", Unique: true},
			{Name: "provider", Path: "provider_id", To: "mulesoft.identity-provider", OnDelete: api.Cascade, AllowDangling: true},
		},
		OnCreate: provided,
		OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error { return provided(s, d) },
	}
}

// provided checks that the provider is one of the organization's, if it has any at all.
func provided(s *api.Scope, d *api.Draft) error {
	id := strings.ToLower(d.Str("provider_id"))
	d.SetString("provider_id", id)
	org := d.In[0]
	idp := s.Tx.Get("mulesoft.identity-provider", id)
	if (idp == nil || idp.Owner() != org) && s.Tx.Count("mulesoft.identity-provider", "organization", org) > 0 {
		member := "idpId" // as the operation calls it
		if s.Privileged {
			member = "provider_id"
		}
		return api.Refuse(api.Violation{Path: []string{member}, Rule: api.Reference, Want: "mulesoft.identity-provider"})
	}
	return nil
}

// addMapping means the connection's default provider where none is named.
func addMapping(c *api.Call) (any, error) {
	provider := c.Body.Object.Str("idpId")
	if provider == "" {
		provider = c.Owner("mulesoft.connection").Str("defaultIdPId")
	}
	if provider == "" {
		return nil, api.Refuse(api.Violation{Path: []string{"idpId"}, Rule: api.Required})
	}
	_, err := rest.Insert(&c.Scope, "experience-hub.group-mapping", rest.Inside(c.Object), api.Object{
		{Name: "external_group_name", Value: c.Body.Object.Raw("groupMappingName")},
		{Name: "provider_id", Value: api.Quote(provider)},
	})
	return nil, err
}
