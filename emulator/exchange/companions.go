package exchange

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// getVersion shows what the command line prints of an asset.
func getVersion(c *api.Call) (any, error) {
	a, version := mulesoft.AssetOf(c.Object), c.Arg("version")
	if !slices.Contains(a.Versions, version) {
		e := api.Fail(api.NotFound, "no version %q", version)
		e.Facts = api.Facts{Kind: "mulesoft.asset", ID: a.GroupID + "/" + a.AssetID + "/" + version}
		return nil, e
	}
	d := c.Object.Object()
	status := "published"
	type numbered struct {
		Version string `json:"version"`
	}
	all := []numbered{}
	for _, v := range slices.Backward(a.Versions) {
		all = append(all, numbered{v})
	}
	for _, v := range d.Get("versions").Array() {
		if v.Get("version").Str == version {
			status = cmp.Or(v.Get("status").Str, status)
		}
	}
	return struct {
		GroupID     string     `json:"groupId"`
		AssetID     string     `json:"assetId"`
		Version     string     `json:"version"`
		Name        string     `json:"name"`
		Description string     `json:"description,omitempty"`
		Type        string     `json:"type"`
		Status      string     `json:"status"`
		CreatedAt   string     `json:"createdAt"`
		ModifiedAt  string     `json:"modifiedAt"`
		Versions    []numbered `json:"versions"`
	}{
		a.GroupID, a.AssetID, version, a.Name, a.Description, a.Type, status, d.Str("createdAt"), d.Str("lastUpdated"), all,
	}, nil
}

// listed is an asset as the command line lists it.
type listed struct {
	GroupID string `json:"groupId"`
	AssetID string `json:"assetId"`
	Version string `json:"version"`
	Name    string `json:"name"`
	Type    string `json:"type"`
	Updated string `json:"updatedDate"`
	Created string `json:"createdDate"`
	Is      string `json:"__typename"`
}

// queryGraph answers the one query of the command line, whatever the query's text says: the newest version of every asset
// that the caller may see and that mentions the search text. The token is a variable of the query, like the rest.
func queryGraph(c *api.Call) (any, error) {
	variables := c.Body.Object.Get("variables")
	key := variables.Get("accessToken").Str
	if key == "" {
		key = token(c.Header("Authorization"))
	}
	if err := mulesoft.Authenticate(c, key); err != nil {
		return nil, err
	}
	type data struct {
		Assets []listed `json:"assets"`
	}
	out := struct {
		Data data `json:"data"`
	}{data{[]listed{}}}
	wanted := wish(variables)
	who := mulesoft.Caller(c)
	for _, d := range c.Tx.Under("mulesoft.asset", "organization", who.Root) {
		if a := mulesoft.AssetOf(d); who.MayView(c.Tx, d) && wanted(a, who.Root) {
			out.Data.Assets = append(out.Data.Assets, listed{
				a.GroupID, a.AssetID, a.Latest(), a.Name, a.Type, d.Str("lastUpdated"), d.Str("createdAt"), "Asset",
			})
		}
	}
	all := out.Data.Assets
	from := int(min(max(variables.Get("offset").Int(), 0), int64(len(all))))
	out.Data.Assets = all[from:]
	if limit := variables.Get("limit"); limit.Type == gjson.Number {
		out.Data.Assets = all[from : from+int(min(max(limit.Int(), 0), int64(len(all)-from)))]
	}
	return out, nil
}

// wish tells whether an asset is what the variables ask for: by text, and by the organizations or business groups that it
// belongs to. The root organization has them all.
func wish(variables gjson.Result) func(a *mulesoft.Asset, root string) bool {
	term := strings.ToLower(strings.TrimSpace(variables.Get("searchText").String()))
	var groups []string
	for _, g := range variables.Get("organizationIds").Array() {
		groups = append(groups, strings.ToLower(g.String()))
	}
	return func(a *mulesoft.Asset, root string) bool {
		return (strings.Contains(a.FoldedName, term) || strings.Contains(a.FoldedText, term)) &&
			(len(groups) == 0 || slices.Contains(groups, root) || slices.Contains(groups, a.Group))
	}
}
