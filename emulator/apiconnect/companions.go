package apiconnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// companions are rows of the same product that its documentation leaves out, and that its own portal and toolkit call
// before anything else.
func companions() []api.Operation {
	return []api.Operation{
		{
			ID: "token_create", Method: "POST", Path: "/token",
			Summary: "Begin or prolong a session", Tag: "Sessions",
			Body: "TokenRequest", Reply: "Token", Status: 200, Errors: []int{400, 401, 404, 406, 415},
			Companion: true, Do: createToken,
		},
		{
			ID: "me_get", Method: "GET", Path: "/me",
			Summary: "Show the caller", Tag: "Sessions", Needs: needsUser,
			Reply: "Me", Status: 200, Errors: []int{400, 401, 404, 406},
			Query: "MeQuery", Companion: true, Do: getMe,
		},
		{
			ID: "me_update", Method: "PUT", Path: "/me",
			Summary: "Change the profile of the caller", Tag: "Sessions", Needs: needsUser,
			Body: "MePut", Reply: "User", Status: 200, Errors: []int{400, 401, 404, 406, 409, 415},
			Companion: true, Do: putMe,
		},
		{
			ID: "me_del", Method: "DELETE", Path: "/me",
			Summary: "Delete the account of the caller", Tag: "Sessions", Needs: needsUser,
			Reply: "User", Status: 200, Errors: []int{401, 403, 404, 406},
			Companion: true, Do: deleteMe,
		},
		{
			ID: "org_list", Method: "GET", Path: "/orgs",
			Summary: "List the orgs of the caller", Tag: "Orgs", Needs: needsUser,
			Reply: "OrgList", Status: 200, Errors: []int{400, 401, 404, 406},
			List: paging, Companion: true, Do: listOrgs,
		},
		{
			ID: "org_get", Method: "GET", Path: "/orgs/{org}",
			Summary: "Show an org", Tag: "Orgs", Needs: needsMember,
			Reply: "Org", Status: 200, Errors: []int{401, 403, 404, 406},
			Companion: true, Do: rest.Get,
		},
		{
			ID: "org_create", Method: "POST", Path: "/orgs",
			Summary: "Found an org", Tag: "Orgs", Needs: needsUser,
			Body: "OrgCreate", Reply: "Org", Status: 201, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Companion: true, Do: createOrg,
		},
		{
			ID: "org_transferOwner", Method: "POST", Path: "/orgs/{org}/transfer-owner",
			Summary: "Hand an org over to another owner", Tag: "Orgs", Needs: needsOwner,
			Body: "TransferOwner", Reply: "Org", Status: 200, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Companion: true, Do: transferOwner,
		},
		{
			ID: "app_list", Method: "GET", Path: "/orgs/{org}/apps",
			Summary: "List the applications of an org", Tag: "Applications", Needs: "app:view",
			Reply: "AppList", Status: 200, Errors: []int{400, 401, 403, 404, 406},
			List: paging, Companion: true, Do: rest.List(kindApp),
		},
		{
			ID: "subscription_list", Method: "GET", Path: "/apps/{org}/{app}/subscriptions",
			Summary: "List the subscriptions of an application", Tag: "Subscriptions", Needs: "subscription:view",
			Reply: "SubscriptionList", Status: 200, Errors: []int{400, 401, 403, 404, 406},
			List: paging, Companion: true, Do: rest.List(kindSubscription),
		},
		{
			ID: "member_list", Method: "GET", Path: "/orgs/{org}/members",
			Summary: "List the members of an org", Tag: "Members", Needs: "member:view",
			Reply: "MemberList", Status: 200, Errors: []int{400, 401, 403, 404, 406},
			List: paging, Companion: true, Do: rest.List(kindMember),
		},
		{
			ID: "role_list", Method: "GET", Path: "/orgs/{org}/roles",
			Summary: "List the roles of an org", Tag: "Roles", Needs: needsMember,
			Reply: "RoleList", Status: 200, Errors: []int{400, 401, 403, 404, 406},
			List: paging, Companion: true, Do: rest.List(kindRole),
		},
		{
			ID: "role_get", Method: "GET", Path: "/orgs/{org}/roles/{role}",
			Summary: "Show a role", Tag: "Roles", Needs: needsMember,
			Reply: "Role", Status: 200, Errors: []int{401, 403, 404, 406},
			Companion: true, Do: rest.Get,
		},
		{
			ID: "product_getByID", Method: "GET", Path: "/products/{product-id:uuid}",
			Summary: "Show a product by its id", Tag: "Products", Needs: "product:view",
			Reply: "Product", Status: 200, Errors: []int{401, 403, 404, 406},
			Companion: true, Do: rest.Get,
		},
		{
			ID: "api_getByID", Method: "GET", Path: "/apis/{api-id:uuid}",
			Summary: "Show an API by its id", Tag: "APIs", Needs: "product:view",
			Reply: "Api", Status: 200, Errors: []int{401, 403, 404, 406},
			Companion: true, Do: rest.Get,
		},
		{
			ID: "api_documentByID", Method: "GET", Path: "/apis/{api-id}/document",
			Summary: "Fetch the document of an API by its id", Tag: "APIs", Needs: "product:view",
			Media: mediaJSON, Status: 200, Errors: []int{401, 403, 404, 406},
			Companion: true, Do: getDocument,
		},
		{
			ID: "api_wsdlByID", Method: "GET", Path: "/apis/{api-id}/wsdl",
			Summary: "Fetch the WSDL of an API by its id", Tag: "APIs", Needs: "product:view",
			Media: mediaJSON, Status: 200, Errors: []int{401, 403, 404, 406},
			Query: "WsdlQuery", Companion: true, Do: getWSDL,
		},
		{
			ID: "public_api_wsdlByID", Method: "GET", Path: "/public-apis/{api-id}/wsdl",
			Summary: "Fetch the WSDL of a public API by its id", Tag: "Public APIs",
			Media: mediaJSON, Status: 200, Errors: []int{404, 406},
			Query: "WsdlQuery", Companion: true, Do: getWSDL,
		},
		{
			ID: "oauth2_certs", Method: "GET", Path: "/oauth2/certs", Base: "/api/cloud",
			Summary: "Publish the keys of activation tokens", Tag: "OAuth",
			Reply: "KeySet", Status: 200, Errors: []int{406},
			Companion: true, Do: keySet,
		},
	}
}
