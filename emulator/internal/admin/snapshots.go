package admin

import (
	"encoding/json"
	"errors"
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
	"github.com/portico-emulator/portico/emulator/internal/near"
	"github.com/portico-emulator/portico/emulator/internal/seed"
	"github.com/portico-emulator/portico/emulator/internal/server"
	"github.com/portico-emulator/portico/emulator/internal/world"
)

func listSnapshots(c *api.Call) (any, error) { return worldOf(c).Snapshots(), nil }

func takeSnapshot(c *api.Call) (any, error) {
	name := c.Arg("name")
	if !server.WorldName(name) {
		return nil, api.Refuse(api.Violation{Source: "path", Path: []string{"name"}, Rule: api.Other, Text: "want a letter or digit, then at most 63 letters, digits, dots, dashes, underscores"})
	}
	return nil, worldOf(c).Snapshot(name)
}

func restoreSnapshot(c *api.Call) (any, error) {
	there, err := worldOf(c).Restore(c.Arg("name"))
	if !there {
		return nil, noSnapshot(c, c.Arg("name"))
	}
	return nil, err
}

func deleteSnapshot(c *api.Call) (any, error) {
	there, err := worldOf(c).DropSnapshot(c.Arg("name"))
	if !there {
		return nil, noSnapshot(c, c.Arg("name"))
	}
	return nil, err
}

func noSnapshot(c *api.Call, name string) error {
	var names []string
	for _, s := range worldOf(c).Snapshots() {
		names = append(names, s.Name)
	}
	return api.Fail(api.NotFound, "no snapshot %q in the world %s%s", name, c.World.Name(), near.Hint(name, names...))
}

// placement is where a document of a difference stands.
type placement struct {
	Kind     string          `json:"kind"`
	ID       string          `json:"id"`
	Document json.RawMessage `json:"document,omitempty"`
	Patch    []journal.Step  `json:"patch,omitempty"`
}

func getDiff(c *api.Call) (any, error) {
	from := c.Param("from")
	all, ok := worldOf(c).Diff(from)
	if !ok {
		return nil, noSnapshot(c, from)
	}
	out := map[string][]placement{"added": {}, "removed": {}, "changed": {}}
	for _, d := range all {
		switch {
		case d.Before == nil:
			out["added"] = append(out["added"], placement{d.After.Res.Kind, d.After.ID, d.After.JSON, nil})
		case d.After == nil:
			out["removed"] = append(out["removed"], placement{d.Before.Res.Kind, d.Before.ID, d.Before.JSON, nil})
		default:
			out["changed"] = append(out["changed"], placement{d.After.Res.Kind, d.After.ID, nil, journal.Patch(d.Before.JSON, d.After.JSON)})
		}
	}
	return out, nil
}

func export(c *api.Call) (any, error) {
	w := worldOf(c)
	out := api.Object{
		{Name: "format", Value: []byte(strconv.Itoa(seed.Format))},
		{Name: "portico", Value: api.Quote(hostOf(c).Version())},
		{Name: "seed", Value: strconv.AppendUint(nil, w.Seed(), 10)},
		{Name: "fixture", Value: api.Quote(w.Fixture())},
	}
	clock, err := api.Encode(tell(w))
	if err != nil {
		return nil, err
	}
	out.Set("clock", clock)
	// Not before: what is asked of the world above waits for whoever waits for this.
	w.View(func(tx api.Tx) { out.Set("documents", allStored(tx, hostOf(c).Plan().Catalog.Resources())) })
	return out, nil
}

// allStored is all documents of some kinds as they are stored, by kind.
func allStored(tx api.Tx, kinds []*api.Resource) []byte {
	out := []byte{'{'}
	for _, r := range kinds {
		list := []byte(nil)
		for d := range tx.All(r.Kind) {
			if list != nil {
				list = append(list, ',')
			}
			list = stored(d, list)
		}
		if list == nil {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(api.AppendString(out, r.Kind), ':', '['), list...)
		out = append(out, ']')
	}
	return append(out, '}')
}

// importDocuments replaces the world's documents by those of an export or a fixture, and its clock by the export's.
func importDocuments(c *api.Call) (any, error) {
	fixture, err := seed.Read("import", c.Raw)
	if err != nil {
		return nil, api.Fail(api.Malformed, "%v", err)
	}
	if fixture.Empty() {
		return nil, api.Fail(api.Malformed, "import: there is no member documents; an empty world is imported with {\"documents\": []}")
	}
	w := worldOf(c)
	err = w.Replace(fixture.Clock(), func(tx api.Tx) error { return fixture.Grow(c.Context(), tx, w.Seed(), hostOf(c).Judge()) })
	if err != nil && !errors.Is(err, world.ErrNotLogged) {
		err = api.Fail(api.Invalid, "%v", err)
	}
	return nil, err
}
