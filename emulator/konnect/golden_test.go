package konnect_test

import (
	"net/http"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/golden"
	"github.com/portico-emulator/portico/emulator/internal/probe"
	"github.com/portico-emulator/portico/emulator/konnect"
)

// TestGolden replays the recorded conversation of every row, in a world whose clock stands still.
func TestGolden(t *testing.T) {
	t.Parallel()
	headers := http.Header{"Authorization": {"Bearer " + adminToken}, "Content-Type": {"application/json"}}
	golden.Run(t, probe.IDs(konnect.Vendor()), headers, probe.Handler)
}
