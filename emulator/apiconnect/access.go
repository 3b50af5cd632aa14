package apiconnect

import (
	"net/http"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
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

// enterCatalog is the check that the catalog of the request exists. Without the header it is the default one.
func enterCatalog(c *api.Call) error {
	if c.Op.Base != "" { // the provider's, whatever the catalog
		return nil
	}
	n := notesOf(c)
	values := c.Request.Header[contextKey]
	if len(values) == 0 {
		if n.catalog = defaultCatalog(c); n.catalog == nil {
			return api.Fail(api.NotFound, "there is no catalog")
		}
		return nil
	}
	org, catalog, dotted := strings.Cut(values[0], ".")
	if n.catalog = catalogNamed(c, org, catalog); !dotted || n.catalog == nil {
		return api.Fail(api.NotFound, "%s '%s' names no catalog; it is <provider org>.<catalog>", contextHeader, values[0])
	}
	return nil
}

// authenticate is the check of who calls. Rows that anybody may call do not look at the header at all.
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

// signIn finds the user of a token. One that is not known stands for the administrator of the catalog, unless only known
// ones are accepted or it is an activation token, which opens its invitation and nothing else.
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
	if state := tokenState(c, known); state != "" {
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

// enterOrg is the check that the org in the path exists and lets the caller do what the row does. Rows about products
// have no org in the path: there a permission in any org of the caller is enough, and who is in none needs none.
func enterOrg(c *api.Call) error {
	if len(c.Op.Params) == 0 || c.Op.Params[0].Name != "org" || c.Op.Needs == needsActivation {
		return anyOrg(c)
	}
	n := notesOf(c)
	org := find(c, kindOrg, n.catalog, c.Args[0])
	if org == nil {
		return missing(c, kindOrg, n.catalog, c.Args[0])
	}
	c.Object = org
	member := membership(c, org, c.Caller.Doc)
	if member == nil || member.Str("state") != "enabled" {
		return forbidden(c, needsMember, "the user '%s' is not a member of the org '%s'", c.Caller.Name, org.Str("name"))
	}
	n.rights = rightsOf(c, member)
	if !permitted(c, org) {
		return forbidden(c, c.Op.Needs, "the user '%s' lacks the permission %s in the org '%s'", c.Caller.Name, c.Op.Needs, org.Str("name"))
	}
	return open(c, org)
}

func forbidden(c *api.Call, right, format string, args ...any) error {
	e := api.Fail(api.Forbidden, format, args...)
	e.Facts = api.Facts{Caller: c.Caller.Name, Right: right}
	return e
}

// permitted tells whether the rights of the caller in an org suffice for the row.
func permitted(c *api.Call, org *api.Doc) bool {
	switch c.Op.Needs {
	case needsMember:
		return true
	case needsOwner:
		return org.Str("owner") == c.Caller.Doc.ID
	case needsSelf:
		self := memberNamed(c, org, c.Args[1])
		return may(c, "member:manage") || self != nil && self.Str("user") == c.Caller.Doc.ID
	}
	for right := range strings.SplitSeq(c.Op.Needs, " or ") {
		if may(c, right) {
			return true
		}
	}
	return false
}

// may tells whether the caller has a permission in the org of the path. Who may manage something may view it.
func may(c *api.Call, right string) bool { return allows(notesOf(c).rights, right) }

func allows(held rights, right string) bool {
	what, view := strings.CutSuffix(right, ":view")
	return held.has(right) || view && held.has(what+":manage")
}

// unharmed are the rows that a disabled org lets through: those that can end its state, and one that only compares.
var unharmed = []string{"org_update", "org_del", "credential_verifyClientSecret"}

// open refuses writing below an org that is disabled.
func open(c *api.Call, org *api.Doc) error {
	if org.Str("state") == "disabled" && c.Op.Writing() && !slices.Contains(unharmed, c.Op.ID) {
		return forbidden(c, "", "the org '%s' is disabled", org.Str("name"))
	}
	return nil
}

// anyOrg finds the orgs of the caller and holds the permission of rows without an org in the path.
func anyOrg(c *api.Call) error {
	if c.Caller.Doc == nil {
		return nil
	}
	n := notesOf(c)
	granted := false
	for _, m := range memberships(c, c.Caller.Doc) {
		n.orgs = append(n.orgs, c.Tx.Get(kindOrg, m.Owner()))
		granted = granted || allows(rightsOf(c, m), c.Op.Needs)
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

// locate is the check that the other objects of the path exist, from left to right, each within the one before it.
func locate(c *api.Call) error {
	n := notesOf(c)
	if c.Op.Needs == needsActivation {
		return nil // the check of the token found them, or told who has none that they are not there
	}
	for i, p := range c.Op.Params {
		segment := c.Args[i]
		if p.Name == "org" {
			continue
		}
		owner := c.Object
		if owner == nil {
			owner = n.catalog
		}
		var d *api.Doc
		switch p.Name {
		case "permission":
			if n.permission = permissionNamed(c.Op.ID, segment); n.permission == nil {
				return missing(c, "apiconnect.permission", nil, segment)
			}
			continue
		case "product-name", "api-name": // a list answers for it, or the version does
			continue
		case "product-version":
			d = versioned(c, kindProduct, c.Args[i-1], segment)
			segment = c.Args[i-1] + ":" + segment
		case "api-version":
			d = versioned(c, kindAPI, c.Args[i-1], segment)
			segment = c.Args[i-1] + ":" + segment
		case "product-id":
			d = visibleByID(c, kindProduct, segment)
		case "api-id":
			if d = visibleByID(c, kindAPI, segment); d == nil && !api.IsUUID(segment) {
				tail := c.Op.Path[strings.LastIndexByte(c.Op.Path, '/')+1:]
				d = versioned(c, kindAPI, segment, tail)
				segment += ":" + tail
			}
		case "member":
			d = memberNamed(c, owner, segment)
		case "associate":
			d = associateNamed(c, owner, segment)
		default:
			d = find(c, p.Ref.Kind, owner, segment)
			if p.Ref.Kind == kindUser {
				d = local(d)
			}
		}
		if d == nil {
			return missing(c, kindOf(&p), c.Object, segment)
		}
		if c.Object != nil {
			c.Owners = append(c.Owners, c.Object)
		}
		c.Object = d
	}
	return nil
}

// kindOf is the kind that a path parameter names, for words.
func kindOf(p *api.Param) string {
	switch {
	case p.Ref.Kind != "":
		return p.Ref.Kind
	case strings.HasPrefix(p.Name, "api-"):
		return kindAPI
	case strings.HasPrefix(p.Name, "product-"):
		return kindProduct
	}
	return "apiconnect." + p.Name
}

// missing says what is not there, and in what.
func missing(c *api.Call, kind string, owner *api.Doc, segment string) error {
	what := noun(kind)
	if kind == kindAPI {
		what = "API"
	}
	e := api.Fail(api.NotFound, "%s '%s' not found", what, segment)
	e.Facts = api.Facts{Kind: kind, ID: strings.ToLower(segment)}
	if owner != nil {
		if owner.Res.Kind != kindCatalog {
			e.Message += " in " + noun(owner.Res.Kind) + " '" + owner.Str("name") + "'"
		}
		e.Facts.In = append(slices.Clone(owner.In), owner.ID)
	}
	if c.Tx.Resource(kind) != nil {
		e.Facts.Gone = c.Tx.Gone(kind, strings.ToLower(segment))
	}
	return e
}

// protect is the check that the object of a row may be touched at all.
func protect(c *api.Call) error {
	refuse := func(why string) error {
		return api.Fail(api.Forbidden, "the %s '%s' %s", noun(c.Object.Res.Kind), c.Object.Str("name"), why)
	}
	switch c.Op.ID {
	case "role_update":
		if slices.Contains([]string{"owner", "administrator", "member"}, born(c.Object)) {
			return refuse("cannot be changed")
		}
	case "role_del":
		if slices.Contains([]string{"owner", "member"}, born(c.Object)) {
			return refuse("cannot be deleted")
		}
	case "member_del":
		if owns(c, c.Object) {
			return refuse("is the owner, who must hand the org over first")
		}
	}
	return nil
}
