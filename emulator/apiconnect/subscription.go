package apiconnect

import (
	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// subscriptions join applications to plans of products: one of each product at most.
var subscriptions = &api.Resource{
	Kind: kindSubscription, Schema: "StoredSubscription",
	Indexes: []api.Index{
		{Name: "app", To: kindApp, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "app", Unique: true},
		{Name: "product", Path: "product", To: kindProduct, OnDelete: api.Cascade},
		{Name: "bought", Key: func(d *api.Doc) []string { return []string{api.Key(d.In[2], d.Str("product"))} }},
	},
	OnCreate: onCreateSubscription,
	OnChange: onChangeSubscription,
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		product := c.Tx.Get(kindProduct, d.Str("product"))
		f := newForm(c, d, "subscription", to)
		f.keep("id", "name", "title", "summary")
		f.url("product_url", path(product))
		f.keep("plan")
		f.text("plan_title", planTitle(product, d.Str("plan")))
		f.keep("state", "state_pending")
		f.tasks()
		f.keep("metadata")
		f.times()
		f.url("app_url", "/apps/", d.In[2], "/", d.In[3])
		return f.done(f.place, f.consumer, f.self)
	},
}

// plan is a plan of a product by its key; it does not exist where there is none.
func plan(product *api.Doc, key string) gjson.Result {
	for _, p := range product.Get("plans").Array() {
		if p.Get("name").String() == key {
			return p
		}
	}
	return gjson.Result{}
}

func planTitle(product *api.Doc, key string) string {
	if title := plan(product, key).Get("title").String(); title != "" {
		return title
	}
	return key
}

// approval reports whether somebody must approve a plan first.
func approval(s *api.Scope, product *api.Doc, key string) bool {
	return plan(product, key).Get("approval").Bool() && !catalogOf(s, product).Bool("auto_approve")
}

func onCreateSubscription(s *api.Scope, d *api.Draft) error {
	product := s.Tx.Get(kindProduct, d.Str("product"))
	if product == nil {
		return nil // refused when it is stored
	}
	if err := checkPlan(s, d, product); err != nil {
		return err
	}
	if err := makeRoom(s, s.Tx.Get(kindApp, d.Owner()), product); err != nil {
		return err
	}
	if d.Null("title") && d.Null("name") {
		d.SetString("title", cut(product.Str("title")+" "+product.Str("version")+" - "+planTitle(product, d.Str("plan")), maxTitle))
	}
	state := "enabled"
	if approval(s, product, d.Str("plan")) {
		state = "pending"
	}
	d.Default("state", api.Quote(state))
	keepTask(s, d)
	return name(s, d)
}

// checkPlan refuses a product of another catalog and a plan that the product does not have.
func checkPlan(s *api.Scope, d *api.Draft, product *api.Doc) error {
	if err := sameCatalog(s, d, "product", kindProduct); err != nil {
		return err
	}
	if !plan(product, d.Str("plan")).Exists() {
		return refuse("is not a plan of the product", "plan")
	}
	return nil
}

// makeRoom deletes a rejected subscription of an app to a product. Any other one is a conflict.
func makeRoom(c *api.Scope, app, product *api.Doc) error {
	for _, s := range c.Tx.Under(kindSubscription, "app", app.ID) {
		switch {
		case s.Str("product") != product.ID:
		case s.Str("state") == "rejected":
			c.Tx.Delete(s)
		default:
			return api.Fail(api.Conflict, "app '%s' is already subscribed to product '%s:%s'",
				app.Str("name"), product.Str("name"), product.Str("version"))
		}
	}
	return nil
}

// keepTask makes state, pending state and task agree.
func keepTask(s *api.Scope, d *api.Draft) {
	if d.Str("state") == "pending" {
		d.SetString("state_pending", "enabled")
	}
	if d.Null("state_pending") {
		d.Delete("state_pending")
		d.Delete("task")
	} else if d.Null("task") {
		d.SetString("task", s.NewID())
	}
}

// onChangeSubscription ends what is pending when somebody decides: the provider does so by /_portico/state.
func onChangeSubscription(s *api.Scope, old *api.Doc, d *api.Draft) error {
	if d.Str("state") != old.Str("state") && d.Str("state") != "pending" {
		d.Delete("state_pending")
	}
	if d.Str("product") != old.Str("product") || d.Str("plan") != old.Str("plan") {
		if product := s.Tx.Get(kindProduct, d.Str("product")); product != nil {
			if err := checkPlan(s, d, product); err != nil {
				return err
			}
		}
	}
	keepTask(s, d)
	return nil
}

// checkTarget checks that an app may subscribe to a plan of a product, in the vendor's order.
func checkTarget(c *api.Call, app, product *api.Doc, key string) error {
	org := c.Tx.Get(kindOrg, app.In[2])
	if product == nil || !visible(c, product, true, []*api.Doc{org}) {
		return api.Fail(api.NotFound, "the product is not found, or not visible to the org '%s'", org.Str("name"))
	}
	label := product.Str("name") + ":" + product.Str("version")
	rule := product.Get("visibility.subscribe")
	p := plan(product, key)
	switch {
	case product.Str("lifecycle_state") == "deprecated":
		return refuse("product '"+label+"' is deprecated and takes no new subscriptions", "product_url")
	case !rule.Get("enabled").Bool(), rule.Get("type").String() == "custom" && !admits(c, rule, []*api.Doc{org}):
		return forbidden(c, "", "the org '%s' cannot subscribe to product '%s'", org.Str("name"), label)
	case !p.Exists():
		return refuse("is not a plan of product '"+label+"'", "plan")
	case app.Str("state") == "disabled":
		return refuse("app '"+app.Str("name")+"' is disabled and takes no new subscriptions", "product_url")
	case p.Get("billing").Exists() && !canPay(c, org.ID, p.Get("billing")):
		return refuse("costs money, and the org has no payment method for its billing", "plan")
	}
	return nil
}

// subscribe makes a subscription. The state is not the caller's to choose.
func subscribe(c *api.Call) (any, error) {
	s := created(c, "name", "title", "summary", "product_url", "plan", "metadata")
	product, err := productAt(c, notesOf(c).catalog, "product_url", s.Str("product_url"))
	if err != nil {
		return nil, err
	}
	if err := checkTarget(c, c.Object, product, s.Str("plan")); err != nil {
		return nil, err
	}
	s[s.Find("product_url")] = api.Member{Name: "product", Value: api.Quote(product.ID)}
	return rest.Insert(&c.Scope, kindSubscription, rest.Inside(c.Object), s)
}

// updateSubscription changes a subscription. Only values that differ count; what the provider decides is refused.
func updateSubscription(c *api.Call) (any, error) {
	d := c.Object
	s := sent(c, "name", "title", "summary", "product_url", "plan", "state", "state_pending", "metadata")
	if i := s.Find("product_url"); i >= 0 {
		product, err := productAt(c, notesOf(c).catalog, "product_url", s.Str("product_url"))
		if err != nil {
			return nil, err
		}
		id := ""
		if product != nil {
			id = product.ID
		}
		s[i] = api.Member{Name: "product", Value: api.Quote(id)}
	}
	if err := settled(d, s, "state", "state_pending", "product", "plan"); err != nil {
		return nil, err
	}
	differs := func(name string) bool {
		i := s.Find(name)
		return i >= 0 && !equal(d, s[i])
	}
	state, pending, moved := differs("state"), differs("state_pending"), differs("product") || differs("plan")
	var err error
	switch {
	case state && moved, state && pending, pending && moved:
		err = refuse("cannot change in one request with the product, the plan or what is pending", "state")
	case state:
		err = changeState(d, s.Str("state"))
	case pending:
		err = request(c, d, &s)
	case moved:
		err = migrate(c, d, &s)
	}
	if err != nil {
		return nil, err
	}
	return patch(&c.Scope, d, s)
}

// changeState checks a change of the state. A subscriber may only enable and disable.
func changeState(d *api.Doc, next string) error {
	now := d.Str("state")
	if (now == "enabled" || now == "disabled") && (next == "enabled" || next == "disabled") {
		return nil
	}
	return api.Fail(api.Forbidden, "the provider decides whether the subscription '%s', which is %s, becomes %s", d.Str("name"), now, next)
}

// request asks the provider to enable a subscription, or withdraws that.
func request(c *api.Call, d *api.Doc, s *api.Object) error {
	now := d.Str("state")
	product := c.Tx.Get(kindProduct, d.Str("product"))
	switch {
	case s.Null("state_pending") && now == "pending":
		return refuse("cannot be taken back; delete the subscription instead", "state_pending")
	case s.Null("state_pending"):
	case now == "enabled":
		return api.Fail(api.Conflict, "the subscription '%s' is enabled already", d.Str("name"))
	case !approval(&c.Scope, product, d.Str("plan")):
		s.SetString("state", "enabled")
		s.Delete("state_pending")
	case now == "rejected":
		s.SetString("state", "pending")
	}
	return nil
}

// migrate moves a subscription to another plan or product, which is checked like a new one.
func migrate(c *api.Call, d *api.Doc, s *api.Object) error {
	now := d.Str("state")
	if now != "enabled" && now != "disabled" {
		return refuse("and plan cannot change while the subscription is "+now, "product_url")
	}
	s.Default("product", []byte(d.Get("product").Raw))
	s.Default("plan", []byte(d.Get("plan").Raw))
	app, product := c.Tx.Get(kindApp, d.Owner()), c.Tx.Get(kindProduct, s.Str("product"))
	if err := checkTarget(c, app, product, s.Str("plan")); err != nil {
		return err
	}
	if product.ID != d.Str("product") {
		if err := makeRoom(&c.Scope, app, product); err != nil {
			return err
		}
	}
	if approval(&c.Scope, product, s.Str("plan")) {
		s.SetString("state", "pending")
	} else {
		s.Set("state_pending", api.Null) // what was asked for was the old plan
	}
	return nil
}
