package axway

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// permissions say which users of the organization may see or manage an application.
var permissions = &api.Resource{
	Kind: "axway.permission", Schema: "StoredPermission", Created: "createdOn", Updated: "-",
	Indexes: []api.Index{
		ofApplication,
		{Name: "user", Path: "userId", To: "axway.user", OnDelete: api.Cascade},
		{Name: "userId", Path: "userId", Within: "application", Unique: true},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		signed(s, d)
		app, user := s.Tx.Get("axway.application", d.Owner()), s.Tx.Get("axway.user", d.Str("userId"))
		if user != nil && !shareable(app, user) {
			return breaks("want an approved user of the application's organization", "userId")
		}
		return nil
	},
}

// shareable tells whether an application may be shared with a user: an approved one of its organization, which
// administrators are not.
func shareable(app, user *api.Doc) bool {
	return user.Str("organizationId") == app.Str("organizationId") && user.Str("state") == "approved"
}

func createPermission(c *api.Call) (any, error) {
	given := rest.Accepted(c)
	user := c.Tx.Get("axway.user", given.Str("userId"))
	if user == nil {
		e := api.Fail(api.NotFound, "no axway.user %q", given.Str("userId"))
		e.Facts = api.Facts{Kind: "axway.user", ID: given.Str("userId")}
		return nil, e
	}
	if !shareable(c.Object, user) {
		return nil, forbidden(c, "share with "+user.Str("loginName"))
	}
	return rest.Insert(&c.Scope, "axway.permission", rest.Inside(c.Object), given)
}

// listPermissions shows all to those who may share, and to those who administer the organization; others see their own.
func listPermissions(c *api.Call) (any, error) {
	app := c.Object
	if !may(c, app, manage) && !administers(c, app.Str("organizationId")) {
		c.Ask.Where = func(d *api.Doc) bool { return d.Str("userId") == c.Caller.Doc.ID }
	}
	return rest.List("axway.permission")(c)
}

// governs tells whether the caller's word counts without a permission of its own.
func governs(c *api.Call, app *api.Doc) bool {
	return c.Caller.Admin || administers(c, app.Str("organizationId")) && configOf(c).delegated
}

// lastManager tells whether nobody else may manage the application.
func lastManager(c *api.Call, app, entry *api.Doc) bool {
	if entry.Str("permission") != manage {
		return false
	}
	n := 0
	for _, other := range c.Tx.Under("axway.permission", "application", app.ID) {
		if other.Str("permission") == manage {
			n++
		}
	}
	return n == 1
}

// updatePermission lets managers change all entries, but the last of them remains one.
func updatePermission(c *api.Call) (any, error) {
	app := c.Owner("axway.application")
	if c.Body.Object.Str("permission") == view && lastManager(c, app, c.Object) && !governs(c, app) {
		return nil, forbidden(c, "leave the application without a manager")
	}
	return rest.Merge(c)
}

// deletePermission lets managers take only themselves out, and not the last of them.
func deletePermission(c *api.Call) (any, error) {
	app := c.Owner("axway.application")
	switch {
	case governs(c, app):
	case c.Object.Str("userId") != c.Caller.Doc.ID:
		return nil, forbidden(c, "remove another user")
	case lastManager(c, app, c.Object):
		return nil, forbidden(c, "leave the application without a manager")
	}
	return rest.Delete(c)
}
