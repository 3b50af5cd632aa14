package apiconnect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// permission is what a role can hold. The product has these and no others.
type permission struct{ id, kind, name, title string }

// permissions in the order in which they are listed: those of the org, then those of the consumer.
var permissions = []*permission{
	{"0a000000-0000-4000-8000-000000000001", "org", "member:manage", "Member Manage"},
	{"0a000000-0000-4000-8000-000000000002", "org", "member:view", "Member View"},
	{"0a000000-0000-4000-8000-000000000003", "org", "settings:manage", "Settings Manage"},
	{"0a000000-0000-4000-8000-000000000004", "org", "settings:view", "Settings View"},
	{"0a000000-0000-4000-8000-000000000005", "org", "topology:manage", "Topology Manage"},
	{"0a000000-0000-4000-8000-000000000006", "org", "topology:view", "Topology View"},
	{"0a000000-0000-4000-8000-000000000007", "org", "view", "View"},
	{"0a000000-0000-4000-8000-000000000008", "consumer", "app-analytics:view", "App Analytics View"},
	{"0a000000-0000-4000-8000-000000000009", "consumer", "app-dev:manage", "App Dev Manage"},
	{"0a000000-0000-4000-8000-00000000000a", "consumer", "app:manage", "App Manage"},
	{"0a000000-0000-4000-8000-00000000000b", "consumer", "app:view", "App View"},
	{"0a000000-0000-4000-8000-00000000000c", "consumer", "product:view", "Product View"},
	{"0a000000-0000-4000-8000-00000000000d", "consumer", "subscription:manage", "Subscription Manage"},
	{"0a000000-0000-4000-8000-00000000000e", "consumer", "subscription:view", "Subscription View"},
}

// permissionNamed returns a permission of a collection by its name or id, or nil.
func permissionNamed(kind, segment string) *permission {
	at := slices.IndexFunc(permissions, func(p *permission) bool {
		return p.kind == kind && (p.name == segment || p.id == strings.ToLower(segment))
	})
	if at < 0 {
		return nil
	}
	return permissions[at]
}

// permissionOf returns a check that the path names a permission of a collection, which it keeps for getPermission.
func permissionOf(kind string) api.Check {
	return func(c *api.Call) error {
		p := permissionNamed(kind, c.Args[0])
		if p == nil {
			return missing(c, "apiconnect.permission", nil, c.Args[0])
		}
		notesOf(c).permission = p
		return nil
	}
}

func (p *permission) path() string { return "/consumer/permissions/" + p.kind + "/" + p.id }

// since is when the product made its permissions.
var since = api.Quote("2018-01-01T00:00:00.000Z")

func (p *permission) wire(c *api.Call) api.Object {
	return api.Object{
		{Name: "type", Value: api.Quote("permission")},
		{Name: "api_version", Value: api.Quote("2.0.0")},
		{Name: "id", Value: api.Quote(p.id)},
		{Name: "name", Value: api.Quote(p.name)},
		{Name: "title", Value: api.Quote(p.title)},
		{Name: "permission_type", Value: api.Quote(p.kind)},
		{Name: "created_at", Value: since},
		{Name: "updated_at", Value: since},
		{Name: "url", Value: api.Quote(c.URL(base + p.path()))},
	}
}

func getPermission(c *api.Call) (any, error) { return notesOf(c).permission.wire(c), nil }

func listPermissions(c *api.Call) (any, error) {
	all := make([][]byte, len(permissions))
	for i, p := range permissions {
		all[i] = p.wire(c).JSON()
	}
	return paged(c, all), nil
}

// permissionsAt are the names of the permissions that URLs name, each once.
func permissionsAt(urls []string) ([]string, error) {
	var names []string
	var bad []api.Violation
	for i, text := range urls {
		p := segments(text)
		var found *permission
		if len(p) == 4 && p[0] == "consumer" && p[1] == "permissions" {
			found = permissionNamed(p[2], p[3])
		}
		if found == nil {
			bad = append(bad, api.Violation{Path: []string{"permission_urls", strconv.Itoa(i)}, Rule: api.Other, Text: "is the URL of no permission"})
			continue
		}
		names = once(names, found.name)
	}
	if bad != nil {
		return nil, api.Refuse(bad...)
	}
	return names, nil
}
