package mulesoft

import "github.com/portico-emulator/portico/emulator/internal/api"

// organizations are root organizations: what they hold sees nothing of another.
func organizations() *api.Resource {
	return &api.Resource{Kind: "mulesoft.organization", Schema: "StoredOrganization", Created: "-", Updated: "-"}
}

// businessGroups are the organizations within a root organization. Rights and assets may belong to one of them.
func businessGroups() *api.Resource {
	return &api.Resource{
		Kind: "mulesoft.business-group", Schema: "StoredBusinessGroup", Created: "-", Updated: "-",
		Indexes: []api.Index{{Name: "organization", To: "mulesoft.organization", OnDelete: api.Cascade}},
	}
}

// environments belong to a root organization or to one of its business groups.
func environments() *api.Resource {
	return &api.Resource{
		Kind: "mulesoft.environment", Schema: "Environment", Created: "-", Updated: "-",
		Indexes: []api.Index{
			{Name: "organization", To: "mulesoft.organization", OnDelete: api.Cascade},
			{Name: "of", Path: "organizationId"},
		},
		OnCreate: placed,
		OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error { return placed(s, d) },
	}
}

func identityProviders() *api.Resource {
	return &api.Resource{
		Kind: "mulesoft.identity-provider", Schema: "StoredIdentityProvider", Created: "-", Updated: "-",
		Indexes: []api.Index{{Name: "organization", To: "mulesoft.organization", OnDelete: api.Cascade}},
	}
}

// connections tie an organization to one of Salesforce. The root organization holds them; organizationId may name one of
// its business groups.
func connections() *api.Resource {
	return &api.Resource{
		Kind: "mulesoft.connection", Schema: "StoredConnection", Created: "createdDate", Updated: "updatedDate",
		Indexes: []api.Index{
			{Name: "organization", To: "mulesoft.organization", OnDelete: api.Cascade},
			{Name: "idp", Path: "defaultIdPId", To: "mulesoft.identity-provider", OnDelete: api.Detach},
		},
		OnCreate: placed,
		OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error { return placed(s, d) },
		Render:   func(_ *api.Call, d *api.Doc, to []byte) []byte { return Present(d.Object()).Append(to) },
	}
}

// Present is an object without the members that are null: the platform's answers leave out what is not known.
func Present(o api.Object) api.Object {
	out := make(api.Object, 0, len(o))
	for _, m := range o {
		if string(m.Value) != "null" {
			out = append(out, m)
		}
	}
	return out
}

// placed completes organizationId, which is the root organization or within it.
func placed(s *api.Scope, d *api.Draft) error {
	root := d.Owner()
	switch id := d.Str("organizationId"); {
	case id == "":
		d.SetString("organizationId", root)
	case !Within(s.Tx, id, root):
		return unknown("mulesoft.organization", "organizationId")
	}
	return nil
}

// Within tells whether an id is that of a root organization or of one of its business groups.
func Within(tx api.Tx, id, root string) bool {
	if id == root {
		return true
	}
	group := tx.Get("mulesoft.business-group", id)
	return group != nil && group.Owner() == root
}
