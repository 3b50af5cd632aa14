package suggest_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/suggest"
)

func TestWord(t *testing.T) {
	t.Parallel()
	kinds := []string{"konnect.portal", "konnect.developer", "konnect.team", "konnect.team-member"}
	for _, c := range []struct{ word, want string }{
		{"konnect.portal", "konnect.portal"},
		{"konnect.portals", "konnect.portal"},
		{"konnect.protal", "konnect.portal"},
		{"Konnect.Team", "konnect.team"},
		{"developer", "konnect.developer"},
		{"zebra", ""},
		{"", ""},
	} {
		if got := suggest.Closest(c.word, kinds...); got != c.want {
			t.Errorf("Word(%q): got %q, want %q", c.word, got, c.want)
		}
	}
	if got := suggest.Closest("lsten", "listen", "listed"); got != "listen" {
		t.Errorf("got %q, want the nearest", got)
	}
	if got := suggest.Closest("aa", "ab", "ac"); got != "ab" {
		t.Errorf("got %q, want the first of equals", got)
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	if got, want := suggest.Hint("sede", "seed", "fixture"), `; did you mean "seed"?`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := suggest.Hint("zebra", "seed"); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
	// A hostile word is not measured letter by letter.
	if got := suggest.Hint(strings.Repeat("x", 1<<20), "seed"); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

// plainDistance is the whole table, without a band.
func plainDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		for j := range d[i] {
			if i == 0 || j == 0 {
				d[i][j] = i + j
				continue
			}
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}

// The band gives what the whole table gives, up to the limit.
func TestDistance(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		out := make([]rune, r.IntN(12))
		for i := range out {
			out[i] = []rune("abcé")[r.IntN(4)]
		}
		return string(out)
	}
	for range 20_000 {
		a, b, limit := word(), word(), r.IntN(14)
		if got, want := suggest.Distance(a, b, limit), min(plainDistance(a, b), limit+1); got != want {
			t.Fatalf("Distance(%q, %q, %d): got %d, want %d", a, b, limit, got, want)
		}
	}
}

// What a word costs does not grow with its length or with the number of candidates once both are large.
func TestBoundedWork(t *testing.T) {
	t.Parallel()
	names := func(n, letters int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = strings.Repeat(string(rune('a'+i%3)), letters-1) + string(rune('0'+i%10))
		}
		return out
	}
	few, many, long := names(1000, 100), names(100_000, 100), names(1000, 20_000)
	cost := func(letters int, candidates []string) time.Duration {
		word := strings.Repeat("ab", letters/2)
		least := time.Hour
		for range 5 {
			began := time.Now()
			suggest.Closest(word, candidates...)
			least = min(least, time.Since(began))
		}
		return max(least, 100*time.Microsecond)
	}
	usual := cost(100, few)
	if got := cost(100, many); got > 10*usual {
		t.Errorf("100,000 candidates take %s, 1,000 take %s", got, usual)
	}
	if got := cost(20_000, long); got > 10*usual {
		t.Errorf("words of 20,000 letters take %s, of 100 letters %s", got, usual)
	}
}
