package apiconnect_test

import (
	"net/http"
	"testing"

	"github.com/portico-emulator/portico/emulator/apiconnect"
	"github.com/portico-emulator/portico/emulator/internal/golden"
)

// TestGolden replays the recorded conversation of every row, in a world whose clock stands still.
func TestGolden(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, op := range apiconnect.Vendor().Operations {
		ids = append(ids, op.ID)
	}
	headers := http.Header{
		"Authorization": {"Bearer " + adminToken}, "Content-Type": {"application/json"},
		"X-Ibm-Consumer-Context": {"ibm-emu.sandbox"}, "X-Request-Id": {"golden"},
	}
	golden.Run(t, ids, headers, func(t *testing.T) http.Handler {
		t.Helper()
		return start(t)
	})
}
