package app

import (
	_ "embed"
	"path"
	"strconv"
	"strings"
)

// known is what the vendors' sources say is missing, a line each: file, line, text. TestGoldenGaps compares it with them.
//
//go:embed gaps.txt
var known string

// Gap is something that a vendor does and its emulation does not, as a comment beside the code says it.
type Gap struct {
	Vendor string // folder of the vendor's package
	File   string
	Line   int
	Text   string
}

// Gaps lists what is known to be missing.
func Gaps() []Gap { return gaps(known) }

func gaps(text string) []Gap {
	var out []Gap
	for line := range strings.Lines(text) {
		file, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		place, what, _ := strings.Cut(rest, ": ")
		n, _ := strconv.Atoi(place) // of a file that tests wrote
		out = append(out, Gap{path.Dir(file), file, n, what})
	}
	return out
}
