package emulator

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// Version of portico.
const Version = app.Version

// AdminBase is the path on the emulator under which the admin API is.
const AdminBase = app.AdminBase

// Defaults of a Config.
const (
	DefaultSeed       = app.DefaultSeed
	DefaultFixture    = app.DefaultFixture
	DefaultJournal    = app.DefaultJournal
	DefaultStateLimit = app.DefaultStateLimit
)

// Config holds the settings of an emulator. The zero Config has the command line's defaults.
type Config struct {
	Seed       *uint64      // of all generated data; nil: DefaultSeed
	Fixture    string       // built-in name or a file; "": DefaultFixture
	Strict     bool         // accept only known credentials
	Clock      time.Time    // instant at which the clock is stopped; zero: real time
	Journal    *int         // number of calls that each world's journal keeps, 0 for none; nil: DefaultJournal
	AdminToken string       // bearer token that the admin API requires; "": none
	AdminHosts []string     // host names under which the admin API answers, besides addresses, localhost and names of one label
	Log        *slog.Logger // nil: nothing is logged
	Scenarios  []string     // built-in names or files; they are started in the default world
	Prove      bool         // check every response against its schema, as portico's own tests do
	State      string       // file that keeps the default world when the process ends; "": none
	StateLimit int64        // size in bytes at which State is compacted; 0: DefaultStateLimit
}

// Emulator is an http.Handler that emulates all vendors. It is safe for concurrent use, and without a state file it runs no
// goroutine of its own.
type Emulator struct{ app *app.Emulator }

// Credential is one way to call a vendor, as GET /_portico/credentials lists it.
type Credential struct {
	Vendor string
	Name   string
	User   string
	Roles  []string
	Header string // name of the request header
	Value  string // of that header
	State  string // expired, revoked or disabled; "": usable
	Secret string // password of a login; "": none
}

// New returns an emulator with its default world. It returns an error for a fixture or scenario that does not exist or is
// invalid, with file, line and column, and for a state file that it cannot continue. The caller closes the emulator.
func New(config Config) (*Emulator, error) {
	e, err := app.New(app.Config(config))
	if err != nil {
		return nil, err
	}
	return &Emulator{e}, nil
}

// ServeHTTP answers one request, to a vendor or to the admin API.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) { e.app.ServeHTTP(w, r) }

// Close releases the resources of the emulator. With a state file it syncs the file, and later changes to the default world
// are refused. It may be called more than once.
func (e *Emulator) Close() error { return e.app.Close() }

// Credentials lists the credentials of the default world, or those of one vendor if it is not "". The administrator of each
// vendor comes first. It returns an error if there is no such vendor.
func (e *Emulator) Credentials(vendor string) ([]Credential, error) {
	all, err := e.app.Credentials(vendor)
	if err != nil {
		return nil, err
	}
	out := make([]Credential, len(all))
	for i, c := range all {
		out[i] = Credential(c)
	}
	return out, nil
}
