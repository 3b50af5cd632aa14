// Package konnect emulates Kong Konnect's Portal Management API v2, the management side of classic developer portals.
// It knows the vendor's words and rules, and nothing of routing or storage.
package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// Vendor is Konnect: one organization in the region us.
func Vendor() *api.Vendor {
	return &api.Vendor{
		Name:    "konnect",
		Title:   "Kong Konnect Portal Management",
		Version: "2.2.0",
		Base:    "/v2",
		Slash:   true,

		Operations: append(operations(), companions()...),
		Resources: []*api.Resource{
			tokens, authStrategies, dcrProviders, auditDestinations,
			portals, apiProducts, apiProductVersions, productVersions,
			developers, teams, teamMembers, assignedRoles, applications, registrations,
			authSettings, identityProviders, teamGroupMappings,
			configurations, domainStatuses, appearances, customizations, webhooks, webhookStatuses, replayJobs,
		},
		Names: map[string]api.Ref{
			"portalId":            {Kind: "konnect.portal"},
			"developerId":         {Kind: "konnect.developer"},
			"teamId":              {Kind: "konnect.team"},
			"roleId":              {Kind: "konnect.assigned-role"},
			"applicationId":       {Kind: "konnect.application"},
			"registrationId":      {Kind: "konnect.registration"},
			"productVersionId":    {Kind: "konnect.product-version", By: []string{"product_version_id"}},
			"id":                  {Kind: "konnect.identity-provider"},
			"apiProductId":        {Kind: "konnect.api-product"},
			"apiProductVersionId": {Kind: "konnect.api-product-version"},
		},
		Dialect:     dialect,
		Formats:     formats,
		Credentials: credentials,
		Clients:     clients,
		Security:    `{"type":"http","scheme":"bearer","bearerFormat":"Personal (kpat_) or system-account (spat_) access token"}`,
		Problem:     "Problem", ProblemMedia: problemMedia,
	}
}

// operations are the documented rows.
func operations() []api.Operation {
	return []api.Operation{
		{
			ID: "list-portals", Method: "GET", Path: "/portals",
			Summary: "List developer portals", Tag: "Portals",
			Reply: "PortalList", Status: 200, Errors: []int{400, 401, 403},
			List: portalList, Do: rest.List("konnect.portal"),
		},
		{
			ID: "create-portal", Method: "POST", Path: "/portals",
			Summary: "Create a developer portal", Tag: "Portals",
			Body: "CreatePortal", Reply: "Portal", Status: 201, Errors: []int{400, 401, 403, 409},
			Do: rest.Create("konnect.portal"),
		},
		{
			ID: "get-portal", Method: "GET", Path: "/portals/{portalId}",
			Summary: "Show a developer portal", Tag: "Portals",
			Reply: "Portal", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.Get,
		},
		{
			ID: "update-portal", Method: "PATCH", Path: "/portals/{portalId}",
			Summary: "Change a developer portal", Tag: "Portals",
			Body: "UpdatePortal", Reply: "Portal", Status: 200, Errors: []int{400, 401, 403, 404, 409},
			Do: rest.Merge,
		},
		{
			ID: "delete-portal", Method: "DELETE", Path: "/portals/{portalId}",
			Summary: "Delete a developer portal and all it holds", Tag: "Portals",
			Status: 204, Errors: []int{400, 401, 403, 404},
			Query: "DeletePortalQuery", Do: deletePortal,
		},
		{
			ID: "get-developer", Method: "GET", Path: "/portals/{portalId}/developers/{developerId}",
			Summary: "Show a developer", Tag: "Developers",
			Reply: "Developer", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.Get,
		},
		{
			ID: "update-developer", Method: "PATCH", Path: "/portals/{portalId}/developers/{developerId}",
			Summary: "Change the status of a developer", Tag: "Developers",
			Body: "UpdateDeveloper", Reply: "Developer", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: rest.Merge,
		},
		{
			ID: "delete-developer", Method: "DELETE", Path: "/portals/{portalId}/developers/{developerId}",
			Summary: "Delete a developer and the applications owned", Tag: "Developers",
			Status: 204, Errors: []int{401, 403, 404},
			Do: rest.Delete,
		},
		{
			ID: "list-portal-developers", Method: "GET", Path: "/portals/{portalId}/developers",
			Summary: "List the developers of a portal", Tag: "Developers",
			Reply: "DeveloperList", Status: 200, Errors: []int{400, 401, 403, 404},
			List: developerList, Do: rest.List("konnect.developer"),
		},
		{
			ID: "list-portal-teams", Method: "GET", Path: "/portals/{portalId}/teams",
			Summary: "List the teams of a portal", Tag: "Teams",
			Reply: "TeamList", Status: 200, Errors: []int{401, 403, 404},
			List: teamList, Do: rest.List("konnect.team"),
		},
		{
			ID: "create-portal-team", Method: "POST", Path: "/portals/{portalId}/teams",
			Summary: "Create a team", Tag: "Teams",
			Body: "CreateTeam", Reply: "Team", Status: 201, Errors: []int{400, 401, 403, 404},
			Do: rest.Create("konnect.team"),
		},
		{
			ID: "get-portal-team", Method: "GET", Path: "/portals/{portalId}/teams/{teamId}",
			Summary: "Show a team", Tag: "Teams",
			Reply: "Team", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.Get,
		},
		{
			ID: "update-portal-team", Method: "PATCH", Path: "/portals/{portalId}/teams/{teamId}",
			Summary: "Change a team", Tag: "Teams",
			Body: "UpdateTeam", Reply: "Team", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.Merge,
		},
		{
			ID: "delete-portal-team", Method: "DELETE", Path: "/portals/{portalId}/teams/{teamId}",
			Summary: "Delete a team", Tag: "Teams",
			Status: 204, Errors: []int{401, 403, 404},
			Do: rest.Delete,
		},
		{
			ID: "list-portal-team-developers", Method: "GET", Path: "/portals/{portalId}/teams/{teamId}/developers",
			Summary: "List the members of a team", Tag: "Team members",
			Reply: "BasicDeveloperList", Status: 200, Errors: []int{401, 403, 404},
			List: memberList, Do: listTeamDevelopers,
		},
		{
			ID: "add-developer-to-portal-team", Method: "POST", Path: "/portals/{portalId}/teams/{teamId}/developers",
			Summary: "Put a developer into a team", Tag: "Team members",
			Body: "AddDeveloper", Status: 201, Errors: []int{400, 401, 403, 404, 409},
			Do: addTeamDeveloper,
		},
		{
			ID: "remove-developer-from-portal-team", Method: "DELETE", Path: "/portals/{portalId}/teams/{teamId}/developers/{developerId}",
			Summary: "Take a developer out of a team", Tag: "Team members",
			Status: 204, Errors: []int{401, 403, 404},
			Names: map[string]api.Ref{"developerId": {Kind: "konnect.team-member", By: []string{"developer"}}}, Do: rest.Delete,
		},
		{
			ID: "list-portal-developer-teams", Method: "GET", Path: "/portals/{portalId}/developers/{developerId}/teams",
			Summary: "List the teams of a developer", Tag: "Team members",
			Reply: "TeamList", Status: 200, Errors: []int{401, 403, 404},
			List: paged, Do: listDeveloperTeams,
		},
		{
			ID: "list-portal-team-roles", Method: "GET", Path: "/portals/{portalId}/teams/{teamId}/assigned-roles",
			Summary: "List the roles of a team", Tag: "Roles",
			Reply: "AssignedRoleList", Status: 200, Errors: []int{401, 403, 404},
			List: paged, Do: rest.List("konnect.assigned-role"),
		},
		{
			ID: "assign-role-to-portal-teams", Method: "POST", Path: "/portals/{portalId}/teams/{teamId}/assigned-roles",
			Summary: "Give a role to a team", Tag: "Roles",
			Body: "AssignRole", Reply: "AssignedRole", Status: 201, Errors: []int{400, 401, 403, 404, 409},
			Do: rest.Create("konnect.assigned-role"),
		},
		{
			ID: "remove-role-from-portal-team", Method: "DELETE", Path: "/portals/{portalId}/teams/{teamId}/assigned-roles/{roleId}",
			Summary: "Take a role from a team", Tag: "Roles",
			Status: 204, Errors: []int{401, 403, 404},
			Do: rest.Delete,
		},
		{
			ID: "list-portal-roles", Method: "GET", Path: "/portal-roles",
			Summary: "List the roles that teams can hold", Tag: "Roles",
			Reply: "PortalRoles", Status: 200, Errors: []int{401, 403},
			Do: listPortalRoles,
		},
		{
			ID: "list-applications", Method: "GET", Path: "/portals/{portalId}/applications",
			Summary: "List the applications of a portal", Tag: "Applications",
			Reply: "ApplicationList", Status: 200, Errors: []int{400, 401, 403, 404},
			List: applicationList, Do: rest.List("konnect.application"),
		},
		{
			ID: "get-application", Method: "GET", Path: "/portals/{portalId}/applications/{applicationId}",
			Summary: "Show an application of a portal", Tag: "Applications",
			Reply: "Application", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.Get,
		},
		{
			ID: "delete-application", Method: "DELETE", Path: "/portals/{portalId}/applications/{applicationId}",
			Summary: "Delete an application", Tag: "Applications",
			Status: 204, Errors: []int{401, 403, 404},
			Do: rest.Delete,
		},
		{
			ID: "get-application-unscoped", Method: "GET", Path: "/applications/{applicationId}",
			Summary: "Show an application of any portal", Tag: "Applications",
			Reply: "Application", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.Get,
		},
		{
			ID: "list-registrations", Method: "GET", Path: "/portals/{portalId}/application-registrations",
			Summary: "List the registrations of a portal", Tag: "Registrations",
			Reply: "RegistrationList", Status: 200, Errors: []int{400, 401, 403, 404},
			List: registrationList, Do: listRegistrations,
		},
		{
			ID: "list-registrations-by-application", Method: "GET", Path: "/portals/{portalId}/applications/{applicationId}/registrations",
			Summary: "List the registrations of an application", Tag: "Registrations",
			Reply: "RegistrationList", Status: 200, Errors: []int{400, 401, 403, 404},
			List: applicationRegistrationList, Do: rest.List("konnect.registration"),
		},
		{
			ID: "get-application-registration", Method: "GET", Path: "/portals/{portalId}/applications/{applicationId}/registrations/{registrationId}",
			Summary: "Show a registration", Tag: "Registrations",
			Reply: "Registration", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.Get,
		},
		{
			ID: "update-application-registration", Method: "PATCH", Path: "/portals/{portalId}/applications/{applicationId}/registrations/{registrationId}",
			Summary: "Change the status of a registration", Tag: "Registrations",
			Body: "UpdateRegistration", Reply: "Registration", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: rest.Merge,
		},
		{
			ID: "delete-application-registration", Method: "DELETE", Path: "/portals/{portalId}/applications/{applicationId}/registrations/{registrationId}",
			Summary: "Delete a registration", Tag: "Registrations",
			Status: 204, Errors: []int{401, 403, 404},
			Do: rest.Delete,
		},
		{
			ID: "list-granted-scopes", Method: "GET", Path: "/portals/{portalId}/applications/{applicationId}/registrations/{registrationId}/granted-scopes",
			Summary: "List the scopes granted to a registration", Tag: "Registrations",
			Reply: "GrantedScopes", Status: 200, Errors: []int{401, 403, 404},
			Do: listGrantedScopes,
		},
		{
			ID: "get-portal-authentication-settings", Method: "GET", Path: "/portals/{portalId}/authentication-settings",
			Summary: "Show how developers sign in", Tag: "Authentication",
			Reply: "AuthSettings", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.GetSettings("konnect.auth-settings"),
		},
		{
			ID: "update-portal-authentication-settings", Method: "PATCH", Path: "/portals/{portalId}/authentication-settings",
			Summary: "Change how developers sign in", Tag: "Authentication",
			Body: "UpdateAuthSettings", Reply: "AuthSettings", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: updateAuthSettings,
		},
		{
			ID: "get-portal-configuration", Method: "GET", Path: configurationPath,
			Summary: "Show the menus of a portal", Tag: "Configuration",
			Reply: "PortalConfigurationReply", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.GetSettings("konnect.configuration"),
		},
		{
			ID: "update-portal-configuration", Method: "PATCH", Path: configurationPath,
			Summary: "Change the menus of a portal", Tag: "Configuration",
			Body: "PortalConfiguration", Reply: "PortalConfigurationReply", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: updateConfiguration,
		},
		{
			ID: "replace-portal-configuration", Method: "PUT", Path: configurationPath,
			Summary: "Replace the menus of a portal", Tag: "Configuration",
			Body: "PortalConfiguration", Reply: "PortalConfigurationReply", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: replaceConfiguration,
		},
		{
			ID: "verify-portal-domains", Method: "POST", Path: "/portals/{portalId}/verify-domain",
			Summary: "Check the custom domain of a portal", Tag: "Portals",
			Reply: "DomainStatus", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: verifyDomains,
		},
		{
			ID: "list-portal-products", Method: "GET", Path: "/portals/{portalId}/products",
			Summary: "List the products published to a portal", Tag: "Products",
			Reply: "PortalProductList", Status: 200, Errors: []int{400, 401, 403, 404},
			List: portalProductList, Do: listPortalProducts,
		},
		{
			ID: "list-portal-team-group-mappings", Method: "GET", Path: "/portals/{portalId}/identity-provider/team-group-mappings",
			Summary: "List the group mappings of teams", Tag: "Authentication",
			Reply: "TeamGroupMappingList", Status: 200, Errors: []int{400, 401, 403, 404},
			List: paged, Do: listMappings,
		},
		{
			ID: "update-portal-team-group-mappings", Method: "PATCH", Path: "/portals/{portalId}/identity-provider/team-group-mappings",
			Summary: "Change the group mappings of teams", Tag: "Authentication",
			Body: "UpdateTeamGroupMappings", Reply: "TeamGroupMappingList", Status: 200, Errors: []int{400, 401, 403, 404},
			List: paged, Do: updateMappings,
		},
		{
			ID: "get-portal-identity-providers", Method: "GET", Path: "/portals/{portalId}/identity-providers",
			Summary: "List the identity providers of a portal", Tag: "Identity providers",
			Reply: "IdentityProviderArray", Status: 200, Errors: []int{401, 403, 404},
			List: identityProviderList, Do: listIdentityProviders,
		},
		{
			ID: "create-portal-identity-provider", Method: "POST", Path: "/portals/{portalId}/identity-providers",
			Summary: "Create an identity provider", Tag: "Identity providers",
			Body: "CreateIdentityProvider", Reply: "IdentityProvider", Status: 201, Errors: []int{400, 401, 403, 404},
			Do: createIdentityProvider,
		},
		{
			ID: "get-portal-identity-provider", Method: "GET", Path: "/portals/{portalId}/identity-providers/{id}",
			Summary: "Show an identity provider", Tag: "Identity providers",
			Reply: "IdentityProvider", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: rest.Get,
		},
		{
			ID: "update-portal-identity-provider", Method: "PATCH", Path: "/portals/{portalId}/identity-providers/{id}",
			Summary: "Change an identity provider", Tag: "Identity providers",
			Body: "UpdateIdentityProvider", Reply: "IdentityProvider", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: updateIdentityProvider,
		},
		{
			ID: "delete-portal-identity-provider", Method: "DELETE", Path: "/portals/{portalId}/identity-providers/{id}",
			Summary: "Delete an identity provider", Tag: "Identity providers",
			Status: 204, Errors: []int{400, 401, 403, 404},
			Do: deleteIdentityProvider,
		},
		{
			ID: "get-portal-appearance-defaults", Method: "GET", Path: "/portals/appearance-defaults",
			Summary: "Show the built-in themes", Tag: "Appearance",
			Reply: "AppearanceDefaults", Status: 200, Errors: []int{401, 403, 404},
			Do: appearanceDefaults,
		},
		{
			ID: "get-portal-appearance", Method: "GET", Path: "/portals/{portalId}/appearance",
			Summary: "Show the look of a portal", Tag: "Appearance",
			Reply: "Appearance", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.GetSettings("konnect.appearance"),
		},
		{
			ID: "update-portal-appearance", Method: "PATCH", Path: "/portals/{portalId}/appearance",
			Summary: "Change the look of a portal", Tag: "Appearance",
			Body: "UpdateAppearance", Reply: "Appearance", Status: 200, Errors: []int{400, 401, 403, 404},
			Limit: maxAppearance, Do: updateAppearance,
		},
		{
			ID: "get-portal-logo", Method: "GET", Path: "/portals/{portalId}/appearance/logo",
			Summary: "Fetch the logo of a portal", Tag: "Appearance",
			Status: 200, Errors: []int{401, 403, 404},
			Do: image("logo"),
		},
		{
			ID: "get-portal-catalog-cover", Method: "GET", Path: "/portals/{portalId}/appearance/catalog-cover",
			Summary: "Fetch the catalog cover of a portal", Tag: "Appearance",
			Status: 200, Errors: []int{401, 403, 404},
			Do: image("catalog_cover"),
		},
		{
			ID: "get-portal-customization", Method: "GET", Path: "/portals/{portalId}/customization",
			Summary: "Show the customization of a portal", Tag: "Customization",
			Reply: "Customization", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.GetSettings("konnect.customization"),
		},
		{
			ID: "replace-portal-customization", Method: "PUT", Path: "/portals/{portalId}/customization",
			Summary: "Replace the customization of a portal", Tag: "Customization",
			Body: "Customization", Reply: "Customization", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: replaceCustomization,
		},
		{
			ID: "update-portal-customization", Method: "PATCH", Path: "/portals/{portalId}/customization",
			Summary: "Merge into the customization of a portal", Tag: "Customization",
			Body: "Customization", Reply: "Customization", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: updateCustomization,
		},
		{
			ID: "list-portal-product-versions", Method: "GET", Path: "/portals/{portalId}/product-versions",
			Summary: "List the product versions of a portal", Tag: "Product versions",
			Reply: "PortalProductVersionList", Status: 200, Errors: []int{400, 401, 403, 404},
			List: productVersionList, Do: rest.List("konnect.product-version"),
		},
		{
			ID: "create-portal-product-version", Method: "POST", Path: "/portals/{portalId}/product-versions",
			Summary: "Set up a product version in a portal", Tag: "Product versions",
			Body: "CreatePPV", Reply: "PortalProductVersion", Status: 201, Errors: []int{400, 401, 403, 404, 409},
			Do: createProductVersion,
		},
		{
			ID: "get-portal-product-version", Method: "GET", Path: "/portals/{portalId}/product-versions/{productVersionId}",
			Summary: "Show a product version of a portal", Tag: "Product versions",
			Reply: "PortalProductVersion", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: rest.Get,
		},
		{
			ID: "update-portal-product-version", Method: "PATCH", Path: "/portals/{portalId}/product-versions/{productVersionId}",
			Summary: "Change a product version of a portal", Tag: "Product versions",
			Body: "UpdatePPV", Reply: "PortalProductVersion", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: rest.Merge,
		},
		{
			ID: "replace-portal-product-version", Method: "PUT", Path: "/portals/{portalId}/product-versions/{productVersionId}",
			Summary: "Set or replace a product version of a portal", Tag: "Product versions",
			Body: "ReplacePPV", Reply: "PortalProductVersion", Status: 200, Errors: []int{400, 401, 403, 404},
			Names: map[string]api.Ref{"productVersionId": {}}, Do: replaceProductVersion,
		},
		{
			ID: "delete-portal-product-version", Method: "DELETE", Path: "/portals/{portalId}/product-versions/{productVersionId}",
			Summary: "Remove a product version from a portal", Tag: "Product versions",
			Status: 204, Errors: []int{401, 403, 404},
			Do: rest.Delete,
		},
		{
			ID: "publish-api-products", Method: "POST", Path: "/portals/{portalId}/publish",
			Summary: "Publish products to a portal or take them back", Tag: "Products",
			Body: "PublishApiProducts", Status: 204, Errors: []int{400, 401, 403, 404},
			Do: publish,
		},
		{
			ID: "update-portal-audit-log-replay-job", Method: "PUT", Path: "/portals/{portalId}/audit-log-replay-job",
			Summary: "Ask for audit logs to be sent again", Tag: "Audit logs",
			Body: "ReplaceReplayJob", Reply: "ReplayJob", Status: 202, Errors: []int{400, 401, 403, 404, 409},
			Do: putReplayJob,
		},
		{
			ID: "get-portal-audit-log-replay-job", Method: "GET", Path: "/portals/{portalId}/audit-log-replay-job",
			Summary: "Show the audit log replay job", Tag: "Audit logs",
			Reply: "ReplayJob", Status: 200, Errors: []int{401, 403, 404},
			Do: getReplayJob,
		},
		{
			ID: "update-portal-audit-log-webhook", Method: "PATCH", Path: "/portals/{portalId}/audit-log-webhook",
			Summary: "Change the audit log webhook", Tag: "Audit logs",
			Body: "UpdateWebhook", Reply: "Webhook", Status: 200, Errors: []int{400, 401, 403, 404},
			Do: updateWebhook,
		},
		{
			ID: "get-portal-audit-log-webhook", Method: "GET", Path: "/portals/{portalId}/audit-log-webhook",
			Summary: "Show the audit log webhook", Tag: "Audit logs",
			Reply: "Webhook", Status: 200, Errors: []int{401, 403, 404},
			Do: rest.GetSettings("konnect.webhook"),
		},
		{
			ID: "get-portal-audit-log-webhook-status", Method: "GET", Path: "/portals/{portalId}/audit-log-webhook/status",
			Summary: "Show how the audit log webhook fares", Tag: "Audit logs",
			Reply: "WebhookStatus", Status: 200, Errors: []int{401, 403, 404},
			Do: webhookStatus,
		},
		{
			ID: "delete-portal-audit-log-webhook", Method: "DELETE", Path: "/portals/{portalId}/audit-log-webhook",
			Summary: "Remove the audit log webhook", Tag: "Audit logs",
			Status: 204, Errors: []int{401, 403, 404, 409},
			Do: deleteWebhook,
		},
	}
}
