package seed

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/brianvoe/gofakeit/v7"
	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// Checker judges a document by the schema of its kind.
type Checker func(r *api.Resource, document api.Object) ([]api.Violation, error)

// maxBytes is how many bytes the documents that one fixture describes may be together, as written or made: counts multiply
// what is written, too. Tests lower it.
var maxBytes = MaxFile

// Grow brings the documents of a fixture into being, until the context ends.
func (f *Fixture) Grow(ctx context.Context, tx api.Tx, seed uint64, check Checker) error {
	g := &grower{ctx: ctx, tx: &numbered{Tx: tx}, seed: seed, check: check, room: maxBytes}
	for _, file := range f.files {
		g.now = file.now
		if err := g.records(file); err != nil {
			return err
		}
		if file.stored != nil {
			if err := g.load(file); err != nil {
				return err
			}
		}
	}
	return nil
}

// redraws is how often a value is drawn again that another document has.
const redraws = 16

// errTaken marks a collision; it adds no words to what collided.
var errTaken = errors.New("")

type grower struct {
	ctx   context.Context //nolint:containedctx // it lives as long as a call of Grow
	tx    *numbered
	seed  uint64
	now   time.Time
	check Checker
	room  int // bytes that there may still be

	around *api.Doc  // that the record being grown is nested in, or nil
	alive  api.World // that the documents join; nil: a fixture is grown
}

// place is the path to something in a fixture. All that is made there follows from its hash.
type place string

func (p place) hash() uint64 { return api.Hash(string(p)) }

// at returns a place below another one.
func (p place) at(step string) place { return p + place(step) }

// of is the place of a record in what its outermost record stands in.
func (p place) of(r *record) place {
	if r.above != nil {
		p = p.of(r.above)
	}
	return p.at(r.name)
}

// Name and Seed make the grower a world for the calls in which documents are born.
func (g *grower) Name() string { return "" }

// Seed of all that is generated.
func (g *grower) Seed() uint64 { return g.seed }

// records brings the documents of a file's records into being.
func (g *grower) records(f *file) error {
	for _, r := range f.records {
		if err := g.record(r, nil, place("")); err != nil {
			return err
		}
	}
	return nil
}

// record brings the documents of a record into being, and those nested in them. The place is that of the records around it.
func (g *grower) record(r *record, owner *api.Doc, around place) error {
	res := g.tx.Resource(r.kind)
	if res == nil {
		return r.file.fault(r.node, "no kind %q", r.kind)
	}
	for n := range r.count {
		if err := g.ctx.Err(); err != nil {
			return err
		}
		p := around.at(r.name)
		if r.count > 1 {
			p = p.at("*").at(strconv.Itoa(n))
		}
		doc, err := g.one(r, res, owner, p)
		// What is drawn for one of many may collide with what was drawn before: draw again, from another place.
		for again := 1; again <= redraws && r.count > 1 && errors.Is(err, errTaken); again++ {
			doc, err = g.one(r, res, owner, p.at("~").at(strconv.Itoa(again)))
		}
		if err != nil {
			return err
		}
		if len(r.has) == 0 {
			continue
		}
		inside := place(doc.ID).of(r)
		for _, child := range r.has {
			if err := g.record(child, doc, inside); err != nil {
				return err
			}
		}
	}
	return nil
}

// one brings one document into being. A panic on the way is an error of its record: nothing that a fixture says may end the
// process.
func (g *grower) one(r *record, res *api.Resource, owner *api.Doc, p place) (doc *api.Doc, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			doc, err = nil, r.file.fault(r.node, "%s: panic: %v", r.kind, fault)
		}
	}()
	g.around = owner
	in, err := g.owners(r, res, owner, p)
	if err != nil {
		return nil, err
	}
	given, err := g.given(r, res, in, p)
	if err != nil {
		return nil, err
	}
	bad, err := g.check(res, given)
	if err != nil {
		return nil, err
	}
	if len(bad) > 0 {
		return nil, r.complain(bad[0])
	}
	c := g.call(res)
	c.Now = g.moment(r, res, in, p)
	c.Stand(p.hash())
	d, err := rest.Birth(c, r.kind, in, given)
	if err != nil {
		e := api.AsError(err)
		if len(e.Violations) > 0 {
			return nil, r.complain(e.Violations[0])
		}
		fault := r.file.fault(r.node, "%s: %s", r.kind, e)
		if e.Code == api.Conflict {
			return nil, fmt.Errorf("%w%w", errTaken, fault)
		}
		return nil, fault
	}
	return d, nil
}

// given is the members of a document as its record says them.
func (g *grower) given(r *record, res *api.Resource, in []string, p place) (api.Object, error) {
	if r.doc == nil {
		return nil, nil
	}
	given := make(api.Object, 0, len(r.doc.Members))
	for _, m := range r.doc.Members {
		n := m.Value
		if n.Kind == yaml.String && strings.Contains(n.Text, "{slug:") {
			var err error
			if n, err = r.slugged(n, given); err != nil {
				return nil, err
			}
		}
		raw, err := g.value(r, n, in, p.at(".").at(m.Name))
		if err != nil {
			return nil, err
		}
		given = append(given, api.Member{Name: m.Name, Value: typed(raw, res.Shape.Types[m.Name])})
	}
	return given, nil
}

func (r *record) complain(v api.Violation) *Error {
	at := r.node
	if r.doc != nil {
		at = r.doc
		if len(v.Path) > 0 {
			at = r.doc.Find(v.Path)
		}
	}
	return r.file.fault(at, "%s: %s", r.kind, v.Plain())
}

// owners is where the document lives: in the record it is nested in, or where it says itself.
func (g *grower) owners(r *record, res *api.Resource, owner *api.Doc, p place) ([]string, error) {
	parent := res.Parent()
	if len(r.in) > 0 {
		last := r.in[len(r.in)-1]
		raw, err := g.value(r, last, nil, p.at(".in"))
		if err != nil {
			return nil, err
		}
		id := gjson.ParseBytes(raw).String()
		if parent == "" {
			return nil, r.file.fault(last, "%s lives in nothing", r.kind)
		}
		if d := g.tx.Get(parent, id); d != nil {
			return rest.Inside(d), nil
		}
		return nil, r.file.fault(last, "no %s %q", parent, id)
	}
	switch {
	case parent == "":
		return nil, nil
	case owner == nil:
		return nil, r.file.fault(r.node, "%s lives in a %s: nest it under has, or say in", r.kind, parent)
	case owner.Res.Kind == parent:
		return rest.Inside(owner), nil
	}
	for i, kind := len(owner.In)-1, owner.Res; i >= 0; i-- {
		kind = g.tx.Resource(kind.Parent())
		if kind.Kind == parent {
			return append([]string(nil), owner.In[:i+1]...), nil
		}
	}
	return nil, r.file.fault(r.node, "%s lives in a %s, not in a %s", r.kind, parent, owner.Res.Kind)
}

// moment is when a document is born: the fixture's now, or for one of many some time between its owner's birth and now.
func (g *grower) moment(r *record, res *api.Resource, in []string, p place) time.Time {
	if r.count == 1 || g.alive != nil {
		return g.now
	}
	from := g.now.AddDate(-1, 0, 0)
	if parent := res.Parent(); parent != "" && len(in) > 0 {
		if d := g.tx.Get(parent, in[len(in)-1]); d != nil && d.At > 0 {
			from = time.Unix(0, d.At).UTC()
		}
	}
	span := g.now.Sub(from)
	if span <= 0 {
		return g.now
	}
	part := api.Mix(g.seed, p.at(".born").hash()) >> 11
	return from.Add(time.Duration(float64(span) * float64(part) / (1 << 53))).Truncate(time.Millisecond)
}

var reference = regexp.MustCompile(`^@([a-z][a-z0-9-]*\.[a-z][a-z0-9-]*)\[(\d+|\?)\](?:\.([A-Za-z0-9_.]+))?$`)

// around refers to the document that a record is nested in, for what lives elsewhere.
var around = regexp.MustCompile(`^@around(?:\.([A-Za-z0-9_.]+))?$`)

// value is a node as JSON, with references followed and templates filled in.
func (g *grower) value(r *record, n *yaml.Node, in []string, p place) ([]byte, error) {
	switch n.Kind {
	case yaml.Mapping:
		o := make(api.Object, len(n.Members))
		for i, m := range n.Members {
			raw, err := g.value(r, m.Value, in, p.at(".").at(m.Name))
			if err != nil {
				return nil, err
			}
			o[i] = api.Member{Name: m.Name, Value: raw}
			g.room -= len(m.Name)
		}
		return o.JSON(), nil
	case yaml.Sequence:
		out := []byte{'['}
		for i, item := range n.Items {
			raw, err := g.value(r, item, in, p.at(".").at(strconv.Itoa(i)))
			if err != nil {
				return nil, err
			}
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, raw...)
		}
		return append(out, ']'), nil
	}
	out, err := g.scalar(r, n, in, p)
	if err != nil {
		return nil, err
	}
	return out, g.take(r.file, n, len(out))
}

// take refuses bytes that are more than there may be.
func (g *grower) take(f *file, n *yaml.Node, bytes int) error {
	if g.room -= bytes; g.room < 0 {
		return f.fault(n, "the documents are together more than %d MiB: lower the counts", maxBytes>>20)
	}
	return nil
}

func (g *grower) scalar(r *record, n *yaml.Node, in []string, p place) ([]byte, error) {
	if n.Kind != yaml.String {
		return n.Scalar, nil
	}
	if m := reference.FindStringSubmatch(n.Text); m != nil {
		return g.refer(r, n, m, in, p)
	}
	if m := around.FindStringSubmatch(n.Text); m != nil {
		return g.quoted(r, n, g.around, m[1])
	}
	if !strings.Contains(n.Text, "{") {
		return n.Scalar, nil
	}
	fake := gofakeit.NewFaker(rand.NewPCG(api.Mix(g.seed, p.hash()), api.Hash(r.kind)), false)
	text, err := fill(g.ctx, fake, n.Text)
	switch {
	case g.ctx.Err() != nil:
		return nil, g.ctx.Err()
	case err != nil:
		return nil, r.file.fault(n, "%s", err)
	}
	return api.Quote(text), nil
}

var slug = regexp.MustCompile(`\{slug:([A-Za-z_]+)\}`)

// slugged fills in members that stand before, in the form of an address: "Jane O'Dev" becomes jane.odev.
func (r *record) slugged(n *yaml.Node, before api.Object) (*yaml.Node, error) {
	out := *n
	made := 0
	out.Text = slug.ReplaceAllStringFunc(n.Text, func(m string) string {
		if made > maxMade {
			return ""
		}
		var b strings.Builder
		from := before.Str(slug.FindStringSubmatch(m)[1])
		made += len(from)
		for _, c := range strings.ToLower(from) {
			switch {
			case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
				b.WriteRune(c)
			case c == ' ' && b.Len() > 0:
				b.WriteByte('.')
			}
		}
		return b.String()
	})
	if made > maxMade {
		return nil, r.file.fault(n, "%s", tooLong)
	}
	out.Scalar = api.Quote(out.Text)
	return &out, nil
}

func (g *grower) refer(r *record, n *yaml.Node, m []string, in []string, p place) ([]byte, error) {
	kind, which, member := m[1], m[2], m[3]
	res := g.tx.Resource(kind)
	if res == nil {
		return nil, r.file.fault(n, "no kind %q", kind)
	}
	var d *api.Doc
	if which == "?" {
		d = g.pick(res, in, p)
	} else if at, err := strconv.Atoi(which); err == nil {
		d = g.tx.nth(kind, at)
	}
	return g.quoted(r, n, d, member)
}

// numbered is a transaction that finds the n-th document of a kind without a walk over all of them.
type numbered struct {
	api.Tx
	ids map[string][]string // in order of birth, of the kinds that were asked for
}

// nth is the document of a kind at a position in order of birth, or nil.
func (t *numbered) nth(kind string, at int) *api.Doc {
	ids := t.ids[kind]
	if len(ids) != t.Count(kind, "", "") { // not asked for before, or some were deleted
		ids = ids[:0]
		for d := range t.All(kind) {
			ids = append(ids, d.ID)
		}
		if t.ids == nil {
			t.ids = map[string][]string{}
		}
		t.ids[kind] = ids
	}
	if at >= len(ids) {
		return nil
	}
	return t.Get(kind, ids[at])
}

// Put stores a document, and numbers a new one.
func (t *numbered) Put(d *api.Doc) error {
	kind := d.Res.Kind
	ids, asked := t.ids[kind]
	fresh := asked && t.Get(kind, d.ID) == nil
	err := t.Tx.Put(d)
	if err == nil && fresh {
		t.ids[kind] = append(ids, d.ID)
	}
	return err
}

// quoted is the id or a member of the document that a reference leads to, nil where it leads to none.
func (g *grower) quoted(r *record, n *yaml.Node, d *api.Doc, member string) ([]byte, error) {
	if d == nil {
		return nil, r.file.fault(n, "%s: there is no such document before this one", n.Text)
	}
	if member == "" {
		return api.Quote(d.ID), nil
	}
	if strings.Contains(member, ".") { // the document is read up to there, each time
		if err := g.take(r.file, n, len(d.JSON)/16); err != nil {
			return nil, err
		}
	}
	v := d.Get(member)
	if !v.Exists() {
		return nil, r.file.fault(n, "%s: the document has no %s", n.Text, member)
	}
	return []byte(v.Raw), nil
}

// pick takes by chance one of the documents that live in the same place, or of all where the kind lives elsewhere.
func (g *grower) pick(res *api.Resource, in []string, p place) *api.Doc {
	index, key := "", ""
	if res.Parent() != "" {
		for _, owner := range slices.Backward(in) {
			if g.tx.Count(res.Kind, res.Indexes[0].Name, owner) > 0 {
				index, key = res.Indexes[0].Name, owner
				break
			}
		}
	}
	n := g.tx.Count(res.Kind, index, key)
	if n == 0 {
		return nil
	}
	at := int(api.Mix(g.seed, p.hash()) % uint64(n)) //nolint:gosec // n is positive and fits
	return g.tx.Page(res.Kind, index, key, at, 1, false)[0]
}

// typed turns a generated text into the type that the member has.
func typed(raw []byte, want string) []byte {
	switch want {
	case "boolean", "integer", "number":
		text := gjson.ParseBytes(raw)
		if text.Type == gjson.String && gjson.Valid(text.Str) {
			return []byte(text.Str)
		}
	}
	return raw
}
