// Package outsider is a stranger's test suite: it knows portico by its import path alone.
package outsider

import (
	"net/http"
	"testing"

	"github.com/portico-emulator/portico/testkit"
)

func TestPortals(t *testing.T) {
	w := testkit.Start(t).World(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.URL("konnect")+"/portals", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", w.Header("konnect", "admin"))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("got %s", res.Status)
	}
}
