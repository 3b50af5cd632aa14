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

// reads are the statuses of refusals of companions that only read.
var reads = []int{401, 403, 404}

// operations are the documented rows. Summary, tag, status and errors come from the official list, with the statuses that
// docs/vendors/axway.md settles on where the vendor's own tables contradict its examples.
func operations() []api.Operation {
	return append(append(applicationRows(), credentialRows()...), sharingRows()...)
}

func applicationRows() []api.Operation {
	return []api.Operation{
		{
			ID: "list-applications", Method: "GET", Path: "/applications",
			Reply: "ApplicationList", List: applicationList, Do: listApplications,
		},
		{
			ID: "create-application", Method: "POST", Path: "/applications",
			Needs: create, Body: "ApplicationRequest", Reply: "Application", Do: createApplication,
		},
		{
			ID: "get-application-by-oauth-client", Method: "GET", Path: "/applications/oauthclient/{clientId}",
			Needs: view, Reply: "Application", Do: func(c *api.Call) (any, error) { return application(c), nil },
		},
		{ID: "delete-application", Method: "DELETE", Path: "/applications/{id}", Needs: manage, Do: rest.Delete},
		{ID: "get-application", Method: "GET", Path: "/applications/{id}", Needs: view, Reply: "Application", Do: rest.Get},
		{
			ID: "update-application", Method: "PUT", Path: "/applications/{id}",
			Needs: manage, Body: "ApplicationUpdate", Reply: "Application", Do: updateApplication,
		},
		{ID: "approve-application", Method: "POST", Path: "/applications/{id}/approve", Needs: approve, Do: approvePending},
		{ID: "get-image", Method: "GET", Path: "/applications/{id}/image", Needs: view, Media: "image/jpeg", Do: getImage},
		{
			ID: "upload-image", Method: "POST", Path: "/applications/{id}/image",
			Needs: manage, Body: "ImageUpload", Accepts: uploads, Limit: maxImage + 64<<10, Do: uploadImage,
		},
		{
			ID: "create-api-access", Method: "POST", Path: "/applications/{id}/apis",
			Needs: manage, Body: "APIAccessRequest", Reply: "APIAccess", Do: createAPIAccess,
		},
		{
			ID: "list-api-access", Method: "GET", Path: "/applications/{id}/apis",
			Needs: view, Reply: "APIAccessList", Do: rest.List("axway.api-access"),
		},
		{
			ID: "update-api-access", Method: "PUT", Path: "/applications/{id}/apis/{apiAccessId}",
			Needs: manage, Body: "APIAccessUpdate", Reply: "APIAccess", Do: rest.Merge,
		},
		{ID: "delete-api-access", Method: "DELETE", Path: "/applications/{id}/apis/{apiAccessId}", Needs: manage, Do: rest.Delete},
		{
			ID: "approve-api-access", Method: "POST", Path: "/applications/{id}/apis/{apiAccessId}/approve",
			Needs: approve, Do: approvePending,
		},
	}
}

func credentialRows() []api.Operation {
	return []api.Operation{
		{
			ID: "create-api-key", Method: "POST", Path: "/applications/{id}/apikeys",
			Needs: manage, Body: "APIKeyRequest", Optional: true, Reply: "APIKey", Do: sparing(rest.Create("axway.api-key"), "id", "secret"),
		},
		{
			ID: "list-api-keys", Method: "GET", Path: "/applications/{id}/apikeys",
			Needs: view, Reply: "APIKeyList", Do: rest.List("axway.api-key"),
		},
		{
			ID: "update-api-key", Method: "PUT", Path: "/applications/{id}/apikeys/{apikeyid}",
			Needs: manage, Body: "APIKeyUpdate", Reply: "APIKey", Do: sparing(rest.Merge, "secret"),
		},
		{
			ID: "delete-api-key", Method: "DELETE", Path: "/applications/{id}/apikeys/{keyId}",
			Needs: manage, Names: map[string]api.Ref{"id": applicationRef}, Do: deleteAPIKey,
		},
		{
			ID: "list-external-clients", Method: "GET", Path: "/applications/{id}/extclients",
			Needs: view, Reply: "ExternalClientList", Do: rest.List("axway.external-client"),
		},
		{
			ID: "create-external-client", Method: "POST", Path: "/applications/{id}/extclients",
			Needs: manage, Body: "ExternalClientRequest", Reply: "ExternalClient", Do: sparing(rest.Create("axway.external-client"), "clientId"),
		},
		{
			ID: "update-external-client", Method: "PUT", Path: "/applications/{id}/extclients/{objectId}",
			Needs: manage, Body: "ExternalClientRequest", Reply: "ExternalClient", Do: sparing(rest.Merge, "clientId"),
		},
		{
			ID: "delete-external-client", Method: "DELETE", Path: "/applications/{id}/extclients/{objectId}",
			Needs: manage, Do: rest.Delete,
		},
		{
			ID: "create-oauth-client", Method: "POST", Path: "/applications/{id}/oauth",
			Needs: manage, Body: "OAuthClientRequest", Reply: "OAuthClient", Do: sparing(rest.Create("axway.oauth-client"), "id", "secret"),
		},
		{
			ID: "list-oauth-clients", Method: "GET", Path: "/applications/{id}/oauth",
			Needs: view, Reply: "OAuthClientList", Do: rest.List("axway.oauth-client"),
		},
		{
			ID: "update-oauth-client", Method: "PUT", Path: "/applications/{id}/oauth/{clientId}",
			Needs: manage, Body: "OAuthClientUpdate", Reply: "OAuthClient", Do: sparing(rest.Merge, "secret"),
		},
		{
			ID: "renew-oauth-client-secret", Method: "PUT", Path: "/applications/{id}/oauth/{clientid}/newsecret",
			Needs: manage, Reply: "OAuthClient", Do: renewSecret,
		},
		{ID: "delete-oauth-client", Method: "DELETE", Path: "/applications/{id}/oauth/{oauthId}", Needs: manage, Do: rest.Delete},
	}
}

func sharingRows() []api.Operation {
	return []api.Operation{
		{
			ID: "list-available-scopes", Method: "GET", Path: "/applications/{id}/availablescopes",
			Needs: view, Reply: "ScopeNames", Do: availableScopes,
		},
		{
			ID: "create-oauth-resource", Method: "POST", Path: "/applications/{id}/oauthresource",
			Needs: administer, Body: "OAuthResourceRequest", Reply: "OAuthResource", Do: createResource,
		},
		{
			ID: "list-oauth-resources", Method: "GET", Path: "/applications/{id}/oauthresource",
			Needs: view, Reply: "OAuthResourceList", Do: rest.List("axway.scope"),
		},
		{
			ID: "update-oauth-resource", Method: "PUT", Path: "/applications/{id}/oauthresource/{resourceId}",
			Needs: administer, Body: "OAuthResourceUpdate", Reply: "OAuthResource", Do: rest.Merge,
		},
		{
			ID: "delete-oauth-resource", Method: "DELETE", Path: "/applications/{id}/oauthresource/{resourceId}",
			Needs: administer, Do: rest.Delete,
		},
		{
			ID: "create-scope", Method: "POST", Path: "/applications/{id}/scope",
			Needs: administer, Body: "OAuthAppScopeRequest", Reply: "OAuthAppScope", Do: createScope,
		},
		{ID: "list-scopes", Method: "GET", Path: "/applications/{id}/scope", Needs: view, Reply: "OAuthAppScopeList", Do: listScopes},
		{
			ID: "update-scope", Method: "PUT", Path: "/applications/{id}/scope/{scopeId}",
			Needs: administer, Body: "OAuthAppScopeUpdate", Reply: "OAuthAppScope", Do: updateScope,
		},
		{ID: "delete-scope", Method: "DELETE", Path: "/applications/{id}/scope/{scopeId}", Needs: administer, Do: rest.Delete},
		{
			ID: "create-permission", Method: "POST", Path: "/applications/{id}/permissions",
			Needs: manage, Body: "PermissionRequest", Reply: "PermissionDTO", Do: createPermission,
		},
		{
			ID: "list-permissions", Method: "GET", Path: "/applications/{id}/permissions",
			Needs: view, Reply: "PermissionList", Do: listPermissions,
		},
		{
			ID: "update-permission", Method: "PUT", Path: "/applications/{id}/permissions/{permId}",
			Needs: manage, Body: "PermissionUpdate", Reply: "PermissionDTO", Do: updatePermission,
		},
		{ID: "delete-permission", Method: "DELETE", Path: "/applications/{id}/permissions/{permId}", Needs: manage, Do: deletePermission},
		{
			ID: "create-quota", Method: "POST", Path: "/applications/{id}/quota",
			Needs: administer, Body: "QuotaRequest", Reply: "QuotaDTO", Do: sparing(createQuota, "name", "type"),
		},
		{
			ID: "update-quota", Method: "PUT", Path: "/applications/{id}/quota",
			Needs: administer, Body: "QuotaRequest", Reply: "QuotaDTO", Do: sparing(updateQuota, "name", "type"),
		},
		{ID: "delete-quota", Method: "DELETE", Path: "/applications/{id}/quota", Needs: administer, Do: deleteQuota},
		{ID: "get-quota", Method: "GET", Path: "/applications/{id}/quota", Needs: view, Reply: "QuotaAnswer", Do: getQuota},
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
