package experiencehub

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// mostAssets is how many assets a portal may offer; one that MuleSoft has not migrated yet has 350.
const mostAssets = 7000

// eligible are the types of assets that a portal can offer. The last four spellings are inferred.
var eligible = map[string]bool{
	"rest-api": true, "soap-api": true, "http-api": true, "agent": true, "mcp": true,
	"evented-api": true, "graphql-api": true, "grpc-api": true, "llm": true,
}

// portalAssets are entries of a portal's catalogue: an Exchange asset, and who may see which of its versions.
func portalAssets() *api.Resource {
	return &api.Resource{
		Kind: "experience-hub.portal-asset", Schema: "StoredPortalAsset", Created: "addedOn", Updated: "-",
		Indexes: []api.Index{
			{Name: "portal", To: "experience-hub.portal", OnDelete: api.Cascade},
			{Name: "pair", Path: "groupId,assetId", Within: "portal", Unique: true},
			{Name: "asset", Path: "groupId,assetId", To: "mulesoft.asset", By: "pair", OnDelete: api.Cascade},
			{Name: "groups", To: "experience-hub.user-group", OnDelete: api.Detach, Key: everyGroup, Without: withoutGroup},
		},
		OnCreate: func(s *api.Scope, d *api.Draft) error {
			if s.Tx.Count("experience-hub.portal-asset", "portal", d.Owner()) >= mostAssets {
				return api.Refuse(broken(assetLimit, fmt.Sprintf("A portal has at most %d assets", mostAssets)))
			}
			asset, bad := offered(s.Tx, d.In[0], d.Str("groupId"), d.Str("assetId"))
			if bad != nil {
				return api.Refuse(*bad)
			}
			if d.Null(visibility) {
				portal := s.Tx.Get("experience-hub.portal", d.Owner())
				groups := mulesoft.AssetOf(asset).Groups
				seen := versions{{groups[len(groups)-1], []string{portal.Str("administratorsGroupId")}}}
				d.Set(visibility, seen.json())
				return nil
			}
			return adjust(s.Tx, asset, d)
		},
		OnChange: func(s *api.Scope, old *api.Doc, d *api.Draft) error {
			asset, bad := offered(s.Tx, d.In[0], d.Str("groupId"), d.Str("assetId"))
			if bad != nil {
				return api.Refuse(*bad)
			}
			if string(d.Raw(visibility)) == old.Get(visibility).Raw { // what it says may have been true once
				return nil
			}
			return adjust(s.Tx, asset, d)
		},
	}
}

// visibility is the member that says who may see which version. Versions that it does not name are seen by nobody.
const visibility = "minorVersionProfilesVisibility"

// seen is a version group and the user groups that may see it.
type seen struct {
	version string
	groups  []string
}

type versions []seen

func versionsIn(v gjson.Result) versions {
	var out versions
	for _, e := range v.Array() {
		out = append(out, seen{e.Get("minorVersion").Str, object.Strings(e.Get("profileVisibility"))})
	}
	return out
}

func (v versions) json() []byte {
	out := []byte{'['}
	for i, s := range v {
		if i > 0 {
			out = append(out, ',')
		}
		out = api.Object{
			{Name: "minorVersion", Value: api.Quote(s.version)}, {Name: "profileVisibility", Value: object.Texts(s.groups...)},
		}.Append(out)
	}
	return append(out, ']')
}

// of is who may see a version.
func (v versions) of(version string) []string {
	for _, s := range v {
		if s.version == version {
			return s.groups
		}
	}
	return nil
}

func everyGroup(d *api.Doc) []string {
	var out []string
	for _, s := range versionsIn(d.Get(visibility)) {
		for _, g := range s.groups {
			if !slices.Contains(out, g) {
				out = append(out, g)
			}
		}
	}
	return out
}

func withoutGroup(d *api.Doc, id string) []byte {
	now := versionsIn(d.Get(visibility))
	for i := range now {
		now[i].groups = slices.DeleteFunc(now[i].groups, func(g string) bool { return g == id })
	}
	o := d.Object()
	o.Set(visibility, now.json())
	return o.JSON()
}

// offered is the Exchange asset of a pair, or why a portal of the organization cannot offer it.
func offered(tx api.Tx, org, group, id string) (*api.Doc, *api.Violation) {
	asset := tx.Find("mulesoft.asset", "pair", api.Key(group, id))
	if asset == nil || asset.Owner() != org {
		v := broken(unknownAsset, fmt.Sprintf("There is no asset %s/%s in Exchange", group, id), "assetId")
		return nil, &v
	}
	if kind := mulesoft.AssetOf(asset).Type; !eligible[kind] {
		v := broken(typeNotFit, fmt.Sprintf("A portal cannot offer the asset %s/%s of type %s", group, id, kind), "assetId")
		return nil, &v
	}
	return asset, nil
}

// versionGroup is the label under which a version is kept: 1 and v1 are the same.
func versionGroup(label string) string {
	return mulesoft.VersionGroup(strings.TrimPrefix(label, "v"))
}

// adjust brings the visibility of an entry into one form, and checks that it names versions of the asset and groups of
// the portal.
func adjust(tx api.Tx, asset *api.Doc, d *api.Draft) error {
	all := mulesoft.AssetOf(asset).Groups
	var out versions
	var bad []api.Violation
	for i, s := range versionsIn(d.Get(visibility)) {
		at := strconv.Itoa(i)
		label := versionGroup(s.version)
		groups, wrong := groupsIn(tx, d.Owner(), s.groups, visibility, at, "profileVisibility")
		bad = append(bad, wrong...)
		switch {
		case out.has(label):
			bad = append(bad, broken(none, fmt.Sprintf("The version %s stands twice", label), visibility, at, "minorVersion"))
		case !slices.Contains(all, label):
			bad = append(bad, broken(unknownVersion, "The asset has no version "+label, visibility, at, "minorVersion"))
		}
		out = append(out, seen{label, groups})
	}
	if len(bad) > 0 {
		return api.Refuse(bad...)
	}
	d.Set(visibility, out.json())
	return nil
}

func (v versions) has(version string) bool {
	return slices.ContainsFunc(v, func(s seen) bool { return s.version == version })
}

// addAssets adds all or none, passes over those that are there already, and answers with those that were not.
func addAssets(c *api.Call) (any, error) {
	who := mulesoft.Caller(c)
	added := []pair{}
	var bad []api.Violation
	seen := map[pair]bool{}
	for i, e := range gjson.ParseBytes(c.Body.JSON).Array() {
		p := pair{e.Get("assetId").Str, e.Get("groupId").Str}
		asset, wrong := offered(c.Tx, who.Root, p.Group, p.Asset)
		if asset != nil && !who.MayView(c.Tx, asset) || wrong != nil && wrong.Want == unknownAsset {
			v := broken(unknownAsset, fmt.Sprintf("There is no asset %s/%s in Exchange", p.Group, p.Asset))
			wrong = &v
		}
		switch {
		case wrong != nil:
			wrong.Path = []string{strconv.Itoa(i)}
			bad = append(bad, *wrong)
		case !seen[p] && c.Tx.Find("experience-hub.portal-asset", "pair", api.Key(c.Object.ID, p.Group, p.Asset)) == nil:
			added = append(added, p)
		}
		seen[p] = true
	}
	if len(bad) > 0 {
		return nil, api.Refuse(bad...)
	}
	for _, p := range added {
		_, err := rest.Insert(&c.Scope, "experience-hub.portal-asset", rest.Inside(c.Object), api.Object{
			{Name: "groupId", Value: api.Quote(p.Group)}, {Name: "assetId", Value: api.Quote(p.Asset)},
		})
		if err != nil {
			return nil, err
		}
	}
	return added, nil
}

// pair names an asset.
type pair struct {
	Asset string `json:"assetId"`
	Group string `json:"groupId"`
}

// removeAssets removes those that are there.
func removeAssets(c *api.Call) (any, error) {
	for _, e := range gjson.ParseBytes(c.Body.JSON).Array() {
		entry := c.Tx.Find("experience-hub.portal-asset", "pair", api.Key(c.Object.ID, e.Get("groupId").Str, e.Get("assetId").Str))
		if entry != nil {
			c.Tx.Delete(entry)
		}
	}
	return nil, nil
}

// assetOf is the Exchange asset of an entry.
func assetOf(tx api.Tx, entry *api.Doc) *api.Doc {
	return tx.Find("mulesoft.asset", "pair", api.Key(entry.Str("groupId"), entry.Str("assetId")))
}

// getVisibility shows every version group that the asset has by now; one that nobody was given is seen by nobody.
func getVisibility(c *api.Call) (any, error) {
	asset := mulesoft.AssetOf(assetOf(c.Tx, c.Object))
	set := versionsIn(c.Object.Get(visibility))
	var all versions
	for _, g := range asset.Groups {
		all = append(all, seen{g, set.of(g)})
	}
	return api.Object{
		{Name: "assetId", Value: api.Quote(asset.AssetID)},
		{Name: "groupId", Value: api.Quote(asset.GroupID)},
		{Name: "name", Value: api.Quote(asset.Name)},
		{Name: "instanceVisibility", Value: c.Object.Object().Raw("instanceVisibility")},
		{Name: "type", Value: api.Quote(asset.Type)},
		{Name: visibility, Value: all.json()},
	}, nil
}

// setVisibility replaces what is seen of the versions that the body names, all of them or none.
func setVisibility(c *api.Call) (any, error) {
	o := c.Object.Object()
	if !c.Body.Object.Null("instancesVisibility") { // the answer calls it instanceVisibility
		o.Set("instanceVisibility", c.Body.Object.Raw("instancesVisibility"))
	}
	asset := mulesoft.AssetOf(assetOf(c.Tx, c.Object))
	now := slices.DeleteFunc(versionsIn(c.Object.Get(visibility)), func(s seen) bool { return !slices.Contains(asset.Groups, s.version) })
	var bad []api.Violation
	var told []string
	for i, e := range c.Body.Object.Get("minorVersions").Array() {
		at := []string{"minorVersions", strconv.Itoa(i)}
		label := versionGroup(e.Get("minorVersion").Str)
		switch {
		case slices.Contains(told, label):
			bad = append(bad, broken(none, fmt.Sprintf("The version %s stands twice", label), append(at, "minorVersion")...))
		case !slices.Contains(asset.Groups, label):
			bad = append(bad, broken(unknownVersion, "The asset has no version "+label, append(at, "minorVersion")...))
		}
		told = append(told, label)
		listed := e.Get("profileVisibility")
		if !listed.IsArray() {
			continue
		}
		groups, wrong := groupsIn(c.Tx, c.Object.Owner(), object.Strings(listed), append(at, "profileVisibility")...)
		bad = append(bad, wrong...)
		now = slices.DeleteFunc(now, func(s seen) bool { return s.version == label })
		now = append(now, seen{label, groups})
	}
	if len(bad) > 0 {
		return nil, api.Refuse(bad...)
	}
	o.Set(visibility, now.json())
	_, err := rest.Update(&c.Scope, c.Object, o, o)
	return nil, err
}
