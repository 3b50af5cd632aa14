package emulator

import (
	"encoding/json"

	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/object"
)

// Redact gives a function that takes secrets out of JSON and of any other text, in the journal's words: of the given
// credentials, wherever they stand, and of whatever stands where secrets do.
func Redact(credentials []Credential) func(text string) string {
	r := journal.NewRedactor(credentials)
	return func(text string) string {
		if json.Valid([]byte(text)) {
			return r.JSON(text)
		}
		return r.Text(text)
	}
}

// JSONPath gives the names and positions of a path of the forms $.a.b[0] and $['x'], as the admin API reads them.
func JSONPath(path string) ([]string, error) { return object.Path(path) }
