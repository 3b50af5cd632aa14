package konnect

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	label    = regexp.MustCompile(`^[a-z0-9A-Z]([a-z0-9A-Z\-._]*[a-z0-9A-Z]+)?$`)
	imageURL = regexp.MustCompile(`^data:image/(png|jpeg|x-icon|ico|icon|vnd\.microsoft\.icon|gif)(;base64)?,` +
		`(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$`)
)

// hostname matches labels of letters, digits and inner hyphens, joined by dots.
var hostname = regexp.MustCompile(`^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\.?$`)

// reserved are the prefixes that label keys must not have.
var reserved = []string{"kong", "konnect", "mesh", "kic", "_"}

// formats are the formats that this vendor's schemas use beyond the standard ones. Values that are not strings are left to the
// keyword type.
var formats = map[string]func(any) bool{
	// A name that is longer than the schema allows violates that rule alone.
	"hostname": text(func(s string) bool {
		return utf8.RuneCountInString(s) > 1024 || len(s) <= 253 && hostname.MatchString(s)
	}),
	"label": text(func(s string) bool { return len(s) <= 63 && label.MatchString(s) }),
	"label-key": text(func(s string) bool {
		for _, p := range reserved {
			if strings.HasPrefix(s, p) {
				return false
			}
		}
		return len(s) <= 63 && label.MatchString(s)
	}),
	// Only the form is checked, never the bytes: clients upload other images under these names. "" is what remains of
	// an image in the vendor's printed examples.
	"image-data-url": text(func(s string) bool { return s == "" || imageURL.MatchString(s) }),
	"http-url":       text(isURL),
	"menu-path":      text(func(s string) bool { return strings.HasPrefix(s, "/") || isURL(s) }),
}

// text returns a check of strings that lets all other values pass.
func text(check func(string) bool) func(any) bool {
	return func(v any) bool {
		s, ok := v.(string)
		return !ok || check(s)
	}
}

func isURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
