package apiconnect

import (
	"slices"
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// roles are created with their org. No operation creates one; fixtures can.
var roles = &api.Resource{
	Kind: kindRole, Schema: "StoredRole", OnCreate: named,
	Indexes: []api.Index{
		{Name: "org", To: kindOrg, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "org", Unique: true},
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		f := newForm(c, d, "role", to)
		f.keep("id", "name", "title", "summary")
		var urls []string
		for _, p := range permissions {
			for _, held := range each(d, "permissions") {
				if held == p.name {
					urls = append(urls, c.URL(base+p.path()))
				}
			}
		}
		f.set("permission_urls", object.Texts(urls...))
		f.keep("external_group_mapping", "metadata")
		return f.done(f.times, f.place, f.self)
	},
}

// usualRoles are those of every new org, with what they hold.
var usualRoles = []struct {
	name, title string
	permissions []string
}{
	{"owner", "Owner", append(manage, everything...)},
	{"administrator", "Administrator", append(manage, everything...)},
	{"developer", "Developer", append([]string{"member:view", "settings:view", "view"}, everything...)},
	{"viewer", "Viewer", []string{
		"member:view", "settings:view", "view", "app-analytics:view", "app:view", "product:view", "subscription:view",
	}},
	{"member", "Member", []string{"view"}},
}

var (
	manage     = []string{"member:manage", "member:view", "settings:manage", "settings:view", "view"}
	everything = []string{
		"app-analytics:view", "app-dev:manage", "app:manage", "app:view", "product:view", "subscription:manage", "subscription:view",
	}
)

// usualRole is the id of one of the five roles of an org.
func usualRole(org, name string) string { return derived(org, "role "+name) }

// builtIn returns which of the five roles of a new org a role is, or "". It goes by the id, since names can change.
func builtIn(role *api.Doc) string {
	for _, r := range usualRoles {
		if role.ID == usualRole(role.Owner(), r.name) {
			return r.name
		}
	}
	return ""
}

// rolesOf are the roles that a member or an invitation has: the member role if those that it had are gone.
func rolesOf(s *api.Scope, d *api.Doc) []*api.Doc {
	if held := docs(s, kindRole, each(d, "roles")); len(held) > 0 {
		return held
	}
	return docs(s, kindRole, []string{usualRole(d.In[2], "member")})
}

// rightsOf are the permissions of a member: those of all its roles together. A role keeps its list, since reading it for each
// call adds 4 µs to a get (Handler/apiconnect/get: from 11 to 16 µs on a busy machine).
func rightsOf(s *api.Scope, member *api.Doc) []string {
	var out []string
	for _, role := range rolesOf(s, member) {
		held := role.Memo(func(d *api.Doc) any { return each(d, "permissions") }).([]string) //nolint:forcetypeassert // roles keep nothing else
		out = append(out, held...)
	}
	return out
}

// roleIDs replaces names of roles in a draft, as fixtures have them, by ids.
func roleIDs(s *api.Scope, d *api.Draft) error {
	var ids []string
	for i, e := range d.Get("roles").Array() {
		id := e.String()
		if !api.IsUUID(id) {
			role := s.Tx.Find(kindRole, "name", api.Key(d.Owner(), id))
			if role == nil {
				return api.Refuse(api.Violation{Path: []string{"roles", strconv.Itoa(i)}, Rule: api.Reference, Want: kindRole})
			}
			id = role.ID
		} else if role := s.Tx.Get(kindRole, id); role != nil && role.Owner() != d.Owner() {
			return api.Refuse(api.Violation{Path: []string{"roles", strconv.Itoa(i)}, Rule: api.Reference, Want: kindRole})
		}
		ids = once(ids, id)
	}
	d.Set("roles", object.Texts(ids...))
	return nil
}

// unprotected returns a check that the role is none of those that every org is created with and that must stay as they are.
func unprotected(why string, names ...string) api.Check {
	return func(c *api.Call) error {
		if slices.Contains(names, builtIn(c.Object)) {
			return protected(c, why)
		}
		return nil
	}
}

func updateRole(c *api.Call) (any, error) {
	s := sent(c, "name", "title", "summary", "permission_urls", "external_group_mapping", "metadata")
	if i := s.Find("permission_urls"); i >= 0 {
		names, err := permissionsAt(object.Strings(s.Get("permission_urls")))
		if err != nil {
			return nil, err
		}
		s[i] = api.Member{Name: "permissions", Value: object.Texts(names...)}
	}
	return patch(&c.Scope, c.Object, s)
}

// createRoles creates the five roles of a new org.
func createRoles(s *api.Scope, org *api.Doc) error {
	for _, r := range usualRoles {
		_, err := rest.InsertImplicit(s, kindRole, rest.Inside(org), api.Object{
			{Name: "id", Value: api.Quote(usualRole(org.ID, r.name))},
			{Name: "name", Value: api.Quote(r.name)},
			{Name: "title", Value: api.Quote(r.title)},
			{Name: "permissions", Value: object.Texts(r.permissions...)},
		})
		if err != nil {
			return err
		}
	}
	return nil
}
