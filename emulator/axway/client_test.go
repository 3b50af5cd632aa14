package axway_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/axway"
	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

const base = "/api/portal/v1.2"

// What the fixture small holds.
const (
	acme      = "3e21b76a-defa-49ab-9682-a9cd60387e37"
	globex    = "f7842fdc-ab83-4bca-82c9-7eac76eeef99"
	community = "a1f00000-0000-4000-8000-000000000002"

	apiadmin  = "b2f00000-0000-4000-8000-000000000001"
	acmeAdmin = "b2f00000-0000-4000-8000-000000000002"
	anna      = "de077cd8-83b7-46d1-b06f-2eaaf1548898" // manages the iPhone app
	ben       = "46a6e874-a341-4c2d-870e-55e4c6ec27dc" // manages the loyalty card
	bella     = "b03f88d2-411d-46aa-9245-21be1748011f" // views the iPhone app
	dora      = "b2f00000-0000-4000-8000-000000000004" // of Globex
	paula     = "b2f00000-0000-4000-8000-000000000007" // of Acme, pending

	iPhone     = "b76a3e23-deca-49ab-9682-79cd503b7e3a" // Acme's, disabled
	storefront = "05d2d25e-d037-4742-a1fb-eea5480ec18c" // Acme's
	warehouse  = "a4f00000-0000-4000-8000-000000000001" // Acme's, with a quota
	loyalty    = "a4f00000-0000-4000-8000-000000000002" // Acme's, pending
	foreign    = "c95b7c70-fe01-4e31-8f1f-cdd977812d7d" // Globex's, named as Acme's warehouse app
	nowhere    = "00000000-0000-4000-8000-000000000000" // an id that nothing has

	petStore = "925129c4-0c4b-4adb-95c4-fdbc741eb333"
	orders   = "e41f217e-d19f-4ee7-b845-fff017cfa098" // Acme may use it, Globex's access is disabled
	orders2  = "3a83e303-2bd5-49a4-b37c-f4a89979846f"
	payments = "f88f1648-d0f0-42a9-af99-d610154ab7dd"
	pay      = "c1c49b19-5877-4b51-9cbb-93a02c09d861" // method of payments
	shipping = "c1c63d3b-5283-4755-ade7-e2377bd35049" // Acme may not use it

	anAccess  = "ecc2f2c5-1aa8-43e4-baf6-6a2158c44121" // of the iPhone app to orders2
	aPending  = "c3f00000-0000-4000-8000-000000000011" // of the iPhone app to payments
	aKey      = "19da5d5e-b18a-4217-abec-291033cd939c" // of the iPhone app; its external client bears the same id
	annaEntry = "c3f00000-0000-4000-8000-000000000001"
	aView     = "46a6e874-a341-4c2d-870e-55e4c6ec27dc" // bella's permission
	aScope    = "512a4170-5ab5-4b4f-9c5b-e18f78011f46" // of the storefront
	aQuota    = "a1c70859-702b-4f3a-a1ad-a61067fdc4c7" // of the warehouse app
)

var vendor = client.Vendor{
	Table:  axway.Vendor(),
	Base:   base,
	Header: http.Header{"Authorization": {client.Basic("apiadmin", "changeme")}, "Content-Type": {"application/json"}},
	Login: func(user string) string {
		if user == "apiadmin" {
			return client.Basic(user, "changeme")
		}
		return client.Basic(user, "portico-"+user)
	},
	Refused: func(a client.Answer) bool {
		return a.Header.Get("Content-Type") == "application/json" && strings.HasPrefix(a.Body, `{"errors":[{"code":`)
	},
	Reason: "errors.0.message",
}

func TestGolden(t *testing.T) { vendor.Golden(t) }

// connect calls an emulator of its own as the administrator.
func connect(t testing.TB) client.Client {
	t.Helper()
	return vendor.Connect(t, emulator.Config{})
}

func app(id, rest string) string { return "/applications/" + id + rest }

// Texts of refusals.
const (
	notFound  = "The entity could not be found.  Please refresh your session."
	forbidden = "You do not have permission to access this resource"
	taken     = "resource already exists"
)
