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

// Paths that several rows have in common.
const (
	inOrg           = "/orgs/{org}"
	inInvitation    = inOrg + "/member-invitations/{member-invitation}"
	inMember        = inOrg + "/members/{member}"
	inApp           = "/apps/{org}/{app}"
	inCredential    = inApp + "/credentials/{credential}"
	inSubscription  = inApp + "/subscriptions/{subscription}"
	inProduct       = "/products/{product-name}/{product-version}"
	inPublicProduct = "/public-products/{product-name}/{product-version}"
	inAPI           = "/apis/{api-name}/{api-version}"
	inPublicAPI     = "/public-apis/{api-name}/{api-version}"
)

// operations are the documented rows; summary, tag, status and errors come from the official list. Ids with a scope in
// them are the vendor's own; the others follow its pattern.
func operations() []api.Operation {
	return []api.Operation{
		{
			ID: "permission_listAll", Method: "GET", Path: "/consumer/permissions",
			Needs: needsUser, Reply: "PermissionList", List: paging, Do: listPermissions,
		},
		{
			ID: "permission_getOrg", Method: "GET", Path: "/consumer/permissions/org/{permission}",
			Needs: needsUser, Reply: "Permission", Check: permissionOf("org"), Do: getPermission,
		},
		{
			ID: "permission_getConsumer", Method: "GET", Path: "/consumer/permissions/consumer/{permission}",
			Needs: needsUser, Reply: "Permission", Check: permissionOf("consumer"), Do: getPermission,
		},
		{ID: "org_update", Method: "PATCH", Path: inOrg, Needs: "settings:manage", Body: "OrgPatch", Reply: "Org", Do: updateOrg},
		{ID: "org_del", Method: "DELETE", Path: inOrg, Needs: needsOwner, Query: "OrgDelQuery", Reply: "Org", Do: deleteOrg},
		{
			ID: "org_invitation_register", Method: "POST", Path: "/org-invitations/{invitation}/register",
			Needs: needsActivation, Body: "OrgInvitationRegister", Reply: "Org", Do: answerOrg(true),
		},
		{
			ID: "org_invitation_accept", Method: "POST", Path: "/org-invitations/{invitation}/accept",
			Needs: needsActivation, Body: "OrgInvitationAccept", Reply: "Org", Do: answerOrg(false),
		},
		{
			ID: "member_invitation_createOrgScope", Method: "POST", Path: inOrg + "/member-invitations",
			Needs: "member:manage", Body: "MemberInvitationCreate", Reply: "MemberInvitation", Do: createInvitation,
		},
		{
			ID: "member_invitation_listOrgScope", Method: "GET", Path: inOrg + "/member-invitations",
			Needs: "member:view", Reply: "MemberInvitationList", List: paging, Do: rest.List(kindMemberInvitation),
		},
		{
			ID: "member_invitation_getOrgScope", Method: "GET", Path: inInvitation,
			Needs: "member:view", Reply: "MemberInvitation", Do: rest.Get,
		},
		{
			ID: "member_invitation_delOrgScope", Method: "DELETE", Path: inInvitation,
			Needs: "member:manage", Reply: "MemberInvitation", Do: remove,
		},
		{
			ID: "member_invitation_regenerateOrgScope", Method: "POST", Path: inInvitation + "/regenerate",
			Needs: "member:manage", Body: "Regenerate", Optional: true, Reply: "MemberInvitation", Do: regenerate,
		},
		{
			ID: "member_invitation_registerOrgScope", Method: "POST", Path: inInvitation + "/register",
			Needs: needsActivation, Body: "MemberInvitationRegister", Reply: "Member", Do: answerMember(true),
		},
		{
			ID: "member_invitation_acceptOrgScope", Method: "POST", Path: inInvitation + "/accept",
			Needs: needsActivation, Body: "MemberInvitationAccept", Optional: true, Reply: "Member", Do: answerMember(false),
		},
		{
			ID: "associate_get", Method: "GET", Path: inOrg + "/associates/{associate}",
			Needs: "member:view", Reply: "Associate", Do: getAssociate,
		},
		{
			ID: "member_create", Method: "POST", Path: inOrg + "/members",
			Needs: "member:manage", Body: "MemberCreate", Reply: "Member", Do: createMember,
		},
		{ID: "member_get", Method: "GET", Path: inMember, Needs: "member:view", Reply: "Member", Do: rest.Get},
		{
			ID: "member_update", Method: "PATCH", Path: inMember,
			Needs: "member:manage or settings:manage", Body: "MemberPatch", Reply: "Member", Do: updateMember,
		},
		{
			ID: "member_del", Method: "DELETE", Path: inMember,
			Needs: needsSelf, Query: "MemberDelQuery", Reply: "Member", Check: ownerStays, Do: deleteMember,
		},
		{
			ID: "role_update", Method: "PATCH", Path: inOrg + "/roles/{role}", Needs: "settings:manage", Body: "RolePatch", Reply: "Role",
			Check: unprotected("cannot be changed", "owner", "administrator", "member"), Do: updateRole,
		},
		{
			ID: "role_del", Method: "DELETE", Path: inOrg + "/roles/{role}",
			Needs: "settings:manage", Reply: "Role", Check: unprotected("cannot be deleted", "owner", "member"), Do: remove,
		},
		{
			ID: "payment_method_get", Method: "GET", Path: inOrg + "/payment-methods/{payment-method}",
			Needs: "settings:view", Reply: "PaymentMethod", Do: rest.Get,
		},
		{
			ID: "payment_method_update", Method: "PATCH", Path: inOrg + "/payment-methods/{payment-method}",
			Needs: "settings:manage or member:manage", Body: "PaymentMethodPatch", Reply: "PaymentMethod", Do: updatePaymentMethod,
		},
		{ID: "billing_get", Method: "GET", Path: inOrg + "/billings/{billing}", Needs: "settings:view", Reply: "Billing", Do: rest.Get},
		{
			ID: "user_registry_get", Method: "GET", Path: "/user-registries/{user-registry}",
			Needs: needsUser, Reply: "UserRegistry", Do: rest.Get,
		},
		{
			ID: "user_registry_search", Method: "POST", Path: "/user-registries/{user-registry}/search",
			Needs: needsUser, Body: "UserSearch", Reply: "UserList", List: paging, Do: searchUsers,
		},
		{
			ID: "user_get", Method: "GET", Path: "/user-registries/{user-registry}/users/{user}",
			Needs: needsUser, Reply: "User", Do: rest.Get,
		},
		{ID: "oauth2_redirect_get", Method: "GET", Path: "/oauth2/redirect", Query: "RedirectQuery", Writes: true, Do: endLogin},
		{
			ID: "oauth2_redirect_post", Method: "POST", Path: "/oauth2/redirect",
			Query: "RedirectQuery", Body: "Redirect", Optional: true, Do: endLogin,
		},
		{
			ID: "identity_provider_list", Method: "GET", Path: "/consumer/identity-providers",
			Reply: "IdentityProviderList", List: paging, Do: listIdentityProviders,
		},
		{
			ID: "public_product_listAll", Method: "GET", Path: "/public-products",
			Reply: "ProductList", List: paging, Do: listSeen(kindProduct),
		},
		{
			ID: "public_product_list", Method: "GET", Path: "/public-products/{product-name}",
			Reply: "ProductList", List: paging, Do: listSeen(kindProduct),
		},
		{ID: "public_product_get", Method: "GET", Path: inPublicProduct, Reply: "Product", Do: rest.Get},
		{
			ID: "public_product_document", Method: "GET", Path: inPublicProduct + "/document",
			Media: mediaJSON, Offers: offersDocument, Do: getDocument,
		},
		{
			ID: "public_api_list", Method: "GET", Path: "/public-apis/{api-name}",
			Reply: "ApiList", List: publicAPIList, Do: listSeen(kindAPI),
		},
		{ID: "public_api_get", Method: "GET", Path: inPublicAPI, Reply: "Api", Do: rest.Get},
		{
			ID: "public_api_document", Method: "GET", Path: inPublicAPI + "/document",
			Media: mediaJSON, Offers: offersDocument, Do: getDocument,
		},
		{
			ID: "public_api_wsdl", Method: "GET", Path: inPublicAPI + "/wsdl",
			Query: "WsdlQuery", Reply: "Wsdl", Offers: offersWSDL, Do: getWSDL,
		},
		{
			ID: "product_listAll", Method: "GET", Path: "/products",
			Needs: "product:view", Reply: "ProductList", List: productList, Do: listSeen(kindProduct),
		},
		{
			ID: "product_list", Method: "GET", Path: "/products/{product-name}",
			Needs: "product:view", Reply: "ProductList", List: productList, Do: listSeen(kindProduct),
		},
		{ID: "product_get", Method: "GET", Path: inProduct, Needs: "product:view", Reply: "Product", Do: rest.Get},
		{
			ID: "product_document", Method: "GET", Path: inProduct + "/document",
			Needs: "product:view", Media: mediaJSON, Offers: offersDocument, Do: getDocument,
		},
		{
			ID: "api_list", Method: "GET", Path: "/apis/{api-name}",
			Needs: "product:view", Reply: "ApiList", List: apiList, Do: listSeen(kindAPI),
		},
		{ID: "api_get", Method: "GET", Path: inAPI, Needs: "product:view", Reply: "Api", Do: rest.Get},
		{
			ID: "api_document", Method: "GET", Path: inAPI + "/document",
			Needs: "product:view", Media: mediaJSON, Offers: offersDocument, Do: getDocument,
		},
		{
			ID: "api_wsdl", Method: "GET", Path: inAPI + "/wsdl",
			Needs: "product:view", Query: "WsdlQuery", Reply: "Wsdl", Offers: offersWSDL, Do: getWSDL,
		},
		{
			ID: "app_create", Method: "POST", Path: inOrg + "/apps",
			Needs: "app:manage", Body: "AppCreate", Reply: "AppCreated", Do: createApp,
		},
		{ID: "app_get", Method: "GET", Path: inApp, Needs: "app:view", Reply: "App", Do: rest.Get},
		{ID: "app_update", Method: "PATCH", Path: inApp, Needs: "app:manage", Body: "AppPatch", Reply: "App", Do: updateApp},
		{ID: "app_del", Method: "DELETE", Path: inApp, Needs: "app:manage", Reply: "App", Do: remove},
		{
			ID: "application_type_get", Method: "GET", Path: "/application-types/{application-type}",
			Needs: needsUser, Reply: "ApplicationType", Do: rest.Get,
		},
		{
			ID: "credential_create", Method: "POST", Path: inApp + "/credentials",
			Needs: "app:manage", Body: "CredentialCreate", Reply: "CredentialShown", Do: createCredential,
		},
		{
			ID: "credential_list", Method: "GET", Path: inApp + "/credentials",
			Needs: "app:view", Reply: "CredentialList", List: paging, Do: rest.List(kindCredential),
		},
		{ID: "credential_get", Method: "GET", Path: inCredential, Needs: "app:view", Reply: "Credential", Do: rest.Get},
		{
			ID: "credential_update", Method: "PATCH", Path: inCredential,
			Needs: "app:manage", Body: "CredentialPatch", Reply: "Credential", Do: updateCredential,
		},
		{ID: "credential_del", Method: "DELETE", Path: inCredential, Needs: "app:manage", Reply: "Credential", Do: remove},
		{
			ID: "credential_reset", Method: "POST", Path: inCredential + "/reset", Needs: "app:manage", Body: "CredentialReset",
			Optional: true, Reply: "CredentialShown", Do: reset("client_id", "client_secret"),
		},
		{
			ID: "credential_resetClientSecret", Method: "POST", Path: inCredential + "/reset-client-secret",
			Needs: "app:manage", Body: "ClientSecretReset", Optional: true, Reply: "CredentialShown", Do: reset("client_secret"),
		},
		{
			ID: "credential_verifyClientSecret", Method: "POST", Path: inCredential + "/verify-client-secret",
			Needs: "app:view", Body: "ClientSecretVerify", Reply: "Credential", Do: verifySecret,
		},
		{
			ID: "subscription_create", Method: "POST", Path: inApp + "/subscriptions",
			Needs: "subscription:manage", Body: "SubscriptionCreate", Reply: "Subscription", Do: subscribe,
		},
		{ID: "subscription_get", Method: "GET", Path: inSubscription, Needs: "subscription:view", Reply: "Subscription", Do: rest.Get},
		{
			ID: "subscription_update", Method: "PATCH", Path: inSubscription,
			Needs: "subscription:manage", Body: "SubscriptionPatch", Reply: "Subscription", Do: updateSubscription,
		},
		{ID: "subscription_del", Method: "DELETE", Path: inSubscription, Needs: "subscription:manage", Reply: "Subscription", Do: remove},
	}
}
