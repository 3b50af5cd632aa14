// Package suggest finds the word that a user probably meant. It knows no vendor.
package suggest

import (
	"fmt"
	"strings"
)

// Bounds of a search: clients choose the words, and many of the candidates.
const (
	longest = 128  // letters of a word; nothing is near a longer one
	most    = 1024 // candidates that are compared
)

// Closest returns the candidate that is spelled most like word, the first of equals, or "" if none is near. One that has the
// word as a part ("portal" in "konnect.portal") is near, too. Words of more than 128 bytes, and what comes after 1,024
// candidates, are not compared.
func Closest(word string, candidates ...string) string {
	if len(word) > longest {
		return ""
	}
	lower := strings.ToLower(word)
	best, limit := "", max(2, len(word)/3) // the largest distance that still counts
	for _, c := range candidates[:min(len(candidates), most)] {
		d := limit + 1
		if far := len(c) - len(word); max(far, -far) <= limit { // each letter too many or too few costs one
			d = Distance(lower, strings.ToLower(c), limit)
		}
		if d <= limit || hasPart(c, word) {
			best, limit = c, min(d, limit)-1
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
	if len(candidate) <= len(word) {
		return false
	}
	for p := range strings.FieldsFuncSeq(candidate, func(r rune) bool { return r == '.' || r == '/' }) {
		if strings.EqualFold(p, word) {
			return true
		}
	}
	return false
}

// Distance counts the letters to insert, drop, replace or swap with their neighbour to get from a to b. It stops beyond
// limit: a larger distance is limit+1. The first 128 letters of each are compared.
//
// Only distances up to the limit are computed, which is a band along the diagonal: with a small limit the cost grows
// with the length of the words and not with its square.
func Distance(a, b string, limit int) int {
	var roomA, roomB [longest]rune
	x, y := letters(roomA[:0], a), letters(roomB[:0], b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	limit = min(limit, longest) // no distance is larger
	if far := len(x) - len(y); max(far, -far) > limit {
		return limit + 1
	}
	var rooms [3][longest + 1]int // the row before the last one, the last one, the next one
	before, row, next := &rooms[0], &rooms[1], &rooms[2]
	for j := range min(len(y), limit) + 1 {
		row[j] = j
	}
	for i := 1; i <= len(x); i++ {
		from, to := max(1, i-limit), min(len(y), i+limit)
		next[from-1] = limit + 1 // outside of the band
		if from == 1 {
			next[0] = i
		}
		if to == i+limit {
			row[to] = limit + 1
		}
		least := next[from-1]
		for j := from; j <= to; j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d := min(row[j]+1, next[j-1]+1, row[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d = min(d, before[j-2]+1)
			}
			next[j] = d
			least = min(least, d)
		}
		if least > limit {
			return limit + 1
		}
		before, row, next = row, next, before
	}
	return min(row[len(y)], limit+1)
}

func letters(to []rune, s string) []rune {
	for _, r := range s {
		if len(to) == cap(to) {
			break
		}
		to = append(to, r)
	}
	return to
}
