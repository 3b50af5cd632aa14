package apiconnect

import (
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// getMe shows the caller, with the orgs where asked.
func getMe(c *api.Call) (any, error) {
	me := c.Caller.Doc
	out := api.ObjectOf(shown(c, me))
	if !flag(c, "expand") {
		return out, nil
	}
	var infos [][]byte
	for _, m := range memberships(&c.Scope, me) {
		org := c.Tx.Get(kindOrg, m.Owner())
		held := rolesOf(&c.Scope, m)
		var wire [][]byte
		for _, r := range held {
			wire = append(wire, rest.Render(c, r, nil))
		}
		var granted []string
		all := rightsOf(&c.Scope, m)
		for _, p := range permissions {
			if slices.Contains(all, p.name) {
				granted = append(granted, p.name)
			}
		}
		infos = append(infos, api.Object{
			{Name: "org", Value: rest.Render(c, org, nil)},
			{Name: "roles", Value: object.Array(wire...)},
			{Name: "permissions", Value: object.Texts(granted...)},
			{Name: "member_url", Value: api.Quote(c.URL(base + path(m)))},
		}.JSON())
	}
	out.Set("org_info", object.Array(infos...))
	return out, nil
}

func putMe(c *api.Call) (any, error) {
	return patch(&c.Scope, c.Caller.Doc, sent(c, "first_name", "last_name", "email", "metadata"))
}

// deleteMe ends an account. An owner must hand the org over first: every org has one.
func deleteMe(c *api.Call) (any, error) {
	me := c.Caller.Doc
	if owned := c.Tx.Find(kindOrg, "owner", me.ID); owned != nil {
		return nil, api.Fail(api.Forbidden, "the user '%s' owns the org '%s', which must be handed over first",
			me.Str("username"), owned.Str("name"))
	}
	out := shown(c, me)
	c.Tx.Delete(me)
	return out, nil
}
