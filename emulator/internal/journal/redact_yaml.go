package journal

import (
	"regexp"
	"strings"
)

var (
	// Names of secrets where a member of YAML can begin, or one of JSON that is not whole. The group is what stands before
	// the name on its line, or behind a bracket or comma: blanks, dashes, an explicit key's question mark, tag and anchor.
	keys         = keyPattern(names)
	keysAndCodes = keyPattern(names + `|code`)
	// A value in YAML behind what introduces it: the space before it, its name, the dash of a list.
	valued = regexp.MustCompile(`^([ \t]*(?:[-?:][ \t]+)*(?:["']?[\w.-]+["']?[ \t]*:(?:[ \t]+|$))?)(.*?)(\r?)$`)
)

func keyPattern(names string) *regexp.Regexp {
	return regexp.MustCompile(`(?im)((?:^|[{\[,\r])[ \t]*(?:[-?:#][ \t]+)*(?:[!&][^\s,\[\]{}]*[ \t]+)*)["']?(?:` + names + `)["']?`)
}

const blank = " \t"

// members hides the values of members that are named as secrets are, however YAML writes them. In doubt it hides more. It goes
// over the text once: what cannot be a name does not end in what is looked for, and a value is not looked at again.
func (r *Redactor) members(s string, keys *regexp.Regexp) string {
	var out strings.Builder
	done, counted, brackets := 0, 0, 0
	for _, m := range keys.FindAllStringSubmatchIndex(s, -1) {
		if m[0] < done {
			continue
		}
		colon := colonAfter(s, m[1])
		if colon < 0 {
			continue
		}
		for ; counted < m[0]; counted++ {
			switch s[counted] {
			case '{', '[':
				brackets++
			case '}', ']':
				brackets = max(brackets-1, 0)
			}
		}
		before := strings.TrimPrefix(s[m[2]:m[3]], "\r")
		inline := before != "" && strings.IndexByte("{[,", before[0]) >= 0
		end := "\r\n" // of what stands without quotes
		from := skip(s, colon+1, blank)
		if inline {
			if end += ",}]"; brackets > 0 || before[0] != ',' {
				end = ",}]"
				from = skip(s, from, blank+"\r\n")
			}
		}
		for from < len(s) && (s[from] == '!' || s[from] == '&') {
			from = skip(s, until(s, from, blank+"\r\n"), blank)
		}
		to, plain := valueEnd(s, from, end)
		open := false
		if plain && !inline && brackets > 0 {
			closed := from + len(strings.TrimRight(s[from:to], blank+",}]"))
			open = closed == to // it goes on below
			to = closed
		}
		out.WriteString(s[done:from])
		out.WriteString(r.hideValue(s[from:to]))
		done = to
		if plain && !inline {
			indent := len(before) - len(strings.TrimLeft(before, blank+"-?:#"))
			if n := strings.LastIndexByte(s[m[1]:colon], '\n'); n >= 0 { // an explicit key's colon has a line of its own
				indent = colon - (m[1] + n + 1)
			}
			done = r.below(&out, s, to, indent, open)
		}
	}
	return out.String() + s[done:]
}

// skip is where something else than these characters stands, until where one of them does.
func skip(s string, i int, characters string) int {
	return len(s) - len(strings.TrimLeft(s[i:], characters))
}

func until(s string, i int, characters string) int {
	if n := strings.IndexAny(s[i:], characters); n >= 0 {
		return i + n
	}
	return len(s)
}

// colonAfter is where the colon stands that makes what ends here the name of a member, or -1. That of an explicit key begins a
// line below, after comments; within 1,000 bytes, since there may be as many names as comments.
func colonAfter(s string, i int) int {
	i = skip(s, i, blank)
	s = s[:min(len(s), i+1000)]
	for ; i < len(s); i = skip(s, i, blank+"\r\n") {
		switch s[i] {
		case ':':
			return i
		case '\r', '\n':
		case '#':
			i = until(s, i, "\r\n")
		default:
			return -1
		}
	}
	return -1
}

// valueEnd is where a value ends that stands in quotes or in brackets, or is plain and ends with one of these characters.
func valueEnd(s string, i int, end string) (to int, plain bool) {
	switch {
	case i == len(s):
	case s[i] == '"', s[i] == '\'':
		return quoteEnd(s, i), false
	case s[i] == '[', s[i] == '{':
		return bracketEnd(s, i), false
	}
	return i + len(strings.TrimRight(s[i:until(s, i, end)], blank+"\r\n")), true
}

// quoteEnd is the end of what begins with a quote here.
func quoteEnd(s string, i int) int {
	quote := s[i]
	for i++; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quote == '"', s[i] == quote && quote == '\'' && strings.HasPrefix(s[i+1:], "'"):
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}

// bracketEnd is the end of what begins with a bracket here.
func bracketEnd(s string, i int) int {
	depth, start := 0, false // of a value, where quotes are quotes
	for i < len(s) {
		switch c := s[i]; {
		case c == '[' || c == '{':
			depth++
			start = true
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case c == ',' || c == ':':
			start = true
		case start && (c == '"' || c == '\''):
			i = quoteEnd(s, i)
			start = false
			continue
		case !strings.ContainsRune(blank+"\r\n", rune(c)):
			start = false
		}
		i++
	}
	return len(s)
}

// hideValue is what is told instead of a value, which is the value itself where it holds no secret.
func (r *Redactor) hideValue(value string) string {
	quote, inner := "", strings.TrimSpace(value)
	if inner != "" && (inner[0] == '"' || inner[0] == '\'') {
		quote = inner[:1]
		inner = strings.Trim(inner, quote)
	}
	switch {
	case r.told[inner], inner == "null", inner == "true", inner == "false", inner == "~", strings.Trim(inner, "[]{} \t\r\n") == "":
		return value
	}
	return quote + r.hide(inner) + quote
}

// below hides what stands under a name, in the lines after offset i: lines of a text, of a list, of further members. Open says
// that brackets are, which end the value wherever its lines begin. It gives the offset up to which it has written.
func (r *Redactor) below(out *strings.Builder, s string, i, indent int, open bool) int {
	for {
		n := strings.IndexByte(s[i:], '\n')
		if n < 0 {
			return i
		}
		next := i + n + 1
		line := s[next:until(s, next, "\n")]
		depth := skip(line, 0, blank)
		switch {
		case strings.TrimSpace(line) == "":
		case open, depth > indent, depth == indent && strings.HasPrefix(line[depth:], "- "):
			open = open && !strings.ContainsAny(line[len(strings.TrimRight(line, blank+"\r,}]")):], ",}]")
			m := valued.FindStringSubmatch(line)
			line = m[1] + r.hideValue(m[2]) + m[3]
		default:
			return i
		}
		out.WriteString(s[i:next])
		out.WriteString(line)
		i = until(s, next, "\n")
	}
}
