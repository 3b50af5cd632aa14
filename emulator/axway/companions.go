package axway

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// companions are what clients call around applications: signing in, and finding the ids that applications refer to.
func companions() []api.Operation {
	rows := []api.Operation{
		{
			ID: "login", Method: "POST", Path: "/login",
			Summary: "Open a session", Tag: "Sessions", Needs: anyone,
			Body: "LoginForm", Accepts: "application/x-www-form-urlencoded", Status: 303, Errors: []int{400, 401, 403},
			Do: login,
		},
		{
			ID: "logout", Method: "DELETE", Path: "/login",
			Summary: "End the session", Tag: "Sessions",
			Status: 204, Errors: []int{401, 403},
			Do: logout,
		},
		{
			ID: "home", Method: "GET", Base: "/home", Path: "",
			Summary: "Where a browser lands that has signed in", Tag: "Sessions", Needs: anyone,
			Media: "text/html; charset=utf-8", Status: 200,
			Do: home,
		},
		{
			ID: "get-current-user", Method: "GET", Path: "/currentuser",
			Summary: "Show who calls", Tag: "Users",
			Reply: "User", Status: 200, Errors: []int{401},
			Do: currentUser,
		},
		{
			ID: "list-users", Method: "GET", Path: "/users",
			Summary: "List users", Tag: "Users",
			Reply: "UserList", Status: 200, Errors: []int{400, 401},
			List: userList, Do: listVisible("axway.user", seesUser),
		},
		{
			ID: "get-user", Method: "GET", Path: "/users/{id}",
			Summary: "Show a user", Tag: "Users", Names: one("axway.user"),
			Reply: "User", Status: 200, Errors: reads,
			Do: getVisible(seesUser, rest.Get),
		},
		{
			ID: "list-organizations", Method: "GET", Path: "/organizations",
			Summary: "List organizations", Tag: "Organizations",
			Reply: "OrganizationList", Status: 200, Errors: []int{400, 401},
			List: organizationList, Do: listVisible("axway.organization", seesOrganization),
		},
		{
			ID: "get-organization", Method: "GET", Path: "/organizations/{id}",
			Summary: "Show an organization", Tag: "Organizations", Names: one("axway.organization"),
			Reply: "Organization", Status: 200, Errors: reads,
			Do: getVisible(seesOrganization, rest.Get),
		},
		{
			ID: "list-proxies", Method: "GET", Path: "/proxies",
			Summary: "List front-end APIs", Tag: "APIs",
			Reply: "APIList", Status: 200, Errors: []int{400, 401},
			List: apiList, Do: listVisible("axway.api", seesAPI),
		},
		{
			ID: "get-proxy", Method: "GET", Path: "/proxies/{id}",
			Summary: "Show a front-end API", Tag: "APIs", Names: one("axway.api"),
			Reply: "API", Status: 200, Errors: reads,
			Do: getVisible(seesAPI, rest.Get),
		},
		{
			ID: "list-proxy-operations", Method: "GET", Path: "/proxies/{id}/operations",
			Summary: "List the methods of a front-end API", Tag: "APIs", Names: one("axway.api"),
			Reply: "APIMethodList", Status: 200, Errors: reads,
			Do: getVisible(seesAPI, rest.List("axway.api-method")),
		},
		{
			ID: "get-quota-by-id", Method: "GET", Path: "/quotas/{id}",
			Summary: "Show a quota, of the system or of an application", Tag: "Quotas", Names: map[string]api.Ref{"id": {}},
			Reply: "QuotaDTO", Status: 200, Errors: reads,
			Do: getQuotaByID,
		},
		{
			ID: "get-config", Method: "GET", Path: "/config",
			Summary: "Show the settings of the portal", Tag: "Settings",
			Reply: "PortalConfig", Status: 200, Errors: []int{401},
			Do: getConfig,
		},
		{
			ID: "list-discovery-scopes", Method: "GET", Path: "/discovery/scopes",
			Summary: "List the scopes of the gateway and of the APIs that the caller may see", Tag: "Scopes",
			Reply: "ScopeNames", Status: 200, Errors: []int{401},
			Do: discoveryScopes,
		},
	}
	for i := range rows {
		rows[i].Companion = true
	}
	return rows
}

func one(kind string) map[string]api.Ref { return map[string]api.Ref{"id": {Kind: kind}} }

func currentUser(c *api.Call) (any, error) {
	if c.Caller.Doc == nil {
		return nil, api.Fail(api.NotFound, "there is no administrator in whose name %s could act", c.Caller.Name)
	}
	return c.Caller.Doc, nil
}

// getQuotaByID shows the quota of an application to those who see it, those of the system to administrators.
func getQuotaByID(c *api.Call) (any, error) {
	quota := c.Tx.Get("axway.system-quota", c.Arg("id"))
	sees := c.Caller.Admin
	if quota == nil {
		if quota = c.Tx.Get("axway.quota", c.Arg("id")); quota == nil {
			return nil, api.Fail(api.NotFound, "no quota %q", c.Arg("id"))
		}
		sees = may(c, c.Tx.Get("axway.application", quota.Owner()), view)
	}
	if !sees {
		return nil, forbidden(c, view)
	}
	return quota, nil
}

func discoveryScopes(c *api.Call) (any, error) {
	names := gatewayScopes(c, nil)
	for d := range c.Tx.All("axway.api") {
		if seesAPI(c, d) {
			names = scopesOf(d, names)
		}
	}
	return distinct(names), nil
}
