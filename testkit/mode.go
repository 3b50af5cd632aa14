package testkit

import (
	"cmp"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
)

// The variable PORTICO_MODE moves a whole suite elsewhere without a change of its tests:
//
//	PORTICO_MODE=inproc                  an emulator in the test's process; the default
//	PORTICO_MODE=http://127.0.0.1:4780   a world of its own on an emulator that runs there
//	PORTICO_MODE=container               an emulator in Docker, by a package that the test imports for it:
//	                                     import _ "github.com/portico-emulator/portico/testkit/container"
//
// Start obeys it; At and the functions of other packages do not. What a running emulator cannot be told any more fails
// the test: Prove, a fixture file that it was not started with, and Strict unless it is strict already. Its admin token,
// where no option gives one, is PORTICO_ADMIN_TOKEN.
const modeVariable = "PORTICO_MODE"

const inProcess = "inproc"

// Starter starts an emulator for a test, lets it end with the test, and gives what Adopt makes of it. It fails the test
// if it cannot.
type Starter func(t TB, s Settings) *Portico

var starters = struct {
	sync.Mutex
	by map[string]Starter
}{by: map[string]Starter{}}

// Register makes a word of PORTICO_MODE known, as database drivers are: a package calls it in its init, and a test
// imports that package for its effect. It panics when the word is taken.
func Register(mode string, start Starter) {
	starters.Lock()
	defer starters.Unlock()
	if starters.by[mode] != nil || mode == inProcess {
		panic("testkit: the mode " + mode + " is registered twice")
	}
	starters.by[mode] = start
}

// drivers are the packages that register the modes which portico knows and does not link.
var drivers = map[string]string{"container": "github.com/portico-emulator/portico/testkit/container"}

// startIn starts an emulator as PORTICO_MODE says, or gives nil where that is in this process.
func startIn(t TB, mode string, s Settings) *Portico {
	t.Helper()
	starters.Lock()
	start := starters.by[mode]
	known := slices.Sorted(maps.Keys(starters.by))
	starters.Unlock()
	at, err := url.Parse(mode)
	switch {
	case mode == "" || mode == inProcess:
		return nil
	case start != nil:
		return start(t, s)
	case err == nil && (at.Scheme == "http" || at.Scheme == "https") && at.Host != "":
		return own(t, mode, s)
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

// own makes a world for a test on an emulator that runs at a URL.
func own(t TB, url string, s Settings) *Portico {
	t.Helper()
	s.AdminToken = cmp.Or(s.AdminToken, os.Getenv("PORTICO_ADMIN_TOKEN"))
	p := reach(t, url, s)
	p.world = ""
	p.obeys(s)
	p.host.born = Settings{Seed: s.Seed, Fixture: s.Fixture, Clock: s.Clock}
	return p.born(t, s)
}

// Adopt takes over an emulator that was started for this test with these settings and now answers at a URL: its scenarios
// play in the default world, and the end of the test is what it is for Start. Whoever started the emulator ends it by a
// Cleanup of the test, registered before Adopt is called.
func Adopt(t TB, url string, s Settings) *Portico {
	t.Helper()
	p := reach(t, url, s)
	p.host.started, p.host.strict, p.ours = s, &s.Strict, true
	p.obeys(s)
	return p.open(s)
}
