// Package fault makes calls go wrong on purpose: rules say which calls, when, and what their callers see. It decides;
// what reaches the wire is the server's work.
package fault

import (
	"bytes"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
	"github.com/portico-emulator/portico/emulator/internal/yaml"
)

// Rule is a fault as it is written.
type Rule struct {
	Name     string
	On       string // operation, or a glob
	When     When
	Plan     []bool // for the n-th match whether to act; the last repeats
	After    int    // matches that pass first
	Times    int    // so often at most; 0: always
	Every    int    // each n-th match; 0: each
	Odds     float64
	Sure     bool  // no odds were given
	Stage    Stage // when something is done about it
	Response Response
	JSON     []byte // as it was written
}

// Stage is whether the operation is done before its answer is lost or replaced.
type Stage uint8

// Stages.
const (
	Before Stage = iota // nothing happened
	After               // the write is committed
)

// When is conditions on a call, all of which must hold.
type When struct {
	Header, Query, Path []pair
	Body, Document      []condition
}

type pair struct{ name, value string }

type condition struct {
	steps []string // of the JSON path
	good  journal.Matcher

	member string // where the path is that of one member
	want   []byte // where it is to be one text or truth value, written without escapes
}

// Response is what the caller sees: give, as rules write it.
type Response struct {
	Code       api.Code // neutral word, in the vendor's own envelope; "": none
	Status     int
	Headers    http.Header
	Body       []byte // literal; nil: none
	RetryAfter time.Duration
	Delay      *Delay
	Wire       Wire
	Gateway    int // of an HTML page as a proxy sends it; 0: none
	Patch      []byte
	Stale      time.Duration // reads show documents as they were so long ago, by the world's clock; 0: as they are
}

// Wire is a fault of the connection.
type Wire string

// Wire faults. Those after Empty show the true answer damaged.
const (
	None           Wire = ""
	Reset          Wire = "reset"
	Empty          Wire = "empty"
	Hang           Wire = "hang"
	Truncate       Wire = "truncate"
	MalformedChunk Wire = "malformed-chunk"
	Garbage        Wire = "garbage"
	Dribble        Wire = "dribble"
)

var wires = []string{"reset", "empty", "truncate", "malformed-chunk", "garbage", "dribble", "hang"}

// Damages tells whether the fault shows the true answer.
func (w Wire) Damages() bool {
	return w == Truncate || w == MalformedChunk || w == Garbage || w == Dribble
}

// words are the neutral words of rules.
var words = map[string]api.Code{
	"unauthorized": api.Unauthorized, "forbidden": api.Forbidden, "not-found": api.NotFound, "conflict": api.Conflict,
	"invalid": api.Invalid, "rate-limited": api.RateLimited, "timeout": api.Timeout, "internal": api.Internal,
	"unavailable": api.Unavailable,
}

var wordList = []string{
	"unauthorized", "forbidden", "not-found", "conflict", "invalid", "rate-limited", "timeout", "internal", "unavailable",
}

// Read reads one rule, as JSON or YAML. Operations are those that there are. Its errors say line and column.
func Read(text []byte, operations []string) (*Rule, error) {
	root, err := yaml.Parse(text, maxNodes)
	if err != nil {
		return nil, err
	}
	return FromNode(root, operations)
}

const maxNodes = 100_000

// FromNode reads a rule that stands in another document.
func FromNode(n *yaml.Node, operations []string) (*Rule, error) {
	r := &Rule{Odds: 1, Sure: true}
	err := n.Read("a rule", map[string]yaml.Reader{
		"name": func(v *yaml.Node) error {
			if len(v.Text) > journal.MaxPattern {
				return yaml.Fault(v, "name: %d bytes are too long; want at most %d", len(v.Text), journal.MaxPattern)
			}
			return v.Into(&r.Name)
		},
		"on":    func(v *yaml.Node) error { return r.readOn(v, operations) },
		"when":  r.When.read,
		"plan":  r.readPlan,
		"after": func(v *yaml.Node) error { return v.Whole(0, &r.After) },
		"times": func(v *yaml.Node) error { return v.Whole(1, &r.Times) },
		"every": func(v *yaml.Node) error { return v.Whole(1, &r.Every) },
		"odds":  r.readOdds,
		"stage": r.readStage,
		"give":  r.Response.read,
	})
	if err != nil {
		return nil, err
	}
	if r.On == "" {
		return nil, yaml.Fault(n, "on: want an operation such as konnect.create-portal, or a glob such as konnect.*")
	}
	if r.Plan != nil && (r.After > 0 || r.Times > 0 || r.Every > 0 || !r.Sure) {
		return nil, yaml.Fault(n, "plan stands for after, times, every and odds: use it or them")
	}
	if err := r.Response.fits(n); err != nil {
		return nil, err
	}
	if r.Name == "" {
		r.Name = r.On
	}
	r.JSON = n.JSON(nil)
	return r, nil
}

// Limits of a rule.
const (
	maxPlan    = 1000 // words
	maxPatches = 100  // operations of a JSON Patch
	maxHeaders = 100
)

// longestSpan is the most that a duration in a rule can be.
const longestSpan = 24 * time.Hour

func span(n *yaml.Node, to *time.Duration) error { return n.Span(longestSpan, to) }

func (r *Rule) readOn(n *yaml.Node, operations []string) error {
	if err := n.Into(&r.On); err != nil {
		return err
	}
	if err := journal.CheckGlob(r.On); err != nil {
		return yaml.Fault(n, "on: %s", err)
	}
	if slices.ContainsFunc(operations, func(name string) bool { return journal.Globs(r.On, name) }) {
		return nil
	}
	return yaml.Fault(n, "on: no operation %q%s", r.On, suggest.Hint(r.On, operations...))
}

func (r *Rule) readPlan(n *yaml.Node) error {
	if n.Kind != yaml.Sequence || len(n.Items) == 0 {
		return yaml.Fault(n, "plan: want a list of pass and fail")
	}
	if len(n.Items) > maxPlan {
		return yaml.Fault(n, "plan: %d words are too many; want at most %d: the last one repeats", len(n.Items), maxPlan)
	}
	for _, item := range n.Items {
		var word string
		if err := item.Choice("plan", &word, []string{"pass", "fail"}); err != nil {
			return err
		}
		r.Plan = append(r.Plan, word == "fail")
	}
	return nil
}

func (r *Rule) readOdds(n *yaml.Node) error {
	odds, err := strconv.ParseFloat(string(n.Scalar), 64)
	if n.Kind != yaml.Number || err != nil || odds < 0 || odds > 1 {
		return yaml.Fault(n, "odds: want a number from 0 to 1")
	}
	r.Odds, r.Sure = odds, false
	return nil
}

func (r *Rule) readStage(n *yaml.Node) error {
	var word string
	if err := n.Choice("stage", &word, []string{"before", "after"}); err != nil {
		return err
	}
	if word == "after" {
		r.Stage = After
	}
	return nil
}

func (w *When) read(n *yaml.Node) error {
	err := n.Read("when", map[string]yaml.Reader{
		"header": func(v *yaml.Node) error {
			err := texts(v, &w.Header)
			for i := range w.Header {
				w.Header[i].name = http.CanonicalHeaderKey(w.Header[i].name)
			}
			return err
		},
		"query":    func(v *yaml.Node) error { return texts(v, &w.Query) },
		"path":     func(v *yaml.Node) error { return texts(v, &w.Path) },
		"body":     func(v *yaml.Node) error { return conditions(v, &w.Body) },
		"document": func(v *yaml.Node) error { return conditions(v, &w.Document) },
	})
	all := len(w.Header) + len(w.Query) + len(w.Path) + len(w.Body) + len(w.Document)
	if err == nil && all > journal.MaxConditions {
		err = yaml.Fault(n, "when: %d conditions are too many; want at most %d", all, journal.MaxConditions)
	}
	return err
}

// texts reads a mapping of names to texts; numbers and booleans count as their text.
func texts(n *yaml.Node, to *[]pair) error {
	if n.Kind != yaml.Mapping {
		return yaml.Fault(n, "want a mapping of names to texts")
	}
	for _, m := range n.Members {
		switch m.Value.Kind {
		case yaml.String:
			*to = append(*to, pair{m.Name, m.Value.Text})
		case yaml.Number, yaml.Bool:
			*to = append(*to, pair{m.Name, string(m.Value.Scalar)})
		default:
			return yaml.Fault(m.Value, "want a text")
		}
	}
	return nil
}

func conditions(n *yaml.Node, to *[]condition) error {
	if n.Kind != yaml.Mapping {
		return yaml.Fault(n, "want a mapping of JSON paths to values")
	}
	for _, m := range n.Members {
		steps, err := object.Path(m.Name)
		if err != nil {
			return yaml.Fault(m.Place(), "%s", err)
		}
		good, err := journal.Matches(m.Value.JSON(nil))
		if err != nil {
			return yaml.Fault(m.Value, "%s", err)
		}
		x := condition{steps: steps, good: good}
		if member, ok := strings.CutPrefix(m.Name, "$."); ok && !strings.ContainsAny(member, ".[") {
			want := m.Value.JSON(nil)
			plain := m.Value.Kind == yaml.Bool || m.Value.Kind == yaml.String && !bytes.ContainsRune(want, '\\')
			if plain {
				x.member, x.want = member, want
			}
		}
		*to = append(*to, x)
	}
	return nil
}

var headerName = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")

func (g *Response) read(n *yaml.Node) error {
	return n.Read("give", map[string]yaml.Reader{
		"error": func(v *yaml.Node) error {
			var word string
			err := v.Choice("error", &word, wordList)
			g.Code = words[word]
			return err
		},
		"status": func(v *yaml.Node) error {
			if err := v.Whole(200, &g.Status); err != nil || g.Status > 599 {
				return yaml.Fault(v, "status: want an HTTP status from 200 to 599")
			}
			return nil
		},
		"headers": func(v *yaml.Node) error {
			var h []pair
			if err := texts(v, &h); err != nil {
				return err
			}
			if len(h) > maxHeaders {
				return yaml.Fault(v, "headers: %d are too many; want at most %d", len(h), maxHeaders)
			}
			g.Headers = http.Header{}
			for _, p := range h {
				if !headerName.MatchString(p.name) || strings.ContainsAny(p.value, "\r\n\x00") {
					return yaml.Fault(v, "headers: %q: %q is no header", p.name, p.value)
				}
				g.Headers.Set(p.name, p.value)
			}
			return nil
		},
		"body": func(v *yaml.Node) error {
			if v.Kind == yaml.String {
				g.Body = []byte(v.Text)
			} else {
				g.Body = v.JSON(nil)
			}
			return nil
		},
		"retry_after": func(v *yaml.Node) error { return span(v, &g.RetryAfter) },
		"delay": func(v *yaml.Node) (err error) {
			g.Delay, err = readDelay(v)
			return err
		},
		"wire": func(v *yaml.Node) error { return v.Choice("wire", (*string)(&g.Wire), wires) },
		"gateway": func(v *yaml.Node) error {
			if err := v.Whole(502, &g.Gateway); err != nil || g.Gateway > 504 {
				return yaml.Fault(v, "gateway: want 502, 503 or 504")
			}
			return nil
		},
		"patch": func(v *yaml.Node) error { return g.readPatch(v) },
		"stale": func(v *yaml.Node) error {
			if err := span(v, &g.Stale); err != nil || g.Stale == 0 {
				return yaml.Fault(v, "stale: want a duration above 0, at most 24h, such as 2s")
			}
			return nil
		},
	})
}

var errNothing = errors.New("give: want at least one of error, status, headers, body, delay, wire, gateway, patch, stale")

// fits refuses a rule that gives nothing, or two answers at once.
func (g *Response) fits(n *yaml.Node) error {
	literal := g.Status != 0 || g.Body != nil
	answers := 0
	for _, is := range []bool{g.Code != "", literal, g.Wire != None, g.Gateway != 0, g.Patch != nil, g.Stale != 0} {
		if is {
			answers++
		}
	}
	switch {
	case answers == 0 && g.Delay == nil && g.Headers == nil:
		return yaml.Fault(n, "%s", errNothing)
	case answers > 1 && !(g.Code != "" && literal && answers == 2):
		return yaml.Fault(n, "give: an answer can go wrong in one way: error (with status, headers, body), wire, gateway, patch or stale")
	}
	return nil
}

// Replaces tells whether the caller sees another answer than the true one.
func (g *Response) Replaces() bool {
	return g.Code != "" || g.Status != 0 || g.Body != nil || g.Gateway != 0
}
