package axway

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// quotas are at most one for each application, which replaces the system's default as a whole. They are data: no call is
// counted.
var quotas = &api.Resource{
	Kind: "axway.quota", Schema: "StoredQuota", Created: "-", Updated: "-",
	Indexes: []api.Index{{Name: "application", To: "axway.application", OnDelete: api.Cascade, Unique: true}},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		if app := s.Tx.Get("axway.application", d.Owner()); app != nil && !d.Has("name") {
			d.SetString("name", app.Str("name")+" Quota")
		}
		return restricted(s, d)
	},
	OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error {
		if !d.Sent.Has("restrictions") {
			return nil // they may name what is gone since
		}
		return restricted(s, d)
	},
}

// systemQuotas are the two that every API Manager has.
var systemQuotas = &api.Resource{
	Kind: "axway.system-quota", Schema: "StoredSystemQuota", Created: "-", Updated: "-",
	OnCreate: restricted,
	OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error { return restricted(s, d) },
}

// applicationDefault is the id of the quota that holds where an application has none.
const applicationDefault = "00000000-0000-0000-0000-000000000001"

// restricted brings restrictions into the one form in which they are stored and shown.
func restricted(s *api.Scope, d *api.Draft) error {
	out := []byte{'['}
	for i, r := range d.Get("restrictions").Array() {
		one, err := restriction(s, r, i)
		if err != nil {
			return err
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = one.Append(out)
	}
	d.Set("restrictions", append(out, ']'))
	return nil
}

func restriction(s *api.Scope, r gjson.Result, at int) (api.Object, error) {
	of, method := word(r.Get("api")), word(r.Get("method"))
	limits, err := limit(r, at)
	if err != nil {
		return nil, err
	}
	if of != all && s.Tx.Get("axway.api", of) == nil {
		return nil, bad("API not found")
	}
	if method != all {
		if of == all {
			return nil, breaks("want * where api is *", "restrictions", digit(at), "method")
		}
		if m := s.Tx.Get("axway.api-method", method); m == nil || m.Owner() != of {
			return nil, bad("API method not found")
		}
	}
	var o api.Object
	o.SetString("api", of)
	o.SetString("method", method)
	o.Set("type", api.Quote(r.Get("type").Str))
	o.Set("config", limits.JSON())
	return o, nil
}

// all stands for every API, or every method.
const all = "*"

func word(v gjson.Result) string {
	if v.String() == "" {
		return all
	}
	return v.String()
}

var periods = []string{"second", "minute", "hour", "day", "week"}

// limit reads a restriction's config. The vendor's own examples write "seconds", which its gateway does not understand.
func limit(r gjson.Result, at int) (api.Object, error) {
	config := r.Get("config")
	period := strings.TrimSuffix(config.Get("period").String(), "s")
	if !slices.Contains(periods, period) {
		return nil, bad("Cannot instantiate API constraint")
	}
	amount, least := "messages", int64(0)
	if r.Get("type").Str == "throttlemb" {
		amount, least = "mb", 1
	}
	var o api.Object
	o.SetString("period", period)
	for _, one := range []struct {
		name  string
		least int64
	}{{"per", 1}, {amount, least}} {
		n, ok := whole(config.Get(one.name))
		if !ok || n < one.least {
			return nil, breaks("want a whole number from "+strconv.FormatInt(one.least, 10), "restrictions", digit(at), "config", one.name)
		}
		o.SetString(one.name, strconv.FormatInt(n, 10))
	}
	return o, nil
}

// whole reads a whole number, as a number or in digits.
func whole(v gjson.Result) (int64, bool) {
	text := v.Raw
	if v.Type == gjson.String {
		text = v.Str
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	if v.Type == gjson.Number && v.Num == math.Trunc(v.Num) && math.Abs(v.Num) < 1<<53 {
		return int64(v.Num), true
	}
	return 0, false
}

func digit(i int) string { return strconv.Itoa(i) }

func ownQuota(c *api.Call) *api.Doc { return c.Tx.Find("axway.quota", "application", c.Object.ID) }

// forApplications refuses the other type of quota, which only the system has.
func forApplications(c *api.Call) error {
	if kind := c.Body.Object.Str("type"); kind != "" && kind != "APPLICATION" {
		return breaks("want APPLICATION for an application", "type")
	}
	return nil
}

func createQuota(c *api.Call) (any, error) {
	if err := forApplications(c); err != nil {
		return nil, err
	}
	return rest.Create("axway.quota")(c)
}

func updateQuota(c *api.Call) (any, error) {
	if err := forApplications(c); err != nil {
		return nil, err
	}
	quota := ownQuota(c)
	if quota == nil {
		return nil, bad("Quota constraint not found")
	}
	sent := rest.Accepted(c)
	next := quota.Object()
	for _, m := range sent {
		next.Set(m.Name, m.Value)
	}
	return rest.Update(&c.Scope, quota, next, sent)
}

// deleteQuota says yes where there is none, too: the vendor's own command line deletes without looking.
func deleteQuota(c *api.Call) (any, error) {
	if quota := ownQuota(c); quota != nil {
		c.Tx.Delete(quota)
	}
	return nil, nil
}

// getQuota shows the application's quota, or the system's default. The oldest SDK wants an array of one.
func getQuota(c *api.Call) (any, error) {
	quota := ownQuota(c)
	if quota == nil {
		quota = c.Tx.Get("axway.system-quota", applicationDefault)
	}
	var shown any = unlimited
	if quota != nil {
		shown = api.ObjectOf(rest.Render(c, quota, nil))
	}
	if configOf(c).quotaInArray {
		return []any{shown}, nil
	}
	return shown, nil
}

// unlimited is the system's default where it was deleted.
var unlimited = api.ObjectOf([]byte(`{"id":"` + applicationDefault + `","type":"APPLICATION","name":"Application Default","description":"","restrictions":[],"system":true}`))
