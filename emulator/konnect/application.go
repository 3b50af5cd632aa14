package konnect

import (
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

var applications = &api.Resource{
	Kind: "konnect.application", Schema: "StoredApplication", Newest: true,
	Indexes: []api.Index{
		{Name: "portal", To: "konnect.portal", OnDelete: api.Cascade},
		{Name: "developer", Path: "developer_id", To: "konnect.developer", OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "developer", Unique: true},
		{Name: "strategy", Path: "auth_strategy_id", To: "konnect.auth-strategy", OnDelete: api.Detach},
		{Name: "dcr", Path: "dcr_provider_id", To: "konnect.dcr-provider", OnDelete: api.Detach},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		if err := requirePrivate(s.Tx.Get("konnect.portal", d.Owner()), "applications"); err != nil {
			return err
		}
		if dev := s.Tx.Get("konnect.developer", d.Str("developer_id")); dev != nil && dev.Owner() != d.Owner() {
			return api.Refuse(api.Violation{Path: []string{"developer_id"}, Rule: api.Reference, Want: "konnect.developer"})
		}
		d.Default("reference_id", api.Quote(s.NewID()))
		return nil
	},
	Render: renderApplication,
}

func renderApplication(c *api.Call, d *api.Doc, to []byte) []byte {
	o := d.Object()
	out := make(api.Object, 0, len(o)+2)
	keep := func(names ...string) {
		for _, name := range names {
			out = append(out, api.Member{Name: name, Value: o.Raw(name)})
		}
	}
	keep("id", "labels", "name", "description", "reference_id")
	out = append(out, api.Member{
		Name:  "registration_count",
		Value: strconv.AppendInt(nil, int64(c.Tx.Count("konnect.registration", "application", d.ID)), 10),
	}, api.Member{Name: "portal", Value: reference(d.In[0])}, api.Member{Name: "dcr_provider", Value: reference(o.Str("dcr_provider_id"))})
	if s := c.Tx.Get("konnect.auth-strategy", o.Str("auth_strategy_id")); s != nil {
		out = append(out, api.Member{Name: "auth_strategy", Value: s.JSON})
	}
	keep("granted_scopes")
	out = append(out, api.Member{Name: "developer", Value: owner(c, d)})
	keep("created_at", "updated_at")
	return out.Append(to)
}

// reference returns {"id": …}, or null without an id.
func reference(id string) []byte {
	if id == "" {
		return api.Null
	}
	return api.Object{{Name: "id", Value: api.Quote(id)}}.JSON()
}

// owner returns the developer of an application as the application shows it.
func owner(c *api.Call, app *api.Doc) []byte {
	dev := c.Tx.Get("konnect.developer", app.Str("developer_id"))
	return api.Object{
		{Name: "id", Value: api.Quote(dev.ID)},
		{Name: "name", Value: dev.Raw("full_name")},
		{Name: "email", Value: dev.Raw("email")},
	}.JSON()
}

// ofDeveloper computes a field from a member of an application's developer.
func ofDeveloper(member string) func(*api.Call, *api.Doc) (string, bool) {
	return func(c *api.Call, app *api.Doc) (string, bool) {
		dev := c.Tx.Get("konnect.developer", app.Str("developer_id"))
		if dev == nil {
			return "", false
		}
		return dev.Str(member), true
	}
}
