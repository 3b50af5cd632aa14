package admin

import (
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
)

// knowledge is what explanations of a world's entries look up.
func knowledge(c *api.Call, entries []*journal.Entry) *journal.Knowledge {
	type document struct{ kind, id string }
	found, routes := map[document][]string{}, map[string]string{}
	return &journal.Knowledge{
		Nearest: func(method, path string) string {
			call := method + " " + path
			route, looked := routes[call]
			if !looked {
				route = nearest(c, method, path)
				routes[call] = route
			}
			return route
		},
		Worlds: func(kind, id string) []string {
			at := document{kind, id}
			worlds, looked := found[at]
			if !looked {
				worlds = elsewhere(c, kind, id)
				found[at] = worlds
			}
			return worlds
		},
		Call: func(id string) string {
			for _, e := range entries {
				if e.ID == id {
					return e.Method + " " + e.Path
				}
			}
			return ""
		},
		Parent: func(kind string) string {
			if r := hostOf(c).Plan().Catalog.Resource(kind); r != nil {
				return r.Parent()
			}
			return ""
		},
	}
}

// maxElsewhere is how many worlds an explanation names.
const maxElsewhere = 3

// elsewhere are the first other worlds in which a document of a kind has an id.
func elsewhere(c *api.Call, kind, id string) []string {
	if hostOf(c).Plan().Catalog.Resource(kind) == nil {
		return nil
	}
	var out []string
	for _, w := range hostOf(c).Store().Worlds() {
		if w == worldOf(c) {
			continue
		}
		w.View(func(tx api.Tx) {
			if tx.Get(kind, id) != nil {
				out = append(out, w.Name())
			}
		})
		if len(out) == maxElsewhere {
			break
		}
	}
	return out
}

// nearest is the route that is most like one that none answers for, with its method and its operation, or "".
func nearest(c *api.Call, method, path string) string {
	asked := strings.Split(strings.Trim(path, "/"), "/")
	const most = 32 // segments that are compared
	if len(asked) > most {
		return ""
	}
	best, least := "", max(1.25, float64(len(asked))/2+0.5) // more is another thing altogether
	for _, v := range Vendors(hostOf(c).Plan()) {
		for i := range v.Operations {
			op := &v.Operations[i]
			far := apart(asked, strings.Split(strings.Trim(op.Template(), "/"), "/"))
			if op.Method != method {
				far += 0.3
			}
			if far < least {
				best, least = op.Method+" "+op.Template()+" ("+op.Full+")", far
			}
		}
	}
	return best
}

// apart is how many segments must be put in, left out or written otherwise to make a path fit a template; a misspelled one
// counts for as much as is misspelled.
func apart(path, template []string) float64 {
	row := make([]float64, len(template)+1)
	for j := range row {
		row[j] = float64(j)
	}
	for i, p := range path {
		before := row[0]
		row[0] = float64(i + 1)
		for j, t := range template {
			change := 0.0
			switch {
			case strings.HasPrefix(t, "{"):
				change = 0.01 // a name fits better than a parameter
			case p != t:
				change = min(1, 1.5*float64(suggest.Distance(p[:min(len(p), 64)], t))/float64(max(len(p), len(t))))
			}
			before, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, before+change)
		}
	}
	return row[len(template)]
}
