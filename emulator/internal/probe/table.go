package probe

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Placeholder is a parameter in the path of a row.
var Placeholder = regexp.MustCompile(`\{[^}]*\}`)

// Rows are the operations of a vendor's table that have a certain form; nil: all.
func Rows(v *api.Vendor, which func(*api.Operation) bool) []api.Operation {
	var out []api.Operation
	for _, op := range v.Operations {
		if op.Vendor = v; which == nil || which(&op) {
			out = append(out, op)
		}
	}
	return out
}

// IDs names the operations of a vendor's table.
func IDs(v *api.Vendor) []string {
	var out []string
	for _, op := range v.Operations {
		out = append(out, op.ID)
	}
	return out
}

// Filled is the path of a row on the emulator with a value in the place of each parameter.
func Filled(op *api.Operation, value func(name string) string) string {
	return Placeholder.ReplaceAllStringFunc(op.Template(), func(p string) string { return value(strings.Trim(p, "{}")) })
}

// Handler is Start for recorded conversations.
func Handler(t *testing.T) http.Handler {
	t.Helper()
	return Start(t)
}
