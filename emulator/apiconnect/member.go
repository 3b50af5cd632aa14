package apiconnect

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// needsSelf: a member may always leave.
const needsSelf = "member:manage or self"

// members join users to orgs.
var members = &api.Resource{
	Kind: kindMember, Schema: "StoredMember",
	Indexes: []api.Index{
		{Name: "org", To: kindOrg, Gone: api.Die},
		{Name: "name", Path: "name", Within: "org", Unique: true},
		{Name: "member", Path: "user", Within: "org", Unique: true},
		{Name: "user", Path: "user", To: kindUser, Gone: api.Die},
		{Name: "roles", Path: "roles", To: kindRole, Gone: api.Detach},
	},
	Born: func(c *api.Call, d *api.Draft) error {
		if err := sameCatalog(c, d, "user", kindUser); err != nil {
			return err
		}
		if user := c.Tx.Get(kindUser, d.Str("user")); user != nil {
			if d.Null("title") {
				d.SetString("title", titleOf(user))
			}
			if d.Null("name") {
				d.SetString("name", free(c, d, user.Str("username")))
			}
		}
		return roleIDs(c, d)
	},
	Changed: func(c *api.Call, _ *api.Doc, d *api.Draft) error { return roleIDs(c, d) },
	Shown: func(c *api.Call, d *api.Doc, to []byte) []byte {
		user := c.Tx.Get(kindUser, d.Str("user"))
		f := newForm(c, d, "member", to)
		f.keep("id", "name", "title", "summary", "state")
		f.set("user", rest.Show(c, user, nil))
		f.urls("role_urls", rolesOf(c, d))
		f.keep("metadata")
		f.times()
		f.url("user_url", path(user))
		f.url("user_registry_url", "/user-registries/"+user.Owner())
		f.place()
		f.self()
		return f.done()
	},
}

// membership is what joins a user to an org, or nil.
func membership(c *api.Call, org, user *api.Doc) *api.Doc {
	if user == nil {
		return nil
	}
	return c.Tx.Find(kindMember, "member", api.Key(org.ID, user.ID))
}

// memberships are those of a user that give rights.
func memberships(c *api.Call, user *api.Doc) []*api.Doc {
	return slices.DeleteFunc(c.Tx.Under(kindMember, "user", user.ID), func(m *api.Doc) bool { return m.Str("state") != "enabled" })
}

// memberRef names a member of an org: by its id, or by the name of its user.
var memberRef = api.Ref{Kind: kindMember, By: []string{"id"}, Find: memberOfUser}

func memberOfUser(c *api.Call, org *api.Doc, username ...string) *api.Doc {
	for _, user := range usersNamed(c, org.In[1], username[0]) {
		if m := membership(c, org, user); m != nil {
			return m
		}
	}
	return nil
}

// owns tells whether a member is the owner of the org.
func owns(c *api.Call, member *api.Doc) bool {
	return c.Tx.Get(kindOrg, member.Owner()).Str("owner") == member.Str("user")
}

// memberRoles are the roles that a body gives. The owner's is not given: the org is handed over.
func memberRoles(c *api.Call, org *api.Doc, s api.Object) ([]string, error) {
	return otherRoles(c, org, s, "role_urls")
}

func otherRoles(c *api.Call, org *api.Doc, s api.Object, field string) ([]string, error) {
	ids, err := rolesAt(c, org, field, list(s.Get(field)))
	if err != nil {
		return nil, err
	}
	if slices.Contains(ids, usualRole(org.ID, "owner")) {
		return ids, api.Refuse(api.Violation{Path: []string{field}, Rule: api.Other, Text: "must not name the owner role"})
	}
	return ids, nil
}

func createMember(c *api.Call) (any, error) {
	s := created(c, "user", "user_url", "role_urls", "name", "title", "summary", "state", "metadata")
	given, at := s.Str("user_url"), []string{"user_url"}
	if s.Has("user") {
		given, at = s.Get("user").Get("url").String(), []string{"user", "url"}
	}
	if given == "" {
		return nil, api.Refuse(api.Violation{Path: []string{"user"}, Rule: api.Required})
	}
	user := userAt(c, notesOf(c).catalog, given)
	if user == nil {
		return nil, api.Refuse(api.Violation{Path: at, Rule: api.Other, Text: "is the URL of no user"})
	}
	if s.Has("role_urls") {
		ids, err := memberRoles(c, c.Object, s)
		if err != nil {
			return nil, err
		}
		s.Set("roles", texts(ids...))
	}
	for _, name := range []string{"user", "user_url", "role_urls"} {
		s.Delete(name)
	}
	s.SetString("user", user.ID)
	return join(c, c.Object, s)
}

// join makes a member of a user who is none yet.
func join(c *api.Call, org *api.Doc, s api.Object) (*api.Doc, error) {
	if c.Tx.Find(kindMember, "member", api.Key(org.ID, s.Str("user"))) != nil {
		return nil, api.Fail(api.Conflict, "the user is a member of the org '%s' already", org.Str("name"))
	}
	return rest.Birth(c, kindMember, rest.Inside(org), s)
}

// updateMember changes a member. Whoever may manage settings alone may give roles and nothing else.
func updateMember(c *api.Call) (any, error) {
	org, member := c.Owner(kindOrg), c.Object
	s := sent(c, "name", "title", "summary", "state", "role_urls", "metadata")
	if !may(c, "member:manage") && slices.ContainsFunc(s, func(m api.Member) bool { return m.Name != "role_urls" }) {
		return nil, forbidden(c, "member:manage", "the user '%s' lacks the permission member:manage in the org '%s'", c.Caller.Name, org.Str("name"))
	}
	if i := s.Find("role_urls"); i >= 0 {
		var held []string
		for _, r := range rolesOf(c, member) {
			held = append(held, r.ID)
		}
		ids, err := memberRoles(c, org, s)
		switch {
		case ids != nil && sameSet(ids, held):
			ids = held
		case owns(c, member):
			return nil, api.Fail(api.Forbidden, "the roles of the owner cannot be changed")
		case err != nil:
			return nil, err
		}
		s[i] = api.Member{Name: "roles", Value: texts(ids...)}
	}
	if state := s.Raw("state"); state != nil && owns(c, member) && !bytes.Equal(state, api.Quote(member.Str("state"))) {
		return nil, api.Fail(api.Forbidden, "the state of the owner cannot be changed")
	}
	if err := settled(member, s, "state"); err != nil {
		return nil, err
	}
	return patch(c, member, s)
}

func sameSet(a, b []string) bool {
	x, y := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(x, y)
}

// deleteMember ends a membership. The user stays, unless cascade asks otherwise and this was the last one.
func deleteMember(c *api.Call) (any, error) {
	user := c.Object.Str("user")
	out, err := remove(c)
	if err == nil && flag(c, "cascade") {
		abandon(c, user)
	}
	return out, err
}

// associateRef names a user whom an org knows: its members, and whoever has an open invitation.
var associateRef = api.Ref{Kind: kindUser, Find: associate}

// associate finds such a user by id or name.
func associate(c *api.Call, org *api.Doc, segment ...string) *api.Doc {
	known := usersNamed(c, org.In[1], segment[0])
	if id, ok := api.LowerUUID(segment[0]); ok {
		known = docs(c, kindUser, []string{id})
	}
	for _, user := range known {
		if user.In[1] != org.In[1] || !local(user) {
			continue
		}
		if membership(c, org, user) != nil || invitee(c, org, user.Str("email")) != nil {
			return user
		}
	}
	return nil
}

// getAssociate shows a user as an org knows it.
func getAssociate(c *api.Call) (any, error) {
	user, org := c.Object, c.Owner(kindOrg)
	f := newForm(c, user, "associate", nil)
	f.keep("id")
	f.text("name", user.Str("username"))
	f.text("title", titleOf(user))
	f.keep("state")
	f.set("user", rest.Show(c, user, nil))
	f.keep("metadata")
	f.times()
	f.url("user_url", path(user))
	f.url("user_registry_url", "/user-registries/"+user.Owner())
	f.url("org_url", path(org))
	f.url("url", path(org)+"/associates/"+user.ID)
	return json.RawMessage(f.done()), nil
}
