package axway

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// applications belong to an organization and can move to another. Who manages one, and its image, are read off other
// documents.
var applications = &api.Resource{
	Kind: "axway.application", Schema: "StoredApplication", Created: "createdOn", Updated: "-",
	Indexes: []api.Index{
		{Name: "organization", Path: "organizationId", To: "axway.organization", OnDelete: api.Cascade},
		{Name: "name", Path: "name", Within: "organization", Unique: true},
	},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		signed(s, d)
		d.Then = func(app *api.Doc) error { return admit(s, app) }
		return named(d)
	},
	OnChange: func(s *api.Scope, old *api.Doc, d *api.Draft) error {
		if err := named(d); err != nil {
			return err
		}
		if old.Str("state") == "pending" && d.Str("state") == "approved" {
			if err := approveAll(s, old); err != nil {
				return err
			}
		}
		if old.Str("organizationId") != d.Str("organizationId") {
			return move(s, old, d.Str("organizationId"))
		}
		return nil
	},
	Render: showApplication,
}

const maxName = 255

// named takes the spaces around a name away and judges what is left.
func named(d *api.Draft) error {
	name := strings.TrimSpace(d.Str("name"))
	switch {
	case name == "":
		return api.Refuse(api.Violation{Path: []string{"name"}, Rule: api.MinLength, Want: 1})
	case utf8.RuneCountInString(name) > maxName:
		return api.Refuse(api.Violation{Path: []string{"name"}, Rule: api.MaxLength, Want: maxName})
	}
	d.SetString("name", name)
	return nil
}

// admit lets whoever made an application manage it. Administrators need no permission and get none.
func admit(s *api.Scope, app *api.Doc) error {
	maker := s.Tx.Get("axway.user", app.Str("createdBy"))
	if maker == nil || maker.Str("organizationId") != app.Str("organizationId") || userState(maker) != "" {
		return nil
	}
	entry := api.Object{{Name: "userId", Value: api.Quote(maker.ID)}, {Name: "permission", Value: api.Quote(manage)}, {Name: "createdBy", Value: api.Quote(maker.ID)}}
	_, err := rest.InsertImplicit(s, "axway.permission", rest.Inside(app), entry)
	return err
}

// move takes away what the other organization has no right to: accesses to APIs, and permissions of its former colleagues.
func move(s *api.Scope, app *api.Doc, organization string) error {
	for _, access := range s.Tx.Under("axway.api-access", "application", app.ID) {
		if one := s.Tx.Get("axway.api", access.Str("apiId")); one == nil || !usable(s, organization, one) {
			s.Tx.Delete(access)
			continue
		}
		next := access.Object()
		next.SetString("organizationId", organization)
		if _, err := rest.Update(s, access, next, next); err != nil {
			return err
		}
	}
	for _, entry := range s.Tx.Under("axway.permission", "application", app.ID) {
		if user := s.Tx.Get("axway.user", entry.Str("userId")); user == nil || user.Str("organizationId") != organization {
			s.Tx.Delete(entry)
		}
	}
	return nil
}

// standardMembers are those of every application; custom properties cannot be called so.
var standardMembers = map[string]struct{}{
	"id": {}, "name": {}, "description": {}, "organizationId": {}, "phone": {}, "email": {}, "createdBy": {}, "managedBy": {},
	"createdOn": {}, "enabled": {}, "image": {}, "state": {}, "apis": {},
}

// parts are what an application says by itself: before its managers, between them and its image, and after that.
type parts [3][]byte

func partsOf(d *api.Doc) any {
	all := make([]byte, 1, 2*len(d.JSON))
	all[0] = '{'
	var p parts
	at, begin := 0, 0
	for _, m := range d.Object() {
		switch m.Name {
		case "custom":
			continue
		case "createdOn", "state":
			p[at] = all[begin:len(all):len(all)]
			at, begin = at+1, len(all)
		}
		all = api.AppendMember(all, m.Name, m.Value)
	}
	p[at] = all[begin:]
	return &p
}

func showApplication(c *api.Call, d *api.Doc, to []byte) []byte {
	own, _ := d.Memo(partsOf).(*parts)
	to = appendManagers(c, d, api.AppendName(append(to, own[0]...), "managedBy"))
	to = appendImagePath(c, d, api.AppendName(append(to, own[1]...), "image"))
	to = append(to, own[2]...)
	if listed := configOf(c).custom; len(listed) > 0 {
		var values, shown api.Object
		values = api.ObjectOf(d.Raw("custom"))
		for _, name := range listed {
			shown.Set(name, api.Null)
			if v := values.Raw(name); v != nil {
				shown.Set(name, v)
			}
		}
		to = append(append(to, ','), shown.JSON()[1:]...)
		return to
	}
	return append(to, '}')
}

// appendManagers shows the ids of the users who may manage an application.
func appendManagers(c *api.Call, app *api.Doc, to []byte) []byte {
	to = append(to, '[')
	first := true
	for _, entry := range c.Tx.Under("axway.permission", "application", app.ID) {
		if entry.Str("permission") != manage {
			continue
		}
		if !first {
			to = append(to, ',')
		}
		first = false
		to = api.AppendString(to, entry.Str("userId"))
	}
	return append(to, ']')
}

// customSent are the custom properties in the body, as text.
func customSent(c *api.Call) (api.Object, error) {
	var out api.Object
	for _, m := range c.Body.Object {
		if !slices.Contains(configOf(c).custom, m.Name) {
			continue
		}
		switch m.Value[0] {
		case '"':
			out.Set(m.Name, m.Value)
		case '{', '[':
			return nil, api.Refuse(api.Violation{Path: []string{m.Name}, Rule: api.Type, Want: []string{"string"}})
		default:
			out.Set(m.Name, api.Quote(string(m.Value)))
		}
	}
	return out, nil
}

// createApplication makes the application and asks for access to the APIs that the body names; if one of them cannot be
// had, nothing is made.
func createApplication(c *api.Call) (any, error) {
	given := rest.Accepted(c)
	custom, err := customSent(c)
	if err != nil {
		return nil, err
	}
	organization := c.Tx.Get("axway.organization", given.Str("organizationId"))
	if organization == nil {
		return nil, api.Refuse(api.Violation{Path: []string{"organizationId"}, Rule: api.Reference, Want: "axway.organization"})
	}
	if !c.Caller.Admin && c.Caller.Doc.Str("organizationId") != organization.ID {
		return nil, forbidden(c, create)
	}
	var wanted []string
	for i, id := range given.Get("apis").Array() {
		one := c.Tx.Get("axway.api", id.Str)
		switch {
		case one == nil:
			return nil, api.Refuse(api.Violation{Path: []string{"apis", digit(i)}, Rule: api.Reference, Want: "axway.api"})
		case !usable(&c.Scope, organization.ID, one):
			return nil, forbidden(c, "use the API "+one.ID)
		case !slices.Contains(wanted, id.Str):
			wanted = append(wanted, id.Str)
		}
	}
	given.Delete("apis")
	if len(custom) > 0 {
		given.Set("custom", custom.JSON())
	}
	state := stateFor(c, organization.ID)
	given.SetString("state", state)
	app, err := rest.Insert(&c.Scope, "axway.application", nil, given)
	if err != nil {
		return nil, err
	}
	for _, id := range wanted {
		access := api.Object{{Name: "apiId", Value: api.Quote(id)}, {Name: "state", Value: api.Quote(state)}}
		if _, err := rest.Insert(&c.Scope, "axway.api-access", rest.Inside(app), access); err != nil {
			return nil, err
		}
	}
	return app, nil
}

// stateFor is the state of what the caller asks for.
func stateFor(c *api.Call, organization string) string {
	if trusted(c, organization) {
		return "approved"
	}
	return "pending"
}

// updateApplication sets what the body says. Generated clients send every member, so that "" is no name and no
// organization.
func updateApplication(c *api.Call) (any, error) {
	for _, name := range []string{"name", "organizationId"} {
		if strings.TrimSpace(c.Body.Object.Str(name)) == "" {
			c.Body.Object.Delete(name)
		}
	}
	sent := rest.Accepted(c)
	custom, err := customSent(c)
	if err != nil {
		return nil, err
	}
	if to := sent.Str("organizationId"); to != "" && to != c.Object.Str("organizationId") && !c.Caller.Admin {
		return nil, forbidden(c, "move the application")
	}
	next := c.Object.Object()
	for _, m := range sent {
		next.Set(m.Name, m.Value)
	}
	if len(custom) > 0 {
		values := api.ObjectOf(next.Raw("custom"))
		for _, m := range custom {
			values.Set(m.Name, m.Value)
		}
		next.Set("custom", values.JSON())
	}
	return rest.Update(&c.Scope, c.Object, next, sent)
}

// approvePending approves what the path names, an application or an access. What was approved already cannot be again.
func approvePending(c *api.Call) (any, error) {
	if c.Object.Str("state") != "pending" {
		return nil, bad("%s is approved already", c.Object.ID)
	}
	return nil, approved(&c.Scope, c.Object)
}

func approved(s *api.Scope, d *api.Doc) error {
	next := d.Object()
	next.SetString("state", "approved")
	_, err := rest.Update(s, d, next, next)
	return err
}

// approveAll approves the accesses that were asked for with an application.
func approveAll(s *api.Scope, app *api.Doc) error {
	for _, access := range s.Tx.Under("axway.api-access", "application", app.ID) {
		if err := approved(s, access); err != nil {
			return err
		}
	}
	return nil
}
