package journal

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/object"
)

// hidden is what is told instead of a secret that has no name. Where secrets are numbered it is "[redacted:1]".
const hidden = "[redacted]"

// Redactor takes secrets out of what is told: the known ones wherever they stand, and whatever stands where secrets do.
type Redactor struct {
	known    map[string]string // secret → what is told instead
	told     map[string]bool   // what is told instead
	replacer *strings.Replacer
	numbers  map[string]string // secret without a name → what is told instead; nil: hidden for all of them
}

// minSecret is the length from which a secret is looked for everywhere; shorter ones would hit innocent words.
const minSecret = 8

// NewRedactor knows the credentials of a world. Each is told by its vendor and name, [konnect.admin], and what a login needs
// of it as [konnect.admin:secret].
func NewRedactor(credentials []api.Credential) *Redactor {
	r := &Redactor{known: map[string]string{}, told: map[string]bool{hidden: true}}
	for _, c := range credentials {
		name := "[" + c.Vendor + "." + c.Name + "]"
		word := c.Value
		if _, after, ok := strings.Cut(c.Value, " "); ok && !strings.EqualFold(c.Header, "Cookie") {
			word = after
		}
		r.know(word, name)
		r.know(c.Secret, "["+c.Vendor+"."+c.Name+":secret]")
		if strings.EqualFold(c.Header, "Cookie") {
			for pair := range strings.SplitSeq(c.Value, ";") {
				_, value, _ := strings.Cut(pair, "=")
				r.know(strings.TrimSpace(value), name)
			}
		}
	}
	words := make([]string, 0, len(r.known))
	for w := range r.known {
		if len(w) >= minSecret {
			words = append(words, w)
		}
	}
	// The longest first: one secret may be part of another.
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	var pairs []string
	for _, w := range words {
		pairs = append(pairs, w, r.known[w])
		if escaped := url.QueryEscape(w); escaped != w {
			pairs = append(pairs, escaped, r.known[w])
		}
	}
	r.replacer = strings.NewReplacer(pairs...)
	return r
}

func (r *Redactor) know(secret, name string) {
	if _, twice := r.known[secret]; secret != "" && !twice {
		r.known[secret], r.told[name] = name, true
	}
}

// hide gives what is told instead of a secret that has no name.
func (r *Redactor) hide(secret string) string {
	if r.numbers == nil {
		return hidden
	}
	label, ok := r.numbers[secret]
	if !ok {
		label = fmt.Sprintf("[redacted:%d]", len(r.numbers)+1)
		r.numbers[secret], r.told[label] = label, true
	}
	return label
}

// names are the ends of the names of members, parameters and fields whose values are secrets.
const names = `[\w.-]*(?:passwords?|passwd|pwd|passphrase|secrets?|tokens?|(?:api|access|secret|private)[_-]?keys?|authorization|sessionid|` +
	`code_verifier|assertion)(?:_?hash(?:ed)?)?`

// onces are the names of parameters whose values open a door once: IBM's links to an invitation, and codes for tokens.
const onces = `activation|code`

var (
	secretName    = regexp.MustCompile(`(?i)^` + names + `$`)
	parameterName = regexp.MustCompile(`(?i)^(?:[\w.-]*\[)*(?:` + names + `|` + onces + `)\]*$`)
	// Parameters of a form or a URL, wherever they stand.
	parameter = regexp.MustCompile(`(?i)((?:^|[?&#;\s])(?:[\w.-]*(?:\[|%5B))*(?:` + names + `|` + onces + `)(?:\]|%5D)*=)([^\s&#;"']+)`)
	// A field of a multipart form.
	field = regexp.MustCompile(`(?i)(name="?` + names + `"?[^\r\n]*(?:\r?\n[^\r\n]+)*\r?\n\r?\n)([^\r\n]*)`)
	// The password in a URL.
	userinfo = regexp.MustCompile(`(://[^/\s:@"'?#]*:)([^/\s@"'?#]+)@`)
	// A key in PEM, its lines' ends as in a text or as in JSON.
	privateKey = regexp.MustCompile(`(-----BEGIN [A-Z ]*PRIVATE KEY-----)(?:[^-]|-[^-])*(-----END [A-Z ]*PRIVATE KEY-----|\z)`)
	element    = regexp.MustCompile(`(?i)(<` + names + `(?:\s[^>]*)?>)([^<]+)`)
	jwt        = regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)
)

// Words is a text of our own without known secrets. What only looks like one stays: "password: want text".
func (r *Redactor) Words(s string) string {
	return jwt.ReplaceAllStringFunc(r.replacer.Replace(s), r.hide)
}

// Text is a text without secrets: YAML, a form, a URL, JSON that is not whole.
func (r *Redactor) Text(s string) string {
	s = r.inner(r.Words(s))
	s = r.replace(field, s)
	s = r.replace(element, s)
	if strings.Contains(s, "grant_type") {
		return r.members(s, keysAndCodes)
	}
	return r.members(s, keys)
}

// inner is a text, or a string in JSON, without what looks like a secret wherever it stands.
func (r *Redactor) inner(s string) string {
	if strings.Contains(s, "=") { // most strings have nothing of the kind, and the patterns are slow to find that out
		s = r.replace(parameter, s)
	}
	if strings.Contains(s, "://") {
		s = userinfo.ReplaceAllString(s, "${1}"+hidden+"@")
	}
	if strings.Contains(s, "PRIVATE KEY-----") {
		s = privateKey.ReplaceAllString(s, "${1}"+hidden+"${2}")
	}
	return s
}

// replace hides the second group of what is found, unless it holds no secret.
func (r *Redactor) replace(pattern *regexp.Regexp, s string) string {
	var out strings.Builder
	done := 0
	for _, m := range pattern.FindAllStringSubmatchIndex(s, -1) {
		from, to := m[4], m[5]
		out.WriteString(s[done:from])
		out.WriteString(r.hideValue(s[from:to]))
		done = to
	}
	return out.String() + s[done:]
}

// JSON is a JSON text without secrets: as it was where there are none.
func (r *Redactor) JSON(text string) string {
	s := scrubber{redactor: r}
	out := s.append(make([]byte, 0, len(text)), gjson.Parse(text), false)
	if !s.found {
		return text
	}
	return string(out)
}

type scrubber struct {
	redactor *Redactor
	found    bool
}

// append appends a value without secrets; one that is a secret itself is told by its name, or not at all.
func (s *scrubber) append(to []byte, v gjson.Result, secret bool) []byte {
	switch {
	case v.IsObject():
		to = append(to, '{')
		buys := v.Get("grant_type").Exists()
		patches := secretMember(v.Get("path").Str) // an operation of JSON Patch
		v.ForEach(func(k, m gjson.Result) bool {
			if to[len(to)-1] != '{' {
				to = append(to, ',')
			}
			to = append(s.append(to, k, false), ':')
			to = s.append(to, m, secret || secretMember(k.Str) || buys && k.Str == "code" || patches && k.Str == "value")
			return true
		})
		return append(to, '}')
	case v.IsArray():
		to = append(to, '[')
		for i, e := range v.Array() {
			if i > 0 {
				to = append(to, ',')
			}
			to = s.append(to, e, secret)
		}
		return append(to, ']')
	case secret && (v.Type == gjson.Number || v.Type == gjson.String && v.Str != ""):
		s.found = true
		name, ok := s.redactor.known[v.String()]
		if !ok {
			name = s.redactor.hide(v.String())
		}
		return object.AppendString(to, name)
	case v.Type == gjson.String:
		if now := s.redactor.inner(s.redactor.Words(v.Str)); now != v.Str {
			s.found = true
			return object.AppendString(to, now)
		}
	}
	return append(to, v.Raw...)
}

// secretMember tells whether a member's value is a secret. It may be named by a path: $.password, $['password'], /0/password.
func secretMember(name string) bool {
	name = strings.TrimRight(name, `'"]`)
	return secretName.MatchString(strings.TrimLeft(name[strings.LastIndexAny(name, `$'"[/`)+1:], "."))
}

// Header is headers without secrets, as a map.
func (r *Redactor) Header(h Header) http.Header {
	out := make(http.Header, len(h))
	for _, f := range h {
		out[f.Name] = append(out[f.Name], r.field(f.Name, f.Value))
	}
	return out
}

// field is the value of a header field: a scheme word and the names of cookies are no secrets.
func (r *Redactor) field(name, v string) string {
	switch canonical := http.CanonicalHeaderKey(name); canonical {
	case "Authorization", "Proxy-Authorization":
		scheme, word, ok := strings.Cut(v, " ")
		if !ok {
			return r.named(v)
		}
		return scheme + " " + r.named(strings.TrimSpace(word))
	case "Set-Cookie":
		pair, attributes, more := strings.Cut(v, ";")
		if more {
			attributes = ";" + attributes
		}
		name, value, _ := strings.Cut(pair, "=")
		return name + "=" + r.named(value) + attributes
	case "Cookie":
		return cookie.ReplaceAllStringFunc(v, func(pair string) string {
			name, value, _ := strings.Cut(pair, "=")
			return name + "=" + r.named(value)
		})
	default:
		if secretName.MatchString(canonical) {
			return r.named(v)
		}
	}
	return r.Text(v)
}

var cookie = regexp.MustCompile(`[^=;\s]+=[^;]*`)

// named tells a known secret by its name. Of HTTP Basic the login is told, the password never.
func (r *Redactor) named(secret string) string {
	if name, ok := r.known[secret]; ok || secret == "" {
		return name
	}
	if pair, err := base64.StdEncoding.DecodeString(secret); err == nil {
		if login, _, ok := strings.Cut(string(pair), ":"); ok && plainWord.MatchString(login) && r.Words(login) == login {
			return "[" + login + ", password redacted]"
		}
	}
	return r.hide(secret)
}

var plainWord = regexp.MustCompile(`^[\w.@+-]{1,128}$`)
