package axway

import (
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// listApplications shows those that the caller may see, in order of birth, and of these what passes the filter.
func listApplications(c *api.Call) (any, error) {
	if c.Caller.Admin {
		return rest.ListBy(c, "axway.application", "", ""), nil
	}
	return rest.Select(c, visible(c)), nil
}

// visible are the applications of the organization that the caller administers, and those that are shared with it.
func visible(c *api.Call) []*api.Doc {
	var out []*api.Doc
	if role(c) == organizationAdministrator {
		out = c.Tx.Under("axway.application", "organization", c.Caller.Doc.Str("organizationId"))
	}
	seen := make(map[string]bool, len(out))
	for _, d := range out {
		seen[d.ID] = true
	}
	for _, entry := range c.Tx.Under("axway.permission", "user", c.Caller.Doc.ID) {
		if app := c.Tx.Get("axway.application", entry.Owner()); app != nil && !seen[app.ID] {
			seen[app.ID] = true
			out = append(out, app)
		}
	}
	slices.SortFunc(out, func(a, b *api.Doc) int {
		if a.At != b.At {
			return compare(a.At, b.At)
		}
		return compare(a.Seq, b.Seq)
	})
	return out
}

func compare[N int64 | uint64](a, b N) int {
	if a < b {
		return -1
	}
	return 1
}

// listVisible shows the documents of a kind that the caller may see.
func listVisible(kind string, sees func(*api.Call, *api.Doc) bool) rest.Verb {
	return func(c *api.Call) (any, error) {
		passes := c.Ask.Where
		c.Ask.Where = func(d *api.Doc) bool { return sees(c, d) && (passes == nil || passes(d)) }
		return rest.ListBy(c, kind, "", ""), nil
	}
}

// getVisible shows what the path names to those who may see it.
func getVisible(sees func(*api.Call, *api.Doc) bool, show rest.Verb) rest.Verb {
	return func(c *api.Call) (any, error) {
		if !sees(c, c.Object) {
			return nil, forbidden(c, view)
		}
		return show(c)
	}
}

// Who sees what beside applications: administrators all, others what is their organization's or open to it.

func seesOrganization(c *api.Call, d *api.Doc) bool {
	return c.Caller.Admin || d.ID == c.Caller.Doc.Str("organizationId")
}

func seesUser(c *api.Call, d *api.Doc) bool {
	return c.Caller.Admin || d.Str("organizationId") == c.Caller.Doc.Str("organizationId")
}

func seesAPI(c *api.Call, d *api.Doc) bool {
	return c.Caller.Admin || usable(&c.Scope, c.Caller.Doc.Str("organizationId"), d)
}
