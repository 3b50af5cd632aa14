// Package axway emulates the Applications API of Axway API Manager, version 1.2: the client registry of its portal. It
// knows the vendor's words and rules, and nothing of routing or storage.
package axway

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

const base = "/api/portal/v1.2"

// Vendor is one API Manager. Newer clients find the same resources under the versions that they hard-code.
func Vendor() *api.Vendor {
	client := api.Ref{Kind: "axway.oauth-client"}
	key := api.Ref{Kind: "axway.api-key"}
	return &api.Vendor{
		Name:    "axway",
		Title:   "Axway API Manager Applications",
		Version: "1.2",
		Base:    base,
		Aliases: []string{"/api/portal/v1.3", "/api/portal/v1.4"},
		Slash:   true,

		Operations: append(operations(), companions()...),
		Resources: []*api.Resource{
			configs, organizations, users, apis, methods, organizationAccesses, systemScopes, protectedResources, systemQuotas,
			applications, images, apiKeys, oauthClients, externalClients, apiAccesses, permissions, scopes, quotas, sessions,
		},
		Names: map[string]api.Ref{
			"id":          {Kind: "axway.application"},
			"apikeyid":    key,
			"keyId":       key,
			"apiAccessId": {Kind: "axway.api-access"},
			"objectId":    {Kind: "axway.external-client"},
			"clientId":    client,
			"clientid":    client,
			"oauthId":     client,
			"resourceId":  {Kind: "axway.scope", By: []string{"id", "uriprefix"}},
			"permId":      {Kind: "axway.permission"},
			"scopeId":     {Kind: "axway.scope"},
		},
		Dialect:     dialect,
		Credentials: credentials,
		Clients:     clients,
		Runtimes:    map[api.Runtime]string{api.Go: "Axway's agents", api.Java: "Axway's API Manager CLI"},
		Security:    `{"type":"http","scheme":"basic","description":"Login name and password; a session's cookie and CSRF-Token do as well."}`,
		Problem:     "ErrorList",
	}
}

// Refusals that the rows may give, beside 401 which all may.
var (
	reads     = []int{401, 403, 404}
	writes    = []int{400, 401, 403, 404}
	conflicts = []int{400, 401, 403, 404, 409}
)

// operations are the documented rows, with the statuses that docs/vendors/axway.md settles on where the vendor's own
// tables contradict its examples.
func operations() []api.Operation {
	return append(append(applicationRows(), credentialRows()...), sharingRows()...)
}

func applicationRows() []api.Operation {
	return []api.Operation{
		{
			ID: "list-applications", Method: "GET", Path: "/applications",
			Summary: "List the applications that the caller may see", Tag: "Applications",
			Reply: "ApplicationList", Status: 200, Errors: []int{400, 401},
			List: applicationList, Do: listApplications,
		},
		{
			ID: "create-application", Method: "POST", Path: "/applications",
			Summary: "Create an application", Tag: "Applications", Needs: create,
			Body: "ApplicationRequest", Reply: "Application", Status: 201, Errors: []int{400, 401, 403, 409},
			Do: createApplication,
		},
		{
			ID: "get-application-by-oauth-client", Method: "GET", Path: "/applications/oauthclient/{clientId}",
			Summary: "Show the application of an OAuth client", Tag: "Applications", Needs: view,
			Reply: "Application", Status: 200, Errors: reads,
			Do: func(c *api.Call) (any, error) { return application(c), nil },
		},
		{
			ID: "delete-application", Method: "DELETE", Path: "/applications/{id}",
			Summary: "Delete an application with all it has", Tag: "Applications", Needs: manage,
			Status: 204, Errors: reads,
			Do: rest.Delete,
		},
		{
			ID: "get-application", Method: "GET", Path: "/applications/{id}",
			Summary: "Show an application", Tag: "Applications", Needs: view,
			Reply: "Application", Status: 200, Errors: reads,
			Do: rest.Get,
		},
		{
			ID: "update-application", Method: "PUT", Path: "/applications/{id}",
			Summary: "Change an application", Tag: "Applications", Needs: manage,
			Body: "ApplicationUpdate", Reply: "Application", Status: 200, Errors: conflicts,
			Do: updateApplication,
		},
		{
			ID: "approve-application", Method: "POST", Path: "/applications/{id}/approve",
			Summary: "Approve a pending application", Tag: "Applications", Needs: approve,
			Status: 201, Errors: writes,
			Do: approvePending,
		},
		{
			ID: "get-image", Method: "GET", Path: "/applications/{id}/image",
			Summary: "Fetch the image of an application", Tag: "Images", Needs: view,
			Media: "image/jpeg", Status: 200, Errors: reads,
			Do: getImage,
		},
		{
			ID: "upload-image", Method: "POST", Path: "/applications/{id}/image",
			Summary: "Give an application an image", Tag: "Images", Needs: manage,
			Body: "ImageUpload", Accepts: uploads, Limit: maxImage + 64<<10, Status: 200, Errors: []int{400, 401, 403, 404, 409, 413},
			Do: uploadImage,
		},
		{
			ID: "create-api-access", Method: "POST", Path: "/applications/{id}/apis",
			Summary: "Ask for access to an API", Tag: "API access", Needs: manage,
			Body: "APIAccessRequest", Reply: "APIAccess", Status: 201, Errors: conflicts,
			Do: createAPIAccess,
		},
		{
			ID: "list-api-access", Method: "GET", Path: "/applications/{id}/apis",
			Summary: "List the APIs that an application has access to", Tag: "API access", Needs: view,
			Reply: "APIAccessList", Status: 200, Errors: reads,
			Do: rest.List("axway.api-access"),
		},
		{
			ID: "update-api-access", Method: "PUT", Path: "/applications/{id}/apis/{apiAccessId}",
			Summary: "Turn an access to an API on or off", Tag: "API access", Needs: manage,
			Body: "APIAccessUpdate", Reply: "APIAccess", Status: 200, Errors: writes,
			Do: rest.Merge,
		},
		{
			ID: "delete-api-access", Method: "DELETE", Path: "/applications/{id}/apis/{apiAccessId}",
			Summary: "Take an access to an API away", Tag: "API access", Needs: manage,
			Status: 204, Errors: reads,
			Do: rest.Delete,
		},
		{
			ID: "approve-api-access", Method: "POST", Path: "/applications/{id}/apis/{apiAccessId}/approve",
			Summary: "Approve a pending access to an API", Tag: "API access", Needs: approve,
			Status: 201, Errors: writes,
			Do: approvePending,
		},
	}
}

func credentialRows() []api.Operation {
	return []api.Operation{
		{
			ID: "create-api-key", Method: "POST", Path: "/applications/{id}/apikeys",
			Summary: "Create an API key", Tag: "API keys", Needs: manage,
			Body: "APIKeyRequest", Optional: true, Reply: "APIKey", Status: 201, Errors: conflicts,
			Do: sparing(rest.Create("axway.api-key"), "id", "secret"),
		},
		{
			ID: "list-api-keys", Method: "GET", Path: "/applications/{id}/apikeys",
			Summary: "List the API keys of an application", Tag: "API keys", Needs: view,
			Reply: "APIKeyList", Status: 200, Errors: reads,
			Do: rest.List("axway.api-key"),
		},
		{
			ID: "update-api-key", Method: "PUT", Path: "/applications/{id}/apikeys/{apikeyid}",
			Summary: "Change an API key", Tag: "API keys", Needs: manage,
			Body: "APIKeyUpdate", Reply: "APIKey", Status: 200, Errors: writes,
			Do: sparing(rest.Merge, "secret"),
		},
		{
			ID: "delete-api-key", Method: "DELETE", Path: "/applications/{id}/apikeys/{keyId}",
			Summary: "Delete an API key", Tag: "API keys", Needs: manage,
			Status: 204, Errors: writes, Names: map[string]api.Ref{"id": applicationRef},
			Do: deleteAPIKey,
		},
		{
			ID: "list-external-clients", Method: "GET", Path: "/applications/{id}/extclients",
			Summary: "List the external clients of an application", Tag: "External clients", Needs: view,
			Reply: "ExternalClientList", Status: 200, Errors: reads,
			Do: rest.List("axway.external-client"),
		},
		{
			ID: "create-external-client", Method: "POST", Path: "/applications/{id}/extclients",
			Summary: "Map an external client to an application", Tag: "External clients", Needs: manage,
			Body: "ExternalClientRequest", Reply: "ExternalClient", Status: 201, Errors: conflicts,
			Do: sparing(rest.Create("axway.external-client"), "clientId"),
		},
		{
			ID: "update-external-client", Method: "PUT", Path: "/applications/{id}/extclients/{objectId}",
			Summary: "Change an external client", Tag: "External clients", Needs: manage,
			Body: "ExternalClientRequest", Reply: "ExternalClient", Status: 200, Errors: conflicts,
			Do: sparing(rest.Merge, "clientId"),
		},
		{
			ID: "delete-external-client", Method: "DELETE", Path: "/applications/{id}/extclients/{objectId}",
			Summary: "Delete an external client", Tag: "External clients", Needs: manage,
			Status: 204, Errors: reads,
			Do: rest.Delete,
		},
		{
			ID: "create-oauth-client", Method: "POST", Path: "/applications/{id}/oauth",
			Summary: "Create an OAuth client", Tag: "OAuth clients", Needs: manage,
			Body: "OAuthClientRequest", Reply: "OAuthClient", Status: 201, Errors: conflicts,
			Do: sparing(rest.Create("axway.oauth-client"), "id", "secret"),
		},
		{
			ID: "list-oauth-clients", Method: "GET", Path: "/applications/{id}/oauth",
			Summary: "List the OAuth clients of an application", Tag: "OAuth clients", Needs: view,
			Reply: "OAuthClientList", Status: 200, Errors: reads,
			Do: rest.List("axway.oauth-client"),
		},
		{
			ID: "update-oauth-client", Method: "PUT", Path: "/applications/{id}/oauth/{clientId}",
			Summary: "Change an OAuth client", Tag: "OAuth clients", Needs: manage,
			Body: "OAuthClientUpdate", Reply: "OAuthClient", Status: 200, Errors: writes,
			Do: sparing(rest.Merge, "secret"),
		},
		{
			ID: "renew-oauth-client-secret", Method: "PUT", Path: "/applications/{id}/oauth/{clientid}/newsecret",
			Summary: "Give an OAuth client a new secret", Tag: "OAuth clients", Needs: manage,
			Reply: "OAuthClient", Status: 200, Errors: reads,
			Do: renewSecret,
		},
		{
			ID: "delete-oauth-client", Method: "DELETE", Path: "/applications/{id}/oauth/{oauthId}",
			Summary: "Delete an OAuth client", Tag: "OAuth clients", Needs: manage,
			Status: 204, Errors: reads,
			Do: rest.Delete,
		},
	}
}

func sharingRows() []api.Operation {
	return []api.Operation{
		{
			ID: "list-available-scopes", Method: "GET", Path: "/applications/{id}/availablescopes",
			Summary: "List the scopes that an application may use", Tag: "Scopes", Needs: view,
			Reply: "ScopeNames", Status: 200, Errors: reads,
			Do: availableScopes,
		},
		{
			ID: "create-oauth-resource", Method: "POST", Path: "/applications/{id}/oauthresource",
			Summary: "Add a protected resource to an application", Tag: "Protected resources", Needs: administer,
			Body: "OAuthResourceRequest", Reply: "OAuthResource", Status: 201, Errors: conflicts,
			Do: createResource,
		},
		{
			ID: "list-oauth-resources", Method: "GET", Path: "/applications/{id}/oauthresource",
			Summary: "List the protected resources of an application", Tag: "Protected resources", Needs: view,
			Reply: "OAuthResourceList", Status: 200, Errors: reads,
			Do: rest.List("axway.scope"),
		},
		{
			ID: "update-oauth-resource", Method: "PUT", Path: "/applications/{id}/oauthresource/{resourceId}",
			Summary: "Turn a protected resource on or off", Tag: "Protected resources", Needs: administer,
			Body: "OAuthResourceUpdate", Reply: "OAuthResource", Status: 200, Errors: writes,
			Do: rest.Merge,
		},
		{
			ID: "delete-oauth-resource", Method: "DELETE", Path: "/applications/{id}/oauthresource/{resourceId}",
			Summary: "Take a protected resource from an application", Tag: "Protected resources", Needs: administer,
			Status: 204, Errors: reads,
			Do: rest.Delete,
		},
		{
			ID: "create-scope", Method: "POST", Path: "/applications/{id}/scope",
			Summary: "Add a scope to an application", Tag: "Scopes", Needs: administer,
			Body: "OAuthAppScopeRequest", Reply: "OAuthAppScope", Status: 201, Errors: conflicts,
			Do: createScope,
		},
		{
			ID: "list-scopes", Method: "GET", Path: "/applications/{id}/scope",
			Summary: "List the scopes of an application", Tag: "Scopes", Needs: view,
			Reply: "OAuthAppScopeList", Status: 200, Errors: reads,
			Do: listScopes,
		},
		{
			ID: "update-scope", Method: "PUT", Path: "/applications/{id}/scope/{scopeId}",
			Summary: "Make a scope a default or not", Tag: "Scopes", Needs: administer,
			Body: "OAuthAppScopeUpdate", Reply: "OAuthAppScope", Status: 200, Errors: conflicts,
			Do: updateScope,
		},
		{
			ID: "delete-scope", Method: "DELETE", Path: "/applications/{id}/scope/{scopeId}",
			Summary: "Take a scope from an application", Tag: "Scopes", Needs: administer,
			Status: 204, Errors: reads,
			Do: rest.Delete,
		},
		{
			ID: "create-permission", Method: "POST", Path: "/applications/{id}/permissions",
			Summary: "Share an application with a user", Tag: "Permissions", Needs: manage,
			Body: "PermissionRequest", Reply: "PermissionDTO", Status: 201, Errors: conflicts,
			Do: createPermission,
		},
		{
			ID: "list-permissions", Method: "GET", Path: "/applications/{id}/permissions",
			Summary: "List who may do what with an application", Tag: "Permissions", Needs: view,
			Reply: "PermissionList", Status: 200, Errors: reads,
			Do: listPermissions,
		},
		{
			ID: "update-permission", Method: "PUT", Path: "/applications/{id}/permissions/{permId}",
			Summary: "Change what a user may do with an application", Tag: "Permissions", Needs: manage,
			Body: "PermissionUpdate", Reply: "PermissionDTO", Status: 200, Errors: writes,
			Do: updatePermission,
		},
		{
			ID: "delete-permission", Method: "DELETE", Path: "/applications/{id}/permissions/{permId}",
			Summary: "Stop sharing an application with a user", Tag: "Permissions", Needs: manage,
			Status: 204, Errors: reads,
			Do: deletePermission,
		},
		{
			ID: "create-quota", Method: "POST", Path: "/applications/{id}/quota",
			Summary: "Give an application a quota of its own", Tag: "Quotas", Needs: administer,
			Body: "QuotaRequest", Reply: "QuotaDTO", Status: 201, Errors: conflicts,
			Do: sparing(createQuota, "name", "type"),
		},
		{
			ID: "update-quota", Method: "PUT", Path: "/applications/{id}/quota",
			Summary: "Change the quota of an application", Tag: "Quotas", Needs: administer,
			Body: "QuotaRequest", Reply: "QuotaDTO", Status: 200, Errors: writes,
			Do: sparing(updateQuota, "name", "type"),
		},
		{
			ID: "delete-quota", Method: "DELETE", Path: "/applications/{id}/quota",
			Summary: "Let the system's default hold for an application", Tag: "Quotas", Needs: administer,
			Status: 204, Errors: reads,
			Do: deleteQuota,
		},
		{
			ID: "get-quota", Method: "GET", Path: "/applications/{id}/quota",
			Summary: "Show the quota that holds for an application", Tag: "Quotas", Needs: view,
			Reply: "QuotaAnswer", Status: 200, Errors: reads,
			Do: getQuota,
		},
	}
}

// sparing does something with a body from which members that are "" are left out: they stand for nothing.
func sparing(do rest.Verb, names ...string) rest.Verb {
	return func(c *api.Call) (any, error) {
		blank(c, names...)
		return do(c)
	}
}

func blank(c *api.Call, names ...string) {
	for _, name := range names {
		if string(c.Body.Object.Raw(name)) == `""` {
			c.Body.Object.Delete(name)
		}
	}
}
