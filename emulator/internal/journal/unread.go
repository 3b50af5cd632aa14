package journal

import (
	"maps"
	"net/url"
	"slices"

	"github.com/tidwall/gjson"
)

// Unread lists members, and parameters as ?name, that were sent and that nothing read.
func (e *Entry) Unread() []string {
	if e.Op == nil {
		return nil
	}
	var out []string
	switch body := e.json(); {
	case e.Op.Body == "" && e.Op.Accepts == "" && e.Length > 0:
		out = append(out, "the body")
	case e.Op.Takes != nil && body != nil:
		gjson.ParseBytes(body).ForEach(func(k, _ gjson.Result) bool {
			if _, ok := e.Op.Takes.Place[k.Str]; !ok && k.Str != "" {
				out = append(out, k.Str)
			}
			return true
		})
	}
	query, _ := url.ParseQuery(e.Query)
	for _, name := range sorted(query) {
		if !e.Op.Reads(name) {
			out = append(out, "?"+name)
		}
	}
	return out
}

// parameters are the names of the query parameters that the operation knows.
func (e *Entry) parameters() []string {
	if e.Op == nil {
		return nil
	}
	return e.Op.Known
}

func sorted(m map[string][]string) []string { return slices.Sorted(maps.Keys(m)) }
