package konnect

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

var teams = &api.Resource{
	Kind: "konnect.team", Schema: "StoredTeam", Newest: true,
	Indexes: []api.Index{{Name: "portal", To: "konnect.portal", OnDelete: api.Cascade}},
}

// teamMembers are pairs of team and developer, deleted with either.
var teamMembers = &api.Resource{
	Kind: "konnect.team-member", Schema: "StoredTeamMember", Pair: "developer", Updated: "-",
	Indexes: []api.Index{
		{Name: "team", To: "konnect.team", OnDelete: api.Cascade},
		{Name: "developer", Path: "developer", Within: "team", Unique: true},
		{Name: "teams", Path: "developer", To: "konnect.developer", OnDelete: api.Cascade},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		if dev := s.Tx.Get("konnect.developer", d.Str("developer")); dev != nil && dev.Owner() != d.In[0] {
			return api.Refuse(api.Violation{Path: []string{"developer"}, Rule: api.Reference, Want: "konnect.developer"})
		}
		return nil
	},
}

// listTeamDevelopers shows members in the short form that only this list has.
func listTeamDevelopers(c *api.Call) (any, error) {
	return rest.SelectAs(c, across(c, "team", "konnect.developer", func(m *api.Doc) string { return m.Str("developer") }), renderBasic), nil
}

func listDeveloperTeams(c *api.Call) (any, error) {
	return rest.Select(c, across(c, "teams", "konnect.team", func(m *api.Doc) string { return m.Owner() })), nil
}

// across returns the teams or developers at the other end of the memberships of the path's object, the newest first.
func across(c *api.Call, index, kind string, other func(*api.Doc) string) []*api.Doc {
	members := c.Tx.Page("konnect.team-member", index, c.Object.ID, 0, -1, true)
	out := make([]*api.Doc, 0, len(members))
	for _, m := range members {
		if d := c.Tx.Get(kind, other(m)); d != nil {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *api.Doc) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(b.Seq, a.Seq)) })
	return out
}

func renderBasic(_ *api.Call, d *api.Doc, to []byte) []byte {
	o := d.Object()
	o.Delete("status")
	return splice(to, o.JSON(), strconv.AppendBool([]byte(`"active":`), approved(d)))
}

func approved(d *api.Doc) bool { return d.Str("status") == "approved" }

// addTeamDeveloper answers 201 without a body; an unknown developer is 404, as is one of another portal.
func addTeamDeveloper(c *api.Call) (any, error) {
	id := c.Body.Object.Str("id")
	portal := c.Owner("konnect.portal")
	dev := rest.Lookup(&c.Scope, api.Ref{Kind: "konnect.developer"}, portal, id)
	if dev == nil {
		return nil, rest.Missing(&c.Scope, "konnect.developer", portal, id)
	}
	_, err := rest.Insert(&c.Scope, "konnect.team-member", rest.Inside(c.Object), api.Object{{Name: "developer", Value: api.Quote(dev.ID)}})
	return nil, err
}
