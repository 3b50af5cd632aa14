package apiconnect

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// apps are applications. Each is born with a credential.
var apps = &api.Resource{
	Kind: kindApp, Schema: "StoredApp",
	Indexes: []api.Index{
		{Name: "org", To: kindOrg, Gone: api.Die},
		{Name: "name", Path: "name", Within: "org", Unique: true},
		{Name: "type", Path: "application_type", To: kindApplicationType},
	},
	Born:    appBorn,
	Changed: appChanged,
	Shown:   func(c *api.Call, d *api.Doc, to []byte) []byte { return showApp(c, d, "", "", to) },
}

// showApp is what clients see of an app: once, when it is made, with its first credential.
func showApp(c *api.Call, d *api.Doc, id, secret string, to []byte) []byte {
	f := newForm(c, d, "app", to)
	f.again = id == ""
	f.own(0, appHead)
	if t := c.Tx.Get(kindApplicationType, d.Str("application_type")); t != nil {
		f.name("application_type_url")
		f.at(t)
	}
	f.keep("metadata")
	if id != "" {
		f.text("client_id", id)
		f.text("client_secret", secret)
	}
	f.urls("app_credential_urls", c.Tx.Under(kindCredential, "app", d.ID))
	f.own(1, appTail)
	return f.done()
}

func appHead(f *form) {
	f.keep(
		"id", "name", "title", "summary", "state", "lifecycle_state", "lifecycle_state_pending", "redirect_endpoints",
		"image_endpoint", "application_public_certificate_entry",
	)
}

func appTail(f *form) {
	f.tasks()
	f.times()
	f.place()
	f.consumer()
	f.catalog()
	f.self()
}

// lifecycle tells whether the apps of a catalog begin in development.
func lifecycle(c *api.Call, catalog string) bool {
	return c.Tx.Get(kindCatalog, catalog).Bool("application_lifecycle.enabled")
}

func appBorn(c *api.Call, d *api.Draft) error {
	catalog := d.In[1]
	on := lifecycle(c, catalog)
	switch {
	case !on:
		d.Default("lifecycle_state", api.Quote("production"))
	case c.Trust: // the provider's word counts
		d.Default("lifecycle_state", api.Quote("development"))
	default:
		if d.Str("lifecycle_state") == "production" {
			d.SetString("lifecycle_state_pending", "production")
		}
		d.SetString("lifecycle_state", "development")
	}
	if d.Has("lifecycle_state_pending") {
		if err := ask(c, catalog, d); err != nil {
			return err
		}
	}
	if d.Null("application_type") {
		if t := c.Tx.Find(kindApplicationType, "name", api.Key(catalog, "default")); t != nil {
			d.SetString("application_type", t.ID)
		}
	} else if err := sameCatalog(c, d, "application_type", kindApplicationType); err != nil {
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
		_, err := rest.Bear(c, kindCredential, rest.Inside(app), first)
		return err
	}
	return name(c, d)
}

// ask opens the task of an upgrade to production, or grants it where nobody needs to be asked.
func ask(c *api.Call, catalog string, d *api.Draft) error {
	switch {
	case !lifecycle(c, catalog):
		return api.Refuse(api.Violation{Path: []string{"lifecycle_state_pending"}, Rule: api.Other, Text: "cannot be set: the catalog has no application lifecycle"})
	case c.Tx.Get(kindCatalog, catalog).Bool("auto_approve"):
		d.SetString("lifecycle_state", "production")
		d.Delete("lifecycle_state_pending")
	default:
		d.Default("task", api.Quote(c.NewID()))
	}
	return nil
}

// appChanged keeps the task and the pending state together. What the provider decides by /_portico/state ends both.
func appChanged(c *api.Call, old *api.Doc, d *api.Draft) error {
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
		return ask(c, d.In[1], d)
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

// createApp answers with the first credential, whose secret nobody is shown again.
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
		s.Default(m, quotedSecret(c))
	}
	app, err := rest.Birth(c, kindApp, rest.Inside(c.Object), s)
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
	return patch(c, app, s)
}

// upgrade holds the rules of the life cycle for values that differ from those that are. Production is not taken but asked for.
func upgrade(c *api.Call, app *api.Doc, s api.Object) error {
	on := lifecycle(c, app.In[1])
	now := app.Str("lifecycle_state")
	if next := s.Str("lifecycle_state"); on && next == "production" && now != next {
		return api.Fail(api.Forbidden, "the app '%s' needs approval for production: set lifecycle_state_pending", app.Str("name"))
	}
	if s.Str("lifecycle_state_pending") != "production" {
		return nil
	}
	switch {
	case !on:
		return api.Refuse(api.Violation{Path: []string{"lifecycle_state_pending"}, Rule: api.Other, Text: "cannot be set: the catalog has no application lifecycle"})
	case now == "production" && s.Str("lifecycle_state") != "development":
		return api.Fail(api.Conflict, "the app '%s' is in production already", app.Str("name"))
	}
	return nil
}
