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
		Runtimes:    map[api.Runtime]string{api.Go: "Terraform provider kong/konnect, decK"},
		Security:    `{"type":"http","scheme":"bearer","bearerFormat":"Personal (kpat_) or system-account (spat_) access token"}`,
		Problem:     "Problem", ProblemMedia: problemMedia,
	}
}

// The paths that many rows begin with.
const (
	inPortal       = "/portals/{portalId}"
	inTeam         = inPortal + "/teams/{teamId}"
	inApplication  = inPortal + "/applications/{applicationId}"
	inRegistration = inApplication + "/registrations/{registrationId}"
)

// operations are the documented rows.
func operations() []api.Operation {
	return []api.Operation{
		{ID: "list-portals", Method: "GET", Path: "/portals", Reply: "PortalList", List: portalList, Do: rest.List("konnect.portal")},
		{ID: "create-portal", Method: "POST", Path: "/portals", Body: "CreatePortal", Reply: "Portal", Do: rest.Create("konnect.portal")},
		{ID: "get-portal", Method: "GET", Path: inPortal, Reply: "Portal", Do: rest.Get},
		{ID: "update-portal", Method: "PATCH", Path: inPortal, Body: "UpdatePortal", Reply: "Portal", Do: rest.Merge},
		{ID: "delete-portal", Method: "DELETE", Path: inPortal, Query: "DeletePortalQuery", Do: deletePortal},
		{ID: "get-developer", Method: "GET", Path: inPortal + "/developers/{developerId}", Reply: "Developer", Do: rest.Get},
		{
			ID: "update-developer", Method: "PATCH", Path: inPortal + "/developers/{developerId}",
			Body: "UpdateDeveloper", Reply: "Developer", Do: rest.Merge,
		},
		{ID: "delete-developer", Method: "DELETE", Path: inPortal + "/developers/{developerId}", Do: rest.Delete},
		{
			ID: "list-portal-developers", Method: "GET", Path: inPortal + "/developers",
			Reply: "DeveloperList", List: developerList, Do: rest.List("konnect.developer"),
		},
		{ID: "list-portal-teams", Method: "GET", Path: inPortal + "/teams", Reply: "TeamList", List: teamList, Do: rest.List("konnect.team")},
		{
			ID: "create-portal-team", Method: "POST", Path: inPortal + "/teams",
			Body: "CreateTeam", Reply: "Team", Do: rest.Create("konnect.team"),
		},
		{ID: "get-portal-team", Method: "GET", Path: inTeam, Reply: "Team", Do: rest.Get},
		{ID: "update-portal-team", Method: "PATCH", Path: inTeam, Body: "UpdateTeam", Reply: "Team", Do: rest.Merge},
		{ID: "delete-portal-team", Method: "DELETE", Path: inTeam, Do: rest.Delete},
		{
			ID: "list-portal-team-developers", Method: "GET", Path: inTeam + "/developers",
			Reply: "BasicDeveloperList", List: memberList, Do: listTeamDevelopers,
		},
		{ID: "add-developer-to-portal-team", Method: "POST", Path: inTeam + "/developers", Body: "AddDeveloper", Do: addTeamDeveloper},
		{
			ID: "remove-developer-from-portal-team", Method: "DELETE", Path: inTeam + "/developers/{developerId}",
			Names: map[string]api.Ref{"developerId": {Kind: "konnect.team-member", By: []string{"developer"}}}, Do: rest.Delete,
		},
		{
			ID: "list-portal-developer-teams", Method: "GET", Path: inPortal + "/developers/{developerId}/teams",
			Reply: "TeamList", List: paged, Do: listDeveloperTeams,
		},
		{
			ID: "list-portal-team-roles", Method: "GET", Path: inTeam + "/assigned-roles",
			Reply: "AssignedRoleList", List: paged, Do: rest.List("konnect.assigned-role"),
		},
		{
			ID: "assign-role-to-portal-teams", Method: "POST", Path: inTeam + "/assigned-roles",
			Body: "AssignRole", Reply: "AssignedRole", Do: rest.Create("konnect.assigned-role"),
		},
		{ID: "remove-role-from-portal-team", Method: "DELETE", Path: inTeam + "/assigned-roles/{roleId}", Do: rest.Delete},
		{ID: "list-portal-roles", Method: "GET", Path: "/portal-roles", Reply: "PortalRoles", Do: listPortalRoles},
		{
			ID: "list-applications", Method: "GET", Path: inPortal + "/applications",
			Reply: "ApplicationList", List: applicationList, Do: rest.List("konnect.application"),
		},
		{ID: "get-application", Method: "GET", Path: inApplication, Reply: "Application", Do: rest.Get},
		{ID: "delete-application", Method: "DELETE", Path: inApplication, Do: rest.Delete},
		{ID: "get-application-unscoped", Method: "GET", Path: "/applications/{applicationId}", Reply: "Application", Do: rest.Get},
		{
			ID: "list-registrations", Method: "GET", Path: inPortal + "/application-registrations",
			Reply: "RegistrationList", List: registrationList, Do: listRegistrations,
		},
		{
			ID: "list-registrations-by-application", Method: "GET", Path: inApplication + "/registrations",
			Reply: "RegistrationList", List: applicationRegistrationList, Do: rest.List("konnect.registration"),
		},
		{ID: "get-application-registration", Method: "GET", Path: inRegistration, Reply: "Registration", Do: rest.Get},
		{
			ID: "update-application-registration", Method: "PATCH", Path: inRegistration,
			Body: "UpdateRegistration", Reply: "Registration", Do: rest.Merge,
		},
		{ID: "delete-application-registration", Method: "DELETE", Path: inRegistration, Do: rest.Delete},
		{ID: "list-granted-scopes", Method: "GET", Path: inRegistration + "/granted-scopes", Reply: "GrantedScopes", Do: listGrantedScopes},
		{
			ID: "get-portal-authentication-settings", Method: "GET", Path: inPortal + "/authentication-settings",
			Reply: "AuthSettings", Do: rest.GetSettings("konnect.auth-settings"),
		},
		{
			ID: "update-portal-authentication-settings", Method: "PATCH", Path: inPortal + "/authentication-settings",
			Body: "UpdateAuthSettings", Reply: "AuthSettings", Do: updateAuthSettings,
		},
		{
			ID: "get-portal-configuration", Method: "GET", Path: configurationPath,
			Reply: "PortalConfigurationReply", Do: rest.GetSettings("konnect.configuration"),
		},
		{
			ID: "update-portal-configuration", Method: "PATCH", Path: configurationPath,
			Body: "PortalConfiguration", Reply: "PortalConfigurationReply", Do: updateConfiguration,
		},
		{
			ID: "replace-portal-configuration", Method: "PUT", Path: configurationPath,
			Body: "PortalConfiguration", Reply: "PortalConfigurationReply", Do: replaceConfiguration,
		},
		{ID: "verify-portal-domains", Method: "POST", Path: inPortal + "/verify-domain", Reply: "DomainStatus", Do: verifyDomains},
		{
			ID: "list-portal-products", Method: "GET", Path: inPortal + "/products",
			Reply: "PortalProductList", List: portalProductList, Do: listPortalProducts,
		},
		{
			ID: "list-portal-team-group-mappings", Method: "GET", Path: inPortal + "/identity-provider/team-group-mappings",
			Reply: "TeamGroupMappingList", List: paged, Do: listMappings,
		},
		{
			ID: "update-portal-team-group-mappings", Method: "PATCH", Path: inPortal + "/identity-provider/team-group-mappings",
			Body: "UpdateTeamGroupMappings", Reply: "TeamGroupMappingList", List: paged, Do: updateMappings,
		},
		{
			ID: "get-portal-identity-providers", Method: "GET", Path: inPortal + "/identity-providers",
			Reply: "IdentityProviderArray", List: identityProviderList, Do: listIdentityProviders,
		},
		{
			ID: "create-portal-identity-provider", Method: "POST", Path: inPortal + "/identity-providers",
			Body: "CreateIdentityProvider", Reply: "IdentityProvider", Do: createIdentityProvider,
		},
		{
			ID: "get-portal-identity-provider", Method: "GET", Path: inPortal + "/identity-providers/{id}",
			Reply: "IdentityProvider", Do: rest.Get,
		},
		{
			ID: "update-portal-identity-provider", Method: "PATCH", Path: inPortal + "/identity-providers/{id}",
			Body: "UpdateIdentityProvider", Reply: "IdentityProvider", Do: updateIdentityProvider,
		},
		{ID: "delete-portal-identity-provider", Method: "DELETE", Path: inPortal + "/identity-providers/{id}", Do: deleteIdentityProvider},
		{
			ID: "get-portal-appearance-defaults", Method: "GET", Path: "/portals/appearance-defaults",
			Reply: "AppearanceDefaults", Do: appearanceDefaults,
		},
		{
			ID: "get-portal-appearance", Method: "GET", Path: inPortal + "/appearance",
			Reply: "Appearance", Do: rest.GetSettings("konnect.appearance"),
		},
		{
			ID: "update-portal-appearance", Method: "PATCH", Path: inPortal + "/appearance",
			Body: "UpdateAppearance", Reply: "Appearance", Limit: maxAppearance, Do: updateAppearance,
		},
		{ID: "get-portal-logo", Method: "GET", Path: inPortal + "/appearance/logo", Do: image("logo")},
		{ID: "get-portal-catalog-cover", Method: "GET", Path: inPortal + "/appearance/catalog-cover", Do: image("catalog_cover")},
		{
			ID: "get-portal-customization", Method: "GET", Path: inPortal + "/customization",
			Reply: "Customization", Do: rest.GetSettings("konnect.customization"),
		},
		{
			ID: "replace-portal-customization", Method: "PUT", Path: inPortal + "/customization",
			Body: "Customization", Reply: "Customization", Do: replaceCustomization,
		},
		{
			ID: "update-portal-customization", Method: "PATCH", Path: inPortal + "/customization",
			Body: "Customization", Reply: "Customization", Do: updateCustomization,
		},
		{
			ID: "list-portal-product-versions", Method: "GET", Path: inPortal + "/product-versions",
			Reply: "PortalProductVersionList", List: productVersionList, Do: rest.List("konnect.product-version"),
		},
		{
			ID: "create-portal-product-version", Method: "POST", Path: inPortal + "/product-versions",
			Body: "CreatePPV", Reply: "PortalProductVersion", Do: createProductVersion,
		},
		{
			ID: "get-portal-product-version", Method: "GET", Path: inPortal + "/product-versions/{productVersionId}",
			Reply: "PortalProductVersion", Do: rest.Get,
		},
		{
			ID: "update-portal-product-version", Method: "PATCH", Path: inPortal + "/product-versions/{productVersionId}",
			Body: "UpdatePPV", Reply: "PortalProductVersion", Do: rest.Merge,
		},
		{
			ID: "replace-portal-product-version", Method: "PUT", Path: inPortal + "/product-versions/{productVersionId}",
			Body: "ReplacePPV", Reply: "PortalProductVersion", Names: map[string]api.Ref{"productVersionId": {}}, Do: replaceProductVersion,
		},
		{ID: "delete-portal-product-version", Method: "DELETE", Path: inPortal + "/product-versions/{productVersionId}", Do: rest.Delete},
		{ID: "publish-api-products", Method: "POST", Path: inPortal + "/publish", Body: "PublishApiProducts", Do: publish},
		{
			ID: "update-portal-audit-log-replay-job", Method: "PUT", Path: inPortal + "/audit-log-replay-job",
			Body: "ReplaceReplayJob", Reply: "ReplayJob", Do: putReplayJob,
		},
		{
			ID: "get-portal-audit-log-replay-job", Method: "GET", Path: inPortal + "/audit-log-replay-job",
			Reply: "ReplayJob", Do: getReplayJob,
		},
		{
			ID: "update-portal-audit-log-webhook", Method: "PATCH", Path: inPortal + "/audit-log-webhook",
			Body: "UpdateWebhook", Reply: "Webhook", Do: updateWebhook,
		},
		{
			ID: "get-portal-audit-log-webhook", Method: "GET", Path: inPortal + "/audit-log-webhook",
			Reply: "Webhook", Do: rest.GetSettings("konnect.webhook"),
		},
		{
			ID: "get-portal-audit-log-webhook-status", Method: "GET", Path: inPortal + "/audit-log-webhook/status",
			Reply: "WebhookStatus", Do: webhookStatus,
		},
		{ID: "delete-portal-audit-log-webhook", Method: "DELETE", Path: inPortal + "/audit-log-webhook", Do: deleteWebhook},
	}
}
