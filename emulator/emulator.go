package emulator

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"log/slog"
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
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/near"
	"github.com/portico-emulator/portico/emulator/internal/persist"
	"github.com/portico-emulator/portico/emulator/internal/seed"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
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

	DefaultStateLimit = persist.Limit
)

// Config says how an emulator is to be. The zero Config is the command line's defaults.
type Config struct {
	Seed       *uint64      // of all generated data; nil: DefaultSeed
	Fixture    string       // built-in name or a file; "": DefaultFixture
	Strict     bool         // accept only known credentials
	Clock      time.Time    // instant at which the clock stands still; zero: real time
	Journal    int          // entries of each world's journal; 0: DefaultJournal, negative: none
	AdminToken string       // bearer token that the admin API needs; "": none
	AdminHosts []string     // names under which the admin API answers beside addresses, localhost and names of one label
	Log        *slog.Logger // nil: nothing is logged
	Scenarios  []string     // built-in names or files; they play in the default world
	Prove      bool         // check every reply against its schema, as portico's own tests do
	State      string       // file that keeps the default world when the process ends; "": none
	StateLimit int64        // bytes that State may grow to before it is written anew; 0: DefaultStateLimit
}

// Emulator answers for every vendor. It is safe for use by several goroutines, and without a state file holds no goroutine
// of its own.
type Emulator struct {
	config Config
	server *server.Server
	file   *persist.File // nil: all is in memory
	lived  bool          // before this process
}

// New makes an emulator with its default world. It refuses a fixture that does not exist or has a fault, and then names
// file, line and column, and a state file that it cannot go on with. Whoever names a state file calls Close at the end.
func New(config Config) (*Emulator, error) {
	p, err := plan()
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
		if config.AdminHosts[i], err = admin.AdminHost(name); err != nil {
			return nil, fmt.Errorf("admin host: %w", err)
		}
	}
	if config.Fixture == "" {
		config.Fixture = DefaultFixture
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	worlds := world.NewSet()
	if config.Journal != 0 {
		worlds.Entries = max(config.Journal, 0)
	}
	e := &Emulator{config: config}
	h := &host{e}
	e.server = &server.Server{Plan: p, Store: worlds, Log: config.Log, Strict: config.Strict, Prove: config.Prove, Host: h}
	if err := e.populate(h); err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// populate makes the default world, and lets the scenarios play that were asked for.
func (e *Emulator) populate(h *host) error {
	spec := admin.WorldSpec{Name: server.DefaultWorld}
	if e.config.State != "" {
		if err := e.open(h); err != nil {
			return err
		}
		spec.Clock = e.file.Clock()
	}
	world, err := h.NewWorld(context.Background(), spec)
	if err == nil && e.file != nil {
		err = e.file.Replay(world)
		e.lived = e.file.Events() > 0
	}
	for _, name := range e.config.Scenarios {
		if err == nil {
			err = e.play(name)
		}
	}
	return err
}

// ServeHTTP answers one request, for a vendor or for the admin API.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.server.ServeHTTP(w, r) }

// Close releases what the emulator holds. With a state file it makes sure that everything is in there, and whatever would
// change the default world afterwards is refused. It may be called more than once.
func (e *Emulator) Close() error {
	if e.file == nil {
		return nil
	}
	return e.file.Close()
}

// plan is the vendors, linked and routed once for all emulators of the process.
var plan = sync.OnceValues(func() (*server.Plan, error) {
	return server.NewPlan(schemas.FS, konnect.Vendor(), axway.Vendor(), apiconnect.Vendor(), experiencehub.Vendor(), exchange.Vendor(), admin.Vendor())
})

// bases are the fixtures that were grown, once for each seed. A few are kept: whoever asks for worlds may name any seed.
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
	base *world.Base
	err  error
}

// base is what worlds of a fixture are born from. It is grown until the context of whoever grows it ends; another one who
// waits for it grows it then.
func base(ctx context.Context, p *server.Plan, name string, seedOf uint64) (*world.Base, error) {
	key := baseKey{fixture: name, seed: seedOf}
	open := func() (*seed.Fixture, error) { return seed.Open(fixtures.FS, name) }
	check := trusted
	if !slices.Contains(seed.Names(fixtures.FS), name) {
		data, err := files.Read(name, seed.MaxFile)
		if errors.Is(err, fs.ErrNotExist) {
			names := seed.Names(fixtures.FS)
			return nil, fmt.Errorf("no fixture %q: the built-in ones are %s, anything else is a file%s", name, strings.Join(names, ", "), near.Hint(name, names...))
		}
		if err != nil {
			return nil, fmt.Errorf("fixture: %w", err)
		}
		h := fnv.New64a()
		_, _ = h.Write(data)
		key.content = h.Sum64()
		open = func() (*seed.Fixture, error) { return seed.Read(name, data) }
		check = judge
	}
	for {
		g := keptBase(key)
		g.once.Do(func() {
			var f *seed.Fixture
			if f, g.err = open(); g.err != nil {
				return
			}
			g.base, g.err = world.Grow(p.Catalog, name, seedOf, func(tx api.Tx) error { return f.Grow(ctx, tx, seedOf, check) })
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

// judge checks a document against the schema of its kind.
func judge(r *api.Resource, document api.Object) ([]api.Violation, error) {
	body, err := api.Parse(document.JSON())
	if err != nil {
		return nil, err
	}
	return r.Vendor.Check(r.Schema, body.JSON)
}

// host is the emulator as the admin plane sees it.
type host struct{ e *Emulator }

var _ admin.Host = (*host)(nil)

func (h *host) Version() string      { return Version }
func (h *host) AdminToken() string   { return h.e.config.AdminToken }
func (h *host) AdminHosts() []string { return h.e.config.AdminHosts }
func (h *host) Plan() *server.Plan   { return h.e.server.Plan }
func (h *host) Store() *world.Set    { return h.e.server.Store }
func (h *host) Judge() seed.Checker  { return judge }
func (h *host) Fixtures() []string   { return seed.Names(fixtures.FS) }
func (h *host) Configured() string   { return h.e.config.Fixture }

// NewWorld makes a world; what the spec leaves out is as in the world that it comes from, or as the server was configured.
func (h *host) NewWorld(ctx context.Context, spec admin.WorldSpec) (*world.World, error) {
	birth := world.Options{Name: spec.Name, TTL: spec.TTL, Seed: *h.e.config.Seed, From: spec.From}
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

// Base is what worlds of a fixture are born from.
func (h *host) Base(ctx context.Context, fixture string, seed uint64) (*world.Base, error) {
	return base(ctx, h.e.server.Plan, fixture, seed)
}

// Serve answers on a listener, and on more of them, until the context ends, then lets requests under way finish for at
// most five seconds.
func (e *Emulator) Serve(ctx context.Context, l server.Listener, more ...server.Listener) error {
	return server.Serve(ctx, e, e.config.Log, append([]server.Listener{l}, more...)...)
}
