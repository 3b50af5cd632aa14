// Package apiconnect emulates the Consumer API of IBM API Connect: what a developer portal calls for its organizations,
// members, applications and subscriptions. It knows the vendor's words and rules, and nothing of routing or storage.
package apiconnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// Kinds of this vendor.
const (
	kindProviderOrg       = "apiconnect.provider-org"
	kindCatalog           = "apiconnect.catalog"
	kindGroup             = "apiconnect.group"
	kindApplicationType   = "apiconnect.application-type"
	kindClient            = "apiconnect.client"
	kindUserRegistry      = "apiconnect.user-registry"
	kindUser              = "apiconnect.user"
	kindToken             = "apiconnect.token"
	kindLogin             = "apiconnect.login"
	kindOrg               = "apiconnect.org"
	kindRole              = "apiconnect.role"
	kindMember            = "apiconnect.member"
	kindOrgInvitation     = "apiconnect.org-invitation"
	kindMemberInvitation  = "apiconnect.member-invitation"
	kindMail              = "apiconnect.mail"
	kindPaymentMethodType = "apiconnect.payment-method-type"
	kindBilling           = "apiconnect.billing"
	kindPaymentMethod     = "apiconnect.payment-method"
	kindAPI               = "apiconnect.api"
	kindProduct           = "apiconnect.product"
	kindApp               = "apiconnect.app"
	kindCredential        = "apiconnect.credential"
	kindSubscription      = "apiconnect.subscription"
)

// Vendor is API Connect: a provider organization with its catalogs.
func Vendor() *api.Vendor {
	return &api.Vendor{
		Name:    "apiconnect",
		Title:   "IBM API Connect Consumer API",
		Version: "2.0.0",
		Base:    base,

		Operations: append(operations(), companions()...),
		Resources: []*api.Resource{
			providerOrgs, catalogs, applicationTypes, clientsOfTokens, userRegistries, users, tokens, logins, orgs, groups, roles, members,
			orgInvitations, memberInvitations, mails, paymentMethodTypes, billings, paymentMethods,
			apis, products, apps, credentialsOfApps, subscriptions,
		},
		Names: map[string]api.Ref{
			"org":               {Kind: kindOrg, By: byNameOrID},
			"invitation":        {Kind: kindOrgInvitation, By: byNameOrID},
			"member-invitation": {Kind: kindMemberInvitation, By: byNameOrID},
			"member":            memberRef,
			"associate":         associateRef,
			"role":              {Kind: kindRole, By: byNameOrID},
			"payment-method":    {Kind: kindPaymentMethod, By: byNameOrID},
			"billing":           {Kind: kindBilling, By: byNameOrID},
			"user-registry":     {Kind: kindUserRegistry, By: byNameOrID},
			"user":              userRef,
			"app":               {Kind: kindApp, By: byNameOrID},
			"credential":        {Kind: kindCredential, By: byNameOrID},
			"subscription":      {Kind: kindSubscription, By: byNameOrID},
			"application-type":  {Kind: kindApplicationType, By: byNameOrID},
			"product-version":   versionRef(kindProduct),
			"api-version":       versionRef(kindAPI),
			"product-id":        {Kind: kindProduct},
			"api-id":            apiRef,
		},
		Dialect:     dialect,
		Formats:     formats,
		Credentials: credentials,
		Clients:     clients,
		Runtimes:    map[api.Runtime]string{api.Go: "IBM's toolkit apic"},
		Security:    `{"type":"http","scheme":"bearer","bearerFormat":"Token of POST /token, or of an invitation"}`,
		Problem:     "Problem",
	}
}

// operations are the documented rows. Ids with a scope in them are the vendor's own; the others follow its pattern.
func operations() []api.Operation {
	return []api.Operation{
		{
			ID: "permission_listAll", Method: "GET", Path: "/consumer/permissions",
			Summary: "List the permissions of both collections", Tag: "Permissions", Needs: needsUser,
			Reply: "PermissionList", Status: 200, Errors: []int{400, 401, 404, 406},
			List: paging, Do: listPermissions,
		},
		{
			ID: "permission_getOrg", Method: "GET", Path: "/consumer/permissions/org/{permission}",
			Summary: "Show a permission of the org collection", Tag: "Permissions", Needs: needsUser,
			Reply: "Permission", Status: 200, Errors: []int{401, 404, 406},
			Do: getPermission,
		},
		{
			ID: "permission_getConsumer", Method: "GET", Path: "/consumer/permissions/consumer/{permission}",
			Summary: "Show a permission of the consumer collection", Tag: "Permissions", Needs: needsUser,
			Reply: "Permission", Status: 200, Errors: []int{401, 404, 406},
			Do: getPermission,
		},
		{
			ID: "org_update", Method: "PATCH", Path: "/orgs/{org}",
			Summary: "Change a consumer organization", Tag: "Orgs", Needs: "settings:manage",
			Body: "OrgPatch", Reply: "Org", Status: 200, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: updateOrg,
		},
		{
			ID: "org_del", Method: "DELETE", Path: "/orgs/{org}",
			Summary: "Delete a consumer organization and all below it", Tag: "Orgs", Needs: needsOwner,
			Reply: "Org", Status: 200, Errors: []int{401, 403, 404, 406},
			Query: "OrgDelQuery", Do: deleteOrg,
		},
		{
			ID: "org_invitation_register", Method: "POST", Path: "/org-invitations/{invitation}/register",
			Summary: "Found an org as a new user", Tag: "Org invitations", Needs: needsActivation,
			Body: "OrgInvitationRegister", Reply: "Org", Status: 201, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: answerOrg(true),
		},
		{
			ID: "org_invitation_accept", Method: "POST", Path: "/org-invitations/{invitation}/accept",
			Summary: "Found an org as an existing user", Tag: "Org invitations", Needs: needsActivation,
			Body: "OrgInvitationAccept", Reply: "Org", Status: 201, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: answerOrg(false),
		},
		{
			ID: "member_invitation_createOrgScope", Method: "POST", Path: "/orgs/{org}/member-invitations",
			Summary: "Invite somebody to an org", Tag: "Member invitations", Needs: "member:manage",
			Body: "MemberInvitationCreate", Reply: "MemberInvitation", Status: 201, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: createInvitation,
		},
		{
			ID: "member_invitation_listOrgScope", Method: "GET", Path: "/orgs/{org}/member-invitations",
			Summary: "List the invitations of an org", Tag: "Member invitations", Needs: "member:view",
			Reply: "MemberInvitationList", Status: 200, Errors: []int{400, 401, 403, 404, 406},
			List: paging, Do: rest.List(kindMemberInvitation),
		},
		{
			ID: "member_invitation_getOrgScope", Method: "GET", Path: "/orgs/{org}/member-invitations/{member-invitation}",
			Summary: "Show an invitation", Tag: "Member invitations", Needs: "member:view",
			Reply: "MemberInvitation", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "member_invitation_delOrgScope", Method: "DELETE", Path: "/orgs/{org}/member-invitations/{member-invitation}",
			Summary: "Delete an invitation", Tag: "Member invitations", Needs: "member:manage",
			Reply: "MemberInvitation", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: remove,
		},
		{
			ID: "member_invitation_regenerateOrgScope", Method: "POST", Path: "/orgs/{org}/member-invitations/{member-invitation}/regenerate",
			Summary: "Give an invitation a new link", Tag: "Member invitations", Needs: "member:manage",
			Body: "Regenerate", Optional: true, Reply: "MemberInvitation", Status: 200, Errors: []int{400, 401, 403, 404, 406, 415},
			Do: regenerate,
		},
		{
			ID: "member_invitation_registerOrgScope", Method: "POST", Path: "/orgs/{org}/member-invitations/{member-invitation}/register",
			Summary: "Join an org as a new user", Tag: "Member invitations", Needs: needsActivation,
			Body: "MemberInvitationRegister", Reply: "Member", Status: 201, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: answerMember(true),
		},
		{
			ID: "member_invitation_acceptOrgScope", Method: "POST", Path: "/orgs/{org}/member-invitations/{member-invitation}/accept",
			Summary: "Join an org as an existing user", Tag: "Member invitations", Needs: needsActivation,
			Body: "MemberInvitationAccept", Optional: true, Reply: "Member", Status: 201, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: answerMember(false),
		},
		{
			ID: "associate_get", Method: "GET", Path: "/orgs/{org}/associates/{associate}",
			Summary: "Show a user whom an org knows", Tag: "Members", Needs: "member:view",
			Reply: "Associate", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: getAssociate,
		},
		{
			ID: "member_create", Method: "POST", Path: "/orgs/{org}/members",
			Summary: "Make a user a member of an org", Tag: "Members", Needs: "member:manage",
			Body: "MemberCreate", Reply: "Member", Status: 201, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: createMember,
		},
		{
			ID: "member_get", Method: "GET", Path: "/orgs/{org}/members/{member}",
			Summary: "Show a member", Tag: "Members", Needs: "member:view",
			Reply: "Member", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "member_update", Method: "PATCH", Path: "/orgs/{org}/members/{member}",
			Summary: "Change a member", Tag: "Members", Needs: "member:manage or settings:manage",
			Body: "MemberPatch", Reply: "Member", Status: 200, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: updateMember,
		},
		{
			ID: "member_del", Method: "DELETE", Path: "/orgs/{org}/members/{member}",
			Summary: "Delete a member", Tag: "Members", Needs: needsSelf,
			Reply: "Member", Status: 200, Errors: []int{401, 403, 404, 406},
			Query: "MemberDelQuery", Do: deleteMember,
		},
		{
			ID: "role_update", Method: "PATCH", Path: "/orgs/{org}/roles/{role}",
			Summary: "Change a role", Tag: "Roles", Needs: "settings:manage",
			Body: "RolePatch", Reply: "Role", Status: 200, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: updateRole,
		},
		{
			ID: "role_del", Method: "DELETE", Path: "/orgs/{org}/roles/{role}",
			Summary: "Delete a role", Tag: "Roles", Needs: "settings:manage",
			Reply: "Role", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: remove,
		},
		{
			ID: "payment_method_get", Method: "GET", Path: "/orgs/{org}/payment-methods/{payment-method}",
			Summary: "Show a payment method", Tag: "Payment", Needs: "settings:view",
			Reply: "PaymentMethod", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "payment_method_update", Method: "PATCH", Path: "/orgs/{org}/payment-methods/{payment-method}",
			Summary: "Change a payment method", Tag: "Payment", Needs: "settings:manage or member:manage",
			Body: "PaymentMethodPatch", Reply: "PaymentMethod", Status: 200, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: updatePaymentMethod,
		},
		{
			ID: "billing_get", Method: "GET", Path: "/orgs/{org}/billings/{billing}",
			Summary: "Show a billing", Tag: "Payment", Needs: "settings:view",
			Reply: "Billing", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "user_registry_get", Method: "GET", Path: "/user-registries/{user-registry}",
			Summary: "Show a user registry", Tag: "User registries", Needs: needsUser,
			Reply: "UserRegistry", Status: 200, Errors: []int{401, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "user_registry_search", Method: "POST", Path: "/user-registries/{user-registry}/search",
			Summary: "Search users in a user registry", Tag: "User registries", Needs: needsUser,
			Body: "UserSearch", Reply: "UserList", Status: 200, Errors: []int{400, 401, 404, 406, 415},
			List: paging, Do: searchUsers,
		},
		{
			ID: "user_get", Method: "GET", Path: "/user-registries/{user-registry}/users/{user}",
			Summary: "Show a user", Tag: "User registries", Needs: needsUser,
			Reply: "User", Status: 200, Errors: []int{401, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "oauth2_redirect_get", Method: "GET", Path: "/oauth2/redirect",
			Summary: "End a login at an external provider", Tag: "OAuth",
			Status: 302, Errors: []int{400, 404, 406},
			Query: "RedirectQuery", Writes: true, Do: endLogin,
		},
		{
			ID: "oauth2_redirect_post", Method: "POST", Path: "/oauth2/redirect",
			Summary: "End a login at an external provider by a form", Tag: "OAuth",
			Body: "Redirect", Optional: true, Status: 302, Errors: []int{400, 404, 406, 415},
			Query: "RedirectQuery", Do: endLogin,
		},
		{
			ID: "identity_provider_list", Method: "GET", Path: "/consumer/identity-providers",
			Summary: "List the ways to sign in", Tag: "User registries",
			Reply: "IdentityProviderList", Status: 200, Errors: []int{400, 404, 406},
			List: paging, Do: listIdentityProviders,
		},
		{
			ID: "public_product_listAll", Method: "GET", Path: "/public-products",
			Summary: "List the public products", Tag: "Public products",
			Reply: "ProductList", Status: 200, Errors: []int{400, 404, 406},
			List: paging, Do: listSeen(kindProduct),
		},
		{
			ID: "public_product_list", Method: "GET", Path: "/public-products/{product-name}",
			Summary: "List the versions of a public product", Tag: "Public products",
			Reply: "ProductList", Status: 200, Errors: []int{400, 404, 406},
			List: paging, Do: listSeen(kindProduct),
		},
		{
			ID: "public_product_get", Method: "GET", Path: "/public-products/{product-name}/{product-version}",
			Summary: "Show a public product", Tag: "Public products",
			Reply: "Product", Status: 200, Errors: []int{404, 406},
			Do: rest.Get,
		},
		{
			ID: "public_product_document", Method: "GET", Path: "/public-products/{product-name}/{product-version}/document",
			Summary: "Fetch the document of a public product", Tag: "Public products",
			Media: mediaJSON, Status: 200, Errors: []int{404, 406},
			Do: getDocument,
		},
		{
			ID: "public_api_list", Method: "GET", Path: "/public-apis/{api-name}",
			Summary: "List the versions of a public API", Tag: "Public APIs",
			Reply: "ApiList", Status: 200, Errors: []int{400, 404, 406},
			List: publicAPIList, Do: listSeen(kindAPI),
		},
		{
			ID: "public_api_get", Method: "GET", Path: "/public-apis/{api-name}/{api-version}",
			Summary: "Show a public API", Tag: "Public APIs",
			Reply: "Api", Status: 200, Errors: []int{404, 406},
			Do: rest.Get,
		},
		{
			ID: "public_api_document", Method: "GET", Path: "/public-apis/{api-name}/{api-version}/document",
			Summary: "Fetch the document of a public API", Tag: "Public APIs",
			Media: mediaJSON, Status: 200, Errors: []int{404, 406},
			Do: getDocument,
		},
		{
			ID: "public_api_wsdl", Method: "GET", Path: "/public-apis/{api-name}/{api-version}/wsdl",
			Summary: "Fetch the WSDL of a public API", Tag: "Public APIs",
			Reply: "Wsdl", Status: 200, Errors: []int{404, 406},
			Query: "WsdlQuery", Do: getWSDL,
		},
		{
			ID: "product_listAll", Method: "GET", Path: "/products",
			Summary: "List the products that the caller sees", Tag: "Products", Needs: "product:view",
			Reply: "ProductList", Status: 200, Errors: []int{400, 401, 403, 404, 406},
			List: productList, Do: listSeen(kindProduct),
		},
		{
			ID: "product_list", Method: "GET", Path: "/products/{product-name}",
			Summary: "List the versions of a product", Tag: "Products", Needs: "product:view",
			Reply: "ProductList", Status: 200, Errors: []int{400, 401, 403, 404, 406},
			List: productList, Do: listSeen(kindProduct),
		},
		{
			ID: "product_get", Method: "GET", Path: "/products/{product-name}/{product-version}",
			Summary: "Show a product", Tag: "Products", Needs: "product:view",
			Reply: "Product", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "product_document", Method: "GET", Path: "/products/{product-name}/{product-version}/document",
			Summary: "Fetch the document of a product", Tag: "Products", Needs: "product:view",
			Media: mediaJSON, Status: 200, Errors: []int{401, 403, 404, 406},
			Do: getDocument,
		},
		{
			ID: "api_list", Method: "GET", Path: "/apis/{api-name}",
			Summary: "List the versions of an API", Tag: "APIs", Needs: "product:view",
			Reply: "ApiList", Status: 200, Errors: []int{400, 401, 403, 404, 406},
			List: apiList, Do: listSeen(kindAPI),
		},
		{
			ID: "api_get", Method: "GET", Path: "/apis/{api-name}/{api-version}",
			Summary: "Show an API", Tag: "APIs", Needs: "product:view",
			Reply: "Api", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "api_document", Method: "GET", Path: "/apis/{api-name}/{api-version}/document",
			Summary: "Fetch the document of an API", Tag: "APIs", Needs: "product:view",
			Media: mediaJSON, Status: 200, Errors: []int{401, 403, 404, 406},
			Do: getDocument,
		},
		{
			ID: "api_wsdl", Method: "GET", Path: "/apis/{api-name}/{api-version}/wsdl",
			Summary: "Fetch the WSDL of an API", Tag: "APIs", Needs: "product:view",
			Reply: "Wsdl", Status: 200, Errors: []int{401, 403, 404, 406},
			Query: "WsdlQuery", Do: getWSDL,
		},
		{
			ID: "app_create", Method: "POST", Path: "/orgs/{org}/apps",
			Summary: "Create an application", Tag: "Applications", Needs: "app:manage",
			Body: "AppCreate", Reply: "AppCreated", Status: 201, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: createApp,
		},
		{
			ID: "app_get", Method: "GET", Path: "/apps/{org}/{app}",
			Summary: "Show an application", Tag: "Applications", Needs: "app:view",
			Reply: "App", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "app_update", Method: "PATCH", Path: "/apps/{org}/{app}",
			Summary: "Change an application", Tag: "Applications", Needs: "app:manage",
			Body: "AppPatch", Reply: "App", Status: 200, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: updateApp,
		},
		{
			ID: "app_del", Method: "DELETE", Path: "/apps/{org}/{app}",
			Summary: "Delete an application", Tag: "Applications", Needs: "app:manage",
			Reply: "App", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: remove,
		},
		{
			ID: "application_type_get", Method: "GET", Path: "/application-types/{application-type}",
			Summary: "Show a kind of application", Tag: "Applications", Needs: needsUser,
			Reply: "ApplicationType", Status: 200, Errors: []int{401, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "credential_create", Method: "POST", Path: "/apps/{org}/{app}/credentials",
			Summary: "Create a credential", Tag: "Credentials", Needs: "app:manage",
			Body: "CredentialCreate", Reply: "CredentialShown", Status: 201, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: createCredential,
		},
		{
			ID: "credential_list", Method: "GET", Path: "/apps/{org}/{app}/credentials",
			Summary: "List the credentials of an application", Tag: "Credentials", Needs: "app:view",
			Reply: "CredentialList", Status: 200, Errors: []int{400, 401, 403, 404, 406},
			List: paging, Do: rest.List(kindCredential),
		},
		{
			ID: "credential_get", Method: "GET", Path: "/apps/{org}/{app}/credentials/{credential}",
			Summary: "Show a credential", Tag: "Credentials", Needs: "app:view",
			Reply: "Credential", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "credential_update", Method: "PATCH", Path: "/apps/{org}/{app}/credentials/{credential}",
			Summary: "Change a credential", Tag: "Credentials", Needs: "app:manage",
			Body: "CredentialPatch", Reply: "Credential", Status: 200, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: updateCredential,
		},
		{
			ID: "credential_del", Method: "DELETE", Path: "/apps/{org}/{app}/credentials/{credential}",
			Summary: "Delete a credential", Tag: "Credentials", Needs: "app:manage",
			Reply: "Credential", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: remove,
		},
		{
			ID: "credential_reset", Method: "POST", Path: "/apps/{org}/{app}/credentials/{credential}/reset",
			Summary: "Give a credential a new client id and secret", Tag: "Credentials", Needs: "app:manage",
			Body: "CredentialReset", Optional: true, Reply: "CredentialShown", Status: 200, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: reset("client_id", "client_secret"),
		},
		{
			ID: "credential_resetClientSecret", Method: "POST", Path: "/apps/{org}/{app}/credentials/{credential}/reset-client-secret",
			Summary: "Give a credential a new secret", Tag: "Credentials", Needs: "app:manage",
			Body: "ClientSecretReset", Optional: true, Reply: "CredentialShown", Status: 200, Errors: []int{400, 401, 403, 404, 406, 415},
			Do: reset("client_secret"),
		},
		{
			ID: "credential_verifyClientSecret", Method: "POST", Path: "/apps/{org}/{app}/credentials/{credential}/verify-client-secret",
			Summary: "Compare a secret with that of a credential", Tag: "Credentials", Needs: "app:view",
			Body: "ClientSecretVerify", Reply: "Credential", Status: 200, Errors: []int{400, 401, 403, 404, 406, 415},
			Do: verifySecret,
		},
		{
			ID: "subscription_create", Method: "POST", Path: "/apps/{org}/{app}/subscriptions",
			Summary: "Subscribe an application to a plan", Tag: "Subscriptions", Needs: "subscription:manage",
			Body: "SubscriptionCreate", Reply: "Subscription", Status: 201, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: subscribe,
		},
		{
			ID: "subscription_get", Method: "GET", Path: "/apps/{org}/{app}/subscriptions/{subscription}",
			Summary: "Show a subscription", Tag: "Subscriptions", Needs: "subscription:view",
			Reply: "Subscription", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: rest.Get,
		},
		{
			ID: "subscription_update", Method: "PATCH", Path: "/apps/{org}/{app}/subscriptions/{subscription}",
			Summary: "Change a subscription", Tag: "Subscriptions", Needs: "subscription:manage",
			Body: "SubscriptionPatch", Reply: "Subscription", Status: 200, Errors: []int{400, 401, 403, 404, 406, 409, 415},
			Do: updateSubscription,
		},
		{
			ID: "subscription_del", Method: "DELETE", Path: "/apps/{org}/{app}/subscriptions/{subscription}",
			Summary: "Delete a subscription", Tag: "Subscriptions", Needs: "subscription:manage",
			Reply: "Subscription", Status: 200, Errors: []int{401, 403, 404, 406},
			Do: remove,
		},
	}
}
