package exchange_test

import (
	"net/http"
	"testing"

	"github.com/portico-emulator/portico/emulator/exchange"
	"github.com/portico-emulator/portico/emulator/internal/golden"
	"github.com/portico-emulator/portico/emulator/internal/probe"
)

// TestGolden replays the recorded conversation of every row, in a world whose clock stands still.
func TestGolden(t *testing.T) {
	t.Parallel()
	headers := http.Header{"Authorization": {"Bearer portico-anypoint-admin"}, "Content-Type": {"application/json"}}
	golden.Run(t, probe.IDs(exchange.Vendor()), headers, probe.Handler)
}
