package testkit

import (
	"cmp"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/testkit/internal/setup"
)

// The variable PORTICO_MODE moves a whole suite elsewhere without a change of its tests:
//
//	PORTICO_MODE=inproc                  an emulator in the test's process; the default
//	PORTICO_MODE=http://127.0.0.1:4780   a world of its own on an emulator that runs there
//	PORTICO_MODE=container               an emulator in Docker, by a package that the test imports for it:
//	                                     import _ "github.com/portico-emulator/portico/testkit/container"
//
// Start obeys it; At and the functions of other packages do not. A setting that a running emulator does not have fails
// the test: Prove, a fixture file that it was not started with, and Strict unless it is strict already. Its admin token,
// where no option gives one, is PORTICO_ADMIN_TOKEN.
const modeVariable = "PORTICO_MODE"

const inProcess = "inproc"

// drivers are the packages that register the modes which portico knows and does not link.
var drivers = map[string]string{"container": "github.com/portico-emulator/portico/testkit/container"}

// startIn starts an emulator where PORTICO_MODE says, or returns nil if that is in this process.
func startIn(t TB, mode string, s settings) *Portico {
	t.Helper()
	start, known := setup.Mode(mode)
	at, err := url.Parse(mode)
	switch {
	case mode == "" || mode == inProcess:
		return nil
	case start != nil:
		return At(t, start(t, s), setup.Adopt(s))
	case err == nil && (at.Scheme == "http" || at.Scheme == "https") && at.Host != "":
		return worldAt(t, mode, s)
	case drivers[mode] != "":
		t.Fatalf("portico: %s=%s needs a package that this test does not import; add: import _ %q", modeVariable, mode, drivers[mode])
	default:
		words := append([]string{inProcess, "a URL such as http://127.0.0.1:4780"}, known...)
		for word := range drivers {
			if !slices.Contains(known, word) {
				words = append(words, word+" (with import _ \""+drivers[word]+"\")")
			}
		}
		t.Fatalf("portico: %s=%s: want %s", modeVariable, mode, strings.Join(words, ", "))
	}
	return nil
}

// worldAt creates a world for a test on a running emulator.
func worldAt(t TB, url string, s settings) *Portico {
	t.Helper()
	s.AdminToken = cmp.Or(s.AdminToken, os.Getenv("PORTICO_ADMIN_TOKEN"))
	p := reach(t, url, s)
	p.world = ""
	p.require(s)
	p.host.born = settings{Seed: s.Seed, Fixture: s.Fixture, Clock: s.Clock}
	return p.create(t, s)
}
