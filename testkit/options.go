package testkit

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Settings are what options say, gathered. The zero Settings are the command line's defaults. Whoever starts an emulator
// by other means than Start reads them with SettingsOf, and gives them to Adopt.
type Settings struct {
	Seed       *uint64   // of all generated data; nil: 42
	Fixture    string    // built-in name or a file; "": small
	Clock      time.Time // instant at which the clock stands still; zero: real time
	Strict     bool      // vendors refuse credentials that no fixture knows
	AdminToken string    // bearer token of the admin API; "": none
	Prove      bool      // check every reply against its schema
	Scenarios  []string  // built-in names or files; Start and Adopt let them play, the server need not

	AllowUnmatched    bool // see the option of that name
	AllowUnusedFaults bool // see the option of that name
}

// Option changes what Start, At or World makes.
type Option func(*Settings)

// SettingsOf gathers options.
func SettingsOf(opts ...Option) Settings {
	var s Settings
	return s.with(opts)
}

func (s Settings) with(opts []Option) Settings {
	s.Scenarios = slices.Clone(s.Scenarios)
	for _, o := range opts {
		o(&s)
	}
	return s
}

// Environment is the settings as the command `portico serve` takes them: PORTICO_SEED, PORTICO_FIXTURE, PORTICO_CLOCK,
// PORTICO_AUTH and PORTICO_ADMIN_TOKEN, those that are set. A file is named as it was given. Prove has no variable, and
// scenarios are left out, since Adopt lets them play.
func (s Settings) Environment() map[string]string {
	out := map[string]string{}
	if s.Seed != nil {
		out["PORTICO_SEED"] = strconv.FormatUint(*s.Seed, 10)
	}
	if s.Fixture != "" {
		out["PORTICO_FIXTURE"] = s.Fixture
	}
	if !s.Clock.IsZero() {
		out["PORTICO_CLOCK"] = instant(s.Clock)
	}
	if s.Strict {
		out["PORTICO_AUTH"] = "strict"
	}
	if s.AdminToken != "" {
		out["PORTICO_ADMIN_TOKEN"] = s.AdminToken
	}
	return out
}

func instant(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// world is the settings that each world has for itself, as POST /_portico/worlds takes them.
func (s Settings) world() map[string]any {
	out := map[string]any{}
	if s.Seed != nil {
		out["seed"] = *s.Seed
	}
	if s.Fixture != "" {
		out["fixture"] = s.Fixture
	}
	if !s.Clock.IsZero() {
		out["clock"] = instant(s.Clock)
	}
	return out
}

// ofServer names the options that only whoever starts the emulator can obey, of those that are set.
func (s Settings) ofServer() []string {
	var out []string
	if s.Strict {
		out = append(out, "Strict")
	}
	if s.Prove {
		out = append(out, "Prove")
	}
	return out
}

// ofWorld names the options that say how a world is born, of those that are set.
func (s Settings) ofWorld() []string {
	var out []string
	if s.Seed != nil {
		out = append(out, fmt.Sprintf("Seed(%d)", *s.Seed))
	}
	if s.Fixture != "" {
		out = append(out, fmt.Sprintf("Fixture(%q)", s.Fixture))
	}
	if !s.Clock.IsZero() {
		out = append(out, "Clock("+instant(s.Clock)+")")
	}
	return out
}

// Seed sets the seed of all generated data; the default is 42.
func Seed(seed uint64) Option {
	return func(s *Settings) { s.Seed = &seed }
}

// Fixture sets the data that a world is born from: empty, small (the default), large, or for Start a file.
func Fixture(name string) Option {
	return func(s *Settings) { s.Fixture = name }
}

// Clock lets the world's clock stand still at an instant. Advance moves it. Without it, time is real, or the bubble's
// inside testing/synctest.
func Clock(at time.Time) Option {
	return func(s *Settings) { s.Clock = at }
}

// Strict lets vendors refuse credentials that no fixture knows. It is for Start, where every world of the emulator is
// strict then; an emulator that runs already must be so.
func Strict() Option {
	return func(s *Settings) { s.Strict = true }
}

// AdminToken is the bearer token that the admin API needs: for Start the one to set, for At the one that is set.
func AdminToken(token string) Option {
	return func(s *Settings) { s.AdminToken = token }
}

// Prove checks every reply against its schema; one that does not fit becomes a 500. It is for Start in this process, and
// for portico's own tests above all.
func Prove() Option {
	return func(s *Settings) { s.Prove = true }
}

// Scenario lets a scenario play, a built-in one or a file, as the method Scenario does. It may be given more than once.
func Scenario(name string) Option {
	return func(s *Settings) { s.Scenarios = append(s.Scenarios, name) }
}

// AllowUnmatched lets a test pass that sent requests which match no operation. Worlds take it over from what they are
// made of.
func AllowUnmatched() Option {
	return func(s *Settings) { s.AllowUnmatched = true }
}

// AllowUnusedFaults lets a test pass that armed faults which never acted. For a single fault there is Fault.Optional.
// Worlds take it over from what they are made of.
func AllowUnusedFaults() Option {
	return func(s *Settings) { s.AllowUnusedFaults = true }
}
