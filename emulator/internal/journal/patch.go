package journal

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Step is an operation of a JSON Patch (RFC 6902).
type Step struct {
	Op    string          `json:"op"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value,omitempty"`
}

// Patch is what turns one document into another: members one by one at every depth, arrays of one length element by
// element, others whole.
func Patch(before, after []byte) []Step {
	var p patcher
	p.value("", gjson.ParseBytes(before), gjson.ParseBytes(after))
	return p.steps
}

type patcher struct{ steps []Step }

func (p *patcher) add(op, path string, value gjson.Result) {
	s := Step{Op: op, Path: path}
	if op != "remove" {
		s.Value = json.RawMessage(value.Raw)
	}
	p.steps = append(p.steps, s)
}

func (p *patcher) value(path string, a, b gjson.Result) {
	switch {
	case api.Same([]byte(a.Raw), []byte(b.Raw)):
	case a.IsObject() && b.IsObject():
		p.object(path, a, b)
	case a.IsArray() && b.IsArray() && len(a.Array()) == len(b.Array()):
		others := b.Array()
		for i, e := range a.Array() {
			p.value(path+"/"+strconv.Itoa(i), e, others[i])
		}
	default:
		p.add("replace", path, b)
	}
}

func (p *patcher) object(path string, a, b gjson.Result) {
	old, now := a.Map(), b.Map()
	a.ForEach(func(k, v gjson.Result) bool {
		if w, there := now[k.Str]; there {
			p.value(path+"/"+escape(k.Str), v, w)
		} else {
			p.add("remove", path+"/"+escape(k.Str), v)
		}
		return true
	})
	b.ForEach(func(k, v gjson.Result) bool {
		if _, was := old[k.Str]; !was {
			p.add("add", path+"/"+escape(k.Str), v)
		}
		return true
	})
}

func escape(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }
