package journal

import (
	"regexp"
	"strings"
)

var (
	// A line of YAML that names a secret and has no value, or the sign of a text in the lines below.
	heading = regexp.MustCompile(`(?i)^[ \t]*(?:-[ \t]+)?["']?` + names + `["']?[ \t]*:[ \t]*(?:[|>][0-9+-]*|\[redacted[:0-9]*\])?[ \t]*(?:#.*)?\r?$`)
	// A value in YAML behind what introduces it: the space before it, its name, the dash of a list.
	valued = regexp.MustCompile(`^([ \t]*(?:-[ \t]+)?(?:["']?[\w.-]+["']?[ \t]*:(?:[ \t]+|$))?)(.*?)(\r?)$`)
	code   = regexp.MustCompile(`(?im)(^[ \t]*["']?code["']?[ \t]*:[ \t]*)([^\s"'{\[,}][^,}\r\n]*|"[^"]*"|'[^']*')`)
)

// below hides what stands under the name of a secret in YAML: lines of a text, of a list, of further members.
func (r *Redactor) below(s string) string {
	if !strings.Contains(s, ":") || !strings.Contains(s, "\n") {
		return s
	}
	lines := strings.Split(s, "\n")
	under := -1 // how far the name is indented
	for i, line := range lines {
		indent := len(line) - len(strings.TrimLeft(line, " \t"))
		switch {
		case strings.TrimSpace(line) == "":
		case under >= 0 && (indent > under || indent == under && strings.HasPrefix(line[indent:], "- ")):
			m := valued.FindStringSubmatch(line)
			if m[2] != "" && !strings.HasPrefix(m[2], hidden) && !r.told[strings.Trim(m[2], `"'`)] {
				lines[i] = m[1] + hidden + m[3]
			}
			continue
		default:
			under = -1
		}
		if heading.MatchString(line) {
			under = indent
		}
	}
	return strings.Join(lines, "\n")
}
