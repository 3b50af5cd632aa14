package experiencehub

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// portalUsers are members of a portal. Only the approval of a prospect makes one.
func portalUsers() *api.Resource {
	return &api.Resource{
		Kind: "experience-hub.portal-user", Schema: "StoredPortalUser", Created: "-", Updated: "-",
		Indexes: []api.Index{
			{Name: "portal", To: "experience-hub.portal", OnDelete: api.Cascade},
			{Name: "email", Path: "email", Within: "portal", Unique: true, CaseInsensitive: true},
			{Name: "username", Path: "username", Within: "portal", Unique: true, CaseInsensitive: true},
			{Name: "groups", Path: "userGroupIds", To: "experience-hub.user-group", OnDelete: api.Detach},
		},
		OnCreate: join,
		OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error { return join(s, d) },
	}
}

// join checks that the groups of a user are the portal's.
func join(s *api.Scope, d *api.Draft) error {
	ids, bad := groupsIn(s.Tx, d.Owner(), object.Strings(d.Get("userGroupIds")), "userGroupIds")
	if len(bad) > 0 {
		return api.Refuse(bad...)
	}
	d.Set("userGroupIds", object.Texts(ids...))
	return nil
}

var byName = []api.SortKey{{Field: api.Field{Name: "name"}, CaseInsensitive: true}}

func listUsers(c *api.Call) (any, error) {
	term := strings.ToLower(strings.TrimSpace(c.Param("searchTerm")))
	active := c.Param("isActive")
	c.Ask.Sort = byName
	if term != "" || active != "" {
		c.Ask.Where = func(d *api.Doc) bool {
			return (active == "" || d.Bool("isActive") == (active == "true")) && mentions(term, d.Str("name"), d.Str("email"), d.Str("username"))
		}
	}
	return rest.ListBy(c, "experience-hub.portal-user", "portal", c.Object.ID), nil
}

// mentions tells whether one of the texts contains a term that is in lower case.
func mentions(term string, texts ...string) bool {
	for _, t := range texts {
		if strings.Contains(strings.ToLower(t), term) {
			return true
		}
	}
	return false
}

func setActive(active bool) rest.Verb {
	return func(c *api.Call) (any, error) {
		o := c.Object.Object()
		o.SetBool("isActive", active)
		_, err := rest.Update(&c.Scope, c.Object, o, o)
		return nil, err
	}
}

// replaceGroups makes the body the whole membership of the user, whatever the operation's name says.
func replaceGroups(c *api.Call) (any, error) {
	ids, bad := groupsIn(c.Tx, c.Object.Owner(), object.Strings(gjson.ParseBytes(c.Body.JSON)))
	if len(bad) > 0 {
		return nil, api.Refuse(bad...)
	}
	o := c.Object.Object()
	o.Set("userGroupIds", object.Texts(ids...))
	_, err := rest.Update(&c.Scope, c.Object, o, o)
	return nil, err
}
