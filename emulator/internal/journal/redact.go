package journal

import (
	"encoding/base64"
	"net/http"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

const hidden = "[redacted]"

// Redactor takes secrets out of what is told: the known ones wherever they stand, and whatever stands where secrets do.
type Redactor struct {
	known    map[string]string // secret → what is told instead
	replacer *strings.Replacer
}

// NewRedactor knows the credentials of a world. Each is told by its name.
func NewRedactor(credentials []api.Credential) *Redactor {
	r := &Redactor{known: map[string]string{}}
	for _, c := range credentials {
		name := "[" + c.Name + "]"
		_, word, ok := strings.Cut(c.Value, " ")
		if !ok {
			word = c.Value
		}
		r.know(word, name)
		r.know(c.Secret, name)
	}
	words := make([]string, 0, len(r.known))
	for w := range r.known {
		words = append(words, w)
	}
	// The longest first: one secret may be part of another.
	sort.Slice(words, func(i, j int) bool {
		if len(words[i]) != len(words[j]) {
			return len(words[i]) > len(words[j])
		}
		return words[i] < words[j]
	})
	var pairs []string
	for _, w := range words {
		if len(w) >= minSecret {
			pairs = append(pairs, w, r.known[w])
		}
	}
	r.replacer = strings.NewReplacer(pairs...)
	return r
}

// minSecret is the length from which a secret is looked for everywhere; shorter ones would hit innocent words.
const minSecret = 8

func (r *Redactor) know(secret, name string) {
	if secret != "" {
		r.known[secret] = name
	}
}

// secretNames are members, parameters and fields whose values are secrets.
const secretNames = `password|passwd|new_password|client_secret|clientsecret|oidc_client_secret|secret|access_token|refresh_token|id_token|` +
	`token|activation_token|api_?key|apikey|private_?key|authorization|sessionid|csrf-token|code_verifier|client_assertion`

var (
	quoted = regexp.MustCompile(`(?i)("(?:` + secretNames + `)"\s*:\s*)"(?:[^"\\]|\\.)*"`)
	plain  = regexp.MustCompile(`(?im)((?:^|[?&\s{,])(?:` + secretNames + `)\s*[:=]\s*)([^\s"&{\[,}]+)`)
	jwt    = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)
)

// Text is a text without secrets: JSON, YAML, a form, a URL.
func (r *Redactor) Text(s string) string {
	s = r.replacer.Replace(s)
	s = quoted.ReplaceAllStringFunc(s, func(m string) string {
		if strings.HasSuffix(m, `]"`) && strings.Contains(m, `"[`) { // told by its name already
			return m
		}
		return quoted.ReplaceAllString(m, `${1}"`+hidden+`"`)
	})
	s = plain.ReplaceAllStringFunc(s, func(m string) string {
		parts := plain.FindStringSubmatch(m)
		if parts[2] == "null" || parts[2] == "true" || parts[2] == "false" || strings.HasPrefix(parts[2], "[") {
			return m
		}
		return parts[1] + hidden
	})
	return jwt.ReplaceAllString(s, hidden)
}

// secretHeaders are headers whose values are secrets but for a scheme word or the names of cookies.
var secretHeaders = []string{
	"Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "Csrf-Token", "X-Csrf-Token", "X-Ibm-Client-Secret", "X-Api-Key", "Apikey",
}

// Header is headers without secrets, in a map of its own.
func (r *Redactor) Header(h http.Header) http.Header {
	out := make(http.Header, len(h))
	for name, values := range h {
		told := make([]string, len(values))
		for i, v := range values {
			told[i] = r.value(name, v)
		}
		out[name] = told
	}
	return out
}

func (r *Redactor) value(name, v string) string {
	canonical := http.CanonicalHeaderKey(name)
	if !slices.Contains(secretHeaders, canonical) {
		return r.Text(v)
	}
	switch canonical {
	case "Authorization", "Proxy-Authorization":
		scheme, word, ok := strings.Cut(v, " ")
		if !ok {
			return r.named(v)
		}
		return scheme + " " + r.named(strings.TrimSpace(word))
	case "Cookie", "Set-Cookie":
		// Attributes of a cookie are no secrets; its value stands first, and each pair of a Cookie header is one.
		if canonical == "Set-Cookie" {
			pair, attributes, _ := strings.Cut(v, ";")
			name, _, _ := strings.Cut(pair, "=")
			if attributes != "" {
				attributes = ";" + attributes
			}
			return name + "=" + hidden + attributes
		}
		return cookie.ReplaceAllString(v, "${1}="+hidden)
	}
	return r.named(v)
}

var cookie = regexp.MustCompile(`([^=;\s]+)=[^;]*`)

// named tells a known secret by its name. Of HTTP Basic the login is told, the password never.
func (r *Redactor) named(secret string) string {
	if name, ok := r.known[secret]; ok {
		return name
	}
	if pair, err := base64.StdEncoding.DecodeString(secret); err == nil {
		if login, _, ok := strings.Cut(string(pair), ":"); ok && login != "" && !strings.ContainsAny(login, "\x00\n") {
			return "[" + login + ", password redacted]"
		}
	}
	return hidden
}
