package rest_test

import (
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// Comparing letter by letter is the same as comparing in lower case, whatever the letters are.
func TestCompareText(t *testing.T) {
	t.Parallel()
	words := []string{"", "a", "A", "ab", "aB", "Ab", "b", "B", "a b", "a-b", "a_b", "é", "É", "ae", "aé", "AÉ", "aÉb", "ß", "İ", "K", "k", "zz", "Z[", "z{", "\xff", "a\xff"}
	for _, a := range words {
		for _, b := range words {
			if got, want := rest.CompareText(a, b, true), strings.Compare(strings.ToLower(a), strings.ToLower(b)); got != want {
				t.Errorf("%q with %q: got %d, want %d", a, b, got, want)
			}
			if got, want := rest.CompareText(a, b, false), strings.Compare(a, b); got != want {
				t.Errorf("%q with %q as they are: got %d, want %d", a, b, got, want)
			}
		}
	}
}
