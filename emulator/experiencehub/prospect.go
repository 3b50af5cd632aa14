package experiencehub

import (
	"fmt"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// Status of a prospect. One that is rejected is gone.
const (
	pending  = "PENDING"
	approved = "APPROVED"
)

// mostPending is how many prospects may wait in a portal.
const mostPending = 500

// prospects ask to become users of a portal; the portal itself, which is not emulated, makes them.
func prospects() *api.Resource {
	return &api.Resource{
		Kind: "experience-hub.prospect", Schema: "StoredProspect", Created: "createdDate", Updated: "updatedDate",
		Indexes: []api.Index{
			{Name: "portal", To: "experience-hub.portal", OnDelete: api.Cascade},
			{Name: "status", Path: "status", Within: "portal"},
		},
		OnCreate: func(s *api.Scope, d *api.Draft) error {
			if d.Str("status") == pending && waiting(s.Tx, d.Owner()) >= mostPending {
				return api.Refuse(broken(none, fmt.Sprintf("A portal has at most %d pending prospects", mostPending), "status"))
			}
			return nil
		},
		Render: showProspect,
	}
}

func showProspect(_ *api.Call, d *api.Doc, to []byte) []byte {
	var out api.Object
	for _, m := range d.Object() {
		out = append(out, m)
		if m.Name == "status" {
			out.SetString("portalId", d.Owner())
		}
	}
	return out.Append(to)
}

func waiting(tx api.Tx, portal string) int {
	return tx.Count("experience-hub.prospect", "status", api.Key(portal, pending))
}

func listProspects(c *api.Call) (any, error) {
	if term := strings.ToLower(strings.TrimSpace(c.Param("searchTerm"))); term != "" {
		c.Ask.Where = func(d *api.Doc) bool {
			first, last := d.Str("firstName"), d.Str("lastName")
			return mentions(term, first, last, first+" "+last, d.Str("email"), d.Str("username"))
		}
	}
	return rest.ListBy(c, "experience-hub.prospect", "portal", c.Object.ID), nil
}

func countProspects(c *api.Call) (any, error) {
	return struct {
		Count int `json:"count"`
	}{waiting(c.Tx, c.Object.ID)}, nil
}

// open refuses a prospect about whom is decided already.
func open(prospect *api.Doc) error {
	if prospect.Str("status") == pending {
		return nil
	}
	return api.Refuse(broken(notPending, fmt.Sprintf("The prospect %s is not pending", prospect.ID), "prospectId"))
}

// approve makes a user of the prospect: in the groups that the body lists, else in the portal's default group.
func approve(c *api.Call) (any, error) {
	if err := open(c.Object); err != nil {
		return nil, err
	}
	portal, conn := c.Owner("experience-hub.portal"), c.Owner("mulesoft.connection")
	ids, bad := groupsIn(c.Tx, portal.ID, object.Strings(c.Body.Object.Get("userGroupIds")), "userGroupIds")
	if len(bad) > 0 {
		return nil, api.Refuse(bad...)
	}
	if everyone := c.Tx.Get("experience-hub.user-group", portal.Str("everyoneGroupId")); len(ids) == 0 && everyone != nil {
		ids = []string{everyone.ID}
	}
	p := c.Object.Object()
	user := api.Object{
		{Name: "email", Value: p.Raw("email")}, {Name: "isExternal", Value: api.True}, {Name: "userGroupIds", Value: object.Texts(ids...)},
	}
	if name := mulesoft.FullName(c.Object); name != "" {
		user.SetString("name", name)
	}
	if name := p.Raw("username"); name != nil {
		user.Set("username", name)
		user.Set("anypointUsername", name)
	}
	if idp := conn.Str("defaultIdPId"); idp != "" {
		user.SetString("anypointIdpId", idp)
	}
	if _, err := rest.Insert(&c.Scope, "experience-hub.portal-user", rest.Inside(portal), user); err != nil {
		return nil, err
	}
	p.SetString("status", approved)
	_, err := rest.Update(&c.Scope, c.Object, p, p)
	return nil, err
}

// reject deletes a prospect and answers with those who still wait.
func reject(c *api.Call) (any, error) {
	if err := open(c.Object); err != nil {
		return nil, err
	}
	c.Tx.Delete(c.Object)
	c.Ask = api.Ask{Limit: -1}
	return rest.ListBy(c, "experience-hub.prospect", "status", api.Key(c.Object.Owner(), pending)), nil
}
