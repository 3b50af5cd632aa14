package testkit

import (
	"strconv"
)

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
