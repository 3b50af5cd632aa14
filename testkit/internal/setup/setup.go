// Package setup holds the settings of an emulator that serves a test, for testkit and the packages that start one elsewhere.
package setup

import (
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Settings are what the options of testkit set. The zero Settings have the command line's defaults.
type Settings struct {
	Seed       *uint64   // of all generated data; nil: 42
	Fixture    string    // built-in name or a file; "": small
	Clock      time.Time // instant at which the clock is stopped; zero: real time
	Strict     bool      // vendors refuse credentials that no fixture has
	AdminToken string    // bearer token of the admin API; "": none
	Prove      bool      // check every response against its schema
	Scenarios  []string  // built-in names or files; testkit starts them, not the server

	AllowUnmatched    bool // see the option of that name
	AllowUnusedFaults bool // see the option of that name

	Started bool // for At: the emulator was started for this test, with these settings
}

// Of returns the settings that options make.
func Of[O ~func(*Settings)](opts ...O) Settings { return With(Settings{}, opts...) }

// With returns the settings that options make of s.
func With[O ~func(*Settings)](s Settings, opts ...O) Settings {
	s.Scenarios = slices.Clone(s.Scenarios)
	for _, o := range opts {
		o(&s)
	}
	return s
}

// Adopt returns the option by which testkit.At takes over an emulator that was started with settings s for the test.
func Adopt(s Settings) func(*Settings) {
	return func(to *Settings) {
		*to = s
		to.Started = true
	}
}

// Environment returns the settings as environment variables of portico serve, those that are set. A fixture file keeps its
// name. Prove has no variable, and scenarios are left out.
func (s Settings) Environment() map[string]string {
	out := map[string]string{}
	if s.Seed != nil {
		out["PORTICO_SEED"] = strconv.FormatUint(*s.Seed, 10)
	}
	if s.Fixture != "" {
		out["PORTICO_FIXTURE"] = s.Fixture
	}
	if !s.Clock.IsZero() {
		out["PORTICO_CLOCK"] = Instant(s.Clock)
	}
	if s.Strict {
		out["PORTICO_AUTH"] = "strict"
	}
	if s.AdminToken != "" {
		out["PORTICO_ADMIN_TOKEN"] = s.AdminToken
	}
	return out
}

// Instant formats a time as the emulator reads it.
func Instant(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// TB is testkit.TB.
type TB interface {
	Helper()
	Name() string
	Cleanup(func())
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Starter starts an emulator that ends with the test, and returns its URL. It fails the test if it cannot.
type Starter func(t TB, s Settings) (url string)

var (
	mu       sync.Mutex
	starters = map[string]Starter{}
)

// Register adds a value of PORTICO_MODE. A package calls it in its init function, and a test imports that package for the
// effect. It panics if the mode is registered already.
func Register(mode string, start Starter) {
	mu.Lock()
	defer mu.Unlock()
	if starters[mode] != nil {
		panic("testkit: the mode " + mode + " is registered twice")
	}
	starters[mode] = start
}

// Mode returns the starter of a mode, or nil, and the names of all modes that are registered.
func Mode(mode string) (start Starter, all []string) {
	mu.Lock()
	defer mu.Unlock()
	return starters[mode], slices.Sorted(maps.Keys(starters))
}
