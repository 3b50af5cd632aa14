package apiconnect

import (
	"cmp"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// orgs are consumer organizations. Each is created with five roles and with its owner as a member.
var orgs = &api.Resource{
	Kind: kindOrg, Schema: "StoredOrg",
	Indexes: []api.Index{
		{Name: "catalog", To: kindCatalog, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "catalog", Unique: true},
		{Name: "owner", Path: "owner", To: kindUser},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		if err := sameCatalog(s, d, "owner", kindUser); err != nil {
			return err
		}
		d.Then = func(org *api.Doc) error {
			if err := createRoles(s, org); err != nil {
				return err
			}
			owner := s.Tx.Get(kindUser, org.Str("owner"))
			_, err := rest.InsertImplicit(s, kindMember, rest.Inside(org), api.Object{
				{Name: "id", Value: api.Quote(derived(org.ID, "owner "+owner.ID))},
				{Name: "user", Value: api.Quote(owner.ID)},
				{Name: "roles", Value: object.Texts(usualRole(org.ID, "owner"))},
			})
			return err
		}
		return name(s, d)
	},
	OnChange: func(s *api.Scope, old *api.Doc, d *api.Draft) error {
		if d.Str("owner") == old.Str("owner") {
			return nil
		}
		if err := sameCatalog(s, d, "owner", kindUser); err != nil {
			return err
		}
		return handOver(s, old, d.Str("owner"))
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		f := newForm(c, d, "org", to)
		f.keep("id", "name", "title", "summary", "state")
		f.text("org_type", "consumer_org")
		if owner := c.Tx.Get(kindUser, d.Str("owner")); owner != nil {
			f.url("owner_url", path(owner))
		}
		f.urls("group_urls", c.Tx.Under(kindGroup, "orgs", d.ID))
		f.keep("metadata")
		return f.done(f.times, f.catalog, f.self)
	},
}

// sameCatalog refuses a reference out of the draft's catalog. One to nothing is refused when the document is stored.
func sameCatalog(s *api.Scope, d *api.Draft, member, kind string) error {
	if other := s.Tx.Get(kind, d.Str(member)); other != nil && other.In[1] != d.In[1] {
		return api.Refuse(api.Violation{Path: []string{member}, Rule: api.Reference, Want: kind})
	}
	return nil
}

// handOver makes another user the owner. The former owner becomes an administrator.
func handOver(s *api.Scope, org *api.Doc, user string) error {
	if old := membership(s, org, s.Tx.Get(kindUser, org.Str("owner"))); old != nil {
		next := usualRole(org.ID, "administrator")
		if s.Tx.Get(kindRole, next) == nil { // it can be deleted
			next = usualRole(org.ID, "member")
		}
		if _, err := patch(s, old, api.Object{{Name: "roles", Value: object.Texts(next)}}); err != nil {
			return err
		}
	}
	next := s.Tx.Get(kindUser, user)
	if next == nil {
		return nil // refused when the org is stored
	}
	owner := api.Object{{Name: "roles", Value: object.Texts(usualRole(org.ID, "owner"))}}
	if m := membership(s, org, next); m != nil {
		owner.SetString("state", "enabled")
		_, err := patch(s, m, owner)
		return err
	}
	owner.SetString("user", user)
	_, err := rest.Insert(s, kindMember, rest.Inside(org), owner)
	return err
}

func updateOrg(c *api.Call) (any, error) {
	s := sent(c, "name", "title", "summary", "state", "metadata")
	if err := settled(c.Object, s, "state"); err != nil {
		return nil, err
	}
	return patch(&c.Scope, c.Object, s)
}

// deleteOrg takes everything below the org along. Users stay, unless cascade asks for those that are left without an org.
func deleteOrg(c *api.Call) (any, error) {
	members := c.Tx.Under(kindMember, "org", c.Object.ID)
	out, err := remove(c)
	if err != nil || !flag(c, "cascade") {
		return out, err
	}
	for _, m := range members {
		abandon(c, m.Str("user"))
	}
	return out, nil
}

// abandon deletes a user without any org, other than the caller.
func abandon(c *api.Call, id string) {
	user := c.Tx.Get(kindUser, id)
	if user != nil && user.ID != c.Caller.Doc.ID && c.Tx.Count(kindMember, "user", user.ID) == 0 {
		c.Tx.Delete(user)
	}
}

// createOrg creates an org without an invitation, if the catalog allows that.
func createOrg(c *api.Call) (any, error) {
	catalog := notesOf(c).catalog
	if !catalog.Bool("consumer_self_service_onboarding") {
		return nil, forbidden(c, "", "the catalog '%s' takes organizations by invitation only", catalog.Str("name"))
	}
	s := created(c, "name", "title", "summary", "metadata")
	s.SetString("owner", c.Caller.Doc.ID)
	return rest.Insert(&c.Scope, kindOrg, rest.Inside(catalog), s)
}

// transferOwner hands an org over to a member, or to somebody who is invited.
func transferOwner(c *api.Call) (any, error) {
	org, b := c.Object, c.Body.Object
	user, field := newOwner(c, org, b)
	switch {
	case user == "":
		return nil, noURL(field, "user whom the org knows")
	case user == org.Str("owner"):
		return nil, api.Fail(api.Conflict, "the user is the owner of the org '%s' already", org.Str("name"))
	}
	ids, err := otherRoles(c, org, b, "old_owner_new_role_urls")
	if err != nil {
		return nil, err
	}
	old := membership(&c.Scope, org, c.Tx.Get(kindUser, org.Str("owner")))
	next, err := patch(&c.Scope, org, api.Object{{Name: "owner", Value: api.Quote(user)}})
	if err == nil && ids != nil && old != nil {
		_, err = patch(&c.Scope, c.Tx.Get(kindMember, old.ID), api.Object{{Name: "roles", Value: object.Texts(ids...)}})
	}
	return next, err
}

// newOwner is the user whom a body names as a member or an associate, or "", and the field that says so.
func newOwner(c *api.Call, org *api.Doc, b api.Object) (user, field string) {
	const asMember, asAssociate = "new_owner_member_url", "new_owner_associate_url"
	field, kind := asMember, "members"
	if !b.Has(asMember) && b.Has(asAssociate) {
		field, kind = asAssociate, "associates"
	}
	p := segments(b.Str(field))
	if len(p) != 4 || p[0] != "orgs" || p[2] != kind {
		return "", field
	}
	if owner := find(c, kindOrg, notesOf(c).catalog, p[1]); owner == nil || owner.ID != org.ID {
		return "", field
	}
	if field == asAssociate {
		if d := associate(c, org, p[3]); d != nil {
			return d.ID, field
		}
		return "", field
	}
	m := rest.Lookup(&c.Scope, memberRef, org, p[3])
	if m == nil {
		m = memberOfUser(c, org, p[3])
	}
	if m != nil {
		return m.Str("user"), field
	}
	return "", field
}

func listOrgs(c *api.Call) (any, error) {
	mine := slices.Clone(notesOf(c).orgs)
	slices.SortFunc(mine, func(a, b *api.Doc) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Seq, b.Seq)) })
	return rest.Select(c, mine), nil
}
