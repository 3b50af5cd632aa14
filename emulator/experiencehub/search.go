package experiencehub

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// found is an asset that a search has found, with its entry where it is in the portal.
type found struct {
	doc   *api.Doc
	entry *api.Doc
	*mulesoft.Asset
}

// searchPortal looks among the assets of the portal.
func searchPortal(c *api.Call) (any, error) {
	groups, err := audience(c)
	if err != nil {
		return nil, err
	}
	var all []found
	for _, entry := range c.Tx.Under("experience-hub.portal-asset", "portal", c.Object.ID) {
		if groups != nil && !slices.ContainsFunc(everyGroup(entry), func(g string) bool { return slices.Contains(groups, g) }) {
			continue
		}
		if d := assetOf(c.Tx, entry); d != nil {
			all = append(all, found{d, entry, mulesoft.AssetOf(d)})
		}
	}
	return result(c, all, showPortalAsset), nil
}

// audience is the user group that the body names, with its ancestors where what they may see counts, too; nil without one.
func audience(c *api.Call) ([]string, error) {
	id := c.Body.Object.Str("userGroupId")
	if id == "" {
		return nil, nil
	}
	ids, bad := groupsIn(c.Tx, c.Object.ID, []string{id})
	if len(bad) > 0 {
		bad[0].Path = []string{"userGroupId"}
		return nil, api.Refuse(bad...)
	}
	if c.Body.Object.True("showInherited") {
		return lineage(c.Tx, c.Tx.Get("experience-hub.user-group", ids[0])), nil
	}
	return ids, nil
}

// available are the Exchange assets that the portal could offer and the caller may see.
func available(c *api.Call) []found {
	who := mulesoft.Caller(c)
	var all []found
	for _, d := range c.Tx.Under("mulesoft.asset", "organization", who.Root) {
		a := mulesoft.AssetOf(d)
		if !eligible[a.Type] || c.Tx.Find("experience-hub.portal-asset", "pair", api.Key(c.Object.ID, a.GroupID, a.AssetID)) != nil || !who.MayView(c.Tx, d) {
			continue
		}
		all = append(all, found{d, nil, a})
	}
	return all
}

func searchExchange(c *api.Call) (any, error) { return result(c, available(c), showExchangeAsset), nil }

// searchExchangeBare is the same without the envelope.
func searchExchangeBare(c *api.Call) (any, error) {
	return shown(c, narrow(c, available(c)), showExchangeAsset), nil
}

type form func(c *api.Call, f found) api.Object

// result is the page that was asked for, with facets of all that was found.
func result(c *api.Call, all []found, as form) json.RawMessage {
	all = narrow(c, all)
	var categories, tags []string
	for _, f := range all {
		categories = append(categories, f.Categories...)
		tags = append(tags, f.Tags...)
	}
	return api.Object{
		{Name: "assets", Value: shown(c, all, as)},
		{Name: "facets", Value: api.Object{{Name: "categories", Value: distinct(categories)}, {Name: "tags", Value: distinct(tags)}}.JSON()},
	}.JSON()
}

func distinct(texts []string) []byte {
	slices.Sort(texts)
	return object.Texts(slices.Compact(texts)...)
}

func shown(c *api.Call, all []found, as form) json.RawMessage {
	from := min(c.Ask.Offset, len(all))
	to := min(from+c.Ask.Limit, len(all))
	out := json.RawMessage{'['}
	for i, f := range all[from:to] {
		if i > 0 {
			out = append(out, ',')
		}
		out = as(c, f).Append(out)
	}
	return append(out, ']')
}

// narrow keeps what fits the body's filters, in the order that it asks for.
func narrow(c *api.Call, all []found) []found {
	body := c.Body.Object
	term := strings.ToLower(strings.TrimSpace(body.Str("searchTerm")))
	categories, tags := folded(body, "categories"), folded(body, "tags")
	all = slices.DeleteFunc(all, func(f found) bool {
		return !strings.Contains(f.FoldedName, term) && !strings.Contains(f.FoldedText, term) || !overlap(categories, f.FoldedCategories) || !overlap(tags, f.FoldedTags)
	})
	sort := body.Get("sort")
	by, down := sort.Get("criteria").Str, sort.Get("direction").Str == "DESC"
	if by == "" {
		by, down = "LAST_UPDATED", true
	}
	slices.SortFunc(all, func(a, b found) int {
		var n int
		switch by {
		case "LAST_UPDATED":
			n = a.Updated.Compare(b.Updated)
		case "CREATED_AT":
			n = a.Created.Compare(b.Created)
		default:
			n = cmp.Compare(a.FoldedName, b.FoldedName)
		}
		if down {
			n = -n
		}
		return cmp.Or(n, cmp.Compare(a.FoldedName, b.FoldedName), cmp.Compare(a.GroupID, b.GroupID), cmp.Compare(a.AssetID, b.AssetID))
	})
	return all
}

func folded(o api.Object, name string) []string {
	out := object.Strings(o.Get(name))
	for i := range out {
		out[i] = strings.ToLower(out[i])
	}
	return out
}

// overlap tells whether one of the wanted texts is there, or none is wanted.
func overlap(want, have []string) bool {
	return len(want) == 0 || slices.ContainsFunc(want, func(w string) bool { return slices.Contains(have, w) })
}

// common are the members that both forms of an asset begin with.
func common(c *api.Call, f found) api.Object {
	d := f.doc.Object()
	out := api.Object{
		{Name: "assetId", Value: api.Quote(f.AssetID)},
		{Name: "groupId", Value: api.Quote(f.GroupID)},
		{Name: "name", Value: api.Quote(f.Name)},
	}
	if text := d.Raw("description"); text != nil {
		out.Set("description", text)
	}
	out.SetString("type", f.Type)
	if f.Group != "" {
		out.SetString("businessGroupId", f.Group)
		if name := groupName(c.Tx, f); name != "" {
			out.SetString("businessGroupName", name)
		}
	}
	if f.Creator != "" {
		out.SetString("createdById", f.Creator)
	}
	return out
}

// groupName is the name of the business group, or of the root organization.
func groupName(tx api.Tx, f found) string {
	if name := f.doc.Str("businessGroupName"); name != "" {
		return name
	}
	for _, kind := range []string{"mulesoft.business-group", "mulesoft.organization"} {
		if d := tx.Get(kind, f.Group); d != nil {
			return d.Str("name")
		}
	}
	return ""
}

func showPortalAsset(c *api.Call, f found) api.Object {
	out := common(c, f)
	out.Set("lastUpdated", f.doc.Object().Raw("lastUpdated"))
	out.Set("addedOn", f.entry.Object().Raw("addedOn"))
	return labelled(f, out)
}

func showExchangeAsset(c *api.Call, f found) api.Object {
	d, out := f.doc.Object(), common(c, f)
	if creator := c.Tx.Get("mulesoft.user", f.Creator); creator != nil {
		out.SetString("createdByName", mulesoft.FullName(creator))
	}
	out.Set("createdAt", d.Raw("createdAt"))
	out.Set("lastUpdated", d.Raw("lastUpdated"))
	out.SetString("latestVersion", f.Latest())
	return labelled(f, out)
}

func labelled(f found, out api.Object) api.Object {
	out.Set("categories", object.Texts(f.Categories...))
	out.Set("tags", object.Texts(f.Tags...))
	return out
}
