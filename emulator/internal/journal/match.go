package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"regexp/syntax"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/object"
)

// Limits of what values are compared with.
const (
	MaxPattern    = 4 << 10 // bytes of a regular expression, a glob or a JSON path
	MaxConditions = 100     // of a fault rule, of a choice of documents; what is verified has as many in its schema
	maxStates     = 2000    // of a regular expression with its repetitions written out
)

// Work is how much comparing is left to be done: a regular expression takes its states times the bytes of the text, any other
// comparison the bytes. So what a call or a question may cost is bounded, whatever patterns and bodies meet, and ends
// at the same place each time.
type Work int

// How much work there is.
const (
	CallWork     Work = 1 << 27 // for all fault rules on one call: about a second at worst
	QuestionWork Work = 1 << 28 // for one question about many calls or documents
)

// Spent reports whether comparisons were given up.
func (w *Work) Spent() bool { return *w < 0 }

func (w *Work) spend(n int) bool {
	if !w.Spent() {
		*w -= Work(n)
	}
	return !w.Spent()
}

// Matcher is what a value is to be like.
type Matcher struct {
	want   []byte         // an equal value, as JSON, or
	re     *regexp.Regexp // a text that matches
	states int            // of the regular expression
}

// Matches reads a matcher: a value that is equal, or {"matches": regular expression}.
func Matches(want json.RawMessage) (Matcher, error) {
	w := gjson.ParseBytes(want)
	m := w.Get("matches")
	if !w.IsObject() || !m.Exists() || len(w.Map()) != 1 {
		return Matcher{want: want}, nil
	}
	if m.Type != gjson.String {
		return Matcher{}, fmt.Errorf("matches: want a regular expression, got %s", clip(m.Raw))
	}
	re, states, err := pattern(m.Str)
	if err != nil {
		return Matcher{}, fmt.Errorf("matches: %w", err)
	}
	return Matcher{re: re, states: states}, nil
}

// Fits reports whether a value is as wanted. It is false once the work is spent.
func (m *Matcher) Fits(got gjson.Result, work *Work) bool {
	if !got.Exists() {
		return false
	}
	if m.re == nil {
		return work.spend(len(got.Raw)) && object.Same([]byte(got.Raw), m.want)
	}
	text := got.String()
	return work.spend(m.states*len(text)) && m.re.MatchString(text)
}

// pattern compiles a regular expression, and tells how many states it has. Matching takes states times letters at worst.
func pattern(text string) (re *regexp.Regexp, states int, err error) {
	if len(text) > MaxPattern {
		return nil, 0, fmt.Errorf("a regular expression of %d bytes is too long; want at most %d", len(text), MaxPattern)
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if wrong, ok := errors.AsType[*syntax.Error](err); ok {
		switch wrong.Code {
		case syntax.ErrLarge, syntax.ErrInvalidRepeatSize, syntax.ErrNestingDepth:
			return nil, 0, fmt.Errorf("the regular expression %q is too large at %q: nest and repeat less, at most 1000 times",
				clip(text), clip(wrong.Expr))
		}
		return nil, 0, fmt.Errorf("%q is no regular expression: %s at %q", clip(text), wrong.Code, clip(wrong.Expr))
	}
	if err == nil {
		if states = count(parsed); states > maxStates {
			return nil, 0, fmt.Errorf("the regular expression %q is too large: it has more than %d states with its repetitions written out; repeat less",
				clip(text), maxStates)
		}
		re, err = regexp.Compile(text)
	}
	return re, states, err
}

// count is how many states a regular expression has, with its repetitions written out, or more than maxStates.
func count(re *syntax.Regexp) int {
	n := len(re.Rune)
	if re.Op != syntax.OpLiteral {
		n = 1
	}
	for _, sub := range re.Sub {
		n += count(sub) * max(re.Min, re.Max, 1) // of a repetition
	}
	return min(n, maxStates+1)
}

// CheckGlob refuses what is no glob.
func CheckGlob(glob string) error {
	if len(glob) > MaxPattern {
		return fmt.Errorf("a glob of %d bytes is too long; want at most %d", len(glob), MaxPattern)
	}
	if _, err := path.Match(glob, ""); err != nil {
		return fmt.Errorf("%q is no glob", clip(glob))
	}
	return nil
}

// Globs reports whether an operation's name fits a glob.
func Globs(glob, name string) bool {
	ok, err := path.Match(glob, name)
	return err == nil && ok
}
