package experiencehub_test

import (
	"net/http"
	"testing"

	"github.com/portico-emulator/portico/emulator/experiencehub"
	"github.com/portico-emulator/portico/emulator/internal/golden"
)

// TestGolden replays the recorded conversation of every row, in a world whose clock stands still.
func TestGolden(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, op := range experiencehub.Vendor().Operations {
		ids = append(ids, op.ID)
	}
	headers := http.Header{"Authorization": {"Bearer portico-anypoint-admin"}, "Content-Type": {"application/json"}}
	golden.Run(t, ids, headers, func(t *testing.T) http.Handler {
		t.Helper()
		return start(t)
	})
}
