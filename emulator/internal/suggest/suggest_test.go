package suggest_test

import (
	"strings"
	"testing"

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
