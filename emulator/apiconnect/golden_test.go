package apiconnect_test

import (
	"net/http"
	"testing"

	"github.com/portico-emulator/portico/emulator/apiconnect"
	"github.com/portico-emulator/portico/emulator/internal/golden"
	"github.com/portico-emulator/portico/emulator/internal/probe"
)

// TestGolden replays the recorded conversation of every row, in a world whose clock stands still.
func TestGolden(t *testing.T) {
	t.Parallel()
	headers := http.Header{
		"Authorization": {"Bearer " + adminToken}, "Content-Type": {"application/json"},
		"X-Ibm-Consumer-Context": {"ibm-emu.sandbox"}, "X-Request-Id": {"golden"},
	}
	golden.Run(t, probe.IDs(apiconnect.Vendor()), headers, probe.Handler)
}
