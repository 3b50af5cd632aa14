package konnect

import (
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

var portals = &api.Resource{
	Kind: "konnect.portal", Schema: "StoredPortal", Newest: true,
	Indexes: []api.Index{
		{Name: "name", Path: "name", Unique: true},
		{Name: "strategy", Path: "default_application_auth_strategy_id", To: "konnect.auth-strategy", OnDelete: api.Detach},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		d.Default("display_name", d.Raw("name"))
		d.Default("default_domain", api.Quote(defaultDomain(s, d.Str("id"))))
		return domains(d)
	},
	OnChange: func(s *api.Scope, old *api.Doc, d *api.Draft) error {
		if err := mergeLabels(s, old, d, "labels"); err != nil {
			return err
		}
		forgetDomain(s, old, d)
		return domains(d)
	},
	Render: renderPortal,
}

// defaultDomain returns the address that the platform assigns: 12 or 13 hexadecimal digits under the region's name.
func defaultDomain(s *api.Scope, id string) string {
	n := api.Mix(s.Seed, api.Hash(id))
	digits := 12 + int(n>>63)
	return fmt.Sprintf("%0*x", digits, n)[:digits] + ".us.portal.konghq.com"
}

// domains requires a custom domain for a self-hosted client, in the document as it would be stored.
func domains(d *api.Draft) error {
	if d.Null("custom_client_domain") || !d.Null("custom_domain") {
		return nil
	}
	return api.Refuse(api.Violation{Path: []string{"custom_client_domain"}, Rule: api.Dependent, Want: []string{"custom_domain"}})
}

// mergeLabels applies a labels patch key by key: null for a key removes it, null for the member removes all.
func mergeLabels(s *api.Scope, old *api.Doc, d *api.Draft, member string) error {
	if s.Privileged || !d.Sent.Has(member) {
		return nil
	}
	if d.Sent.Null(member) {
		d.Set(member, []byte("{}"))
		return nil
	}
	labels := api.MergePatch(old.Raw(member), d.Sent.Raw(member))
	if len(gjson.ParseBytes(labels).Map()) > maxLabels {
		return api.Refuse(api.Violation{Path: []string{member}, Rule: api.MaxItems, Want: maxLabels})
	}
	d.Set(member, labels)
	return nil
}

const maxLabels = 50

// renderPortal appends the counts, which are never stored, to the document as it is. Setting them as members of its object would
// cost about 2 of the 27 µs of konnect/get.
func renderPortal(c *api.Call, d *api.Doc, to []byte) []byte {
	count := func(kind string) int { return c.Tx.Count(kind, "portal", d.ID) }
	return fmt.Appendf(append(to, d.JSON[:len(d.JSON)-1]...), `,"application_count":%d,"developer_count":%d,"published_product_count":%d}`,
		count("konnect.application"), count("konnect.developer"), count("konnect.api-product"))
}

// deletePortal refuses without force if developers or versions with registration enabled would be deleted too.
func deletePortal(c *api.Call) (any, error) {
	if c.Param("force") != "true" {
		if contents := blockers(c); contents != "" {
			return nil, api.Refuse(api.Violation{
				Source: "query", Path: []string{"force"}, Rule: api.Required,
				Text: "This Portal has " + contents + ". These must be individually removed before deletion " +
					"or the force=true query param can be used to automatically delete associated entities.",
			})
		}
	}
	return rest.Delete(c)
}

// blockers counts what keeps a portal from being deleted; it is "" if nothing does.
func blockers(c *api.Call) string {
	var parts []string
	if n := c.Tx.Count("konnect.developer", "portal", c.Object.ID); n > 0 {
		parts = append(parts, fmt.Sprintf("%d developers", n))
	}
	open := 0
	for _, v := range c.Tx.Under("konnect.product-version", "portal", c.Object.ID) {
		if v.Bool("application_registration_enabled") {
			open++
		}
	}
	if open > 0 {
		parts = append(parts, fmt.Sprintf("%d gateway-linked API product versions with active auth strategies", open))
	}
	return strings.Join(parts, ", ")
}
