package persist

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// Format is the version of state files that this package writes, and the only one that it reads.
const Format = 1

// marker is the first member of every state file.
const marker = "state"

// head is the first record of a file: how its world was created, and by what.
type head struct {
	Portico string    `json:"portico"`
	Format  int       `json:"format"`
	Version string    `json:"version"` // of portico
	Seed    uint64    `json:"seed"`
	Fixture string    `json:"fixture"`
	Base    string    `json:"base"` // sum of the fixture's documents
	Clock   time.Time `json:"clock,omitzero"`
	Events  uint64    `json:"events"` // that had happened when the file was compacted or created
	Whole   uint64    `json:"whole"`  // records after this one that hold the result of those events
}

// Options says how the world of a file is created. A file can only be opened with those that it was created with.
type Options struct {
	Version string      // of portico
	Base    *world.Base // of seed and fixture
	Builtin bool        // the fixture is built in, not a file
	Clock   time.Time   // at which the clock is frozen; zero: as the file says, and real time for a new one
	// Bases returns the base of a fixture that a scenario started the world from.
	Bases func(fixture string) (*world.Base, error)
	// Resource returns the declaration of a kind, or nil.
	Resource func(kind string) *api.Resource
}

func (o *Options) head() head {
	return head{
		Portico: marker, Format: Format, Version: o.Version,
		Seed: o.Base.Seed, Fixture: o.Base.Fixture, Base: o.Base.Sum(), Clock: o.Clock.UTC(),
	}
}

func (h *head) bytes() []byte {
	out, _ := json.Marshal(h) //nolint:errchkjson // only strings and numbers
	return out
}

// readHead reads a head, and refuses one whose world was created with other options.
func readHead(value []byte, o *Options) (head, error) {
	var h head
	var first struct {
		Portico, Version string
		Format           int
	}
	if json.Unmarshal(value, &first) != nil || first.Portico != marker {
		return h, errForeign
	}
	if first.Format != Format {
		return h, fmt.Errorf("portico %s wrote it in format %d, but this version reads format %d: use a version that is at least as new, or another file",
			first.Version, first.Format, Format)
	}
	if err := json.Unmarshal(value, &h); err != nil {
		return h, fmt.Errorf("its first record cannot be read: %w", err)
	}
	if !h.Clock.IsZero() && !clock.Fits(h.Clock) {
		return h, fmt.Errorf("its first record has the clock %s: %w", h.Clock.Format(time.RFC3339), clock.ErrRange)
	}
	return h, h.fits(o)
}

// fits refuses options that are not those of the file's world.
func (h *head) fits(o *Options) error {
	var flags []string
	if h.Seed != o.Base.Seed {
		flags = append(flags, fmt.Sprintf("--seed %d", h.Seed))
	}
	other := h.Base != o.Base.Sum()
	if other && h.Fixture != o.Base.Fixture {
		flags = append(flags, "--fixture "+h.Fixture)
	}
	otherClock := !o.Clock.IsZero() && !o.Clock.Equal(h.Clock)
	if otherClock && !h.Clock.IsZero() {
		flags = append(flags, "--clock "+h.Clock.Format(time.RFC3339Nano))
	}
	switch {
	case len(flags) > 0:
		return fmt.Errorf("its world was created with %s: start with that, or use another file", strings.Join(flags, " "))
	case otherClock:
		return errors.New("its world was created without --clock: leave it out, or use another file; PUT /_portico/clock sets the clock of an existing world")
	case other && o.Builtin:
		return fmt.Errorf("its world was created from the fixture %q of portico %s, which differs from that of %s: "+
			"export it with the old version and import it here, or use another file", h.Fixture, h.Version, o.Version)
	case other:
		return fmt.Errorf("the fixture %q has changed since this state file was created: start with the fixture as it was, or use another file", h.Fixture)
	}
	return nil
}
