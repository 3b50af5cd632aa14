// Package app joins vendors, admin API, fixtures, scenarios and the state file into one emulator. Packages emulator and cli
// use it.
package app

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/portico-emulator/portico/emulator/apiconnect"
	"github.com/portico-emulator/portico/emulator/axway"
	"github.com/portico-emulator/portico/emulator/exchange"
	"github.com/portico-emulator/portico/emulator/experiencehub"
	"github.com/portico-emulator/portico/emulator/internal/admin"
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/files"
	"github.com/portico-emulator/portico/emulator/internal/fixture"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/ledger"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/store"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
	"github.com/portico-emulator/portico/emulator/konnect"
	"github.com/portico-emulator/portico/fixtures"
	"github.com/portico-emulator/portico/schemas"
)

// Version of portico.
const Version = "0.1.0"

// Defaults of a Config.
const (
	DefaultSeed    = 42
	DefaultFixture = "small"
	DefaultJournal = journal.DefaultEntries

	DefaultStateLimit = ledger.Limit
)

// Config holds the settings of an emulator: the public emulator.Config, which documents the fields.
type Config struct {
	Seed       *uint64
	Fixture    string
	Strict     bool
	Clock      time.Time
	Journal    *int
	AdminToken string
	AdminHosts []string
	Log        *slog.Logger
	Scenarios  []string
	Prove      bool
	State      string
	StateLimit int64
}

// Emulator answers for every vendor. It is safe for use by several goroutines, and without a state file holds no goroutine
// of its own.
type Emulator struct {
	config Config
	server *server.Server
	ledger *ledger.Ledger // nil: all is in memory
	lived  bool           // before this process
}

// New makes an emulator with its default world. It refuses a fixture that does not exist or has a fault, and then names
// file, line and column, and a state file that it cannot go on with. Whoever names a state file calls Close at the end.
func New(config Config) (*Emulator, error) {
	p, err := Plan()
	if err != nil {
		return nil, err
	}
	if config.Seed == nil {
		config.Seed = new(uint64(DefaultSeed))
	}
	if !config.Clock.IsZero() && !clock.Fits(config.Clock) {
		return nil, fmt.Errorf("clock: %s is not in the years 1678 to 2261", config.Clock.Format(time.RFC3339))
	}
	config.AdminHosts = slices.Clone(config.AdminHosts)
	for i, name := range config.AdminHosts {
		if config.AdminHosts[i], err = admin.HostName(name); err != nil {
			return nil, fmt.Errorf("admin host: %w", err)
		}
	}
	if config.Fixture == "" {
		config.Fixture = DefaultFixture
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	worlds := store.New()
	if config.Journal != nil {
		worlds.Entries = max(*config.Journal, 0)
	}
	e := &Emulator{config: config}
	h := &host{e}
	e.server = &server.Server{Plan: p, Store: worlds, Log: config.Log, Strict: config.Strict, Prove: config.Prove, Host: h}
	if err := e.populate(h); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// populate creates the default world and starts the configured scenarios.
func (e *Emulator) populate(h *host) error {
	spec := admin.WorldSpec{Name: server.DefaultWorld}
	if e.config.State != "" {
		if err := e.open(h); err != nil {
			return err
		}
		spec.Clock = e.ledger.Birth().Clock
	}
	world, err := h.NewWorld(context.Background(), spec)
	if err == nil && e.ledger != nil {
		err = e.ledger.Raise(world)
		e.lived = e.ledger.Events() > 0
	}
	for _, name := range e.config.Scenarios {
		if err == nil {
			err = e.startScenario(name)
		}
	}
	return err
}

// ServeHTTP answers one request, for a vendor or for the admin API.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.server.ServeHTTP(w, r) }

// Close releases what the emulator holds. With a state file it makes sure that everything is in there, and whatever would
// change the default world afterwards is refused. It may be called more than once.
func (e *Emulator) Close() error {
	if e.ledger == nil {
		return nil
	}
	return e.ledger.Close()
}

// Plan is the vendors, linked and routed once for all emulators of the process.
var Plan = sync.OnceValues(func() (*server.Plan, error) {
	return server.NewPlan(schemas.FS, konnect.Vendor(), axway.Vendor(), apiconnect.Vendor(), experiencehub.Vendor(), exchange.Vendor(), admin.Vendor())
})

// bases caches the documents of fixtures by seed. It keeps a few: clients may create worlds with any seed.
var bases = struct {
	sync.Mutex
	grown map[baseKey]*grown
}{grown: map[baseKey]*grown{}}

const mostBases = 16

type baseKey struct {
	fixture string
	content uint64 // of a file
	seed    uint64
}

type grown struct {
	once sync.Once
	base *store.Base
	err  error
}

// base is what worlds of a fixture are born from. It is grown until the context of whoever grows it ends; another one who
// waits for it grows it then.
func base(ctx context.Context, p *server.Plan, name string, seedOf uint64) (*store.Base, error) {
	key := baseKey{fixture: name, seed: seedOf}
	open := func() (*fixture.Fixture, error) { return fixture.Open(fixtures.FS, name) }
	check := trusted
	if !slices.Contains(fixture.Names(fixtures.FS), name) {
		data, err := files.Read(name, fixture.MaxFile)
		if errors.Is(err, fs.ErrNotExist) {
			names := fixture.Names(fixtures.FS)
			return nil, fmt.Errorf("no fixture %q: the built-in ones are %s, anything else is a file%s", name, strings.Join(names, ", "), suggest.Hint(name, names...))
		}
		if err != nil {
			return nil, fmt.Errorf("fixture: %w", err)
		}
		h := fnv.New64a()
		_, _ = h.Write(data)
		key.content = h.Sum64()
		open = func() (*fixture.Fixture, error) { return fixture.Read(name, data) }
		check = Judge
	}
	for {
		g := keptBase(key)
		g.once.Do(func() {
			var f *fixture.Fixture
			if f, g.err = open(); g.err != nil {
				return
			}
			g.base, g.err = store.Grow(p.Catalog, name, seedOf, func(tx api.Tx) error { return f.Populate(ctx, tx, seedOf, check) })
		})
		if g.err == nil {
			return g.base, nil
		}
		forgetBase(key, g)
		if ctx.Err() != nil || !errors.Is(g.err, context.Canceled) && !errors.Is(g.err, context.DeadlineExceeded) {
			return nil, g.err
		}
	}
}

func keptBase(key baseKey) *grown {
	bases.Lock()
	defer bases.Unlock()
	g := bases.grown[key]
	if g == nil {
		for other := range bases.grown {
			if len(bases.grown) < mostBases {
				break
			}
			delete(bases.grown, other)
		}
		g = &grown{}
		bases.grown[key] = g
	}
	return g
}

func forgetBase(key baseKey, g *grown) {
	bases.Lock()
	defer bases.Unlock()
	if bases.grown[key] == g {
		delete(bases.grown, key)
	}
}

// trusted lets the documents of the built-in fixtures pass: tests judge them for every seed alike, and a process need not
// compile the schemas of all kinds to start. References, uniqueness and the vendors' own rules are held all the same.
func trusted(*api.Resource, api.Object) ([]api.Violation, error) { return nil, nil }

// Judge checks a document against the schema of its kind.
func Judge(r *api.Resource, document api.Object) ([]api.Violation, error) {
	body, err := api.Parse(document.JSON())
	if err != nil {
		return nil, err
	}
	return r.Vendor.Check(r.Schema, body.JSON)
}

// host is the emulator as the admin API sees it.
type host struct{ e *Emulator }

var _ admin.Host = (*host)(nil)

func (h *host) Version() string        { return Version }
func (h *host) AdminToken() string     { return h.e.config.AdminToken }
func (h *host) AdminHosts() []string   { return h.e.config.AdminHosts }
func (h *host) Plan() *server.Plan     { return h.e.server.Plan }
func (h *host) Store() *store.Store    { return h.e.server.Store }
func (h *host) Judge() fixture.Checker { return Judge }
func (h *host) Fixtures() []string     { return fixture.Names(fixtures.FS) }
func (h *host) Configured() string     { return h.e.config.Fixture }

// NewWorld makes a world; what the spec leaves out is as in the world that it comes from, or as the server was configured.
func (h *host) NewWorld(ctx context.Context, spec admin.WorldSpec) (*store.World, error) {
	birth := store.Birth{Name: spec.Name, TTL: spec.TTL, Seed: *h.e.config.Seed, From: spec.From}
	at := h.e.config.Clock
	if spec.From != nil {
		birth.Seed, at = spec.From.Seed(), time.Time{}
	}
	if spec.Seed != nil {
		birth.Seed = *spec.Seed
	}
	if !spec.Clock.IsZero() {
		at = spec.Clock
	}
	if !at.IsZero() {
		birth.Clock = clock.At(at)
	}
	if spec.From == nil {
		name := spec.Fixture
		if name == "" {
			name = h.e.config.Fixture
		}
		var err error
		if birth.Base, err = base(ctx, h.e.server.Plan, name, birth.Seed); err != nil {
			return nil, err
		}
	}
	return h.e.server.Store.Create(birth)
}

// Base returns the documents that worlds of a fixture start with.
func (h *host) Base(ctx context.Context, fixture string, seed uint64) (*store.Base, error) {
	return base(ctx, h.e.server.Plan, fixture, seed)
}

// World returns a world by its name, or nil.
func (e *Emulator) World(name string) *store.World { return e.server.Store.World(name) }

// Serve answers requests on listeners until ctx ends, and then waits at most five seconds for those in progress.
func (e *Emulator) Serve(ctx context.Context, listeners ...net.Listener) error {
	return server.Serve(ctx, e, e.config.Log, listeners...)
}
