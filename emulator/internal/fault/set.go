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
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// MaxRules is how many rules a world has armed at most.
const MaxRules = 1000

// Set is the rules that are armed in a world, in the order of arming. It is safe for use by several goroutines. The zero
// Set is empty.
type Set struct {
	mu    sync.Mutex
	armed atomic.Pointer[[]*Armed] // a call sees one state of it: what a list holds never changes
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
	skipped    int // calls that were not compared with it to the end
}

// Decision is that a rule acts on a call.
type Decision struct {
	Rule  *Rule
	Match int // the ordinal of this match of the rule, from 1
	seed  uint64
}

// Arm adds a rule. It refuses one too many with the code conflict.
func (s *Set) Arm(r *Rule, operations []*api.Operation) (*Armed, error) {
	a := &Armed{Rule: r, operations: map[*api.Operation]bool{}}
	for _, op := range operations {
		if journal.Globs(r.On, op.Full) && !(r.Response.Stale > 0 && op.Writing()) {
			a.operations[op] = true
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.room(1); err != nil {
		return nil, err
	}
	s.made++
	a.ID = "f" + strconv.Itoa(s.made)
	s.lag.Store(max(s.lag.Load(), int64(r.Response.Stale)))
	list := append(s.list(), a) // behind the end of every list that a call may see
	s.armed.Store(&list)
	return a, nil
}

// Room refuses with the code conflict where fewer than n further rules can be armed.
func (s *Set) Room(n int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.room(n)
}

func (s *Set) room(n int) error {
	if armed := len(s.list()); armed+n > MaxRules {
		return api.Fail(api.Conflict, "%d fault rules are armed, and a world has at most %d; disarm some with DELETE /_portico/faults/{id}, "+
			"or all with DELETE /_portico/faults", armed, MaxRules)
	}
	return nil
}

func (s *Set) list() []*Armed {
	if p := s.armed.Load(); p != nil {
		return *p
	}
	return nil
}

// meant tells which rules a word means: the one that has it as its id, else all that have it as their name.
func (s *Set) meant(word string) func(*Armed) bool {
	id := func(a *Armed) bool { return a.ID == word }
	if slices.ContainsFunc(s.list(), id) {
		return id
	}
	return func(a *Armed) bool { return a.Rule.Name == word }
}

// Disarm takes out the rule with an id, or else all rules with a name, and tells whether there was one.
func (s *Set) Disarm(word string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.drop(s.meant(word))
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
	ID      string
	Rule    *Rule
	Hits    int
	Fired   int
	Skipped int
}

func (a *Armed) told() Told { return Told{a.ID, a.Rule, a.hits, a.fired, a.skipped} }

// Rules tells the rules in the order of arming.
func (s *Set) Rules() []Told {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Told, 0, len(s.list()))
	for _, a := range s.list() {
		out = append(out, a.told())
	}
	return out
}

// Rule tells the rule with an id, or else the first with a name.
func (s *Set) Rule(word string) (Told, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.list(), s.meant(word))
	if i < 0 {
		return Told{}, false
	}
	return s.list()[i].told(), true
}

// Decide finds the first rule that acts on a call. Rules before it that match and do not act count the match. Document
// gives the object that the call addresses, as it is now, or nil; it is asked only where a rule wants to know.
func (s *Set) Decide(c *api.Call, document func() *api.Doc) *Decision {
	armed := s.armed.Load()
	if armed == nil || c.Vendor.Quiet { // no rule is about the emulator's own calls
		return nil
	}
	subject := subject{call: c, lookup: document, work: journal.CallWork}
	var matching, skipped []*Armed
	for _, a := range *armed {
		subject.gaveUp = false
		switch {
		case !a.operations[c.Op]:
		case a.Rule.When.holds(&subject):
			matching = append(matching, a)
		case subject.gaveUp:
			skipped = append(skipped, a)
		}
	}
	if matching == nil && skipped == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range skipped {
		a.skipped++
	}
	for _, a := range matching {
		a.hits++
		if a.acts(c.Seed) {
			a.fired++
			return &Decision{a.Rule, a.hits, c.Seed}
		}
	}
	return nil
}

// subject is the call that rules are compared with. What several rules look at is read once, so that all of them see the
// same and a decision takes as long as there are rules.
type subject struct {
	call     *api.Call
	lookup   func() *api.Doc
	work     journal.Work
	gaveUp   bool // the work was spent before a condition was compared
	body     *object.Tree
	document *object.Tree
}

func (s *subject) good(x *condition, value gjson.Result) bool {
	is := x.good.Fits(value, &s.work)
	s.gaveUp = s.gaveUp || s.work.Spent()
	return is
}

func (s *subject) bodyTree() *object.Tree {
	if s.body == nil {
		s.body = object.NewTree(s.call.Body.JSON)
	}
	return s.body
}

func (s *subject) documentTree() *object.Tree {
	if s.document == nil {
		s.document = &object.Tree{}
		if d := s.lookup(); d != nil {
			s.document = object.NewTree(d.JSON)
		}
	}
	return s.document
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

func (w *When) holds(s *subject) bool {
	c := s.call
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
		if !w.Body[i].inBody(s) {
			return false
		}
	}
	for i := range w.Document {
		x := &w.Document[i]
		if !s.good(x, s.documentTree().At(x.steps)) {
			return false
		}
	}
	return true
}

// inBody tells whether the call's body is as wanted. Most conditions are about one member and one text, and need no more than
// a look.
func (x *condition) inBody(s *subject) bool {
	if x.member == "" {
		return s.good(x, s.bodyTree().At(x.steps))
	}
	raw := s.call.Body.Object.Raw(x.member)
	if bytes.Equal(raw, x.want) {
		return true
	}
	const longest = 6 // bytes that an escape takes for one of a text
	if len(raw) == 0 || raw[0] != '"' || len(raw) > longest*len(x.want) || !bytes.ContainsRune(raw, '\\') {
		return false
	}
	return s.good(x, gjson.ParseBytes(raw))
}

func (g *Response) readPatch(n *yaml.Node) error {
	if n.Kind != yaml.Sequence || len(n.Items) == 0 {
		return yaml.Fault(n, "patch: want a list of JSON Patch operations, such as [{op: remove, path: /data/0/id}]")
	}
	if len(n.Items) > maxPatches {
		return yaml.Fault(n, "patch: %d operations are too many; want at most %d", len(n.Items), maxPatches)
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
