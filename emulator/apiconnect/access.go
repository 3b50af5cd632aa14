package apiconnect

import (
	"net/http"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// What a row needs of its caller beside permissions.
const (
	needsUser       = "user"       // any user
	needsMember     = "member"     // of the org in the path
	needsOwner      = "owner"      // of the org in the path
	needsActivation = "activation" // the token of an invitation, or its addressee's
)

const contextHeader = "X-IBM-Consumer-Context"

// contextKey is the same as a header of Go has it.
var contextKey = http.CanonicalHeaderKey(contextHeader)

// locate finds the catalog of the request and, within it, what the path names.
func locate(c *api.Call) error {
	if c.Op.Base != "" { // the provider's, whatever the catalog
		return nil
	}
	catalog, err := catalogAsked(c)
	if err != nil {
		return err
	}
	notesOf(c).catalog = catalog
	if err := rest.LocateIn(c, catalog); err != nil {
		f := api.AsError(err).Facts
		segment := f.ID
		if f.Kind == kindProduct || f.Kind == kindAPI {
			segment = versionAsked(c)
		}
		e := missing(c, f.Kind, c.Object, segment)
		e.Facts.In = f.In
		return e
	}
	return nil
}

// catalogAsked is the catalog that the header names. Without the header it is the default one.
func catalogAsked(c *api.Call) (*api.Doc, error) {
	values := c.Request.Header[contextKey]
	if len(values) == 0 {
		if d := defaultCatalog(c); d != nil {
			return d, nil
		}
		return nil, api.Fail(api.NotFound, "there is no catalog")
	}
	if org, catalog, dotted := strings.Cut(values[0], "."); dotted {
		if d := catalogNamed(c, org, catalog); d != nil {
			return d, nil
		}
	}
	return nil, api.Fail(api.NotFound, "%s '%s' names no catalog; it is <provider org>.<catalog>", contextHeader, values[0])
}

// enterCatalog checks that the catalog of the request exists. It also finds what the path names; exists reports what is
// missing there.
func enterCatalog(c *api.Call) error {
	err := locate(c)
	n := notesOf(c)
	if n.catalog == nil {
		return err
	}
	n.missing = err
	return nil
}

// authenticate finds out who calls. Rows that anybody may call ignore the header.
func authenticate(c *api.Call) error {
	switch c.Op.Needs {
	case "":
		return nil
	case needsActivation:
		return invited(c)
	}
	token := api.Bearer(c.Header("Authorization"))
	if token == "" {
		return api.Fail(api.Unauthorized, "no bearer token")
	}
	return signIn(c, token)
}

// signIn finds the user of a token. An unknown token acts as the administrator of the catalog, unless only known ones are
// accepted or it is an activation token, which is good for its invitation and nothing else.
func signIn(c *api.Call, token string) error {
	catalog := notesOf(c).catalog
	known := c.Tx.Find(kindToken, "token", token)
	if known == nil {
		admin := c.Tx.Get(kindUser, catalog.Str("administrator"))
		switch {
		case c.Strict || isActivation(token):
			return api.Fail(api.Unauthorized, "the token is not known")
		case admin == nil || admin.In[1] != catalog.ID:
			return api.Fail(api.Unauthorized, "the token is not known, and the catalog names no administrator")
		}
		return enabled(c, admin)
	}
	if state := tokenState(&c.Scope, known); state != "" {
		return api.Fail(api.Unauthorized, "the token is %s", state)
	}
	if known.In[1] != catalog.ID {
		return api.Fail(api.Unauthorized, "the token is of another catalog")
	}
	return enabled(c, c.Tx.Get(kindUser, known.Owner()))
}

func enabled(c *api.Call, user *api.Doc) error {
	if state := user.Str("state"); state != "enabled" {
		return api.Fail(api.Unauthorized, "the user '%s' is %s", user.Str("username"), state)
	}
	c.Caller = api.Caller{Name: user.Str("username"), Doc: user}
	return nil
}

// enterOrg checks that the org in the path exists and that the caller has the permission that the row needs in it. Rows about
// products have no org in the path: there a permission in any org of the caller is enough, and a user without orgs needs none.
func enterOrg(c *api.Call) error {
	if len(c.Op.Params) == 0 || c.Op.Params[0].Ref.Kind != kindOrg || c.Op.Needs == needsActivation {
		return anyOrg(c)
	}
	n := notesOf(c)
	org := c.Owner(kindOrg)
	if org == nil {
		return n.missing
	}
	member := membership(&c.Scope, org, c.Caller.Doc)
	if member == nil || member.Str("state") != "enabled" {
		return forbidden(c, needsMember, "the user '%s' is not a member of the org '%s'", c.Caller.Name, org.Str("name"))
	}
	n.rights = rightsOf(&c.Scope, member)
	if !permitted(c, org) {
		return lacking(c, c.Op.Needs, org)
	}
	return open(c, org)
}

// lacking refuses a caller without a permission in an org.
func lacking(c *api.Call, right string, org *api.Doc) error {
	return forbidden(c, right, "the user '%s' lacks the permission %s in the org '%s'", c.Caller.Name, right, org.Str("name"))
}

func forbidden(c *api.Call, right, format string, args ...any) error {
	e := api.Fail(api.Forbidden, format, args...)
	e.Facts = api.Facts{Caller: c.Caller.Name, Right: right}
	return e
}

// permitted reports whether the rights of the caller in an org suffice for the row.
func permitted(c *api.Call, org *api.Doc) bool {
	switch c.Op.Needs {
	case needsMember:
		return true
	case needsOwner:
		return org.Str("owner") == c.Caller.Doc.ID
	case needsSelf:
		self := c.Owner(kindMember)
		return may(c, "member:manage") || self != nil && self.Str("user") == c.Caller.Doc.ID
	}
	for right := range strings.SplitSeq(c.Op.Needs, " or ") {
		if may(c, right) {
			return true
		}
	}
	return false
}

// may reports whether the caller has a permission in the org of the path. Managing includes viewing.
func may(c *api.Call, right string) bool { return allows(notesOf(c).rights, right) }

func allows(held []string, right string) bool {
	what, view := strings.CutSuffix(right, ":view")
	return slices.Contains(held, right) || view && slices.Contains(held, what+":manage")
}

// open refuses writing below an org that is disabled. The org itself may be changed and deleted, and whoever needs no more than
// to view something compares and does not write.
func open(c *api.Call, org *api.Doc) error {
	itself := len(c.Op.Params) == 1 && c.Op.Method != http.MethodPost
	if org.Str("state") != "disabled" || !c.Op.Writing() || itself || strings.HasSuffix(c.Op.Needs, ":view") {
		return nil
	}
	return forbidden(c, "", "the org '%s' is disabled", org.Str("name"))
}

// anyOrg finds the orgs of the caller and holds the permission of rows without an org in the path.
func anyOrg(c *api.Call) error {
	if c.Caller.Doc == nil {
		return nil
	}
	n := notesOf(c)
	n.orgs = n.orgs[:0]
	granted := false
	for _, m := range memberships(&c.Scope, c.Caller.Doc) {
		n.orgs = append(n.orgs, c.Tx.Get(kindOrg, m.Owner()))
		granted = granted || allows(rightsOf(&c.Scope, m), c.Op.Needs)
	}
	if c.Op.Needs == needsUser || c.Op.Needs == needsActivation || len(n.orgs) == 0 || granted {
		return nil
	}
	return forbidden(c, c.Op.Needs, "the user '%s' lacks the permission %s in every org", c.Caller.Name, c.Op.Needs)
}

// audience narrows the orgs of the caller to the one that consumer_org_url names.
func audience(c *api.Call) error {
	if c.Op.List == nil || len(c.Op.List.Filter) == 0 || c.Op.List.Filter[0].Name != orgField.Name || len(c.Query[orgField.Name]) == 0 {
		return nil
	}
	n := notesOf(c)
	org := orgAt(c, n.catalog, c.Param(orgField.Name))
	if org == nil {
		return api.Refuse(inQuery(orgField.Name, "is the URL of no org"))
	}
	if !slices.ContainsFunc(n.orgs, func(o *api.Doc) bool { return o.ID == org.ID }) {
		return forbidden(c, needsMember, "the user '%s' is not a member of the org '%s'", c.Caller.Name, org.Str("name"))
	}
	n.orgs = []*api.Doc{org}
	return nil
}

// exists checks that the path names something that the caller may see. A product or an API that the caller may not see is
// answered as if it did not exist.
func exists(c *api.Call) error {
	n := notesOf(c)
	switch {
	case c.Op.Needs == needsActivation: // the check of the token reports what is missing
		return nil
	case n.missing != nil:
		return n.missing
	case c.Object != nil && (c.Object.Res.Kind == kindProduct || c.Object.Res.Kind == kindAPI) && !seen(c, c.Object):
		return missing(c, c.Object.Res.Kind, nil, versionAsked(c))
	}
	return nil
}

// missing is the error of a segment of the path that names nothing of a kind within owner, which may be nil.
func missing(c *api.Call, kind string, owner *api.Doc, segment string) *api.Error {
	e := rest.Missing(&c.Scope, kind, owner, segment)
	what := noun(kind)
	if kind == kindAPI {
		what = "API"
	}
	e.Message = what + " '" + segment + "' not found"
	if owner != nil {
		e.Message += " in " + noun(owner.Res.Kind) + " '" + owner.Str("name") + "'"
	}
	return e
}

// checkRow runs the check of the row itself, if it has one.
func checkRow(c *api.Call) error {
	if c.Op.Check == nil {
		return nil
	}
	return c.Op.Check(c)
}

// protected refuses a call because of what its object is.
func protected(c *api.Call, why string) error {
	return api.Fail(api.Forbidden, "the %s '%s' %s", noun(c.Object.Res.Kind), c.Object.Str("name"), why)
}
