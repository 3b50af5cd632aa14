package testkit

import (
	"fmt"
	"time"

	"github.com/portico-emulator/portico/testkit/internal/setup"
)

type settings = setup.Settings

// Option changes what Start, At or World makes.
type Option func(*settings)

// worldBody returns the settings that each world has for itself, as POST /_portico/worlds takes them.
func worldBody(s settings) map[string]any {
	out := map[string]any{}
	if s.Seed != nil {
		out["seed"] = *s.Seed
	}
	if s.Fixture != "" {
		out["fixture"] = s.Fixture
	}
	if !s.Clock.IsZero() {
		out["clock"] = setup.Instant(s.Clock)
	}
	return out
}

// serverOptions returns the names of the options that apply to a whole emulator, of those that are set.
func serverOptions(s settings) []string {
	var out []string
	if s.Strict {
		out = append(out, "Strict")
	}
	if s.Prove {
		out = append(out, "Prove")
	}
	return out
}

// worldOptions returns the options that say how a world is created, of those that are set.
func worldOptions(s settings) []string {
	var out []string
	if s.Seed != nil {
		out = append(out, fmt.Sprintf("Seed(%d)", *s.Seed))
	}
	if s.Fixture != "" {
		out = append(out, fmt.Sprintf("Fixture(%q)", s.Fixture))
	}
	if !s.Clock.IsZero() {
		out = append(out, "Clock("+setup.Instant(s.Clock)+")")
	}
	return out
}

// Seed sets the seed of all generated data; the default is 42.
func Seed(seed uint64) Option {
	return func(s *settings) { s.Seed = &seed }
}

// Fixture sets the data that a world starts with: empty, small (the default), large, or for Start a file.
func Fixture(name string) Option {
	return func(s *settings) { s.Fixture = name }
}

// Clock stops the world's clock at an instant. Advance moves it. Without it, time is real, or the bubble's
// inside testing/synctest.
func Clock(at time.Time) Option {
	return func(s *settings) { s.Clock = at }
}

// Strict makes vendors refuse credentials that the fixture does not have. It is for Start, where every world of the emulator is
// strict then; an emulator that runs already must be so.
func Strict() Option {
	return func(s *settings) { s.Strict = true }
}

// AdminToken sets the bearer token of the admin API: for Start the one to set, for At the one that is set.
func AdminToken(token string) Option {
	return func(s *settings) { s.AdminToken = token }
}

// Prove checks every reply against its schema; one that does not fit becomes a 500. It is for Start in this process, and
// for portico's own tests above all.
func Prove() Option {
	return func(s *settings) { s.Prove = true }
}

// Scenario starts a scenario, a built-in one or a file, as the method Scenario does. It may be given more than once.
func Scenario(name string) Option {
	return func(s *settings) { s.Scenarios = append(s.Scenarios, name) }
}

// AllowUnmatched lets a test pass that sent requests which match no operation. Worlds take it over from what they are
// made of.
func AllowUnmatched() Option {
	return func(s *settings) { s.AllowUnmatched = true }
}

// AllowUnusedFaults lets a test pass that armed faults which never acted. For a single fault there is Fault.Optional.
// Worlds take it over from what they are made of.
func AllowUnusedFaults() Option {
	return func(s *settings) { s.AllowUnusedFaults = true }
}
