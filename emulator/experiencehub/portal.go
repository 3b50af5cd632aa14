package experiencehub

import (
	"encoding/json"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// builtIn are the members of a stored portal that say which of its user groups were born with it.
var builtIn = []string{"administratorsGroupId", "everyoneGroupId"}

// portals are at most one a connection, since a Salesforce organization holds one. Each is born with two user groups.
func portals() *api.Resource {
	return &api.Resource{
		Kind: "experience-hub.portal", Schema: "StoredPortal", Created: "createdDate", Updated: "updatedDate",
		Indexes: []api.Index{
			{Name: "connection", To: "mulesoft.connection", OnDelete: api.Cascade},
			{Name: "one", Within: "connection", Unique: true, Key: func(*api.Doc) []string { return []string{""} }},
			{Name: "target", Path: "targetPortalId", Within: "connection", Unique: true},
		},
		OnCreate: func(s *api.Scope, d *api.Draft) error {
			for _, member := range builtIn {
				id := strings.ToLower(d.Str(member))
				if id == "" {
					id = s.NewID()
				}
				d.SetString(member, id)
			}
			d.Then = func(portal *api.Doc) error { return bearGroups(s, portal) }
			return nil
		},
		OnChange: func(_ *api.Scope, old *api.Doc, d *api.Draft) error {
			for _, member := range builtIn {
				if d.Str(member) != old.Str(member) {
					return api.Refuse(broken(groupProtected, "The built-in groups of a portal stay", member))
				}
			}
			return nil
		},
		Render: func(_ *api.Call, d *api.Doc, to []byte) []byte {
			o := d.Object()
			for _, member := range builtIn {
				o.Delete(member)
			}
			first := api.Object{o[0], {Name: "connectionId", Value: api.Quote(d.Owner())}}
			return append(first, o[1:]...).Append(to)
		},
	}
}

// bearGroups makes what every portal has: the administrators' group, and the default one that everybody else is below.
func bearGroups(s *api.Scope, portal *api.Doc) error {
	for _, g := range []struct{ member, name, about string }{
		{"administratorsGroupId", "Administrators", "Administrators of the portal"},
		{"everyoneGroupId", "Everyone", "Default user group for all portal users"},
	} {
		_, err := rest.InsertImplicit(s, "experience-hub.user-group", rest.Inside(portal), api.Object{
			{Name: "id", Value: api.Quote(portal.Str(g.member))},
			{Name: "name", Value: api.Quote(g.name)},
			{Name: "description", Value: api.Quote(g.about)},
			{Name: "createdDate", Value: []byte(portal.Get("createdDate").Raw)},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// listConnections shows those of the current organization, oldest first.
func listConnections(c *api.Call) (any, error) {
	who, org := mulesoft.Caller(c), organization(c)
	out := json.RawMessage{'['}
	for _, conn := range c.Tx.Under("mulesoft.connection", "organization", who.Root) {
		if !reaches(who, org, conn) {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = rest.Render(c, conn, out)
	}
	return append(out, ']'), nil
}
