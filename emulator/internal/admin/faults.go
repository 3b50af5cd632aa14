package admin

import (
	"encoding/json"
	"strconv"

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
	o = append(o, api.ObjectOf(t.Rule)...)
	o.Set("hits", strconv.AppendInt(nil, int64(t.Hits), 10))
	o.Set("fired", strconv.AppendInt(nil, int64(t.Fired), 10))
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
	a := worldOf(c).Faults.Arm(rule, operations)
	for _, t := range worldOf(c).Faults.Rules() {
		if t.ID == a.ID {
			return armed(t), nil
		}
	}
	return armed(fault.Told{ID: a.ID, Rule: []byte("{}")}), nil
}

func getFault(c *api.Call) (any, error) {
	var names []string
	for _, t := range worldOf(c).Faults.Rules() {
		if t.ID == c.Arg("id") {
			return armed(t), nil
		}
		names = append(names, t.ID)
	}
	return nil, api.Fail(api.NotFound, "no fault rule %q is armed%s", c.Arg("id"), suggest.Hint(c.Arg("id"), names...))
}

func disarmFault(c *api.Call) (any, error) {
	if _, err := getFault(c); err != nil {
		return nil, err
	}
	worldOf(c).Faults.Disarm(c.Arg("id"))
	return nil, nil
}

func disarmFaults(c *api.Call) (any, error) {
	worldOf(c).Faults.Clear()
	return nil, nil
}
