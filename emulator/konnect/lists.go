package konnect

import (
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Fields by which the lists filter and sort, in the vendor's order.
var (
	paged = &api.List{Paged: true}

	fullName               = api.Field{Name: "name", Path: "full_name"}
	developerOfApplication = computed(uuid("developer_id"), ofApplication(stored("developer_id")))

	portalList = &api.List{
		Paged: true,
		Filter: fields(
			uuid("id"), str("name"), str("description"), str("default_domain"), str("custom_domain"), str("custom_client_domain"),
			boolean("is_public"), boolean("rbac_enabled"), boolean("auto_approve_developers"), boolean("auto_approve_applications"),
		),
		Sort: fields(
			str("name"), str("description"), boolean("is_public"), boolean("rbac_enabled"), boolean("auto_approve_applications"),
			boolean("auto_approve_developers"), str("default_domain"), str("custom_domain"), str("custom_client_domain"),
			instant("created_at"), instant("updated_at"),
		),
	}
	developerList = &api.List{
		Paged:  true,
		Filter: fields(fullName, str("status"), str("email")),
		Sort:   fields(instant("created_at"), instant("updated_at"), str("email"), fullName, str("status")),
	}
	teamList   = &api.List{Paged: true, Filter: fields(str("name"))}
	memberList = &api.List{
		Paged: true,
		Filter: fields(
			str("email"), str("full_name"),
			api.Field{Name: "attributes", Type: api.AsNothing}, // no member shows them
			computed(boolean("active"), func(_ *api.Call, d *api.Doc) (string, bool) { return strconv.FormatBool(approved(d)), true }),
		),
	}
	applicationList = &api.List{
		Paged: true,
		Filter: fields(
			uuid("developer_id"), computed(str("developer_name"), ofDeveloper("full_name")),
			computed(str("developer_email"), ofDeveloper("email")), str("name"),
		),
		Sort: fields(instant("created_at"), uuid("developer_id"), str("name")),
	}
	registrationList = &api.List{
		Paged: true,
		Filter: fields(
			developerOfApplication, computed(str("developer_name"), ofApplication(ofDeveloper("full_name"))),
			computed(str("application_name"), ofApplication(stored("name"))), str("status"),
		),
		Sort: fields(instant("created_at"), instant("updated_at"), developerOfApplication, str("status")),
	}
	applicationRegistrationList = &api.List{
		Paged:  true,
		Filter: fields(str("status")),
		Sort:   fields(instant("created_at"), instant("updated_at"), str("status")),
	}
	portalProductList = &api.List{
		Paged:  true,
		Filter: fields(uuid("id"), str("name"), str("description")),
		Sort:   fields(instant("created_at"), str("name"), str("description")),
	}
	identityProviderList = &api.List{Filter: fields(api.Field{Name: "type", Type: api.AsEnum, Ops: []string{"eq"}})}
	productVersionList   = &api.List{
		Paged: true,
		Filter: fields(
			uuid("id"), uuid("product_version_id"), uuid("auth_strategy_ids"), api.Field{Name: "publish_status", Type: api.AsEnum},
			instant("created_at"), instant("updated_at"),
			boolean("application_registration_enabled"), boolean("auto_approve_registration"), boolean("deprecated"),
		),
		Sort: fields(
			instant("created_at"), instant("updated_at"), str("publish_status"), uuid("product_version_id"),
			computed(uuid("auth_strategy_ids"), func(_ *api.Call, d *api.Doc) (string, bool) { return d.Str("auth_strategy_ids.0"), true }),
			boolean("application_registration_enabled"), boolean("auto_approve_registration"), boolean("deprecated"),
		),
	}
	apiProductList = &api.List{ // of versions, too
		Paged:  true,
		Filter: fields(uuid("id"), str("name")),
		Sort:   fields(str("name"), instant("created_at"), instant("updated_at")),
	}
)

func fields(f ...api.Field) []api.Field { return f }

func str(name string) api.Field     { return api.Field{Name: name} }
func uuid(name string) api.Field    { return api.Field{Name: name, Type: api.AsUUID} }
func boolean(name string) api.Field { return api.Field{Name: name, Type: api.AsBool} }
func instant(name string) api.Field { return api.Field{Name: name, Type: api.AsTime} }

// computed returns the field with a value that is computed.
func computed(f api.Field, value func(*api.Call, *api.Doc) (string, bool)) api.Field {
	f.Of = value
	return f
}
