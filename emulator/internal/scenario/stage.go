package scenario

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/clock"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/fixture"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/object"
)

// Place is the world in which a scenario plays.
type Place struct {
	Seed   uint64 // of the world
	Clock  *clock.Clock
	Faults *fault.Set
	Read   func(func(api.Tx))
	Write  func(func(api.Tx) error) error // what a function that fails has done is undone
	Turn   func(time.Duration) error      // moves the clock
	Words  *Words
}

// Stage is the scenarios of a world: those that were put there, those that play, and those that did. It is safe for use
// by several goroutines. The zero Stage is empty.
type Stage struct {
	playing atomic.Bool

	mu    sync.Mutex
	known []*Scenario
	runs  []*run // the latest of each scenario, in order of start
}

// run is a scenario that plays, or did.
type run struct {
	*Scenario
	place   Place
	began   time.Time
	playing bool
	roles   []role  // of the rules
	done    []done  // of the steps
	tallies []tally // of the expectations
}

// role is what became of a rule.
type role struct {
	armed       *fault.Armed // nil: it is not
	hits, fired int          // of former times
}

// done is what became of a step.
type done struct {
	seen    int // calls
	is      bool
	problem string
}

// Playing tells whether any scenario plays.
func (s *Stage) Playing() bool { return s.playing.Load() }

// MaxScenarios is how many scenarios can be put in a world.
const MaxScenarios = 1000

// Put adds a scenario, in place of one of the same name. It refuses while that one plays.
func (s *Stage) Put(one *Scenario) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.run(one.Name); r != nil && r.playing {
		return api.Fail(api.Conflict, "the scenario %q plays; stop it first", one.Name)
	}
	same := func(old *Scenario) bool { return old.Name == one.Name }
	if len(s.known) >= MaxScenarios && !slices.ContainsFunc(s.known, same) {
		return api.Fail(api.Conflict, "the world has %d scenarios already, the most that can be put there; put one in the place of another, "+
			"or use another world", MaxScenarios)
	}
	s.known = append(slices.DeleteFunc(s.known, same), one)
	return nil
}

// Running tells which scenarios play, by name.
func (s *Stage) Running() map[string]bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[string]bool{}
	for _, r := range s.runs {
		out[r.Name] = r.playing
	}
	return out
}

// Known lists the scenarios that were put.
func (s *Stage) Known() []*Scenario {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.known)
}

func (s *Stage) run(name string) *run {
	for _, r := range s.runs {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Start lets a scenario play. Prepare makes the world ready for it, while no other scenario moves; the scenario does not
// start where that fails. One that plays already is refused, and one that wants a world of its own while others play.
func (s *Stage) Start(one *Scenario, place Place, prepare func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.runs {
		switch {
		case !r.playing:
		case r.Name == one.Name:
			return api.Fail(api.Conflict, "the scenario %q plays already; stop it first", one.Name)
		case one.Fixture != "":
			return api.Fail(api.Conflict, "the scenario %q has a fixture, from which the world would be born anew, but %q plays; stop it first", one.Name, r.Name)
		}
	}
	if one.Fixture == "" { // else the world is born anew, without rules
		if err := place.Faults.Room(len(one.rules)); err != nil {
			return err
		}
	}
	if err := prepare(); err != nil {
		return err
	}
	r := &run{
		Scenario: one, place: place, began: place.Clock.Now(), playing: true,
		roles: make([]role, len(one.rules)), done: make([]done, len(one.steps)), tallies: make([]tally, len(one.expect)),
	}
	place.Read(func(tx api.Tx) {
		for i := range one.expect {
			r.tallies[i].before = one.expect[i].duplicates(tx)
		}
	})
	for i, rule := range one.rules {
		if one.waiting[i] {
			continue
		}
		var err error
		if r.roles[i].armed, err = place.Faults.Arm(rule, place.Words.Operations); err != nil { // others were armed meanwhile
			r.stop()
			return err
		}
	}
	s.runs = append(slices.DeleteFunc(s.runs, func(old *run) bool { return old.Name == one.Name }), r)
	s.playing.Store(true)
	return nil
}

// Stop ends a scenario: its rules are disarmed, documents stay. It tells whether the scenario played.
func (s *Stage) Stop(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.run(name)
	if r == nil || !r.playing {
		return false
	}
	r.stop()
	s.playing.Store(slices.ContainsFunc(s.runs, func(r *run) bool { return r.playing }))
	return true
}

// Halt ends all scenarios and forgets what became of them.
func (s *Stage) Halt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.runs {
		if r.playing {
			r.stop()
		}
	}
	s.runs = nil
	s.playing.Store(false)
}

func (r *run) stop() {
	for _, rule := range r.rules {
		r.disarm(rule)
	}
	r.playing = false
}

// Cue does every step that is due by the world's clock, in order of time.
func (s *Stage) Cue() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		var next *run
		var which int
		var when time.Time
		for _, r := range s.runs {
			if !r.playing {
				continue
			}
			now := r.place.Clock.Now()
			for i := range r.steps {
				at := r.began.Add(r.steps[i].at)
				if r.steps[i].on != nil || r.done[i].is || at.After(now) || next != nil && !at.Before(when) {
					continue
				}
				next, which, when = r, i, at
			}
		}
		if next == nil {
			return
		}
		next.do(which, when)
	}
}

// Note counts a call that was answered, and does the steps that follow it. Op is nil where no row answers; whole tells
// that nothing happened to the answer on its way.
func (s *Stage) Note(op *api.Operation, status int, whole bool) {
	if op == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.runs {
		if !r.playing {
			continue
		}
		now := r.place.Clock.Now()
		for i := range r.expect {
			r.tallies[i].count(&r.expect[i], op, status, whole, now.Sub(r.began))
		}
		for i := range r.steps {
			d := &r.done[i]
			if !r.steps[i].on[op] || d.is {
				continue
			}
			if d.seen++; d.seen == r.steps[i].nth {
				r.do(i, now)
			}
		}
	}
}

// do does a step at an instant of the world's clock. What cannot be done is told, and the rest of the step is.
func (r *run) do(i int, now time.Time) {
	d := &r.done[i]
	d.is = true
	for _, a := range r.steps[i].then {
		switch {
		case a.set != nil:
			if err := r.set(a.set, now); err != nil {
				d.problem = err.Error()
			}
		case a.arm != nil:
			if err := r.arm(a.arm); err != nil {
				d.problem = api.AsError(err).Message
			}
		case a.disarm != nil:
			r.disarm(a.disarm)
		default:
			if err := r.place.Turn(a.advance); err != nil {
				d.problem = err.Error()
			}
		}
	}
}

func (r *run) arm(rule *fault.Rule) error {
	one := &r.roles[slices.Index(r.rules, rule)]
	if one.armed != nil && r.place.Faults.Has(one.armed) {
		return nil
	}
	armed, err := r.place.Faults.Arm(rule, r.place.Words.Operations)
	if err != nil {
		return err
	}
	one.hits, one.fired = r.counts(one)
	one.armed = armed
	return nil
}

func (r *run) disarm(rule *fault.Rule) {
	one := &r.roles[slices.Index(r.rules, rule)]
	if one.armed == nil {
		return
	}
	r.place.Faults.Drop(one.armed)
	one.hits, one.fired = r.counts(one)
	one.armed = nil
}

func (r *run) counts(one *role) (hits, fired int) {
	hits, fired = one.hits, one.fired
	if one.armed != nil {
		h, f := r.place.Faults.Counts(one.armed)
		hits, fired = hits+h, fired+f
	}
	return hits, fired
}

// Insert creates the scenario's documents, until the context ends.
func (s *Scenario) Insert(ctx context.Context, tx api.Tx, seed uint64, now time.Time, check fixture.Checker) error {
	if s.documents == nil {
		return nil
	}
	return (&fixture.Editor{Tx: tx, Seed: seed, Now: now, Check: check}).Insert(ctx, s.documents)
}

func (r *run) set(s *set, now time.Time) (err error) {
	defer func() {
		if p := recover(); p != nil { // a step may not end the call that it follows
			err = fmt.Errorf("%s:%d:%d: %s: panic: %v", r.file, s.node.Line, s.node.Column, s.kind, p)
		}
	}()
	return r.place.Write(func(tx api.Tx) error {
		editor := &fixture.Editor{Tx: tx, Seed: r.place.Seed, Now: now, Check: r.place.Words.Check}
		owner, err := editor.Within(r.file, s.in)
		if err != nil {
			return err
		}
		var found []*api.Doc
		if s.where != nil {
			if found, err = r.find(editor, s.kind, owner, s.where); err != nil {
				return err
			}
		}
		if res := tx.Resource(s.kind); found == nil && res.Single && owner != "" {
			if d := editor.Settings(res, owner); d != nil {
				found = append(found, d)
			}
		}
		if found == nil {
			return editor.Insert(context.Background(), s.birth) // of one document
		}
		patch, err := editor.Value(r.file, "set", s.document)
		for i := 0; i < len(found) && err == nil; i++ {
			if err = editor.Merge(found[i], patch); err != nil {
				err = fmt.Errorf("%s:%d:%d: %s: %w", r.file, s.node.Line, s.node.Column, s.kind, err)
			}
		}
		return err
	})
}

// find gives the documents of a kind that are as wanted, in order of birth.
func (r *run) find(editor *fixture.Editor, kind, owner string, where []condition) ([]*api.Doc, error) {
	tests := make([]journal.Matcher, len(where))
	for i, w := range where {
		want, err := editor.Value(r.file, "where", w.want)
		if err != nil {
			return nil, err
		}
		if tests[i], err = journal.Matches(want); err != nil {
			return nil, err
		}
	}
	work := journal.QuestionWork
	fits := func(d *api.Doc) bool {
		if len(tests) == 0 {
			return true
		}
		document := object.NewTree(d.JSON)
		for i := range tests {
			if !tests[i].Fits(document.At(where[i].steps), &work) {
				return false
			}
		}
		return true
	}
	var out []*api.Doc
	for d := range editor.Tx.All(kind) {
		if fixture.Inside(d, owner) && fits(d) {
			out = append(out, d)
		}
		if work.Spent() {
			return nil, fmt.Errorf("%s: where: the documents and what they are compared with are too large together; "+
				"name the owner with in, or compare with simpler values", kind)
		}
	}
	return out, nil
}
