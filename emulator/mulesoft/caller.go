package mulesoft

import (
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Anyone is what a row needs that asks nobody who he is.
const Anyone = "anyone"

// Who is a caller: a user or a connected app, and the root organization that it belongs to.
type Who struct {
	Doc  *api.Doc // nil where the administrator whom an unknown token would stand for is gone
	Root string   // id of the organization
	app  bool
}

// Caller is who calls, once Authenticate has found out.
func Caller(c *api.Call) *Who {
	w, _ := c.Notes.(*Who)
	return w
}

// Authenticate finds out who calls with a token. One that is not known stands for the administrator, unless only known
// ones are accepted.
func Authenticate(c *api.Call, token string) error {
	if token == "" || strings.ContainsAny(token, " \t,") {
		return api.Fail(api.Unauthorized, "no token")
	}
	known := c.Tx.Get("mulesoft.token", token)
	switch {
	case known != nil:
		who := holder(c.Tx, known)
		if state := tokenState(&c.Scope, known, who); state != "" {
			return api.Fail(api.Unauthorized, "the token is %s", state)
		}
		become(c, who)
	case c.Strict:
		return api.Fail(api.Unauthorized, "the token is not known, and only known ones are accepted")
	default:
		var who *api.Doc
		if admin := c.Tx.Find("mulesoft.token", "name", "admin"); admin != nil {
			who = holder(c.Tx, admin)
		}
		become(c, who)
	}
	return nil
}

// AuthenticateApp finds out who calls with a connected app's own id and secret, which are always known ones.
func AuthenticateApp(c *api.Call, id, secret string) error {
	app := c.Tx.Get("mulesoft.connected-app", id)
	if app == nil || app.Str("clientSecret") != secret {
		return api.Fail(api.Unauthorized, "no connected app has that id and secret")
	}
	become(c, app)
	return nil
}

func become(c *api.Call, who *api.Doc) {
	w := &Who{Doc: who}
	c.Notes = w
	if who == nil {
		c.Caller = api.Caller{Name: "admin", Admin: true}
		for org := range c.Tx.All("mulesoft.organization") {
			w.Root = org.ID
			break
		}
		return
	}
	w.Root, w.app = who.Owner(), who.Res.Kind == "mulesoft.connected-app"
	name := who.Str("username")
	if w.app {
		name = who.ID
	}
	c.Caller = api.Caller{Name: name, Doc: who, Admin: w.Holds("", OrganizationAdministrator)}
}

// Holds tells whether the caller has one of the permissions, for a business group if one is named.
func (w *Who) Holds(group string, roles ...string) bool {
	if w.Doc == nil {
		return true
	}
	return slices.ContainsFunc(grantsOf(w.Doc), func(g grant) bool {
		return slices.Contains(roles, g.role) && (g.group == "" || group == "" || g.group == group)
	})
}

// Belongs tells whether the caller is a member of an organization: of the root, and of the business groups for which
// there is a permission.
func (w *Who) Belongs(tx api.Tx, id string) bool {
	if id == w.Root {
		return true
	}
	return Within(tx, id, w.Root) && (w.Doc == nil || slices.ContainsFunc(grantsOf(w.Doc), func(g grant) bool {
		return g.group == "" || g.group == id
	}))
}

// role is what the caller may do with an asset by a share of it, or "".
func (w *Who) role(tx api.Tx, asset *api.Doc) string {
	if w.Doc == nil || w.app {
		return ""
	}
	if share := tx.Get("mulesoft.asset-share", asset.ID+"/"+w.Doc.ID); share != nil {
		return share.Str("role")
	}
	return ""
}

// governs tells whether one of the permissions reaches an asset.
func (w *Who) governs(asset *api.Doc, roles ...string) bool {
	return asset.Owner() == w.Root && w.Holds(AssetOf(asset).Group, roles...)
}

// MayView tells whether the caller may see an asset: by a share, or by a permission over its business group.
func (w *Who) MayView(tx api.Tx, asset *api.Doc) bool {
	return w.governs(asset, ExchangeViewer, ExchangeContributor, ExchangeAdministrator) || w.administers(asset) ||
		w.role(tx, asset) != "" ||
		w.governs(asset, ExchangeCreator) && w.Doc != nil && AssetOf(asset).Creator == w.Doc.ID
}

// MayShare tells whether the caller may decide who has which role on an asset. A connected app's contributor scope is
// for reading and writing; a user who may contribute may not share.
func (w *Who) MayShare(tx api.Tx, asset *api.Doc) bool {
	return w.governs(asset, ExchangeAdministrator) || w.administers(asset) || w.role(tx, asset) == "admin" ||
		w.app && w.governs(asset, ExchangeContributor)
}

// administers is the right of an Organization Administrator, which no business group narrows.
func (w *Who) administers(asset *api.Doc) bool {
	return asset.Owner() == w.Root && w.Holds("", OrganizationAdministrator)
}
