package experiencehub

import "strings"

// formats are what the schemas of this vendor use beyond the standard ones.
var formats = map[string]func(any) bool{
	"not-blank": func(v any) bool {
		s, ok := v.(string)
		return !ok || strings.TrimSpace(s) != ""
	},
}
