package apiconnect

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// companions are rows of the same product that its documentation leaves out, and that its own portal and toolkit call
// before anything else. Errors of a row are those that do not follow from its other columns.
func companions() []api.Operation {
	rows := []api.Operation{
		{
			ID: "token_create", Method: "POST", Path: "/token",
			Summary: "Begin or prolong a session", Tag: "Sessions", Body: "TokenRequest", Reply: "Token", Errors: []int{401},
			Do: createToken,
		},
		{
			ID: "me_get", Method: "GET", Path: "/me",
			Summary: "Show the caller", Tag: "Sessions", Needs: needsUser, Query: "MeQuery", Reply: "Me", Errors: []int{400}, Do: getMe,
		},
		{
			ID: "me_update", Method: "PUT", Path: "/me",
			Summary: "Change the profile of the caller", Tag: "Sessions", Needs: needsUser, Body: "MePut", Reply: "User",
			Errors: []int{409}, Do: putMe,
		},
		{
			ID: "me_del", Method: "DELETE", Path: "/me",
			Summary: "Delete the account of the caller", Tag: "Sessions", Needs: needsUser, Reply: "User", Errors: []int{403},
			Do: deleteMe,
		},
		{
			ID: "org_list", Method: "GET", Path: "/orgs",
			Summary: "List the orgs of the caller", Tag: "Orgs", Needs: needsUser, Reply: "OrgList", List: paging, Do: listOrgs,
		},
		{ID: "org_get", Method: "GET", Path: inOrg, Summary: "Show an org", Tag: "Orgs", Needs: needsMember, Reply: "Org", Do: rest.Get},
		{
			ID: "org_create", Method: "POST", Path: "/orgs",
			Summary: "Found an org", Tag: "Orgs", Needs: needsUser, Body: "OrgCreate", Reply: "Org", Status: 201, Errors: []int{403, 409},
			Do: createOrg,
		},
		{
			ID: "org_transferOwner", Method: "POST", Path: inOrg + "/transfer-owner",
			Summary: "Hand an org over to another owner", Tag: "Orgs", Needs: needsOwner, Body: "TransferOwner", Reply: "Org",
			Errors: []int{409}, Do: transferOwner,
		},
		{
			ID: "app_list", Method: "GET", Path: inOrg + "/apps",
			Summary: "List the applications of an org", Tag: "Applications", Needs: "app:view", Reply: "AppList", List: paging,
			Do: rest.List(kindApp),
		},
		{
			ID: "subscription_list", Method: "GET", Path: inApp + "/subscriptions",
			Summary: "List the subscriptions of an application", Tag: "Subscriptions", Needs: "subscription:view",
			Reply: "SubscriptionList", List: paging, Do: rest.List(kindSubscription),
		},
		{
			ID: "member_list", Method: "GET", Path: inOrg + "/members",
			Summary: "List the members of an org", Tag: "Members", Needs: "member:view", Reply: "MemberList", List: paging,
			Do: rest.List(kindMember),
		},
		{
			ID: "role_list", Method: "GET", Path: inOrg + "/roles",
			Summary: "List the roles of an org", Tag: "Roles", Needs: needsMember, Reply: "RoleList", List: paging,
			Do: rest.List(kindRole),
		},
		{
			ID: "role_get", Method: "GET", Path: inOrg + "/roles/{role}",
			Summary: "Show a role", Tag: "Roles", Needs: needsMember, Reply: "Role", Do: rest.Get,
		},
		{
			ID: "product_getByID", Method: "GET", Path: "/products/{product-id:uuid}",
			Summary: "Show a product by its id", Tag: "Products", Needs: "product:view", Reply: "Product", Do: rest.Get,
		},
		{
			ID: "api_getByID", Method: "GET", Path: "/apis/{api-id:uuid}",
			Summary: "Show an API by its id", Tag: "APIs", Needs: "product:view", Reply: "Api", Do: rest.Get,
		},
		{
			ID: "api_documentByID", Method: "GET", Path: "/apis/{api-id}/document",
			Summary: "Fetch the document of an API by its id", Tag: "APIs", Needs: "product:view", Media: mediaJSON,
			Offers: offersDocument, Do: getDocument,
		},
		{
			ID: "api_wsdlByID", Method: "GET", Path: "/apis/{api-id}/wsdl",
			Summary: "Fetch the WSDL of an API by its id", Tag: "APIs", Needs: "product:view", Query: "WsdlQuery", Media: mediaJSON,
			Offers: offersWSDL, Do: getWSDL,
		},
		{
			ID: "public_api_wsdlByID", Method: "GET", Path: "/public-apis/{api-id}/wsdl",
			Summary: "Fetch the WSDL of a public API by its id", Tag: "Public APIs", Query: "WsdlQuery", Media: mediaJSON,
			Offers: offersWSDL, Do: getWSDL,
		},
		{
			ID: "oauth2_certs", Method: "GET", Path: "/oauth2/certs", Base: "/api/cloud",
			Summary: "Publish the keys of activation tokens", Tag: "OAuth", Reply: "KeySet", Do: keySet,
		},
	}
	for i := range rows {
		op := &rows[i]
		op.Companion, op.Status = true, cmp.Or(op.Status, http.StatusOK)
		follows := func(when bool, statuses ...int) {
			if when {
				op.Errors = append(op.Errors, statuses...)
			}
		}
		follows(op.Body != "" || op.List != nil, 400)
		follows(op.Needs != "", 401)
		follows(op.Needs != "" && op.Needs != needsUser, 403)
		follows(op.Base == "", 404) // the catalog
		follows(true, 406)
		follows(op.Body != "", 415)
		slices.Sort(op.Errors)
	}
	return rows
}
