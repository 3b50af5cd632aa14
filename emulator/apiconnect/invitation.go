package apiconnect

import (
	"slices"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// orgInvitations invite to create an org. Only the provider makes them, by /_portico/state or a fixture.
var orgInvitations = &api.Resource{
	Kind: kindOrgInvitation, Schema: "StoredOrgInvitation",
	Indexes: []api.Index{
		{Name: "catalog", To: kindCatalog, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "catalog", Unique: true},
	},
	OnCreate: issue,
}

// memberInvitations invite to join an org.
var memberInvitations = &api.Resource{
	Kind: kindMemberInvitation, Schema: "StoredMemberInvitation",
	Indexes: []api.Index{
		{Name: "org", To: kindOrg, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "org", Unique: true},
		{Name: "email", Path: "email", Within: "org", CaseInsensitive: true},
		{Name: "roles", Path: "roles", To: kindRole, OnDelete: api.Detach},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		org, email := s.Tx.Get(kindOrg, d.Owner()), d.Str("email")
		if invitee(s, org, email) != nil {
			return api.Fail(api.Conflict, "'%s' has an open invitation to the org '%s' already", email, org.Str("name"))
		}
		for _, m := range s.Tx.Under(kindMember, "org", org.ID) {
			if user := s.Tx.Get(kindUser, m.Str("user")); strings.EqualFold(user.Str("email"), email) {
				return api.Fail(api.Conflict, "'%s' is a member of the org '%s' already", email, org.Str("name"))
			}
		}
		if err := roleIDs(s, d); err != nil {
			return err
		}
		return issue(s, d)
	},
	OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error {
		d.Delete("notify")
		return roleIDs(s, d)
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		f := newForm(c, d, "member_invitation", to)
		f.keep("id", "name", "title", "summary", "email")
		f.urls("role_urls", rolesOf(&c.Scope, d))
		f.keep("metadata")
		if may(c, "member:manage") {
			f.text("activation_link", activationLink(&c.Scope, d))
		}
		f.text("scope", "consumer_org")
		f.text("org_type", "consumer_org")
		return f.done(f.times, f.place, f.self)
	},
}

// issue completes a new invitation: its title is the address, and it gets a token.
func issue(s *api.Scope, d *api.Draft) error {
	if d.Null("title") {
		d.SetString("title", d.Str("email"))
	}
	renew(s, d.In[1], &d.Object, false)
	if d.True("notify") {
		d.Then = func(inv *api.Doc) error { return send(s, inv) }
	}
	d.Delete("notify")
	return name(s, d)
}

// renew gives an invitation a token from now on. Unless anew, parts of a token that it has stay.
func renew(s *api.Scope, catalog string, o *api.Object, anew bool) {
	life := time.Duration(s.Tx.Get(kindCatalog, catalog).Get("invitation_ttl").Int()) * time.Second
	set := func(member string, value []byte) {
		if anew || !o.Has(member) {
			o.Set(member, value)
		}
	}
	set("jti", api.Quote(s.NewID()))
	set("issued_at", s.Stamp())
	set("expires_at", stamp(s.Now.Add(life)))
}

// send puts the mail of an invitation into the outbox.
func send(s *api.Scope, inv *api.Doc) error {
	link := activationLink(s, inv)
	what := "found a consumer organization"
	if inv.Res.Kind == kindMemberInvitation {
		what = "join " + s.Tx.Get(kindOrg, inv.Owner()).Str("title")
	}
	_, err := rest.Insert(s, kindMail, inv.In[:2:2], api.Object{
		{Name: "to", Value: []byte(inv.Get("email").Raw)},
		{Name: "subject", Value: api.Quote("You are invited to " + what)},
		{Name: "text", Value: api.Quote("You are invited to " + what + ". Follow this link to answer: " + link)},
		{Name: "activation_link", Value: api.Quote(link)},
		{Name: "invitation", Value: api.Quote(inv.ID)},
	})
	return err
}

// mails are the mails that the product would send. /_portico/state shows them.
var mails = &api.Resource{
	Kind: kindMail, Schema: "StoredMail", Updated: "-",
	Indexes: []api.Index{{Name: "catalog", To: kindCatalog, OnDelete: api.Cascade}, {Name: "to", Path: "to", CaseInsensitive: true}},
}

// invitee is an invitation of an address that has not expired, or nil.
func invitee(s *api.Scope, org *api.Doc, email string) *api.Doc {
	for _, inv := range s.Tx.Under(kindMemberInvitation, "email", api.Key(org.ID, strings.ToLower(email))) {
		if until, ok := api.Instant(inv.Get("expires_at")); ok && s.Now.Before(until) {
			return inv
		}
	}
	return nil
}

func createInvitation(c *api.Call) (any, error) {
	s := created(c, "email", "role_urls", "notify", "name", "title", "summary", "metadata")
	if i := s.Find("role_urls"); i >= 0 {
		ids, err := memberRoles(c, c.Object, s)
		if err != nil {
			return nil, err
		}
		s[i] = api.Member{Name: "roles", Value: object.Texts(ids...)}
	}
	return rest.Insert(&c.Scope, kindMemberInvitation, rest.Inside(c.Object), s)
}

// regenerate replaces the token of an invitation.
func regenerate(c *api.Call) (any, error) {
	next := c.Object.Object()
	renew(&c.Scope, c.Object.In[1], &next, true)
	inv, err := rest.Update(&c.Scope, c.Object, next, nil)
	if err == nil && c.Body.Object.True("notify") {
		err = send(&c.Scope, inv)
	}
	return inv, err
}

// answerer is the user who answers an invitation: a new one, one who signs in with it, or the caller.
func answerer(c *api.Call, s api.Object, register bool, at ...string) (*api.Doc, error) {
	if register {
		return newUser(c, s, c.Object.Str("email"), at...)
	}
	if c.Caller.Doc != nil {
		return c.Caller.Doc, nil
	}
	var bad []api.Violation
	for _, field := range []string{"username", "password"} {
		if s.Null(field) {
			bad = append(bad, api.Violation{Path: append(slices.Clip(at), field), Rule: api.Required})
		}
	}
	if bad != nil {
		return nil, api.Refuse(bad...)
	}
	return login(c, s.Str("realm"), s.Str("username"), s.Str("password"))
}

// answerMember returns a verb that makes the user who answers a member, and ends the invitation.
func answerMember(register bool) rest.Verb {
	return func(c *api.Call) (any, error) {
		inv, org := c.Object, c.Owners[0]
		user, err := answerer(c, c.Body.Object, register)
		if err != nil {
			return nil, err
		}
		var ids []string
		for _, r := range rolesOf(&c.Scope, inv) {
			ids = append(ids, r.ID)
		}
		c.Tx.Delete(inv)
		return addMember(c, org, api.Object{{Name: "user", Value: api.Quote(user.ID)}, {Name: "roles", Value: object.Texts(ids...)}})
	}
}

// answerOrg returns a verb that creates an org for the user who answers, and ends the invitation.
func answerOrg(register bool) rest.Verb {
	return func(c *api.Call) (any, error) {
		inv := c.Object
		given := api.ObjectOf(c.Body.Object.Raw("org"))
		o := api.Object{}
		for _, field := range []string{"name", "title", "summary", "metadata"} {
			if !given.Null(field) {
				o.Set(field, given.Raw(field))
			}
		}
		if !o.Has("name") && !o.Has("title") {
			return nil, refuse("is required where there is no name", "org", "title")
		}
		user, err := answerer(c, api.ObjectOf(c.Body.Object.Raw("user")), register, "user")
		if err != nil {
			return nil, err
		}
		o.SetString("owner", user.ID)
		c.Tx.Delete(inv)
		return rest.Insert(&c.Scope, kindOrg, inv.In, o)
	}
}
