package konnect

import (
	"slices"
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// teamGroupMappings say which groups at the identity provider make a developer a member of a team.
var teamGroupMappings = &api.Resource{
	Kind: "konnect.team-group-mapping", Schema: "StoredTeamGroupMapping", ID: "team_id", Created: "-", Updated: "-", Newest: true,
	Indexes: []api.Index{
		{Name: "portal", To: "konnect.portal", OnDelete: api.Cascade},
		{Name: "team", Path: "team_id", To: "konnect.team", OnDelete: api.Cascade},
	},
}

// requireProvider refuses if the portal has no identity provider.
func requireProvider(c *api.Call) error {
	if c.Tx.Count("konnect.identity-provider", "portal", c.Object.ID) > 0 {
		return nil
	}
	return badRequest("An IdP configuration is required",
		api.Violation{Path: []string{"data"}, Text: "cannot be set before configuring an identity provider"})
}

func listMappings(c *api.Call) (any, error) {
	if err := requireProvider(c); err != nil {
		return nil, err
	}
	return rest.ListBy(c, "konnect.team-group-mapping", "portal", c.Object.ID), nil
}

// updateMappings replaces the groups of each team that is listed. An empty list deletes the team's mapping; teams that are
// not listed keep theirs.
func updateMappings(c *api.Call) (any, error) {
	if err := requireProvider(c); err != nil {
		return nil, err
	}
	var bad []api.Violation
	for i, m := range slices.Collect(object.Elements(c.Body.Object.Raw("data"))) {
		mapping := api.ObjectOf(m)
		team := rest.Lookup(&c.Scope, api.Ref{Kind: "konnect.team"}, c.Object, mapping.Str("team_id"))
		if team == nil {
			bad = append(bad, api.Violation{Path: []string{"data", strconv.Itoa(i), "team_id"}, Rule: api.Reference, Want: "konnect.team"})
			continue
		}
		if err := mapGroups(c, team, mapping.Raw("groups")); err != nil {
			return nil, err
		}
	}
	if bad != nil {
		return nil, api.Refuse(bad...)
	}
	return rest.ListBy(c, "konnect.team-group-mapping", "portal", c.Object.ID), nil
}

func mapGroups(c *api.Call, team *api.Doc, groups []byte) error {
	now := c.Tx.Get("konnect.team-group-mapping", team.ID)
	var names [][]byte
	for g := range object.Elements(groups) {
		if !slices.ContainsFunc(names, func(n []byte) bool { return string(n) == string(g) }) {
			names = append(names, g)
		}
	}
	if len(names) == 0 {
		if now != nil {
			c.Tx.Delete(now)
		}
		return nil
	}
	o := api.Object{{Name: "team_id", Value: api.Quote(team.ID)}, {Name: "groups", Value: object.Array(names...)}}
	if now != nil {
		_, err := rest.Update(&c.Scope, now, o, o)
		return err
	}
	_, err := rest.Insert(&c.Scope, "konnect.team-group-mapping", rest.Inside(c.Object), o)
	return err
}
