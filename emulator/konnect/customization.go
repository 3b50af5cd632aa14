package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// customizations are whatever a self-hosted portal client keeps: any object.
var customizations = setting("konnect.customization", "StoredCustomization")

func replaceCustomization(c *api.Call) (any, error) {
	return rest.Update(&c.Scope, rest.Settings(&c.Scope, "konnect.customization", c.Object), c.Body.Object, c.Body.Object)
}

// updateCustomization merges objects at every depth; null removes a member.
func updateCustomization(c *api.Call) (any, error) {
	old := rest.Settings(&c.Scope, "konnect.customization", c.Object)
	return rest.Update(&c.Scope, old, api.ObjectOf(api.MergePatch(old.JSON, c.Body.JSON)), c.Body.Object)
}
