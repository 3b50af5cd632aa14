package apiconnect

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// users live in a registry. Of a password only its hash is kept.
var users = &api.Resource{
	Kind: kindUser, Schema: "StoredUser",
	Indexes: []api.Index{
		{Name: "registry", To: kindUserRegistry, OnDelete: api.Cascade},
		{Name: "name", Path: "username", Within: "registry", Unique: true},
		{Name: "fold", Path: "username", Within: "registry", CaseInsensitive: true},
		{Name: "email", Path: "email", Within: "registry", CaseInsensitive: true},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		hidePassword(d)
		registry := s.Tx.Get(kindUserRegistry, d.Owner())
		if d.Null("identity_provider") {
			if idp := registry.Get("identity_providers.0.name"); idp.Exists() {
				d.SetString("identity_provider", idp.String())
			}
		}
		return checkUnique(s, registry, d)
	},
	OnChange: func(s *api.Scope, _ *api.Doc, d *api.Draft) error {
		hidePassword(d)
		return checkUnique(s, s.Tx.Get(kindUserRegistry, d.Owner()), d)
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte {
		f := newForm(c, d, "user", to)
		f.keep("id")
		f.text("name", d.Str("username"))
		f.keep("username")
		f.text("title", titleOf(d))
		f.keep("email", "first_name", "last_name", "state", "identity_provider", "metadata")
		f.times()
		f.url("user_registry_url", "/user-registries/"+d.Owner())
		return f.done(f.self)
	},
}

func hidePassword(d *api.Draft) {
	if !d.Null("password") {
		d.SetString("password_hash", hashed(d.Str("password")))
	}
	d.Delete("password")
}

// hashed is the stored form of a secret: SHA-256 in base64, which is enough for an emulator.
func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// matches compares a secret with a hash in constant time.
func matches(secret, hash string) bool {
	return hash != "" && subtle.ConstantTimeCompare([]byte(hashed(secret)), []byte(hash)) == 1
}

// checkUnique refuses a user whose name or address another one of the registry has, as the registry compares them.
func checkUnique(s *api.Scope, registry *api.Doc, d *api.Draft) error {
	taken := func(index, member string) error {
		for _, other := range s.Tx.Under(kindUser, index, api.Key(registry.ID, strings.ToLower(d.Str(member)))) {
			if other.ID == d.Str("id") {
				continue
			}
			e := api.Fail(api.Conflict, "%s %q is taken", member, d.Str(member))
			e.Facts = api.Facts{Kind: kindUser, ID: other.ID, Index: member, Value: d.Str(member), In: other.In}
			return e
		}
		return nil
	}
	if !registry.Bool("case_sensitive") {
		if err := taken("fold", "username"); err != nil {
			return err
		}
	}
	if registry.Bool("email_unique_if_exist") && d.Str("email") != "" {
		return taken("email", "email")
	}
	return nil
}

// titleOf is what a user is called: the title, else first and last name, else the user name.
func titleOf(user *api.Doc) string {
	if title := user.Str("title"); title != "" {
		return title
	}
	if full := strings.TrimSpace(user.Str("first_name") + " " + user.Str("last_name")); full != "" {
		return cut(full, maxTitle)
	}
	return user.Str("username")
}

// userRef names a user of a registry.
var userRef = api.Ref{Kind: kindUser, By: byNameOrID, Where: local}

// local reports whether a user is one of the catalog; others are known to the external directory alone.
func local(user *api.Doc) bool { return !user.Bool("remote") }

// usersNamed are the users of that name in the registries of a catalog.
func usersNamed(c *api.Call, catalog, username string) []*api.Doc {
	var out []*api.Doc
	for _, r := range c.Tx.Under(kindUserRegistry, "catalog", catalog) {
		if user := c.Tx.Find(kindUser, "name", api.Key(r.ID, username)); user != nil {
			out = append(out, user)
		}
	}
	return out
}

// userIn is the user of that name in a registry, as the registry compares names, or nil.
func userIn(c *api.Call, registry *api.Doc, username string) *api.Doc {
	index := "name"
	if !registry.Bool("case_sensitive") {
		index, username = "fold", strings.ToLower(username)
	}
	return c.Tx.Find(kindUser, index, api.Key(registry.ID, username))
}

// login is the user of a name and password in the registry behind a realm. Who is only known to the directory becomes a
// user of the catalog by it.
func login(c *api.Call, realm, username, password string) (*api.Doc, error) {
	refused := api.Fail(api.Unauthorized, "the user name or the password is wrong")
	registry, _ := registryOf(c, realm)
	if registry == nil {
		return nil, refused
	}
	user := userIn(c, registry, username)
	if user == nil || !matches(password, user.Str("password_hash")) {
		return nil, refused
	}
	if state := user.Str("state"); state != "enabled" {
		return nil, api.Fail(api.Unauthorized, "the user '%s' is %s", user.Str("username"), state)
	}
	if user.Bool("remote") {
		return patch(&c.Scope, user, api.Object{{Name: "remote", Value: api.Null}})
	}
	return user, nil
}

// newUser creates a user from the answer to an invitation.
func newUser(c *api.Call, s api.Object, email string, at ...string) (*api.Doc, error) {
	registry, idp := registryOf(c, s.Str("realm"))
	switch {
	case registry == nil:
		return nil, refuse("names no identity provider of the catalog", append(slices.Clip(at), "realm")...)
	case !registry.Bool("user_managed"):
		return nil, refuse("is of a registry whose users are managed elsewhere", append(slices.Clip(at), "realm")...)
	case !s.Null("email") && !strings.EqualFold(s.Str("email"), email):
		return nil, refuse("must be the address of the invitation", append(slices.Clip(at), "email")...)
	}
	given := api.Object{}
	for _, name := range []string{"username", "password", "first_name", "last_name", "metadata"} {
		if !s.Null(name) {
			given.Set(name, s.Raw(name))
		}
	}
	given.SetString("email", email)
	given.SetString("identity_provider", idp)
	return rest.Insert(&c.Scope, kindUser, rest.Inside(registry), given)
}
