package testkit

import (
	"regexp"
	"strconv"
	"strings"
)

// pathStep is one step of a JSON path: .name, [0], ['name'] or ["name"].
var pathStep = regexp.MustCompile(`^(?:\.([A-Za-z_$][\w$-]*)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\])`)

// follow returns the value at a JSON path in decoded JSON. It reports false if there is none or the path is not valid.
func follow(v any, path string) (any, bool) {
	rest, ok := strings.CutPrefix(path, "$")
	for ok && rest != "" {
		m := pathStep.FindStringSubmatch(rest)
		if m == nil {
			return nil, false
		}
		rest = rest[len(m[0]):]
		switch in := v.(type) {
		case map[string]any:
			name := m[1] + m[2] + strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\\`, `\`).Replace(m[3]+m[4])
			v, ok = in[name]
		case []any:
			i, err := strconv.Atoi(m[2])
			if ok = err == nil && i < len(in); ok {
				v = in[i]
			}
		default:
			return nil, false
		}
	}
	return v, ok
}
