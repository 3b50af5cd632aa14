package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
	"github.com/portico-emulator/portico/emulator/internal/suggest"
)

// Knowledge is what an explanation may look up beyond the entry. Fields may be nil.
type Knowledge struct {
	// Nearest is the route that is most like a method and a path that none answers for, or "".
	Nearest func(method, path string) string
	// Worlds are other worlds in which a document of a kind has an id.
	Worlds func(kind, id string) []string
	// Call is the method and the path of another entry, "" where it is kept no longer.
	Call func(id string) string
	// Parent is the kind that objects of a kind live in, or "".
	Parent func(kind string) string
}

// Admin is the id that calls of the admin API have: they are in no journal.
const Admin = "portico"

// Why says in plain words what offended which rule and where the contract has it: a line for each reason, none for a
// success.
func (e *Entry) Why(r *Redactor, known *Knowledge) []string {
	var out []string
	for _, f := range e.Faults {
		out = append(out, fmt.Sprintf("the fault rule %q acted: the answer is not what it would have been", f))
	}
	if e.Err == nil || len(out) > 0 {
		return out
	}
	if known == nil {
		known = &Knowledge{}
	}
	out = e.reasons(r, known)
	for i, line := range out {
		out[i] = r.Words(line)
	}
	return append(out, e.contract())
}

func (e *Entry) reasons(r *Redactor, known *Knowledge) []string {
	f := e.Err.Facts
	switch {
	case len(e.Err.Violations) > 0:
		return e.violations(r)
	case e.Err.Code == api.NotFound && f.Kind != "":
		return []string{e.missing(known)}
	case e.Err.Code == api.Conflict && f.Index != "":
		value := f.Value
		if secretName.MatchString(f.Index) {
			value = hidden
		}
		return []string{fmt.Sprintf("%s %q is taken by the %s %s%s", f.Index, value, f.Kind, f.ID, known.inside(f.Kind, f.In))}
	case e.Err.Code == api.Forbidden && f.Right != "":
		caller := f.Caller
		if caller == "" {
			caller = e.Caller
		}
		why := fmt.Sprintf("the caller %s lacks the right %q that %s needs", caller, f.Right, e.Operation())
		if e.Err.Message != "" {
			why += ": " + e.Err.Message
		}
		return []string{why}
	case e.Err.Code == api.NoRoute || e.Err.Code == api.NoMethod:
		why := "no operation answers for " + e.Method + " " + e.Path
		if known.Nearest != nil {
			if near := known.Nearest(e.Method, e.Path); near != "" {
				why += "; the nearest is " + near
			}
		}
		return []string{why}
	case e.Err.Code == api.TooLong:
		return []string{"the URL is too long"}
	case e.Err.Code == api.Internal:
		why := "the emulator failed, which is its own fault; its log says more"
		if e.Err.Cause != nil {
			first, _, _ := strings.Cut(e.Err.Cause.Error(), "\n")
			why += ": " + clip(first)
		}
		return []string{why}
	case e.Err.Code == api.Malformed:
		return []string{e.Err.Message + e.broken()}
	case e.Err.Message != "":
		return []string{e.Err.Message}
	}
	return []string{strings.ReplaceAll(string(e.Err.Code), "-", " ")}
}

// broken says where a body stops being JSON.
func (e *Entry) broken() string {
	var v any
	var at *json.SyntaxError
	if !errors.As(e.Err.Cause, new(*api.Error)) && e.Length == len(e.Body) && errors.As(json.Unmarshal(e.Body, &v), &at) {
		return fmt.Sprintf(", at byte %d of %d: %s", at.Offset, e.Length, at.Error())
	}
	return ""
}

func (e *Entry) violations(r *Redactor) []string {
	var out []string
	body := e.tree()
	for i := range e.Err.Violations {
		v := &e.Err.Violations[i]
		line := v.Plain()
		schema := ""
		if e.Op != nil {
			schema = e.Op.Body
		}
		switch {
		case v.Source == "query":
			schema = ""
			if e.Op != nil {
				schema = e.Op.Query
			}
			if v.Rule == api.Unknown {
				line = "there is no parameter " + strings.Join(v.Path, ".") + suggest.Hint(strings.Join(v.Path, "."), e.parameters()...)
			} else {
				line = "parameter " + line
			}
		case v.Source != "" && v.Source != "body":
			schema = ""
			line = v.Source + " " + line
		case v.Rule == api.Unknown && e.Op != nil && e.Op.Takes != nil && len(v.Path) == 1:
			line += suggest.Hint(v.Path[0], e.Op.Takes.Names...)
		case v.Rule != api.Unknown && v.Rule != api.Required:
			line += got(r, body, v.Path)
		}
		switch {
		case v.Rule == api.Other || v.Rule == "":
		case v.Rule == api.Reference || schema == "":
			line += fmt.Sprintf(" (rule %s)", v.Rule)
		default:
			line += fmt.Sprintf(" (rule %s of the schema %s)", v.Rule, schema)
		}
		out = append(out, line)
	}
	if len(out) == maxViolations {
		out = append(out, "and perhaps more")
	}
	return out
}

// got is the value that offends, as it was sent.
func got(r *Redactor, body *object.Tree, path []string) string {
	v := body.At(path)
	if len(path) == 0 || !v.Exists() {
		return ""
	}
	if secretName.MatchString(path[len(path)-1]) {
		return ", got " + hidden
	}
	return ", got " + clip(r.JSON(v.Raw))
}

// tree is the body, without anything in it where it is no JSON or was cut.
func (e *Entry) tree() *object.Tree { return object.NewTree(e.json()) }

// json is the body as JSON, nil where it is none or was cut.
func (e *Entry) json() []byte {
	switch {
	case e.Parsed != nil:
		return e.Parsed
	case e.Length > len(e.Body) || !gjson.ValidBytes(e.Body):
		return nil
	}
	return e.Body
}

func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// contract is where the rules stand.
func (e *Entry) contract() string {
	switch {
	case e.Op != nil:
		where := "contract: " + e.Op.Full + " in docs/vendors/" + e.Vendor + ".md and in GET /_portico/openapi/" + e.Vendor + ".json"
		if e.Op.Body != "" && len(e.Err.Violations) > 0 {
			where += " (components.schemas." + e.Op.Body + ")"
		}
		return where
	case e.Vendor != "":
		return "contract: GET /_portico/operations?vendor=" + e.Vendor + " lists what there is"
	}
	return "contract: GET /_portico/operations lists what there is"
}

func (e *Entry) missing(known *Knowledge) string {
	f := e.Err.Facts
	why := fmt.Sprintf("there is no %s %q%s", f.Kind, f.ID, known.inside(f.Kind, f.In))
	switch {
	case f.Gone == Admin:
		return why + "; a call of the admin API deleted it"
	case f.Gone != "":
		why += "; request " + f.Gone
		if known.Call != nil {
			if call := known.Call(f.Gone); call != "" {
				why += " (" + call + ")"
			}
		}
		return why + " deleted it"
	case len(f.Lives) > 0:
		return why + "; it is" + known.inside(f.Kind, f.Lives)
	}
	if known.Worlds != nil {
		if worlds := known.Worlds(f.Kind, f.ID); len(worlds) > 0 {
			return why + "; it is in the world " + strings.Join(worlds, ", ") + ", and this call went to the world " + e.World
		}
	}
	return why
}

// inside says where documents of a kind are whose owners have these ids.
func (k *Knowledge) inside(kind string, owners []string) string {
	if len(owners) == 0 {
		return ""
	}
	id := owners[len(owners)-1]
	if k.Parent != nil {
		if parent := k.Parent(kind); parent != "" {
			return " in the " + parent + " " + id
		}
	}
	return " in " + id
}
