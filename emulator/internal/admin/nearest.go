package admin

import (
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
)

// routeTable is the routes of the vendors, ready to be compared with paths that none of them answers for. The same words
// are in many of them, so a segment of a path is compared with each word once.
type routeTable struct {
	routes []route
	words  []string
	far    [][]float64 // of each segment of the path that is looked at, how far it is from each word
}

// route is a template, as positions of its segments among the words.
type route struct {
	op       *api.Operation
	segments []int // parameter for one that takes any segment
}

const (
	parameter   = -1
	maxSegments = 32 // of a path that is compared
	maxSegment  = 64 // bytes of a segment that are compared
)

func newRouteTable(vendors []*api.Vendor) *routeTable {
	t := &routeTable{}
	places := map[string]int{}
	for _, v := range vendors {
		for i := range v.Operations {
			r := route{op: &v.Operations[i]}
			for _, s := range segments(r.op.Template()) {
				at, known := places[s]
				switch {
				case strings.HasPrefix(s, "{"):
					at = parameter
				case !known:
					at = len(t.words)
					places[s] = at
					t.words = append(t.words, s)
				}
				r.segments = append(r.segments, at)
			}
			t.routes = append(t.routes, r)
		}
	}
	return t
}

func segments(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// nearest is the route that is most like one that none answers for, with its method and its operation, or "".
func (t *routeTable) nearest(method, path string) string {
	asked := segments(path)
	if len(asked) > maxSegments {
		return ""
	}
	t.far = t.far[:0]
	for _, s := range asked {
		far := make([]float64, len(t.words))
		for i, word := range t.words {
			far[i] = misspelled(s, word)
		}
		t.far = append(t.far, far)
	}
	var best *api.Operation
	least := max(1.25, float64(len(asked))/2+0.5) // more is another thing altogether
	for _, r := range t.routes {
		if many := len(asked) - len(r.segments); float64(max(many, -many)) >= least { // each segment too many or too few costs one
			continue
		}
		far := t.apart(r.segments)
		if r.op.Method != method {
			far += 0.3
		}
		if far < least {
			best, least = r.op, far
		}
	}
	if best == nil {
		return ""
	}
	return best.Method + " " + best.Template() + " (" + best.Full + ")"
}

// misspelled is how much of a segment is written otherwise than a word, from 0 to 1 for another word altogether.
func misspelled(s, word string) float64 {
	if s == word {
		return 0
	}
	letters := max(len(s), len(word))
	return min(1, 1.5*float64(suggest.Distance(s[:min(len(s), maxSegment)], word, letters*2/3))/float64(letters))
}

// apart is how many segments must be put in, left out or written otherwise to make the path fit a template; a misspelled one
// counts for as much as is misspelled.
func (t *routeTable) apart(template []int) float64 {
	var room [maxSegments + 1]float64
	row := append(room[:0], 0)
	for j := range template {
		row = append(row, float64(j+1))
	}
	for i := range t.far {
		before := row[0]
		row[0] = float64(i + 1)
		for j, word := range template {
			change := 0.01 // a name fits better than a parameter
			if word != parameter {
				change = t.far[i][word]
			}
			before, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, before+change)
		}
	}
	return row[len(template)]
}
