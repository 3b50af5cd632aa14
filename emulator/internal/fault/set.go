package fault

import (
	"bytes"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

type value = gjson.Result

// Set is the rules that are armed in a world, in the order of arming. It is safe for use by several goroutines. The zero
// Set is empty.
type Set struct {
	mu    sync.Mutex
	armed atomic.Pointer[[]*Armed] // replaced whole, so that a call sees one state of it
	made  int
	lag   atomic.Int64 // the longest that an armed rule lets reads lag
}

// Armed is a rule with what became of it.
type Armed struct {
	ID   string
	Rule *Rule

	operations map[*api.Operation]bool
	hits       int // calls that matched
	fired      int // calls on which it acted
}

// Decision is that a rule acts on a call.
type Decision struct {
	Rule  *Rule
	Match int // the ordinal of this match of the rule, from 1
	seed  uint64
}

// Arm adds a rule.
func (s *Set) Arm(r *Rule, operations []*api.Operation) *Armed {
	a := &Armed{Rule: r, operations: map[*api.Operation]bool{}}
	for _, op := range operations {
		if journal.Globs(r.On, op.Full) && !(r.Response.Stale > 0 && op.Writing()) {
			a.operations[op] = true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	a.ID = "f" + strconv.Itoa(s.made)
	s.store(append(slices.Clone(s.list()), a))
	return a
}

func (s *Set) list() []*Armed {
	if p := s.armed.Load(); p != nil {
		return *p
	}
	return nil
}

// Disarm takes a rule out, by id or by name, and tells whether it was there.
func (s *Set) Disarm(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drop(func(a *Armed) bool { return a.ID == name || a.Rule.Name == name })
}

// Drop takes a rule out that Arm gave.
func (s *Set) Drop(one *Armed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(func(a *Armed) bool { return a == one })
}

func (s *Set) drop(which func(*Armed) bool) bool {
	before := s.list()
	list := slices.DeleteFunc(slices.Clone(before), which)
	s.store(list)
	return len(list) < len(before)
}

// store sets what is armed from now on.
func (s *Set) store(list []*Armed) {
	lag := int64(0)
	for _, a := range list {
		lag = max(lag, int64(a.Rule.Response.Stale))
	}
	s.lag.Store(lag)
	if len(list) == 0 {
		s.armed.Store(nil)
		return
	}
	s.armed.Store(&list)
}

// Lag is the longest that an armed rule lets reads lag behind writes, by the world's clock.
func (s *Set) Lag() time.Duration { return time.Duration(s.lag.Load()) }

// Has tells whether a rule that Arm gave is still armed.
func (s *Set) Has(one *Armed) bool {
	list := s.armed.Load()
	return list != nil && slices.Contains(*list, one)
}

// Counts tells how many calls a rule matched and on how many it acted, also once it is armed no longer.
func (s *Set) Counts(a *Armed) (hits, fired int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return a.hits, a.fired
}

// Clear takes all rules out.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.store(nil)
	s.made = 0
}

// Told is a rule as the admin API shows it.
type Told struct {
	ID    string
	Rule  []byte // as it was written, as JSON
	Hits  int
	Fired int
}

// Rules tells the rules in the order of arming.
func (s *Set) Rules() []Told {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Told
	for _, a := range s.list() {
		out = append(out, Told{a.ID, a.Rule.node.JSON(nil), a.hits, a.fired})
	}
	return out
}

// Decide finds the first rule that acts on a call. Rules before it that match and do not act count the match. Document
// gives the object that the call addresses, as it is now, or nil; it is asked only where a rule wants to know.
func (s *Set) Decide(c *api.Call, document func() *api.Doc) *Decision {
	armed := s.armed.Load()
	if armed == nil {
		return nil
	}
	// The object is looked up once, so that all rules see the same.
	var object *api.Doc
	looked := false
	once := func() *api.Doc {
		if !looked {
			object, looked = document(), true
		}
		return object
	}
	var matching []*Armed
	for _, a := range *armed {
		if a.operations[c.Op] && a.Rule.When.holds(c, once) {
			matching = append(matching, a)
		}
	}
	if matching == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range matching {
		a.hits++
		if a.acts(c.Seed) {
			a.fired++
			return &Decision{a.Rule, a.hits, c.Seed}
		}
	}
	return nil
}

// acts decides about the match that was counted last.
func (a *Armed) acts(seed uint64) bool {
	r, n := a.Rule, a.hits
	if r.Plan != nil {
		return r.Plan[min(n, len(r.Plan))-1]
	}
	n -= r.After
	switch {
	case n <= 0, r.Times > 0 && a.fired >= r.Times, r.Every > 0 && n%r.Every != 0:
		return false
	}
	return r.Sure || chance(seed, r.Name, a.hits).Float64() < r.Odds
}

func (w *When) holds(c *api.Call, document func() *api.Doc) bool {
	for _, p := range w.Header {
		got := ""
		if values := c.Request.Header[p.name]; len(values) > 0 {
			got = values[0]
		}
		if got != p.value {
			return false
		}
	}
	for _, p := range w.Query {
		if c.Param(p.name) != p.value {
			return false
		}
	}
	for _, p := range w.Path {
		if c.Arg(p.name) != p.value {
			return false
		}
	}
	for i := range w.Body {
		if !w.Body[i].holds(&c.Body) {
			return false
		}
	}
	if len(w.Document) == 0 {
		return true
	}
	d := document()
	if d == nil {
		return false
	}
	for _, x := range w.Document {
		if !x.good(x.get(d.JSON)) {
			return false
		}
	}
	return true
}

// holds tells whether a body is as wanted. Most conditions are about one member and one text, and need no more than a look.
func (x *condition) holds(b *api.Body) bool {
	if x.member == "" {
		return x.good(x.get(b.JSON))
	}
	raw := b.Object.Raw(x.member)
	if len(raw) == 0 || raw[0] != '"' || !bytes.ContainsRune(raw, '\\') {
		return bytes.Equal(raw, x.want)
	}
	return x.good(gjson.ParseBytes(raw))
}

func (g *Response) readPatch(n *yaml.Node) error {
	if n.Kind != yaml.Sequence || len(n.Items) == 0 {
		return yaml.Fault(n, "patch: want a list of JSON Patch operations, such as [{op: remove, path: /data/0/id}]")
	}
	for _, item := range n.Items {
		kind, path := item.Get("op"), item.Get("path")
		if kind == nil || path == nil || path.Kind != yaml.String {
			return yaml.Fault(item, "patch: want op and path, such as {op: remove, path: /data/0/id}")
		}
		var word string
		if err := kind.Choice("op", &word, []string{"add", "remove", "replace", "move", "copy", "test"}); err != nil {
			return err
		}
	}
	g.Patch = n.JSON(nil)
	if _, err := jsonpatch.DecodePatch(g.Patch); err != nil {
		return yaml.Fault(n, "patch: %s", err)
	}
	return nil
}
