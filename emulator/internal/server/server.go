package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// Server answers for the vendors of a plan out of the worlds of a store.
type Server struct {
	Plan   *Plan
	Store  *world.Set
	Log    *slog.Logger
	Strict bool // only known credentials
	Host   any  // what the admin plane acts on
	Prove  bool // check every reply against its schema; a reply that does not fit becomes a 500

	large sync.Mutex // held while a call is answered whose body may be by far larger than usual
}

// exchange is one request being answered. It is what gin sees as the writer, so that handlers find it again.
type exchange struct {
	http.ResponseWriter
	server *Server
	world  string // from the URL
	prefix string
	head   bool
	wrote  bool
	broken bool // the client does not see the answer, or not whole
	unread bool // some of the request's body was left where it is
	call   api.Call
	tx     world.Tx
	args   [4]string
	owners [4]*api.Doc
	values *[3]string // of the headers that every answer has; apart, since they outlive the exchange
}

// exchanges are ended ones, to be used again: nothing keeps a call.
var exchanges = sync.Pool{New: func() any { return new(exchange) }}

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
	x, _ := exchanges.Get().(*exchange)
	x.ResponseWriter, x.server, x.values = w, s, new([3]string)
	x.serve(r)
	*x = exchange{} // not after a panic, which ends the connection
	exchanges.Put(x)
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
		x.world, x.prefix = name, worldPrefix+name
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
	w, refusal := x.find(r)
	if refusal != nil {
		x.refuse(r, *refusal)
		return
	}
	c := x.begin(r, w, op.Vendor)
	c.Op, c.Args = op, args
	if q := r.URL.RawQuery; q != "" {
		c.Query, _ = url.ParseQuery(q) // pairs that cannot be read are left out
	}
	if x.unread {
		x.admit(c, w)
	}
	switch {
	case c.Denied != nil:
		x.glance(c)
	case op.Limit > large:
		s.large.Lock()
		defer s.large.Unlock()
		x.receive(c)
	default:
		x.receive(c)
	}
	if decision := w.Faults.Decide(c, func() *api.Doc { return addressed(c, w) }); decision != nil {
		x.inject(c, w, decision)
		return
	}
	x.finish(c, x.answer(c, w))
}

// passes runs the vendor's gate, and answers a call that it refuses.
func (x *exchange) passes(r *http.Request, vendor *api.Vendor, op *api.Operation) bool {
	for _, check := range vendor.Dialect.Gate {
		c := &api.Call{Vendor: vendor, Op: op, Request: r, Host: x.server.Host}
		if err := check(c); err != nil {
			x.refuse(r, vendor.Dialect.Fail(c, api.AsError(err)))
			return false
		}
	}
	return true
}

// admit runs the checks up to the one that needs the body, before any of it is read. What they change is undone.
func (x *exchange) admit(c *api.Call, w *world.World) {
	c.Unread = true
	defer func() {
		c.Unread = false
		if p := recover(); p != nil {
			c.Denied = panicked(p)
		}
		if c.Denied == nil {
			c.Forget()
		}
	}()
	if !c.Op.Bare {
		writes := c.Vendor.Dialect.Writes
		w.Open(&x.tx, writes != nil && writes(c))
		defer x.tx.Rollback()
		c.Tx = &x.tx
	}
	for _, check := range c.Vendor.Dialect.Checks {
		if err := check(c); errors.Is(err, api.ErrUnread) {
			return
		} else if err != nil {
			c.Denied = err
			return
		}
	}
}

// begin makes the call. Calls of the emulator's own API bear no number: they shift no chance and no id of the world.
func (x *exchange) begin(r *http.Request, w *world.World, vendor *api.Vendor) *api.Call {
	if w.Scenarios.Playing() {
		w.Scenarios.Cue()
	}
	c := &x.call // which is empty
	c.Vendor, c.Request, c.World, c.ID = vendor, r, w, vendor.Name
	c.Began = time.Now()
	c.Now = w.Clock.When(c.Began)
	c.Prefix, c.Host, c.Strict = x.prefix, x.server.Host, x.server.Strict
	c.Owners = x.owners[:0]
	c.Ask.Limit = -1
	c.Sends, x.unread = r.ContentLength > 0, sends(r)
	if vendor.Quiet {
		w.Touch()
		return c
	}
	c.Number = w.Request()
	c.ID = strconv.FormatUint(c.Number, 10)
	return c
}

// answer examines a call in the dialect's order, does it in one transaction, and words what came of it.
func (x *exchange) answer(c *api.Call, w *world.World) (a api.Answer) {
	if c.Op.Bare {
		return x.server.attempt(c, nil)
	}
	x.open(c, w)
	c.Tx = &x.tx
	return x.server.attempt(c, &x.tx)
}

// open begins the call's transaction. One that only reads may see the world as it was a while ago.
func (x *exchange) open(c *api.Call, w *world.World) {
	if writes := writing(c); writes || c.Lag == 0 {
		w.Open(&x.tx, writes)
		return
	}
	w.OpenAt(&x.tx, c.Now.Add(-c.Lag))
}

// writing tells whether the call may change state.
func writing(c *api.Call) bool {
	writes := c.Vendor.Dialect.Writes
	return c.Op.Writing() || writes != nil && writes(c)
}

// attempt ends the transaction in any case: what was refused, could not be worded or panicked is undone.
func (s *Server) attempt(c *api.Call, tx *world.Tx) (a api.Answer) {
	defer func() {
		if p := recover(); p != nil {
			if tx != nil {
				tx.Rollback()
			}
			a = s.fail(c, panicked(p))
		}
	}()
	result, err := examine(c)
	if err == nil {
		a, err = s.render(c, result)
	}
	if err != nil {
		a = s.fail(c, api.AsError(err))
	}
	switch {
	case tx == nil:
	case err == nil && !c.Undo:
		if lost := tx.Commit(c.ID); lost != nil {
			a = s.fail(c, api.AsError(lost))
			tx.Rollback()
		}
	default:
		tx.Rollback()
	}
	tx = nil
	return a
}

func examine(c *api.Call) (any, error) {
	if c.Denied != nil {
		return nil, c.Denied
	}
	for _, check := range c.Vendor.Dialect.Checks {
		if err := check(c); err != nil {
			return nil, err
		}
	}
	return c.Op.Do(c)
}

// render gives a result its vendor's form.
func (s *Server) render(c *api.Call, result any) (api.Answer, error) {
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
		a.Body = rest.Show(c, v, make([]byte, 0, v.Res.Room(v)))
	case api.Page:
		if d.Wrap != nil {
			a.Body, err = d.Wrap(c, v)
		} else {
			a.Body = v.Around([]byte{'['}, "]")
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
	if s.Prove {
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

// fail words a refusal.
func (s *Server) fail(c *api.Call, e *api.Error) api.Answer {
	c.Refusal = e
	if e.Code == api.Internal {
		s.Log.Error("internal error", "request", c.ID, "method", c.Request.Method, "path", c.Request.URL.Path, "error", e)
	}
	a := c.Vendor.Dialect.Fail(c, e)
	if s.Prove && c.Op != nil && e.Code != api.Internal {
		if err := prove(c, a); err != nil {
			return s.fail(c, &api.Error{Code: api.Internal, Cause: err})
		}
	}
	return a
}

// worldName is what a world may be called.
var worldName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// WorldName tells whether a world may be called so.
func WorldName(name string) bool { return worldName.MatchString(name) }

// DefaultWorld always exists.
const DefaultWorld = "default"

// find is the world that the request chooses, or a refusal in the admin API's words.
func (x *exchange) find(r *http.Request) (*world.World, *api.Answer) {
	name := x.world
	if header := r.Header["Portico-World"]; len(header) > 0 {
		if name != "" && name != header[0] {
			return nil, problem(http.StatusBadRequest, "two-worlds", fmt.Sprintf("the URL names the world %q, the header Portico-World %q; use one of them", name, header[0]))
		}
		name = header[0]
	} else if x.prefix == "" {
		name = DefaultWorld
	}
	if w := x.server.Store.World(name); w != nil {
		return w, nil
	}
	message := fmt.Sprintf("there is no world %q; create it with POST /_portico/worlds {\"name\": ...}", name)
	if !WorldName(name) {
		message = fmt.Sprintf("%q is no name of a world: a letter or digit, then at most 63 letters, digits, dots, dashes, underscores", name)
	}
	return nil, problem(http.StatusNotFound, "unknown-world", message)
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
	s := x.server
	vendor := s.Plan.vendorOf(r.URL.Path)
	if vendor == nil {
		vendor = nowhere
	}
	if !x.passes(r, vendor, nil) {
		return
	}
	w, refusal := x.find(r)
	if refusal != nil {
		x.refuse(r, *refusal)
		return
	}
	c := x.begin(r, w, vendor)
	x.glance(c)
	a := s.fail(c, api.Fail(code, "%s %s", r.Method, clip(r.URL.Path, 200)))
	if a.Header == nil {
		a.Header = http.Header{}
	}
	if a.Status != http.StatusMethodNotAllowed {
		x.Header().Del("Allow") // gin's; a vendor that answers 404 sends none
	}
	a.Header["Portico-Error"] = []string{string(code)}
	x.finish(c, a)
}

func clip(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}
