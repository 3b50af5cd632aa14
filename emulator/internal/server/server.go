package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/store"
)

// Server answers for the vendors of a plan from the worlds of a store.
type Server struct {
	Plan   *Plan
	Store  *store.Store
	Log    *slog.Logger
	Strict bool // only known credentials
	Host   any  // what the admin plane acts on
	Prove  bool // check every reply against its schema; a reply that does not fit becomes a 500

	large sync.Mutex // held while a call is answered whose body may be larger than the constant large
}

// exchange is one request being answered. It is what gin sees as the writer, so that handlers find it again.
type exchange struct {
	http.ResponseWriter
	server *Server
	named  string // world in the URL, or ""
	head   bool
	wrote  bool
	broken bool // the client does not see the answer, or not all of it
	unread bool // some of the request's body has not been read

	call    api.Call
	tx      store.Tx
	world   *store.World  // nil before it has been found
	id      string        // in the journal: the answer's Portico-Request
	began   time.Time     // real time
	denied  error         // why the checks refuse the call whatever its body holds; nil: they do not
	refusal *api.Error    // what was answered; nil: a success
	faults  []string      // names of the rules that acted on the call
	undo    bool          // its changes are undone although it succeeds
	lag     time.Duration // a read sees documents as they were so long ago
}

// WriteHeader passes the first status on; gin, whose writer is not used, would set it again. An answer to a request whose
// body was left unread does not wait for the rest of it.
func (x *exchange) WriteHeader(status int) {
	if x.wrote {
		return
	}
	x.wrote = true
	if x.unread {
		_ = http.NewResponseController(x.ResponseWriter).EnableFullDuplex()
	}
	x.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

const worldPrefix = "/_world/"

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	(&exchange{ResponseWriter: w, server: s}).serve(r)
}

func (x *exchange) serve(r *http.Request) {
	defer x.guard()
	s := x.server
	if len(r.RequestURI) > MaxURL {
		x.unknown(r, api.TooLong)
		return
	}
	if r.Method == http.MethodHead {
		x.head = true
		r = r.WithContext(r.Context())
		r.Method = http.MethodGet
	}
	if after, ok := strings.CutPrefix(r.URL.EscapedPath(), worldPrefix); ok {
		name, rest, _ := strings.Cut(after, "/")
		x.named, x.call.Prefix = name, worldPrefix+name
		r = rerouted(r, "/"+rest)
	}
	if p := r.URL.Path; len(p) > 1 && p[len(p)-1] == '/' {
		if v := s.Plan.vendorOf(p); v != nil && v.Slash {
			r = rerouted(r, strings.TrimSuffix(r.URL.EscapedPath(), "/"))
		}
	}
	s.Plan.engine.ServeHTTP(x, r)
}

// rerouted is the request with another path.
func rerouted(r *http.Request, escaped string) *http.Request {
	out := r.WithContext(r.Context())
	u := *r.URL
	plain, err := url.PathUnescape(escaped)
	if err != nil {
		plain = escaped
	}
	u.Path, u.RawPath = plain, ""
	if u.EscapedPath() != escaped {
		u.RawPath = escaped
	}
	out.URL = &u
	return out
}

// handle carries a request from its row to state and back.
func (x *exchange) handle(r *http.Request, op *api.Operation, args []string) {
	s := x.server
	if op == nil {
		x.unknown(r, api.NoRoute)
		return
	}
	if !x.passes(r, op.Vendor, op) {
		return
	}
	if refusal := x.find(r); refusal != nil {
		x.refuse(r, *refusal)
		return
	}
	c := x.begin()
	c.Args = args
	if q := r.URL.RawQuery; q != "" {
		c.Query, _ = url.ParseQuery(q) // pairs that cannot be read are left out
	}
	if x.unread {
		x.admit()
	}
	switch {
	case x.denied != nil:
		x.glance(c)
	case op.Limit > large:
		s.large.Lock()
		defer s.large.Unlock()
		x.receive(c)
	default:
		x.receive(c)
	}
	if decision := x.world.Faults.Decide(c, x.addressed); decision != nil {
		x.inject(decision)
		return
	}
	x.finish(x.answer())
}

// passes runs the vendor's gate, and answers a call that it refuses.
func (x *exchange) passes(r *http.Request, vendor *api.Vendor, op *api.Operation) bool {
	c := &x.call
	c.Vendor, c.Op, c.Request, c.Host = vendor, op, r, x.server.Host
	for _, check := range vendor.Dialect.Gate {
		if err := check(c); err != nil {
			x.refuse(r, vendor.Dialect.Fail(c, api.AsError(err)))
			return false
		}
	}
	return true
}

// admit runs the checks up to the one that needs the body, before any of it is read. What they change is undone.
func (x *exchange) admit() {
	c := &x.call
	c.Unread = true
	defer func() {
		c.Unread = false
		if p := recover(); p != nil {
			x.denied = panicked(p)
		}
		if x.denied == nil {
			c.Forget()
		}
	}()
	if !c.Op.Bare {
		writes := c.Vendor.Dialect.Writes
		x.world.Open(&x.tx, writes != nil && writes(c))
		defer x.tx.Rollback()
		c.Tx = &x.tx
	}
	for _, check := range c.Vendor.Dialect.Checks {
		if err := check(c); errors.Is(err, api.ErrUnread) {
			return
		} else if err != nil {
			x.denied = err
			return
		}
	}
}

// begin completes the call, once its world has been found. Calls of the emulator's own API have no number: they change no ids and
// random numbers of the world.
func (x *exchange) begin() *api.Call {
	world, c := x.world, &x.call
	if world.Scenarios.Playing() {
		world.Scenarios.Cue()
	}
	x.began = time.Now()
	c.World, c.Seed, c.Now, c.Strict = world, world.Seed(), world.Clock.When(x.began), x.server.Strict
	c.Origin = origin(c.Request) + c.Prefix
	c.Ask.Limit = -1
	c.Sends, x.unread = c.Request.ContentLength > 0, sends(c.Request)
	if c.Vendor.Quiet {
		world.Touch()
		x.id = c.Vendor.Name
		return c
	}
	c.Number = world.Request()
	x.id = strconv.FormatUint(c.Number, 10)
	return c
}

// origin returns the scheme and host of a request. The server lets names of hosts through that no URL can have: then it is localhost.
func origin(r *http.Request) string {
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	if u, err := url.Parse(scheme + r.Host); err == nil && u.Host == r.Host && r.Host != "" {
		return scheme + r.Host
	}
	return scheme + "localhost"
}

// answer examines a call in the dialect's order, does it in one transaction, and words the outcome.
func (x *exchange) answer() api.Answer {
	if x.call.Op.Bare {
		return x.attempt(nil)
	}
	// A transaction that only reads may see the world as it was a while ago.
	if writes := writing(&x.call); writes || x.lag == 0 {
		x.world.Open(&x.tx, writes)
	} else {
		x.world.OpenAt(&x.tx, x.call.Now.Add(-x.lag))
	}
	x.call.Tx = &x.tx
	return x.attempt(&x.tx)
}

// writing reports whether the call may change state.
func writing(c *api.Call) bool {
	writes := c.Vendor.Dialect.Writes
	return c.Op.Writing() || writes != nil && writes(c)
}

// attempt runs the checks and the operation, and ends the transaction: after an error or a panic, it rolls it back.
func (x *exchange) attempt(tx *store.Tx) (a api.Answer) {
	defer func() {
		if p := recover(); p != nil {
			if tx != nil {
				tx.Rollback()
			}
			a = x.fail(panicked(p))
		}
	}()
	result, err := x.examine()
	if err == nil {
		a, err = x.render(result)
	}
	if err != nil {
		a = x.fail(api.AsError(err))
	}
	switch {
	case tx == nil:
	case err == nil && !x.undo:
		if lost := tx.Commit(x.id); lost != nil {
			a = x.fail(api.AsError(lost))
			tx.Rollback()
		}
	default:
		tx.Rollback()
	}
	tx = nil
	return a
}

func (x *exchange) examine() (any, error) {
	if x.denied != nil {
		return nil, x.denied
	}
	c := &x.call
	for _, check := range c.Vendor.Dialect.Checks {
		if err := check(c); err != nil {
			return nil, err
		}
	}
	return c.Op.Do(c)
}

// render gives a result its vendor's form.
func (x *exchange) render(result any) (api.Answer, error) {
	c := &x.call
	d := &c.Vendor.Dialect
	a := api.Answer{Status: c.Op.Status, Media: c.Op.Media}
	var err error
	switch v := result.(type) {
	case nil:
	case api.Answer:
		a = v
		if a.Status == 0 {
			a.Status = c.Op.Status
		}
	case *api.Doc:
		a.Body = rest.Render(c, v, nil)
	case api.Page:
		if d.Wrap != nil {
			a.Body, err = d.Wrap(c, v)
		} else {
			a.Body = slices.Concat([]byte{'['}, v.Items, []byte{']'})
		}
	case json.RawMessage:
		a.Body = v
	case api.Object:
		a.Body = v.JSON()
	default:
		a.Body, err = api.Encode(v)
	}
	if err != nil {
		return a, err
	}
	if a.Body != nil && a.Media == "" {
		if a.Media = d.Media; a.Media == "" {
			a.Media = "application/json"
		}
	}
	if x.server.Prove {
		if err := prove(c, a); err != nil {
			return a, err
		}
	}
	if d.Write != nil {
		a = d.Write(c, a)
	}
	return a, nil
}

// prove checks a JSON reply against the row's schema.
func prove(c *api.Call, a api.Answer) error {
	name := c.Op.Reply
	if a.Status >= 400 {
		name = c.Vendor.Problem
	}
	if name == "" || a.Status >= 300 && a.Status < 400 || a.Body == nil || !strings.Contains(a.Media, "json") {
		return nil
	}
	if !json.Valid(a.Body) {
		return fmt.Errorf("reply of %s is no JSON: %s", c.Op.Full, a.Body)
	}
	bad, err := c.Vendor.Check(name, a.Body)
	if err != nil || len(bad) == 0 {
		return err
	}
	return fmt.Errorf("reply of %s does not fit %s: %+v: %s", c.Op.Full, name, bad, a.Body)
}

// fail words an error.
func (x *exchange) fail(e *api.Error) api.Answer {
	c := &x.call
	x.refusal = e
	if e.Code == api.Internal {
		x.server.Log.Error("internal error", "request", x.id, "method", c.Request.Method, "path", c.Request.URL.Path, "error", e)
	}
	a := c.Vendor.Dialect.Fail(c, e)
	if x.server.Prove && c.Op != nil && e.Code != api.Internal {
		if err := prove(c, a); err != nil {
			return x.fail(&api.Error{Code: api.Internal, Cause: err})
		}
	}
	return a
}

// worldName is what a world may be called.
var worldName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// WorldName reports whether a world may have that name.
func WorldName(name string) bool { return worldName.MatchString(name) }

// DefaultWorld always exists.
const DefaultWorld = "default"

// find finds the world that the request chooses, or returns a refusal in the admin API's words.
func (x *exchange) find(r *http.Request) *api.Answer {
	name := x.named
	if header := r.Header["Portico-World"]; len(header) > 0 {
		if name != "" && name != header[0] {
			return problem(http.StatusBadRequest, "two-worlds", fmt.Sprintf("the URL names the world %q, the header Portico-World %q; use one of them", name, header[0]))
		}
		name = header[0]
	} else if x.call.Prefix == "" {
		name = DefaultWorld
	}
	if x.world = x.server.Store.World(name); x.world != nil {
		return nil
	}
	message := fmt.Sprintf("there is no world %q; create it with POST /_portico/worlds {\"name\": ...}", name)
	if !WorldName(name) {
		message = fmt.Sprintf("%q is no name of a world: a letter or digit, then at most 63 letters, digits, dots, dashes, underscores", name)
	}
	return problem(http.StatusNotFound, "unknown-world", message)
}

// problem is a refusal of the emulator itself, which no vendor would word so.
func problem(status int, code, message string) *api.Answer {
	body, _ := api.Encode(map[string]any{"error": map[string]string{"code": code, "message": message}})
	return &api.Answer{Status: status, Media: "application/json", Body: body, Header: http.Header{"Portico-Error": {code}}}
}

// nowhere is the vendor of paths that lie under no vendor's base.
var nowhere = &api.Vendor{Dialect: api.Dialect{Fail: func(c *api.Call, e *api.Error) api.Answer {
	return *problem(http.StatusNotFound, string(e.Code),
		fmt.Sprintf("nothing is served at %s; GET /_portico/operations lists what is", clip(c.Request.URL.Path, 200)))
}}}

// unknown answers what no row is for, in the words of the vendor under whose base the path lies.
func (x *exchange) unknown(r *http.Request, code api.Code) {
	vendor := x.server.Plan.vendorOf(r.URL.Path)
	if vendor == nil {
		vendor = nowhere
	}
	if !x.passes(r, vendor, nil) {
		return
	}
	if refusal := x.find(r); refusal != nil {
		x.refuse(r, *refusal)
		return
	}
	x.glance(x.begin())
	a := x.fail(api.Fail(code, "%s %s", r.Method, clip(r.URL.Path, 200)))
	if a.Header == nil {
		a.Header = http.Header{}
	}
	if a.Status != http.StatusMethodNotAllowed {
		x.Header().Del("Allow") // gin's; a vendor that answers 404 sends none
	}
	a.Header["Portico-Error"] = []string{string(code)}
	x.finish(a)
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
