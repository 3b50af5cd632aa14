package cli

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// allowedAdmin are the calls of the admin API that a bundle may make: those by which the testkit changes its own world. {} is
// a segment.
var allowedAdmin = []string{
	"POST /reset", "DELETE /requests", "POST /import", "PUT /clock", "POST /clock/advance",
	"POST /state/{}", "PATCH /state/{}/{}", "DELETE /state/{}/{}",
	"PUT /snapshots/{}", "POST /snapshots/{}/restore", "DELETE /snapshots/{}",
	"POST /faults", "DELETE /faults", "DELETE /faults/{}",
	"PUT /scenarios/{}", "POST /scenarios/{}/start", "POST /scenarios/{}/stop",
}

// allowedMethods are those of calls of vendors.
var allowedMethods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
	http.MethodTrace,
}

// maxPath is the longest path that is sent, in bytes. The emulator takes none that is longer.
const maxPath = 16 << 10

// allow refuses what a bundle may not do. The path is as it is sent, without the prefix of a world. A call of the admin API must be
// in the list. No segment may begin with _portico or _world, beyond the base of the admin API, or consist of dots, however
// often the path is decoded and whatever counts as a slash: no server and no proxy can take it for another path.
func allow(method, path string, admin bool) error {
	if plain, err := url.PathUnescape(path); err != nil || !strings.HasPrefix(path, "/") || len(path) > maxPath ||
		(&url.URL{Path: plain, RawPath: path}).EscapedPath() != path {
		return fmt.Errorf("%w: its path is not one that a client sends", errRefused)
	}
	if !admin && !slices.Contains(allowedMethods, method) {
		return fmt.Errorf("%w: a bundle may not use this method", errRefused)
	}
	if admin {
		path, admin = strings.CutPrefix(path, app.AdminBase)
		given := strings.Split(method+" "+path, "/")
		fits := func(pattern string) bool {
			return slices.EqualFunc(strings.Split(pattern, "/"), given, func(w, g string) bool { return w == g || w == "{}" && g != "" })
		}
		if !admin || !slices.ContainsFunc(allowedAdmin, fits) {
			return fmt.Errorf("%w: a bundle may not make this call of the admin API", errRefused)
		}
	}
	const rounds = 5
	for range rounds {
		for segment := range strings.FieldsFuncSeq(strings.ToLower(path), func(r rune) bool { return strings.ContainsRune(`/\;?#`, r) }) {
			if segment == "." || segment == ".." || strings.HasPrefix(segment, "_portico") || strings.HasPrefix(segment, "_world") ||
				strings.ContainsFunc(segment, unicode.IsControl) {
				return fmt.Errorf("%w: its path leads out of the test's world", errRefused)
			}
		}
		plain, err := url.PathUnescape(path)
		if err != nil || plain == path {
			return nil
		}
		path = plain
	}
	return fmt.Errorf("%w: its path is encoded more than %d times", errRefused, rounds-1)
}
