package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/store"
)

// Format is the version of state files that this package writes, and the only one that it reads.
const Format = 1

// mine is what the head of a state file says first.
const mine = "state"

// head is the first record of a file: what its world was born as, and where the file comes from.
type head struct {
	Portico string    `json:"portico"`
	Format  int       `json:"format"`
	Version string    `json:"version"` // of portico
	Seed    uint64    `json:"seed"`
	Fixture string    `json:"fixture"`
	Base    string    `json:"base"` // sum of the fixture's documents
	Clock   time.Time `json:"clock,omitzero"`
	Events  uint64    `json:"events"` // that had happened when the file was written
	Whole   uint64    `json:"whole"`  // records after this one that tell what they came to
}

// Birth is what a world is born as. A file goes on only with the same.
type Birth struct {
	Version string      // of portico
	Base    *store.Base // of seed and fixture
	Builtin bool        // the fixture is no file
	Clock   time.Time   // at which it stands still; zero: as the file says, else real time
	// Bases are what scenarios let worlds be born from anew.
	Bases func(fixture string) (*store.Base, error)
	// Resource finds the declaration of a kind, or nil.
	Resource func(kind string) *api.Resource
}

func (b *Birth) head() head {
	return head{Portico: mine, Format: Format, Version: b.Version, Seed: b.Base.Seed, Fixture: b.Base.Fixture, Base: b.Base.Sum(), Clock: b.Clock.UTC()}
}

func (h *head) bytes() []byte {
	out, _ := json.Marshal(h) //nolint:errchkjson // texts and numbers alone
	return out
}

// readHead reads a head, and refuses the file that it is of if its world was not born so.
func readHead(value []byte, b *Birth) (head, error) {
	var h head
	var first struct {
		Portico, Version string
		Format           int
	}
	if json.Unmarshal(value, &first) != nil || first.Portico != mine {
		return h, errForeign
	}
	if first.Format != Format {
		return h, fmt.Errorf("portico %s wrote it in format %d, and this one reads format %d: start a portico that is at least as new, or name another file", first.Version, first.Format, Format)
	}
	if err := json.Unmarshal(value, &h); err != nil {
		return h, fmt.Errorf("its first record cannot be read: %w", err)
	}
	if !h.Clock.IsZero() && !clock.Fits(h.Clock) {
		return h, fmt.Errorf("its first record has the clock %s: %w", h.Clock.Format(time.RFC3339), clock.ErrRange)
	}
	return h, h.fits(b)
}

// fits refuses to let a world go on that was born as another.
func (h *head) fits(b *Birth) error {
	var flags []string
	if h.Seed != b.Base.Seed {
		flags = append(flags, fmt.Sprintf("--seed %d", h.Seed))
	}
	other := h.Base != b.Base.Sum()
	if other && h.Fixture != b.Base.Fixture {
		flags = append(flags, "--fixture "+h.Fixture)
	}
	late := !b.Clock.IsZero() && !b.Clock.Equal(h.Clock)
	if late && !h.Clock.IsZero() {
		flags = append(flags, "--clock "+h.Clock.Format(time.RFC3339Nano))
	}
	switch {
	case len(flags) > 0:
		return fmt.Errorf("its world was born with %s: start with that, or name another file", strings.Join(flags, " "))
	case late:
		return errors.New("its world was born without --clock: leave that out, or name another file; PUT /_portico/clock moves the clock of a world that lives")
	case other && b.Builtin:
		return fmt.Errorf("its world was born from the fixture %s of portico %s, which is not that of %s: export it with the old one and import it here, or name another file", h.Fixture, h.Version, b.Version)
	case other:
		return fmt.Errorf("the fixture %s has changed since its world was born from it: start with the fixture as it was, or name another file", h.Fixture)
	}
	return nil
}
