package admin

import (
	"sync"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

// knowledge is what explanations of a world's entries look up. Each thing is looked up once for all of them.
func knowledge(c *api.Call, entries []*journal.Entry) *journal.Knowledge {
	type document struct{ kind, id string }
	found, routes := map[document][]string{}, map[string]string{}
	recent := sync.OnceValue(func() []*world.World { return hostOf(c).Store().Recent(searched) })
	table := sync.OnceValue(func() *routeTable { return newRouteTable(Vendors(hostOf(c).Plan())) })
	calls := sync.OnceValue(func() map[string]string {
		out := make(map[string]string, len(entries))
		for _, e := range entries {
			out[e.ID] = e.Method + " " + e.Path
		}
		return out
	})
	return &journal.Knowledge{
		Nearest: func(method, path string) string {
			call := method + " " + path
			route, looked := routes[call]
			if !looked {
				route = table().nearest(method, path)
				routes[call] = route
			}
			return route
		},
		Worlds: func(kind, id string) []string {
			at := document{kind, id}
			worlds, looked := found[at]
			if !looked && hostOf(c).Plan().Catalog.Resource(kind) != nil {
				worlds = elsewhere(recent(), worldOf(c), kind, id)
				found[at] = worlds
			}
			return worlds
		},
		Call: func(id string) string { return calls()[id] },
		Parent: func(kind string) string {
			if r := hostOf(c).Plan().Catalog.Resource(kind); r != nil {
				return r.Parent()
			}
			return ""
		},
	}
}

const (
	searched     = 32 // worlds in which a missing document is looked for
	maxElsewhere = 3  // worlds that an explanation names
)

// elsewhere are the first of some worlds in which a document of a kind has an id, but for one.
func elsewhere(worlds []*world.World, but *world.World, kind, id string) []string {
	var out []string
	for _, w := range worlds {
		if len(out) < maxElsewhere && w != but && w.Contains(kind, id) {
			out = append(out, w.Name())
		}
	}
	return out
}
