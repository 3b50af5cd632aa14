package apiconnect

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
)

// billings are the provider's integrations as an org sees them.
var billings = &api.Resource{
	Kind: kindBilling, Schema: "StoredBilling", OnCreate: named,
	Indexes: []api.Index{
		{Name: "org", To: kindOrg, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "org", Unique: true},
		{Name: "type", Path: "payment_method_type", To: kindPaymentMethodType},
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		f := newForm(c, d, "billing", to)
		f.keep("id", "name", "title", "summary", "scope", "owned")
		urls := object.Texts()
		if id := d.Str("payment_method_type"); id != "" {
			urls = object.Texts(c.URL(typePath(id)))
		}
		f.set("payment_method_integration_urls", urls)
		if config := f.d.Raw("configuration"); config != nil {
			f.set("configuration", masked(config))
		}
		f.keep("metadata")
		f.times()
		if id := d.Str("integration"); id != "" {
			f.text("billing_url", c.URL(inCatalog(d.In, "/billings/"+id)))
		}
		f.paidBy()
		f.place()
		f.self()
		return f.done()
	},
}

// paymentMethodTypes are kinds of payment method, the same for every catalog.
var paymentMethodTypes = &api.Resource{
	Kind: kindPaymentMethodType, Schema: "StoredPaymentMethodType",
	Indexes: []api.Index{{Name: "name", Path: "name", Unique: true}},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		if err := checkable(s, d); err != nil {
			return err
		}
		return named(s, d)
	},
	OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error { return checkable(s, d) },
}

func typePath(id string) string { return "/api/cloud/integrations/payment-method/" + id }

// paidBy shows the type of payment method.
func (f *form) paidBy() {
	if id := f.d.Str("payment_method_type"); id != "" {
		f.text("payment_method_type_url", f.c.URL(typePath(id)))
	}
}

// paymentMethods are how an org pays.
var paymentMethods = &api.Resource{
	Kind: kindPaymentMethod, Schema: "StoredPaymentMethod",
	Indexes: []api.Index{
		{Name: "org", To: kindOrg, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "org", Unique: true},
		{Name: "billing", Path: "billing", To: kindBilling},
		{Name: "type", Path: "payment_method_type", To: kindPaymentMethodType},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		if err := configured(s, d); err != nil {
			return err
		}
		return name(s, d)
	},
	OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error { return configured(s, d) },
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		f := newForm(c, d, "payment_method", to)
		f.keep("id", "name", "title", "summary")
		f.set("configuration", masked(f.d.Raw("configuration")))
		f.keep("metadata")
		f.times()
		if b := c.Tx.Get(kindBilling, d.Str("billing")); b != nil {
			f.url("billing_url", path(b))
		}
		f.paidBy()
		f.place()
		f.consumer()
		f.self()
		return f.done()
	},
}

// mask is shown in place of a secret.
const mask = "********"

// isSecretMember reports whether a member of a configuration is shown masked.
func isSecretMember(name string) bool {
	return name == "token" || strings.HasSuffix(name, "_key") && name != "publishable_key" ||
		strings.Contains(name, "secret") || strings.Contains(name, "password")
}

func masked(config []byte) []byte {
	out := api.Object{}
	for _, m := range api.ObjectOf(config) {
		if isSecretMember(m.Name) {
			m.Value = api.Quote(mask)
		}
		out = append(out, m)
	}
	return out.JSON()
}

// updatePaymentMethod replaces the configuration, but for what only the provider sets and for secrets that come back masked.
func updatePaymentMethod(c *api.Call) (any, error) {
	s := sent(c, "name", "title", "summary", "configuration", "metadata")
	if i := s.Find("configuration"); i >= 0 {
		old := api.ObjectOf([]byte(c.Object.Get("configuration").Raw))
		next := api.Object{}
		for _, m := range api.ObjectOf(s[i].Value) {
			if m.Name == "owner_name" {
				continue
			}
			if kept := old.Raw(m.Name); isSecretMember(m.Name) && bytes.Equal(m.Value, api.Quote(mask)) {
				if kept == nil {
					return nil, api.Refuse(api.Violation{Path: []string{"configuration", m.Name}, Rule: api.Other, Text: "is masked, and there is no value to keep"})
				}
				m.Value = kept
			}
			next.Set(m.Name, m.Value)
		}
		if kept := old.Raw("owner_name"); kept != nil {
			next.Set("owner_name", kept)
		}
		s[i].Value = next.JSON()
	}
	return patch(&c.Scope, c.Object, s)
}

// configured checks a configuration against the schema of its type, and what a card's expiry looks like.
func configured(s *api.Scope, d *api.Draft) error {
	config := api.ObjectOf(d.Raw("configuration"))
	bad, err := byType(s, s.Tx.Get(kindPaymentMethodType, d.Str("payment_method_type")), config)
	if err != nil {
		return err
	}
	within := func(name string, least, most int, text string) {
		if !config.Has(name) {
			return
		}
		if n, err := strconv.Atoi(config.Str(name)); err != nil || n < least || n > most {
			bad = append(bad, api.Violation{Path: []string{"configuration", name}, Rule: api.Other, Text: text})
		}
	}
	within("expiration_month", 1, 12, "must be a month from 1 to 12")
	within("expiration_year", 1000, 9999, "must be a year of four digits")
	if bad != nil {
		return api.Refuse(bad...)
	}
	return nil
}

// byType returns what is wrong with a configuration by the schema of its type: missing members first, the others in the order
// in which they were sent.
func byType(s *api.Scope, kind *api.Doc, config api.Object) ([]api.Violation, error) {
	if kind == nil || kind.Raw("configuration_schema") == nil {
		return nil, nil
	}
	found, err := s.Vendor.CheckWith(kind.Raw("configuration_schema"), config.JSON())
	if err != nil {
		return nil, api.Refuse(api.Violation{Path: []string{"configuration"}, Rule: api.Other, Text: "cannot be checked: " + err.Error()})
	}
	place := func(v api.Violation) int {
		if len(v.Path) == 0 {
			return -1
		}
		return config.Find(v.Path[0])
	}
	slices.SortStableFunc(found, func(a, b api.Violation) int { return place(a) - place(b) })
	for i := range found {
		v := &found[i]
		*v = api.Violation{Path: append([]string{"configuration"}, v.Path...), Rule: api.Other, Text: rule(v)}
	}
	return found, nil
}

// checkable refuses a type whose schema cannot be used.
func checkable(s *api.Scope, d *api.Draft) error {
	if schema := d.Raw("configuration_schema"); schema != nil {
		if _, err := s.Vendor.CheckWith(schema, []byte("{}")); err != nil {
			return api.Refuse(api.Violation{Path: []string{"configuration_schema"}, Rule: api.Other, Text: "cannot be used: " + err.Error()})
		}
	}
	return nil
}

// canPay reports whether an org has a payment method for the billing of a plan. A plan that names none is content with any.
func canPay(c *api.Call, org string, billing gjson.Result) bool {
	wanted := billing.Get("integration").String()
	for _, m := range c.Tx.Under(kindPaymentMethod, "org", org) {
		b := c.Tx.Get(kindBilling, m.Str("billing"))
		if wanted == "" || b != nil && b.Str("integration") == wanted {
			return true
		}
	}
	return false
}
