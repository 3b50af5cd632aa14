package mulesoft

import (
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// shareTime is how the platform writes the time of an assignment: in UTC, and not saying so.
const shareTime = "2006-01-02T15:04:05.000000"

// ShareTime is an instant in that form.
func ShareTime(t time.Time) string { return t.UTC().Format(shareTime) }

// assetShares are the roles that users have on an asset: one a user.
func assetShares() *api.Resource {
	return &api.Resource{
		Kind: "mulesoft.asset-share", Schema: "StoredAssetShare", Pair: "userId", Created: "createdAt", Updated: "-",
		Indexes: []api.Index{
			{Name: "asset", To: "mulesoft.asset", OnDelete: api.Cascade},
			{Name: "user", Path: "userId", To: "mulesoft.user", OnDelete: api.Cascade},
		},
		OnCreate: func(s *api.Scope, d *api.Draft) error {
			if !d.Sent.Has("createdAt") {
				d.SetString("createdAt", ShareTime(s.Now))
			}
			return nil
		},
	}
}
