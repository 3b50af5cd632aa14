package apiconnect

import (
	"encoding/json"
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// credentials of applications. Of a secret only the hash is kept, whether or not the catalog shows it.
var credentialsOfApps = &api.Resource{
	Kind: kindCredential, Schema: "StoredCredential",
	Indexes: []api.Index{
		{Name: "app", To: kindApp, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "app", Unique: true},
		{Name: "client_id", Key: func(d *api.Doc) []string { return []string{api.Key(d.In[1], d.Str("client_id"))} }, Unique: true},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		if d.Null("name") && d.Null("title") {
			d.SetString("title", "Credential "+strconv.Itoa(s.Tx.Count(kindCredential, "app", d.Owner())+1))
		}
		if d.Null("client_id") {
			d.Set("client_id", api.Quote(secret(s)))
		}
		if d.Null("client_secret") && d.Null("client_secret_hashed") {
			d.Set("client_secret", api.Quote(secret(s)))
		}
		hideSecret(d)
		return name(s, d)
	},
	OnChange: func(_ *api.Scope, _ *api.Doc, d *api.Draft) error {
		hideSecret(d)
		return nil
	},
	Render: func(c *api.Call, d *api.Doc, to []byte) []byte { return showCredential(c, d, "", to) },
}

func hideSecret(d *api.Draft) {
	i := d.Find("client_secret")
	switch {
	case i < 0:
	case !d.Null("client_secret") && !d.Has("client_secret_hashed"):
		d.Object[i] = api.Member{Name: "client_secret_hashed", Value: api.Quote(hashed(d.Str("client_secret")))}
	default:
		if !d.Null("client_secret") {
			d.Set("client_secret_hashed", api.Quote(hashed(d.Str("client_secret"))))
		}
		d.Delete("client_secret")
	}
}

// showCredential is what clients see of a credential. Only the answer that creates or resets it has the secret.
func showCredential(c *api.Call, d *api.Doc, secret string, to []byte) []byte {
	f := newForm(c, d, "credential", to)
	f.keep("id", "name", "title", "summary", "client_id")
	if secret != "" {
		f.text("client_secret", secret)
	}
	if catalogOf(&c.Scope, d).Bool("hash_client_secret") {
		f.keep("client_secret_hashed")
	}
	f.keep("metadata")
	f.times()
	f.url("app_url", "/apps/", d.In[2], "/", d.In[3])
	return f.done(f.place, f.consumer, f.self)
}

func createCredential(c *api.Call) (any, error) {
	s := created(c, "name", "title", "summary", "client_id", "client_secret", "metadata")
	s.Default("client_secret", api.Quote(secret(&c.Scope)))
	d, err := rest.Insert(&c.Scope, kindCredential, rest.Inside(c.Object), s)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(showCredential(c, d, s.Str("client_secret"), nil)), nil
}

func updateCredential(c *api.Call) (any, error) {
	if id := c.Body.Object.Raw("client_id"); id != nil && c.Body.Object.Str("client_id") != c.Object.Str("client_id") {
		return nil, refuse("cannot be changed but by reset", "client_id")
	}
	return patch(&c.Scope, c.Object, sent(c, "name", "title", "summary", "metadata"))
}

// reset returns a verb that gives a credential new values: those of the body, or generated ones.
func reset(members ...string) rest.Verb {
	return func(c *api.Call) (any, error) {
		s := created(c, members...)
		for _, m := range members {
			s.Default(m, api.Quote(secret(&c.Scope)))
		}
		d, err := patch(&c.Scope, c.Object, s)
		if err != nil {
			return nil, err
		}
		return json.RawMessage(showCredential(c, d, s.Str("client_secret"), nil)), nil
	}
}

// verifySecret compares a secret. A wrong one is answered with 400, not with 401, which would end the user's session.
func verifySecret(c *api.Call) (any, error) {
	given, id := c.Body.Object.Str("client_secret"), c.Body.Object.Raw("client_id")
	if id != nil && c.Body.Object.Str("client_id") != c.Object.Str("client_id") {
		return nil, refuse("is not the client id of the credential", "client_id")
	}
	if !matches(given, c.Object.Str("client_secret_hashed")) {
		return nil, refuse("is not the client secret of the credential", "client_secret")
	}
	return c.Object, nil
}
