package konnect

import (
	"encoding/json"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// assignedRoles are known by the id of the assignment, not by the role's name.
var assignedRoles = &api.Resource{
	Kind: "konnect.assigned-role", Schema: "StoredAssignedRole", Created: "-", Updated: "-", Newest: true,
	Indexes: []api.Index{
		{Name: "team", To: "konnect.team", OnDelete: api.Cascade},
		{Name: "grant", Path: "role_name,entity_id,entity_type_name,entity_region", Within: "team", Unique: true},
	},
}

// portalRoles is a constant of the platform.
var portalRoles = json.RawMessage(`{"services":{"name":"Services","roles":{` +
	`"apiviewer":{"name":"API Viewer","description":"API Viewers have read-only access to the documentation of a service in a portal"},` +
	`"apiconsumer":{"name":"API Consumer","description":"API Consumers can make calls to the given service"}}}}`)

func listPortalRoles(*api.Call) (any, error) { return portalRoles, nil }

// mayConsume tells whether a developer may register for a product: one of the teams holds API Consumer on it.
func mayConsume(tx api.Tx, developer, product string) bool {
	for _, m := range tx.Under("konnect.team-member", "teams", developer) {
		for _, role := range tx.Under("konnect.assigned-role", "team", m.Owner()) {
			if role.Str("role_name") == "API Consumer" && role.Str("entity_id") == product {
				return true
			}
		}
	}
	return false
}
