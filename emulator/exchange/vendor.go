// Package exchange emulates the part of MuleSoft's Exchange API v1 in which an asset is shared with users, and the few reads
// that MuleSoft's own command line needs beside it. Assets and users are those of API Experience Hub.
package exchange

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/mulesoft"
)

// Name is this vendor's.
const Name = "exchange"

// Vendor is Exchange.
func Vendor() *api.Vendor {
	return &api.Vendor{
		Name:    Name,
		Title:   "MuleSoft Exchange: share assets",
		Version: "1",
		Base:    "/exchange/api/v1",
		Shares:  []string{mulesoft.Schemas},

		Operations: append(operations(), companions()...),
		Names: map[string]api.Ref{
			"assetId": {Kind: "mulesoft.asset", By: []string{"pair"}, Join: 2},
		},
		Dialect:     dialect,
		Credentials: mulesoft.Credentials(Name),
		Clients:     mulesoft.Clients,
		Runtimes:    mulesoft.Runtimes,
		Security:    `{"type":"http","scheme":"bearer","description":"Anypoint Platform token from Access Management; the word Bearer may be left out."}`,
		Problem:     "ExchangeError",
	}
}

// Rights that a row asks for over the asset that it names.
const (
	toView  = "viewer"
	toShare = "admin"
)

// operations are the documented rows.
func operations() []api.Operation {
	return []api.Operation{
		{
			ID: "getAssetUsers", Method: "GET", Path: "/assets/{groupId}/{assetId}/users",
			Needs: toView, Reply: "AssetUserList", Do: listShares,
		},
		{
			ID: "putAssetUsers", Method: "PUT", Path: "/assets/{groupId}/{assetId}/users",
			Needs: toShare, Body: "AssetUserAssignments", Do: replaceShares,
		},
	}
}

// companions let MuleSoft's command line run.
func companions() []api.Operation {
	return []api.Operation{
		{
			ID: "getAssetVersion", Method: "GET", Path: "/assets/{groupId}/{assetId}/{version}",
			Summary: "Show a version of an asset", Tag: "Command line", Needs: toView,
			Reply: "AssetVersionDetail", Status: 200, Errors: []int{401, 403, 404}, Companion: true, Do: getVersion,
		},
		{
			ID: "queryGraph", Method: "POST", Base: "/graph", Path: "/api/v2/graphql",
			Summary: "List the assets that the caller may see", Tag: "Command line", Needs: mulesoft.Anyone,
			Body: "GraphRequest", Reply: "GraphReply", Status: 200, Errors: []int{400, 401, 415}, Companion: true, Do: queryGraph,
		},
		{
			ID: "trackEvent", Method: "POST", Base: "/cli", Path: "/api/v1/analytics/event",
			Summary: "Take note of nothing", Tag: "Command line", Needs: mulesoft.Anyone, Status: 204, Companion: true, Do: forget,
		},
		{
			ID: "trackError", Method: "POST", Base: "/cli", Path: "/api/v1/analytics/error",
			Summary: "Take note of nothing", Tag: "Command line", Needs: mulesoft.Anyone, Status: 204, Companion: true, Do: forget,
		},
	}
}

// forget is for the command line's reports about itself.
func forget(*api.Call) (any, error) { return nil, nil }
