package exchange

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// roleIDs are constants of the platform.
var roleIDs = map[string]string{
	"viewer":      "0c0d6604-8732-474f-9a2e-bff5ef472a86",
	"contributor": "56aeef8b-ca02-4b7f-8382-daee929c7139",
	"admin":       "03bf5aff-a0e2-4e1a-8377-b7e4f67750df",
}

// listShares shows the direct assignments, the oldest first; those of one instant by username.
func listShares(c *api.Call) (any, error) {
	type assignment struct{ share, user *api.Doc }
	var all []assignment
	for _, share := range c.Tx.Under("mulesoft.asset-share", "asset", c.Object.ID) {
		if user := c.Tx.Get("mulesoft.user", share.Str("userId")); user != nil {
			all = append(all, assignment{share, user})
		}
	}
	slices.SortStableFunc(all, func(a, b assignment) int {
		return cmp.Or(cmp.Compare(a.share.At, b.share.At), cmp.Compare(a.user.Str("username"), b.user.Str("username")))
	})
	out := append(make(json.RawMessage, 0, 2+512*len(all)), '[')
	for i, a := range all {
		if i > 0 {
			out = append(out, ',')
		}
		out = appendUser(c.Tx, a.share, a.user, out)
	}
	return append(out, ']'), nil
}

func appendUser(tx api.Tx, share, user *api.Doc, to []byte) []byte {
	text := func(name, value string) { to = api.AppendString(api.AppendName(to, name), value) }
	to = append(to, `{"identityType":"user"`...)
	for _, name := range []string{"username", "firstName", "lastName", "email"} {
		text(name, user.Str(name))
	}
	if photo := user.Str("profilePhoto"); photo != "" {
		text("profilePhoto", photo)
	}
	text("id", user.ID)
	text("role", share.Str("role"))
	text("roleId", roleIDs[share.Str("role")])
	text("createdAt", share.Str("createdAt"))
	org := tx.Get("mulesoft.organization", user.Owner())
	to = append(api.AppendName(to, "organization"), '{')
	text("id", org.ID)
	text("name", org.Str("name"))
	to = api.AppendMember(to, "isMulesoftOrganization", api.Boolean(org.Bool("isMulesoftOrganization")))
	return append(to, '}', '}')
}

// replaceShares makes the body all assignments that there are. One that stays as it was keeps its time; whoever is not
// listed loses his role, the caller included, whose rights were judged before.
func replaceShares(c *api.Call) (any, error) {
	wanted, err := assignments(c)
	if err != nil {
		return nil, err
	}
	stays := map[string]bool{}
	for _, w := range wanted {
		stays[w.user] = true
	}
	for _, share := range c.Tx.Under("mulesoft.asset-share", "asset", c.Object.ID) {
		if !stays[share.Str("userId")] {
			c.Tx.Delete(share)
		}
	}
	for _, w := range wanted {
		now := c.Tx.Get("mulesoft.asset-share", c.Object.ID+"/"+w.user)
		if now != nil && now.Str("role") == w.role {
			continue
		}
		o := api.Object{{Name: "userId", Value: api.Quote(w.user)}, {Name: "role", Value: api.Quote(w.role)}}
		if now == nil {
			_, err = rest.Insert(&c.Scope, "mulesoft.asset-share", rest.Inside(c.Object), o)
		} else {
			o.Set("createdAt", c.Stamp())
			_, err = rest.Update(&c.Scope, now, o, o)
		}
		if err != nil {
			return nil, err
		}
	}
	return nil, nil
}

type assignment struct{ user, role string }

// assignments reads the body: users of the asset's organization, each once.
func assignments(c *api.Call) ([]assignment, error) {
	var out []assignment
	var bad []api.Violation
	first := map[string]int{}
	for i, e := range gjson.ParseBytes(c.Body.JSON).Array() {
		at := []string{strconv.Itoa(i), "userId"}
		id := e.Get("userId").Str
		if api.IsUUID(id) {
			id = strings.ToLower(id)
		}
		before, twice := first[id]
		user := c.Tx.Get("mulesoft.user", id)
		switch {
		case twice:
			bad = append(bad, api.Violation{Path: at, Rule: api.Unique, Text: fmt.Sprintf("[%d].userId names the same user as [%d].userId", i, before)})
			continue
		case user == nil || user.Owner() != c.Object.Owner():
			bad = append(bad, api.Violation{Path: at, Rule: api.Reference, Want: "mulesoft.user"})
		}
		first[id] = i
		out = append(out, assignment{id, e.Get("role").Str})
	}
	if len(bad) > 0 {
		return nil, api.Refuse(bad...)
	}
	return out, nil
}
