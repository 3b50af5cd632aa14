package rest

import (
	"math"
	"strconv"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Body is the check that the body could be read and fits its schema.
func Body(c *api.Call) error {
	if c.Unread {
		return api.ErrUnread
	}
	return c.Problem
}

// Query is the check that the query parameters fit their schema and the dialect's list parameters.
func Query(c *api.Call) error {
	var bad []api.Violation
	if c.Op.Query != "" {
		found, err := c.Vendor.Check(c.Op.Query, parameters(c))
		if err != nil {
			return err
		}
		for _, v := range found {
			v.Source = "query"
			bad = append(bad, v)
		}
	}
	if c.Vendor.Dialect.Ask != nil && c.Op.List != nil {
		if err := c.Vendor.Dialect.Ask(c); err != nil {
			e := api.AsError(err)
			if e.Code != api.Invalid || e.Vendor != nil {
				return err
			}
			bad = append(bad, e.Violations...)
		}
	}
	if len(bad) > 0 {
		return api.Refuse(bad...)
	}
	return nil
}

// Input is Query and Body in one check, for vendors that report all violations together.
func Input(c *api.Call) error {
	if c.Unread {
		return api.ErrUnread
	}
	q, b := Query(c), Body(c)
	switch {
	case q == nil:
		return b
	case b == nil:
		return q
	}
	first, second := api.AsError(q), api.AsError(b)
	if first.Code != api.Invalid || second.Code != api.Invalid {
		return b
	}
	return api.Refuse(append(second.Violations, first.Violations...)...)
}

// parameters returns the query as a JSON object: the first value of each, as a number if the schema wants one and it is one.
func parameters(c *api.Call) []byte {
	out := append(make([]byte, 0, 128), '{')
	for name, values := range c.Query {
		if len(values) == 0 {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(api.AppendString(out, name), ':')
		kind := ""
		if c.Op.Queries != nil {
			kind = c.Op.Queries.Types[name]
		}
		out = parameter(out, kind, values[0])
	}
	return append(out, '}')
}

func parameter(out []byte, kind, text string) []byte {
	switch kind {
	case "integer", "number":
		if n, err := strconv.ParseFloat(text, 64); err == nil && !math.IsInf(n, 0) && !math.IsNaN(n) {
			return strconv.AppendFloat(out, n, 'g', -1, 64)
		}
	case "boolean":
		if b, err := strconv.ParseBool(text); err == nil {
			return append(out, api.Boolean(b)...)
		}
	}
	return api.AppendString(out, text)
}
