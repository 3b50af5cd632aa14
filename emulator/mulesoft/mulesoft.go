// Package mulesoft is what MuleSoft's products have in common: one set of organizations, users, connected apps and
// Exchange assets, the rights over them, and the platform's own rows under /accounts. It knows neither the products'
// tables nor the form of their refusals.
package mulesoft

import "github.com/portico-emulator/portico/emulator/internal/api"

// Schemas is the folder of the schemas of what is shared.
const Schemas = "mulesoft"

// Kinds are the shared kinds of object. One vendor of a plan declares them; others refer to them by name.
func Kinds() []*api.Resource {
	return []*api.Resource{
		organizations(), businessGroups(), environments(), identityProviders(),
		users(), connectedApps(), tokens(), assets(), assetShares(), connections(),
	}
}

// unknown says that a member refers to nothing.
func unknown(kind string, path ...string) error {
	return api.Refuse(api.Violation{Path: path, Rule: api.Reference, Want: kind})
}
