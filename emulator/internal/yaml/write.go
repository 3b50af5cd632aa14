package yaml

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/object"
)

var errJSON = errors.New("yaml: not valid JSON")

// FromJSON writes JSON as YAML, in blocks. A text has no quotes only where readers of every version of YAML take
// it for a text: not 1, yes, null, a date or 2.0.0.
func FromJSON(data []byte) ([]byte, error) {
	if !gjson.ValidBytes(data) {
		return nil, errJSON
	}
	out := write(make([]byte, 0, len(data)+len(data)/8), gjson.ParseBytes(data), 0)
	return []byte(strings.Trim(string(out), " \n")), nil
}

// write appends what follows a name or a dash: a scalar on the same line, or a block on the next ones.
func write(to []byte, v gjson.Result, depth int) []byte {
	empty := true
	line := func() {
		empty = false
		to = append(to, '\n')
		for range depth {
			to = append(to, ' ', ' ')
		}
	}
	switch {
	case v.IsObject():
		v.ForEach(func(name, value gjson.Result) bool {
			line()
			to = append(scalar(to, text(name)), ':')
			to = write(to, value, depth+1)
			return true
		})
		if empty {
			return append(to, " {}"...)
		}
		return to
	case v.IsArray():
		v.ForEach(func(_, item gjson.Result) bool {
			line()
			to = append(to, '-')
			start := len(to)
			to = write(to, item, depth+1)
			// The first member of a mapping goes beside the dash.
			if pad := "\n" + strings.Repeat("  ", depth+1); strings.HasPrefix(string(to[start:min(len(to), start+len(pad))]), pad) {
				to = append(append(to[:start], ' '), to[start+len(pad):]...)
			}
			return true
		})
		if empty {
			return append(to, " []"...)
		}
		return to
	case v.Type == gjson.String:
		return scalar(append(to, ' '), text(v))
	}
	raw := v.Raw
	if v.Type == gjson.Number {
		raw = number(raw)
	}
	return append(append(to, ' '), raw...)
}

// number is a JSON number as YAML writes it: one with an exponent has a point and a sign.
func number(raw string) string {
	mantissa, exponent, ok := strings.Cut(strings.ToLower(raw), "e")
	if !ok {
		return raw
	}
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	if !strings.HasPrefix(exponent, "-") && !strings.HasPrefix(exponent, "+") {
		exponent = "+" + exponent
	}
	return mantissa + "e" + exponent
}

// text is what a JSON string says, half surrogate pairs replaced.
func text(v gjson.Result) string {
	if strings.IndexByte(v.Raw, '\\') < 0 {
		return v.Str
	}
	return object.TextOf([]byte(v.Raw))
}

// reserved are the words that some version of YAML reads as something else than a text.
var reserved = map[string]bool{
	"null": true, "true": true, "false": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true,
}

// scalar appends a text, quoted unless it is plainly one.
func scalar(to []byte, s string) []byte {
	if plain(s) {
		return append(to, s...)
	}
	to = append(to, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			to = append(to, '\\', byte(r))
		case r == '\n':
			to = append(to, '\\', 'n')
		case r == '\t':
			to = append(to, '\\', 't')
		case !printable(r):
			to = fmt.Appendf(to, "\\u%04x", r)
		default:
			to = append(to, string(r)...)
		}
	}
	return append(to, '"')
}

func plain(s string) bool {
	if s == "" || reserved[strings.ToLower(s)] || strings.HasSuffix(s, " ") || strings.HasSuffix(s, ":") ||
		strings.Contains(s, ": ") || strings.Contains(s, " #") {
		return false
	}
	for i, r := range s {
		if i == 0 && r != '/' && r != '_' && !unicode.IsLetter(r) || !printable(r) || r == '\t' {
			return false
		}
	}
	return true
}

// printable reports whether YAML allows a character as it is, without a meaning of its own.
func printable(r rune) bool {
	switch {
	case r < ' ' && r != '\t', r >= 0x7f && r <= 0xa0, r == 0x2028, r == 0x2029, r == 0xfeff, r == 0xfffe, r == 0xffff:
		return false
	}
	return true
}
