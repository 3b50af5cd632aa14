package journal

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/near"
)

// Knowledge is what an explanation may look up beyond the entry.
type Knowledge struct {
	// Nearest is the route that is most like a method and a path that none answers for, or "".
	Nearest func(method, path string) string
	// Worlds are the other worlds in which a document of a kind has an id.
	Worlds func(kind, id string) []string
}

// Why says in plain words what offended which rule: a line for each reason, none for a success.
func (e *Entry) Why(known *Knowledge) []string {
	if e.Err == nil {
		return nil
	}
	f := e.Err.Facts
	switch e.Err.Code {
	case api.Invalid, api.Malformed:
		return e.whyInvalid()
	case api.NotFound:
		return []string{e.whyMissing(known)}
	case api.Conflict:
		if f.Index == "" {
			break
		}
		return []string{fmt.Sprintf("%s %q is taken by the %s %s%s", f.Index, f.Value, f.Kind, f.ID, inside(f.In))}
	case api.Forbidden:
		if f.Right == "" {
			break
		}
		caller := f.Caller
		if caller == "" {
			caller = e.Caller
		}
		return []string{fmt.Sprintf("the caller %s lacks the right %s that %s needs", caller, f.Right, e.Operation())}
	case api.NoRoute, api.NoMethod:
		why := "no operation answers for " + e.Method + " " + e.Path
		if known != nil && known.Nearest != nil {
			if near := known.Nearest(e.Method, e.Path); near != "" {
				why += "; the nearest is " + near
			}
		}
		return []string{why}
	}
	if e.Err.Message != "" {
		return []string{e.Err.Message}
	}
	return []string{strings.ReplaceAll(string(e.Err.Code), "-", " ")}
}

func (e *Entry) whyInvalid() []string {
	var out []string
	for _, v := range e.Err.Violations {
		line := v.Plain()
		if v.Source != "" && v.Source != "body" {
			line += " (" + v.Source + ")"
		} else if e.Op != nil && e.Op.Body != "" && v.Rule != api.Other && v.Rule != api.Reference {
			line += " (schema " + e.Op.Body + ")"
		}
		if v.Rule == api.Unknown && e.Op != nil && e.Op.Takes != nil && len(v.Path) == 1 {
			line += near.Hint(v.Path[0], e.Op.Takes.Names...)
		}
		out = append(out, line)
	}
	if len(out) == 0 {
		out = append(out, e.Err.Message)
	}
	return append(out, e.page())
}

// page is where the vendor's rules stand.
func (e *Entry) page() string { return "the rules stand in docs/vendors/" + e.Vendor + ".md" }

func (e *Entry) whyMissing(known *Knowledge) string {
	f := e.Err.Facts
	if f.Kind == "" {
		return e.Err.Message
	}
	why := fmt.Sprintf("there is no %s %q%s", f.Kind, f.ID, inside(f.In))
	switch {
	case f.Gone != "":
		why += "; request " + f.Gone + " deleted it"
	case f.Lives != nil:
		why += "; it lives" + inside(f.Lives)
	case known != nil && known.Worlds != nil:
		if worlds := known.Worlds(f.Kind, f.ID); len(worlds) > 0 {
			why += "; it is in the world " + strings.Join(worlds, ", ") + ", and this call went to " + e.World
		}
	}
	return why
}

func inside(owners []string) string {
	if len(owners) == 0 {
		return ""
	}
	return " in " + owners[len(owners)-1]
}

// Unread lists members and parameters that were sent and that nothing read.
func (e *Entry) Unread() []string {
	if e.Op == nil || e.Status >= 400 {
		return nil
	}
	var out []string
	body := e.Body
	if e.Parsed != nil {
		body = e.Parsed
	}
	if e.Op.Takes != nil && gjson.ValidBytes(body) {
		gjson.ParseBytes(body).ForEach(func(k, _ gjson.Result) bool {
			if _, ok := e.Op.Takes.Place[k.Str]; !ok && k.Str != "" {
				out = append(out, k.Str)
			}
			return true
		})
	}
	query, _ := url.ParseQuery(e.Query)
	for _, name := range sorted(query) {
		if !e.reads(name) {
			out = append(out, "?"+name)
		}
	}
	return out
}

// reads tells whether the operation knows a query parameter.
func (e *Entry) reads(name string) bool {
	head, _, _ := strings.Cut(name, "[")
	for _, p := range parameters(e.Op) {
		if p == name || p == head {
			return true
		}
	}
	return false
}

func parameters(op *api.Operation) []string {
	var out []string
	if op.Queries != nil {
		out = append(out, op.Queries.Names...)
	}
	if op.Vendor.Dialect.Parameters != nil {
		for _, p := range op.Vendor.Dialect.Parameters(op) {
			if name, ok := p["name"].(string); ok {
				out = append(out, name)
			}
		}
	}
	return out
}

func sorted(m map[string][]string) []string { return slices.Sorted(maps.Keys(m)) }
