package apiconnect

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
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
		urls := texts()
		if id := d.Str("payment_method_type"); id != "" {
			urls = texts(c.URL(typePath(id)))
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
	Kind: kindPaymentMethodType, Schema: "StoredPaymentMethodType", OnCreate: named,
	Indexes: []api.Index{{Name: "name", Path: "name", Unique: true}},
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

// mask stands for a secret.
const mask = "********"

// isSecretMember tells which members of a configuration are nobody's to see.
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

// configured holds the rules of a configuration: those of the type, and what a card's expiry looks like.
func configured(s *api.Scope, d *api.Draft) error {
	config := d.Get("configuration")
	var bad []api.Violation
	complain := func(name, text string) {
		bad = append(bad, api.Violation{Path: []string{"configuration", name}, Rule: api.Other, Text: text})
	}
	if t := s.Tx.Get(kindPaymentMethodType, d.Str("payment_method_type")); t != nil {
		schema := t.Get("configuration_schema")
		for _, r := range schema.Get("required").Array() {
			if !member(config, r.String()).Exists() {
				complain(r.String(), "is required")
			}
		}
		config.ForEach(func(name, value gjson.Result) bool {
			if rule := member(schema.Get("properties"), name.String()); rule.Exists() {
				if text := breaks(rule, value); text != "" {
					complain(name.String(), text)
				}
			} else if open := schema.Get("additionalProperties"); open.Exists() && !open.Bool() {
				complain(name.String(), "is not a field that can be set")
			}
			return true
		})
	}
	if v := member(config, "expiration_month"); v.Exists() {
		if n, err := strconv.Atoi(v.String()); err != nil || n < 1 || n > 12 {
			complain("expiration_month", "must be a month from 1 to 12")
		}
	}
	if v := member(config, "expiration_year"); v.Exists() {
		if n, err := strconv.Atoi(v.String()); err != nil || n < 1000 || n > 9999 {
			complain("expiration_year", "must be a year of four digits")
		}
	}
	if bad != nil {
		return api.Refuse(bad...)
	}
	return nil
}

// member is a value of an object by its name, whatever characters that has.
func member(o gjson.Result, name string) (out gjson.Result) {
	o.ForEach(func(k, v gjson.Result) bool {
		if k.String() == name {
			out = v
			return false
		}
		return true
	})
	return out
}

// breaks says which rule of a type's schema a value breaks, or "".
func breaks(rule, value gjson.Result) string {
	if types := rule.Get("type"); types.Exists() {
		fits := false
		for _, t := range types.Array() {
			fits = fits || is(value, t.String())
		}
		if !fits {
			return "must be of type " + strings.Join(list(types), " or ")
		}
	}
	if choices := rule.Get("enum"); choices.Exists() {
		fits := false
		for _, e := range choices.Array() {
			fits = fits || api.Same([]byte(e.Raw), []byte(value.Raw))
		}
		if !fits {
			return "must be one of " + strings.Join(list(choices), ", ")
		}
	}
	if least := rule.Get("minimum"); least.Exists() && value.Type == gjson.Number && value.Num < least.Num {
		return "must be " + least.Raw + " or more"
	}
	if most := rule.Get("maximum"); most.Exists() && value.Type == gjson.Number && value.Num > most.Num {
		return "must be " + most.Raw + " or less"
	}
	return ""
}

func is(v gjson.Result, kind string) bool {
	switch kind {
	case "string":
		return v.Type == gjson.String
	case "integer":
		return v.Type == gjson.Number && v.Num == float64(int64(v.Num))
	case "number":
		return v.Type == gjson.Number
	case "boolean":
		return v.IsBool()
	case "object":
		return v.IsObject()
	case "array":
		return v.IsArray()
	}
	return v.Type == gjson.Null
}

// canPay tells whether an org has a payment method for the billing of a plan. A plan that names none is content with any.
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
