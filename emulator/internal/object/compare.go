package object

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// Same reports whether two JSON values mean the same: the order of members and the form of numbers do not matter.
func Same(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	k := kind(a)
	if k != kind(b) {
		return false
	}
	switch k {
	case '{':
		return maps.EqualFunc(maps.Collect(Members(a)), maps.Collect(Members(b)), Same)
	case '[':
		return slices.EqualFunc(slices.Collect(Elements(a)), slices.Collect(Elements(b)), Same)
	}
	a, b = bytes.TrimSpace(a), bytes.TrimSpace(b)
	switch {
	case k == '"':
		return TextOf(a) == TextOf(b)
	case k == '0' && (bytes.ContainsAny(a, ".eE") || bytes.ContainsAny(b, ".eE")):
		// Only these: as floats, different whole numbers beyond 2^53 would be equal.
		x, errX := strconv.ParseFloat(string(a), 64)
		y, errY := strconv.ParseFloat(string(b), 64)
		return errX == nil && errY == nil && x == y
	}
	return bytes.Equal(a, b)
}

// MergePatch applies an RFC 7396 merge patch to a JSON value and returns the result. Members keep their order, and numbers
// the way they are written. The result may share memory with both.
func MergePatch(target, patch []byte) []byte {
	if kind(patch) != '{' {
		return patch
	}
	o := Of(target)
	for name, value := range Members(patch) {
		switch kind(value) {
		case 'n':
			o.Delete(name)
		case '{':
			o.Set(name, MergePatch(o.Raw(name), value))
		default:
			o.Set(name, value)
		}
	}
	return o.JSON()
}

// Step is an operation of a JSON Patch (RFC 6902).
type Step struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value,omitempty"`
}

// Diff returns a JSON Patch that turns one document into another. Objects are compared member by member, arrays of the same
// length element by element; other values that differ are replaced as a whole.
func Diff(before, after []byte) []Step { return diff(nil, "", before, after) }

func diff(steps []Step, path string, a, b []byte) []Step {
	if Same(a, b) {
		return steps
	}
	if k := kind(a); k == kind(b) {
		switch k {
		case '{':
			return diffMembers(steps, path, a, b)
		case '[':
			before, after := slices.Collect(Elements(a)), slices.Collect(Elements(b))
			if len(before) == len(after) {
				for i := range before {
					steps = diff(steps, path+"/"+strconv.Itoa(i), before[i], after[i])
				}
				return steps
			}
		}
	}
	return append(steps, Step{"replace", path, b})
}

func diffMembers(steps []Step, path string, a, b []byte) []Step {
	before, after := maps.Collect(Members(a)), maps.Collect(Members(b))
	for name, value := range Members(a) {
		at := path + "/" + Escape(name)
		if now, ok := after[name]; ok {
			steps = diff(steps, at, value, now)
		} else {
			steps = append(steps, Step{Op: "remove", Path: at})
		}
	}
	for name, value := range Members(b) {
		if _, ok := before[name]; !ok {
			steps = append(steps, Step{"add", path + "/" + Escape(name), value})
		}
	}
	return steps
}
