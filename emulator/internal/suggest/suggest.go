// Package suggest finds the word that a user probably meant. It knows no vendor.
package suggest

import (
	"fmt"
	"strings"
)

// Closest returns the candidate that is spelled most like word, the first of equals, or "" if none is close. One that has the
// word as a part ("portal" in "konnect.portal") is close, too.
func Closest(word string, candidates ...string) string {
	best, least := "", max(2, len(word)/3)+1
	for _, c := range candidates {
		d := least
		if far := len(c) - len(word); max(far, -far) < least { // each letter too many or too few costs one
			d = Distance(strings.ToLower(word), strings.ToLower(c))
		}
		if d >= least && hasPart(c, word) {
			d = least - 1
		}
		if d < least {
			best, least = c, d
		}
	}
	return best
}

// Hint returns the end of a message that suggests the closest candidate, or "".
func Hint(word string, candidates ...string) string {
	if best := Closest(word, candidates...); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

func hasPart(candidate, word string) bool {
	parts := strings.FieldsFunc(candidate, func(r rune) bool { return r == '.' || r == '/' })
	for _, p := range parts {
		if strings.EqualFold(p, word) {
			return true
		}
	}
	return false
}

// Distance returns the number of letters to insert, drop, replace or swap with their neighbour to get from a to b.
func Distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	var before, row, next []int
	for j := range len(y) + 1 {
		row = append(row, j)
	}
	for i := 1; i <= len(x); i++ {
		next = append(make([]int, 0, len(row)), i)
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d := min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, before[j-2]+1)
			}
			next = append(next, d)
		}
		before, row = row, next
	}
	return row[len(y)]
}
