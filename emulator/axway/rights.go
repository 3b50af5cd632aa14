package axway

import "github.com/portico-emulator/portico/emulator/internal/api"

// Rights that rows need.
const (
	view       = "view"
	manage     = "manage"
	approve    = "approve"
	administer = "administer" // quotas and scopes
	create     = "create"
	anyone     = "anyone" // no credential either
)

// authorize asks whether the caller may do what the row does with the application that the path names.
func authorize(c *api.Call) error {
	switch c.Op.Needs {
	case "", anyone:
		return nil
	case create:
		if role(c) == organizationAdministrator && !configOf(c).delegated {
			return forbidden(c, create)
		}
		return nil
	}
	if !may(c, application(c), c.Op.Needs) {
		return forbidden(c, c.Op.Needs)
	}
	return nil
}

// application is the one that the path names, itself or by something in it.
func application(c *api.Call) *api.Doc {
	if app := c.Owner("axway.application"); app != nil {
		return app
	}
	return c.Tx.Get("axway.application", c.Object.Owner())
}

// may tells whether the caller has a right on an application. Administrators have all; organization administrators see what
// is their organization's and, where administration is delegated, manage and approve it; everybody else has what a
// permission says.
func may(c *api.Call, app *api.Doc, right string) bool {
	switch {
	case c.Caller.Admin:
		return true
	case right == administer:
		return false
	case administers(c, app.Str("organizationId")) && (right == view || configOf(c).delegated):
		return true
	}
	entry := c.Tx.Find("axway.permission", "userId", api.Key(app.ID, c.Caller.Doc.ID))
	switch right {
	case view:
		return entry != nil
	case manage:
		return entry != nil && entry.Str("permission") == manage
	}
	return false
}

// Roles, in the vendor's words.
const (
	administrator             = "admin"
	organizationAdministrator = "oadmin"
)

func role(c *api.Call) string {
	if c.Caller.Admin {
		return administrator
	}
	return c.Caller.Doc.Str("role")
}

// administers tells whether the caller is an administrator of that organization.
func administers(c *api.Call, organization string) bool {
	return role(c) == organizationAdministrator && c.Caller.Doc.Str("organizationId") == organization
}

// trusted tells whether the caller's requests in an organization need nobody's approval.
func trusted(c *api.Call, organization string) bool {
	config := configOf(c)
	return c.Caller.Admin || config.autoApproves || config.delegated && administers(c, organization)
}

func forbidden(c *api.Call, right string) error {
	e := api.Fail(api.Forbidden, "%s has not the right to %s", c.Caller.Name, right)
	e.Facts = api.Facts{Right: right, Caller: c.Caller.Name}
	return e
}

// author is the id of who makes something: the caller, or the administrator where nobody calls.
func author(s *api.Scope) string {
	who := s.Caller.Doc
	if who == nil {
		who = builtIn(s)
	}
	if who == nil {
		return ""
	}
	return who.ID
}

// signed gives a new document its author, unless it comes with one.
func signed(s *api.Scope, d *api.Draft) { d.Default("createdBy", api.Quote(author(s))) }

// builtIn is the administrator that every API Manager has, or another where that one was deleted.
func builtIn(s *api.Scope) *api.Doc {
	if d := s.Tx.Find("axway.user", "loginName", "apiadmin"); d != nil && d.Str("role") == administrator {
		return d
	}
	for d := range s.Tx.All("axway.user") {
		if d.Str("role") == administrator {
			return d
		}
	}
	return nil
}
