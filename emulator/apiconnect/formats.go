package apiconnect

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// formats are what this vendor's schemas use beyond the standard ones.
var formats = map[string]func(any) bool{
	"resource-name": ofText(isName),
	"mail-address":  ofText(isMail),
	"printable":     ofText(isSecret),
	"absolute-uri":  ofText(isURI),
}

// formatWords say what a value of a format must be.
var formatWords = map[string]string{
	"resource-name": "must not have blanks, slashes or control characters, and not look like an id",
	"mail-address":  "must be an email address",
	"printable":     "must be 1 to 255 printable characters without blanks",
	"absolute-uri":  "must be an absolute URI",
	"uri":           "must be an absolute URI",
	"uuid":          "must be a UUID",
	"date-time":     "must be an RFC 3339 instant",
}

func ofText(is func(string) bool) func(any) bool {
	return func(v any) bool {
		text, ok := v.(string)
		return !ok || is(text)
	}
}

// isName reports whether an object can be addressed by a text: it must be one segment of a path, and no id.
func isName(s string) bool {
	return s != "" && s != "." && s != ".." && !api.IsUUID(s) &&
		!strings.ContainsFunc(s, func(r rune) bool { return r == '/' || unicode.IsSpace(r) || unicode.IsControl(r) })
}

// isMail wants one @ with something on both sides.
func isMail(s string) bool {
	before, after, ok := strings.Cut(s, "@")
	return ok && before != "" && after != "" && !strings.Contains(after, "@")
}

func isSecret(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= 255 &&
		!strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || unicode.IsSpace(r) })
}

func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.IsAbs()
}
