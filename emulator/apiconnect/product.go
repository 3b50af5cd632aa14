package apiconnect

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// products are published by the provider. State, visibility and subscriptions decide who sees one.
var products = &api.Resource{
	Kind: kindProduct, Schema: "StoredProduct",
	Indexes: []api.Index{
		{Name: "catalog", To: kindCatalog, OnDelete: api.Cascade},
		{Name: "named", Path: "name", Within: "catalog"},
		{Name: "version", Path: "name,version", Within: "catalog", Unique: true},
		{Name: "apis", Path: "apis", To: kindAPI, OnDelete: api.Detach},
	},
	OnCreate: func(_ *api.Scope, d *api.Draft) error {
		d.Default("title", d.Raw("name"))
		return nil
	},
	OnChange: func(c *api.Scope, old *api.Doc, d *api.Draft) error {
		// What is retired or archived takes its subscriptions along.
		if state := d.Str("lifecycle_state"); state == "retired" || state == "archived" {
			for _, s := range c.Tx.Under(kindSubscription, "product", old.ID) {
				c.Tx.Delete(s)
			}
		}
		return nil
	},
	Render: showProduct,
}

func showProduct(c *api.Call, d *api.Doc, to []byte) []byte {
	f := newForm(c, d, "product", to)
	f.keep("id", "name", "version", "title", "summary")
	f.set("state", f.d.Raw("lifecycle_state"))
	if notesOf(c).fields.heavy(c, "product") {
		f.set("product", productDocument(c, d))
	}
	f.keep("lifecycle_state", "metadata")
	f.set("visibility", api.Object{
		{Name: "view", Value: audienceOf(c, d, "view")}, {Name: "subscribe", Value: audienceOf(c, d, "subscribe")},
	}.JSON())
	// Addresses that would lead nowhere are left out.
	f.urls("api_urls", slices.DeleteFunc(docs(&c.Scope, kindAPI, each(d, "apis")), func(a *api.Doc) bool { return !running(a) }))
	var plans [][]byte
	var paid []string
	for _, p := range d.Get("plans").Array() {
		o := api.ObjectOf([]byte(p.Raw))
		if billing := p.Get("billing"); billing.Exists() {
			b := api.ObjectOf([]byte(billing.Raw))
			if id := billing.Get("integration").String(); id != "" {
				b.Delete("integration")
				url := c.URL(inCatalog(d.In, "/billings/"+id))
				b.SetString("billing_url", url)
				paid = once(paid, url)
			}
			o.Set("billing", b.JSON())
		}
		plans = append(plans, o.JSON())
	}
	f.set("plans", object.Array(plans...))
	f.keep("gateway_types")
	f.set("gateway_service_urls", object.Texts())
	f.set("billing_urls", object.Texts(paid...))
	f.urls("supersedes", docs(&c.Scope, kindProduct, each(d, "supersedes")))
	if next := c.Tx.Get(kindProduct, d.Str("superseded_by.product")); next != nil {
		moves := d.Get("superseded_by.plans").Raw
		if moves == "" {
			moves = "[]"
		}
		f.set("superseded_by", api.Object{
			{Name: "product_url", Value: api.Quote(c.URL(base + path(next)))}, {Name: "plans", Value: []byte(moves)},
		}.JSON())
	}
	f.text("scope", "catalog")
	return f.done(f.times, f.catalog, f.self)
}

// audienceOf is who may view or subscribe, with addresses.
func audienceOf(c *api.Call, d *api.Doc, which string) []byte {
	v := d.Get("visibility." + which)
	o := api.Object{{Name: "type", Value: []byte(v.Get("type").Raw)}, {Name: "enabled", Value: []byte(v.Get("enabled").Raw)}}
	for _, m := range []struct{ stored, wire, kind string }{{"orgs", "org_urls", kindOrg}, {"groups", "group_urls", kindGroup}} {
		if !v.Get(m.stored).Exists() {
			continue
		}
		var urls []string
		for _, other := range docs(&c.Scope, m.kind, object.Strings(v.Get(m.stored))) {
			urls = append(urls, c.URL(base+path(other)))
		}
		o.Set(m.wire, object.Texts(urls...))
	}
	return o.JSON()
}

// onSale reports whether a product is published, perhaps deprecated.
func onSale(p *api.Doc) bool {
	state := p.Str("lifecycle_state")
	return state == "published" || state == "deprecated"
}

// admits reports whether a custom rule names one of the orgs, itself or by a group.
func admits(c *api.Call, rule gjson.Result, orgs []*api.Doc) bool {
	named, grouped := object.Strings(rule.Get("orgs")), object.Strings(rule.Get("groups"))
	return slices.ContainsFunc(orgs, func(org *api.Doc) bool {
		return slices.Contains(named, org.ID) ||
			slices.ContainsFunc(c.Tx.Under(kindGroup, "orgs", org.ID), func(g *api.Doc) bool { return slices.Contains(grouped, g.ID) })
	})
}

// visible reports whether a product is shown to orgs; anybody without a user sees what is public.
func visible(c *api.Call, p *api.Doc, user bool, orgs []*api.Doc) bool {
	view := p.Get("visibility.view")
	kind := view.Get("type").String()
	switch {
	case !onSale(p):
		return false
	case user && slices.ContainsFunc(orgs, func(o *api.Doc) bool { return c.Tx.Count(kindSubscription, "bought", api.Key(o.ID, p.ID)) > 0 }):
		return true
	case !view.Get("enabled").Bool():
		return false
	case kind == "public":
		return true
	case kind == "authenticated":
		return user
	}
	return user && admits(c, view, orgs)
}

// seen reports whether the caller may see a product or an API. An API is seen in any product that is.
func seen(c *api.Call, d *api.Doc) bool {
	user, orgs := c.Caller.Doc != nil, notesOf(c).orgs
	if d.Res.Kind == kindProduct {
		return visible(c, d, user, orgs)
	}
	if !running(d) {
		return false
	}
	return slices.ContainsFunc(c.Tx.Under(kindProduct, "apis", d.ID), func(p *api.Doc) bool { return visible(c, p, user, orgs) })
}

// running reports whether an API is online or offline: an offline one cannot be called, but is shown.
func running(d *api.Doc) bool {
	state := d.Str("state")
	return state == "online" || state == "offline"
}

// versionAsked is the product or API that the path names, for words: by its id, or by name and version.
func versionAsked(c *api.Call) string {
	if byName(c) {
		return c.Args[0] + ":" + lastSegment(c)
	}
	return strings.Join(c.Args, ":")
}

// listSeen lists the products or APIs that the caller may see: all, or the versions of the name in the path.
func listSeen(kind string) rest.Verb {
	return func(c *api.Call) (any, error) {
		c.Ask.Where = func(d *api.Doc) bool { return seen(c, d) }
		catalog := notesOf(c).catalog.ID
		if len(c.Args) == 0 {
			return rest.ListBy(c, kind, "catalog", catalog), nil
		}
		return rest.ListBy(c, kind, "named", api.Key(catalog, c.Args[0])), nil
	}
}

var (
	// orgField narrows products and APIs to what one org sees; the check of the query reads it.
	orgField  = api.Field{Name: "consumer_org_url", Type: api.AsNothing}
	typeField = api.Field{Name: "api_type", Type: api.AsEnum, Enum: []string{"rest", "wsdl"}}

	paging        = &api.List{Paged: true}
	productList   = &api.List{Paged: true, Filter: []api.Field{orgField}}
	apiList       = &api.List{Paged: true, Filter: []api.Field{orgField, typeField}}
	publicAPIList = &api.List{Paged: true, Filter: []api.Field{typeField}}
)
