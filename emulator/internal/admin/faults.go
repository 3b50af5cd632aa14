package admin

import (
	"encoding/json"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
)

// operationsOf are all operations that a rule may be about, and their names.
func operationsOf(c *api.Call) (operations []*api.Operation, names []string) {
	for _, v := range Vendors(hostOf(c).Plan()) {
		for i := range v.Operations {
			operations = append(operations, &v.Operations[i])
			names = append(names, v.Operations[i].Full)
		}
	}
	return operations, names
}

// armed is a rule as it was written, with its id and what became of it.
func armed(t fault.Told) api.Object {
	o := api.Object{{Name: "id", Value: api.Quote(t.ID)}}
	o = append(o, api.ObjectOf(t.Rule.JSON)...)
	o.SetInt("hits", int64(t.Hits))
	o.SetInt("fired", int64(t.Fired))
	if t.Skipped > 0 {
		o.SetInt("skipped", int64(t.Skipped))
	}
	return o
}

func listFaults(c *api.Call) (any, error) {
	out := []json.RawMessage{}
	for _, t := range worldOf(c).Faults.Rules() {
		out = append(out, armed(t).JSON())
	}
	return out, nil
}

// armFault takes a rule as JSON or YAML.
func armFault(c *api.Call) (any, error) {
	operations, names := operationsOf(c)
	rule, err := fault.Read(c.Raw, names)
	if err != nil {
		return nil, api.Fail(api.Invalid, "%v", err)
	}
	a, err := worldOf(c).Faults.Arm(rule, operations)
	if err != nil {
		return nil, err
	}
	return armed(fault.Told{ID: a.ID, Rule: rule}), nil
}

func getFault(c *api.Call) (any, error) {
	if t, ok := worldOf(c).Faults.Rule(c.Arg("id")); ok {
		return armed(t), nil
	}
	return nil, noFault(c)
}

func noFault(c *api.Call) error {
	var words []string
	for _, t := range worldOf(c).Faults.Rules() {
		words = append(words, t.ID, t.Rule.Name)
	}
	return api.Fail(api.NotFound, "no fault rule %q is armed%s", c.Arg("id"), suggest.Hint(c.Arg("id"), words...))
}

func disarmFault(c *api.Call) (any, error) {
	if !worldOf(c).Faults.Disarm(c.Arg("id")) {
		return nil, noFault(c)
	}
	return nil, nil
}

func disarmFaults(c *api.Call) (any, error) {
	worldOf(c).Faults.Clear()
	return nil, nil
}
