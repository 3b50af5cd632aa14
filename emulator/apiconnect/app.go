package apiconnect

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// apps are applications. Each is created with a credential.
var apps = &api.Resource{
	Kind: kindApp, Schema: "StoredApp",
	Indexes: []api.Index{
		{Name: "org", To: kindOrg, OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "org", Unique: true},
		{Name: "type", Path: "application_type", To: kindApplicationType},
	},
	OnCreate: onCreateApp,
	OnChange: onChangeApp,
	Render:   func(c *api.Call, d *api.Doc, to []byte) []byte { return showApp(c, d, "", "", to) },
}

// showApp is what clients see of an app. Only the answer to its creation has the values of its first credential.
func showApp(c *api.Call, d *api.Doc, id, secret string, to []byte) []byte {
	f := newForm(c, d, "app", to)
	f.keep(
		"id", "name", "title", "summary", "state", "lifecycle_state", "lifecycle_state_pending", "redirect_endpoints",
		"image_endpoint", "application_public_certificate_entry",
	)
	if t := c.Tx.Get(kindApplicationType, d.Str("application_type")); t != nil {
		f.url("application_type_url", path(t))
	}
	f.keep("metadata")
	if id != "" {
		f.text("client_id", id)
		f.text("client_secret", secret)
	}
	f.urls("app_credential_urls", c.Tx.Under(kindCredential, "app", d.ID))
	return f.done(f.tasks, f.times, f.place, f.consumer, f.catalog, f.self)
}

// lifecycle reports whether new apps of a catalog are in development.
func lifecycle(s *api.Scope, catalog string) bool {
	return s.Tx.Get(kindCatalog, catalog).Bool("application_lifecycle.enabled")
}

func onCreateApp(s *api.Scope, d *api.Draft) error {
	catalog := d.In[1]
	on := lifecycle(s, catalog)
	switch {
	case !on:
		d.Default("lifecycle_state", api.Quote("production"))
	case s.Privileged: // the provider's word counts
		d.Default("lifecycle_state", api.Quote("development"))
	default:
		if d.Str("lifecycle_state") == "production" {
			d.SetString("lifecycle_state_pending", "production")
		}
		d.SetString("lifecycle_state", "development")
	}
	if d.Has("lifecycle_state_pending") {
		if err := requestProduction(s, catalog, d); err != nil {
			return err
		}
	}
	if d.Null("application_type") {
		if t := s.Tx.Find(kindApplicationType, "name", api.Key(catalog, "default")); t != nil {
			d.SetString("application_type", t.ID)
		}
	} else if err := sameCatalog(s, d, "application_type", kindApplicationType); err != nil {
		return err
	}
	first := make(api.Object, 0, 4)
	d.Object = slices.DeleteFunc(d.Object, func(m api.Member) bool {
		credential := m.Name == "client_id" || m.Name == "client_secret"
		if credential {
			first = append(first, m)
		}
		return credential
	})
	d.Then = func(app *api.Doc) error {
		first.Set("id", api.Quote(derived(app.ID, "credential")))
		first.SetString("title", cut("Credential for "+app.Str("title"), maxTitle))
		_, err := rest.InsertImplicit(s, kindCredential, rest.Inside(app), first)
		return err
	}
	return name(s, d)
}

// noLifecycle refuses a pending state in a catalog whose apps have no life cycle.
func noLifecycle() error {
	return refuse("cannot be set: the catalog has no application lifecycle", "lifecycle_state_pending")
}

// requestProduction opens the task that approves an app for production, or approves it where the catalog does so by itself.
func requestProduction(s *api.Scope, catalog string, d *api.Draft) error {
	switch {
	case !lifecycle(s, catalog):
		return noLifecycle()
	case s.Tx.Get(kindCatalog, catalog).Bool("auto_approve"):
		d.SetString("lifecycle_state", "production")
		d.Delete("lifecycle_state_pending")
	default:
		d.Default("task", api.Quote(s.NewID()))
	}
	return nil
}

// onChangeApp keeps the task and the pending state together. A decision of the provider, by /_portico/state, ends both.
func onChangeApp(s *api.Scope, old *api.Doc, d *api.Draft) error {
	for _, m := range []string{"client_id", "client_secret"} {
		d.Delete(m)
	}
	if d.Str("lifecycle_state") != old.Str("lifecycle_state") {
		d.Delete("lifecycle_state_pending")
	}
	if d.Null("lifecycle_state_pending") {
		d.Delete("lifecycle_state_pending")
		d.Delete("task")
		return nil
	}
	if d.Null("task") {
		return requestProduction(s, d.In[1], d)
	}
	return nil
}

var appFields = []string{
	"name", "title", "summary", "state", "lifecycle_state", "lifecycle_state_pending", "redirect_endpoints", "image_endpoint",
	"application_public_certificate_entry", "application_type_url", "metadata",
}

// newAppFields are those of an app that is made.
var newAppFields = append([]string{"client_id", "client_secret"}, appFields...)

// appSent turns what a body says of an app into what is kept. An empty image or certificate is none.
func appSent(c *api.Call, s api.Object) (api.Object, error) {
	for i, m := range s {
		switch m.Name {
		case "image_endpoint", "application_public_certificate_entry":
			if bytes.Equal(m.Value, []byte(`""`)) {
				s[i].Value = api.Null
			}
		case "application_type_url":
			t, err := typeAt(c, notesOf(c).catalog, m.Name, s.Str(m.Name))
			if err != nil {
				return nil, err
			}
			s[i] = api.Member{Name: "application_type", Value: api.Quote(t.ID)}
		}
	}
	return s, nil
}

// createApp creates an app. The answer is the only one that has the secret of its first credential.
func createApp(c *api.Call) (any, error) {
	s, err := appSent(c, created(c, newAppFields...))
	if err != nil {
		return nil, err
	}
	for _, m := range []string{"image_endpoint", "application_public_certificate_entry"} {
		if s.Null(m) {
			s.Delete(m)
		}
	}
	for _, m := range []string{"client_id", "client_secret"} {
		s.Default(m, api.Quote(secret(&c.Scope)))
	}
	app, err := rest.Insert(&c.Scope, kindApp, rest.Inside(c.Object), s)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(showApp(c, app, s.Str("client_id"), s.Str("client_secret"), nil)), nil
}

func updateApp(c *api.Call) (any, error) {
	app := c.Object
	s, err := appSent(c, sent(c, appFields...))
	if err != nil {
		return nil, err
	}
	if err := upgrade(c, app, s); err != nil {
		return nil, err
	}
	if err := settled(app, s, "state", "lifecycle_state", "lifecycle_state_pending"); err != nil {
		return nil, err
	}
	return patch(&c.Scope, app, s)
}

// upgrade checks a change of the life cycle. Production cannot be set, only requested.
func upgrade(c *api.Call, app *api.Doc, s api.Object) error {
	on := lifecycle(&c.Scope, app.In[1])
	now := app.Str("lifecycle_state")
	if next := s.Str("lifecycle_state"); on && next == "production" && now != next {
		return api.Fail(api.Forbidden, "the app '%s' needs approval for production: set lifecycle_state_pending", app.Str("name"))
	}
	if s.Str("lifecycle_state_pending") != "production" {
		return nil
	}
	switch {
	case !on:
		return noLifecycle()
	case now == "production" && s.Str("lifecycle_state") != "development":
		return api.Fail(api.Conflict, "the app '%s' is in production already", app.Str("name"))
	}
	return nil
}
