package journal_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/testing/heap"
)

// grammar builds texts out of bytes, so that a fuzzer's changes give other regular expressions and globs and not mere errors.
type grammar struct{ bytes []byte }

func (g *grammar) next(n int) int {
	if len(g.bytes) == 0 {
		return 0
	}
	b := int(g.bytes[0])
	g.bytes = g.bytes[1:]
	return b % n
}

func (g *grammar) regular(depth int) string {
	if depth > 6 {
		return "x"
	}
	one := func() string {
		s := g.regular(depth + 1)
		return s[:min(len(s), 2*journal.MaxPattern)]
	}
	switch g.next(16) {
	default:
		return []string{"x", "y", "z", "0", "1", "/", "é", "."}[g.next(8)]
	case 1:
		return one() + one()
	case 2:
		return one() + "|" + one()
	case 3:
		return "(" + one() + ")"
	case 4:
		return "(?:" + one() + ")" + []string{"*", "+", "?", "*?", "+?"}[g.next(5)]
	case 5:
		return fmt.Sprintf("(?:%s){%d}", one(), g.next(256)*8)
	case 6:
		return fmt.Sprintf("(?:%s){%d,}", one(), g.next(256))
	case 7:
		return fmt.Sprintf("(?:%s){%d,%d}", one(), g.next(256), g.next(256)*4)
	case 8:
		return []string{`\d`, `\w`, `\pL`, `[^x]`, `[a-z0-9]`, `\b`, `^`, `$`, `(?i)`, `\Qx.\E`, `.`}[g.next(11)]
	case 9:
		return []string{"(", ")", "[", "]", "{", "}", `\`, "**", "(?<", `\x`, "x{1000}{1000}"}[g.next(11)]
	case 10:
		return strings.Repeat(one(), 1+g.next(64))
	}
}

func (g *grammar) glob() string {
	var out strings.Builder
	for range g.next(64) {
		out.WriteString([]string{"*", "?", "x", "y", ".", "-", "[xy]", "[^x]", "[a-z]", `\*`, "[", "]", `\`, "**", "/", "é"}[g.next(16)])
	}
	return out.String()
}

func (g *grammar) text() string {
	var out strings.Builder
	for range g.next(256) {
		out.WriteString(strings.Repeat([]string{"x", "y", "z", "0", "1", "/", "é", "."}[g.next(8)], 1+g.next(256)))
	}
	return out.String()
}

// fits is what a glob means, tried letter by letter.
func fits(glob, name []rune) bool {
	if len(glob) == 0 {
		return len(name) == 0
	}
	switch glob[0] {
	case '*':
		for i := 0; ; i++ {
			if fits(glob[1:], name[i:]) {
				return true
			}
			if i == len(name) || name[i] == '/' {
				return false
			}
		}
	case '?':
		return len(name) > 0 && name[0] != '/' && fits(glob[1:], name[1:])
	}
	return len(name) > 0 && name[0] == glob[0] && fits(glob[1:], name[1:])
}

// FuzzPattern compares regular expressions and globs with what they mean, and proves that neither a pattern nor a text makes
// matching take long, or a message that is not ours.
func FuzzPattern(f *testing.F) {
	for _, seed := range []string{"", "\x01\x00\x00\x00\x01", "\x05\x05\x00\x7d\x7d", "\x0a\x04\x00\x01\xff\xff\xff", "\x09\x0a", "\x02\x03\x04\x00\x00\x08\x02 \x20\x00\x01\x02\x03\x04\x05\x06\x07\x08"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		heap.Input(t)
		g := &grammar{data}
		pattern, glob, text := strings.ToValidUTF8(g.regular(0), ""), g.glob(), g.text()
		checkPattern(t, pattern, text)
		name := text[:min(len(text), 40)]
		checkGlob(t, glob, strings.ToValidUTF8(name, ""))
	})
}

func checkPattern(t *testing.T, pattern, text string) {
	t.Helper()
	want, err := json.Marshal(map[string]string{"matches": pattern})
	if err != nil {
		t.Fatal(err)
	}
	good, err := journal.Matches(want)
	if err != nil {
		if !strings.HasPrefix(err.Error(), "matches: ") || strings.Contains(err.Error(), "parsing regexp") || len(err.Error()) > 1000 {
			t.Errorf("%.100q: the message is %q", pattern, err)
		}
		return
	}
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil || len(pattern) > journal.MaxPattern {
		t.Fatalf("%.100q of %d bytes passes: %v", pattern, len(pattern), err)
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil || len(program.Inst) > 10_000 {
		t.Fatalf("%.100q passes with %d instructions: %v", pattern, len(program.Inst), err)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	work := journal.CallWork / 100 // a hundredth of a second, or a tenth while a fuzzer watches
	began := time.Now()
	got := good.Fits(gjson.ParseBytes(quoted), &work)
	if took := time.Since(began); took > time.Minute {
		t.Errorf("%.100q on %d bytes takes %s", pattern, len(text), took)
	}
	if !work.Spent() && got != regexp.MustCompile(pattern).MatchString(text) {
		t.Errorf("%.100q on %.100q: got %t", pattern, text, got)
	}
}

func checkGlob(t *testing.T, glob, name string) {
	t.Helper()
	if err := journal.CheckGlob(glob); err != nil {
		if !strings.HasSuffix(err.Error(), "is no glob") {
			t.Errorf("%q: the message is %q", glob, err)
		}
		if journal.Globs(glob, name) && strings.Trim(glob, "*?xy.-/é") == "" {
			t.Errorf("%q is no glob, and fits %q", glob, name)
		}
		return
	}
	if strings.Count(glob, "*") <= 4 && !strings.ContainsAny(glob, `[]\`) && journal.Globs(glob, name) != fits([]rune(glob), []rune(name)) {
		t.Errorf("glob %q, name %q: got %t", glob, name, journal.Globs(glob, name))
	}
}

// A question about many calls with many conditions is answered in a time that does not grow with both, or refused with what to do.
func TestVerifyIsBounded(t *testing.T) {
	t.Parallel()
	j := journal.New(1000, nil)
	for i := range 40 {
		j.Record(&journal.Entry{ID: fmt.Sprint(i), Method: "POST", Path: "/things", Status: 201, Body: []byte(`{"list":[` + strings.Repeat(`{"a":"xxxxxxxxxxxxxxxx"},`, 2000) + `{"a":"y"}],"text":"` + strings.Repeat("x", 10_000) + `"}`)})
	}
	entries, _ := j.Entries()
	cost := func(conditions int) time.Duration {
		members := make([]string, conditions)
		for i := range members {
			members[i] = fmt.Sprintf(`"$.list[%d].a":"y"`, i)
		}
		x := expect(t, `{"body":{`+strings.Join(members, ",")+`}}`)
		best := time.Hour
		for range 3 {
			began := time.Now()
			if v, err := x.Verify(entries, redactor()); err != nil || v.Count != 0 || len(v.Nearest) != 3 || len(v.Nearest[0].Differed) != conditions {
				t.Fatalf("got %+v, error %v", v, err)
			}
			best = min(best, time.Since(began))
		}
		return best
	}
	one, hundred := cost(1), cost(100)
	if hundred > 12*one {
		t.Errorf("one condition takes %s, a hundred %s", one, hundred)
	}
	const spent = "the calls and what they are compared with are too large together: name the operation or the path, want less of the body, " +
		"or forget former calls with DELETE /_portico/requests"
	if _, err := expect(t, `{"body":{"$.text":{"matches":"^y(x+x+){300}"}}}`).Verify(entries, redactor()); fmt.Sprint(err) != spent {
		t.Errorf("got %v, want %s", err, spent)
	}
}
