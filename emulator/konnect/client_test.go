package konnect_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
	"github.com/portico-emulator/portico/emulator/konnect"
)

// What the fixture small holds.
const (
	adminToken  = "kpat_portico-admin"
	viewerToken = "kpat_portico-viewer" // may only read
	nobodyToken = "kpat_portico-nobody" // may do nothing

	portalA      = "9f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	publicPortal = "8f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	nowhere      = "00000000-0000-4000-8000-000000000000" // an id that nothing has

	jane  = "5f9fd312-a987-4628-b4c5-bb4f4fddd5f7" // approved, App 1
	james = "d32d905a-ed33-46a3-a093-d8f536af9a8a" // approved, App 2
	john  = "4cd9feff-b4da-4a9f-ba49-cbe83c75ff22" // revoked, App 3
	jim   = "df120cb4-f60b-47bc-a2f8-6a28e6a3c63b" // pending

	partner  = "d32d905a-ed33-46a3-a093-d8f536af9a8a"
	internal = "af91db4c-6e51-403e-a2bf-33d27ae50c0a"
	root     = "bc11db4c-6e51-403e-a2bf-33d27ae50c0a"

	app1 = "5f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	app2 = "b15e2460-ba40-431d-9df0-4957fcffacda"
	app3 = "e15e2460-ba40-431d-9df0-4957fcff7cda"

	payments   = "9b4f4829-d540-4a3a-aefc-839852bdb3e8"
	paymentsV1 = "5f9fd312-a987-4628-b4c5-bb4f4fddd5f7"
	orders     = "edf3d192-3591-4b03-ac0b-69bad1fcba05"
)

var vendor = client.Vendor{
	Table:  konnect.Vendor(),
	Header: http.Header{"Authorization": {client.Bearer(adminToken)}, "Content-Type": {"application/json"}},
	Login:  client.Bearer,
	Refused: func(a client.Answer) bool {
		return a.Header.Get("Content-Type") == "application/problem+json; charset=utf-8" && a.Int("status") == a.Status &&
			a.Get("title").Str != ""
	},
	Reason: "detail",
}

func TestGolden(t *testing.T) { vendor.Golden(t) }

// connect calls an emulator of its own as the administrator.
func connect(t testing.TB) client.Client {
	t.Helper()
	return vendor.Connect(t, emulator.Config{})
}

// total is how many objects a list has on all its pages.
func total(a client.Answer) int { return a.Int("meta.page.total") }

// fill puts a word where the text has a percent sign.
func fill(text, word string) string { return strings.ReplaceAll(text, "%", word) }
