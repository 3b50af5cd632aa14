package mulesoft

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// assets are what Exchange holds, known by the pair of group and asset id.
func assets() *api.Resource {
	return &api.Resource{
		Kind: "mulesoft.asset", Schema: "StoredAsset", Created: "createdAt", Updated: "lastUpdated",
		Indexes: []api.Index{
			{Name: "organization", To: "mulesoft.organization", OnDelete: api.Cascade},
			{Name: "pair", Path: "groupId,assetId", Unique: true},
		},
		OnCreate: func(s *api.Scope, d *api.Draft) error {
			d.Then = func(asset *api.Doc) error { return own(s, asset) }
			return housed(s, d)
		},
		OnChange: func(s *api.Scope, old *api.Doc, d *api.Draft) error {
			for _, member := range []string{"groupId", "assetId"} {
				if d.Str(member) != old.Str(member) {
					return api.Refuse(api.Violation{Path: []string{member}, Rule: api.Other, Text: "is what portals know the asset by and cannot change"})
				}
			}
			return housed(s, d)
		},
	}
}

func housed(s *api.Scope, d *api.Draft) error {
	if id := d.Str("businessGroupId"); id != "" && !Within(s.Tx, id, d.Owner()) {
		return unknown("mulesoft.business-group", "businessGroupId")
	}
	return nil
}

// own makes the creator of an asset its administrator, as Exchange does. It is a share like any other: it can be taken away.
func own(s *api.Scope, asset *api.Doc) error {
	creator := s.Tx.Get("mulesoft.user", asset.Str("createdById"))
	if creator == nil {
		return nil
	}
	_, err := rest.InsertImplicit(s, "mulesoft.asset-share", rest.Inside(asset), api.Object{
		{Name: "userId", Value: api.Quote(creator.ID)},
		{Name: "role", Value: api.Quote("admin")},
		{Name: "createdAt", Value: api.Quote(time.Unix(0, asset.At).UTC().Format(shareTime))},
	})
	return err
}

// Asset is what an asset says, read once.
type Asset struct {
	GroupID, AssetID, Name, Description, Type string
	Group, Creator                            string // ids of business group and creator, or ""
	Created, Updated                          time.Time
	Categories, Tags                          []string
	Versions                                  []string // in ascending order
	Groups                                    []string // version groups, one for each major version: v1, v2; in ascending order

	// In lower case, for searches: name, description, categories, tags.
	FoldedName, FoldedText       string
	FoldedCategories, FoldedTags []string
}

// AssetOf reads an asset.
func AssetOf(d *api.Doc) *Asset {
	return d.Memo(readAsset).(*Asset) //nolint:forcetypeassert // assets keep nothing else
}

func readAsset(d *api.Doc) any {
	a := &Asset{
		GroupID: d.Str("groupId"), AssetID: d.Str("assetId"), Name: d.Str("name"), Description: d.Str("description"), Type: d.Str("type"),
		Group: strings.ToLower(d.Str("businessGroupId")), Creator: d.Str("createdById"),
	}
	a.Created, _ = api.Instant(d.Get("createdAt"))
	a.Updated, _ = api.Instant(d.Get("lastUpdated"))
	for _, v := range d.Get("categories").Array() {
		a.Categories = append(a.Categories, v.Str)
		a.FoldedCategories = append(a.FoldedCategories, strings.ToLower(v.Str))
	}
	for _, v := range d.Get("tags").Array() {
		a.Tags = append(a.Tags, v.Str)
		a.FoldedTags = append(a.FoldedTags, strings.ToLower(v.Str))
	}
	for _, v := range d.Get("versions").Array() {
		a.Versions = append(a.Versions, v.Get("version").Str)
	}
	slices.SortFunc(a.Versions, compareVersions)
	for _, v := range a.Versions {
		if g := VersionGroup(v); !slices.Contains(a.Groups, g) {
			a.Groups = append(a.Groups, g)
		}
	}
	a.FoldedName = strings.ToLower(a.Name)
	a.FoldedText = strings.ToLower(a.Description)
	return a
}

// Latest is the newest version.
func (a *Asset) Latest() string { return a.Versions[len(a.Versions)-1] }

// VersionGroup is the label of the group that a version belongs to: v2 for 2.1.0.
func VersionGroup(version string) string {
	major, _, _ := strings.Cut(version, ".")
	return "v" + strings.TrimPrefix(canonical(major), "v")
}

// canonical is a number without needless zeros.
func canonical(n string) string {
	if n = strings.TrimLeft(n, "0"); n == "" {
		return "0"
	}
	return n
}

func compareVersions(a, b string) int {
	x, y := strings.SplitN(a, ".", 3), strings.SplitN(b, ".", 3)
	for i := range min(len(x), len(y)) {
		m, errM := strconv.ParseUint(x[i], 10, 64)
		n, errN := strconv.ParseUint(y[i], 10, 64)
		if errM != nil || errN != nil {
			return cmp.Compare(x[i], y[i])
		}
		if m != n {
			return cmp.Compare(m, n)
		}
	}
	return cmp.Compare(len(x), len(y))
}
