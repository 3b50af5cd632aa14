package testkit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var stepForm = regexp.MustCompile(`^(?:\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])`)

// pathSteps reads a JSON path of the forms $.a.b[0] and $['x'], as the admin API does.
func pathSteps(path string) ([]string, error) {
	rest, ok := strings.CutPrefix(path, "$")
	if !ok {
		return nil, fmt.Errorf("%q is no JSON path: it begins with $, as in $.a.b[0] or $['x']", path)
	}
	var out []string
	for rest != "" {
		m := stepForm.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("%q is no JSON path at %q: steps are .name, [0] and ['name']", path, rest)
		}
		out = append(out, m[1]+m[2]+strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\\`, `\`).Replace(m[3]+m[4]))
		rest = rest[len(m[0]):]
	}
	return out, nil
}

// follow gives what stands where the steps lead.
func follow(v any, steps []string) (any, bool) {
	for _, s := range steps {
		switch in := v.(type) {
		case map[string]any:
			member, ok := in[s]
			if !ok {
				return nil, false
			}
			v = member
		case []any:
			i, err := strconv.Atoi(s)
			if err != nil || i < 0 || i >= len(in) {
				return nil, false
			}
			v = in[i]
		default:
			return nil, false
		}
	}
	return v, true
}
