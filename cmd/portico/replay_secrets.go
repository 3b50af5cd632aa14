package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/portico-emulator/portico/emulator"
)

// hidden is what stands in a bundle for a secret of which nothing is told.
const hidden = "[redacted]"

// standIn is sent where a secret is not known. A lenient emulator takes it as it took the true one.
const standIn = "Stand-in.0123456789"

// secrets are what can be put where a secret was taken out.
type secrets struct {
	known   map[string]string // what is told of a credential → the secret
	cookies map[string]string // what is told of one, and a cookie's name → the secret
	learned map[string]string // name of a member, a header or a cookie → what an answer last gave for it
	token   string            // the last token that an answer gave
	library library
	hide    func(string) string
}

func newSecrets() *secrets {
	return &secrets{learned: map[string]string{}}
}

// know takes the credentials of the world.
func (s *secrets) know(all []emulator.Credential) {
	s.known, s.cookies, s.hide = map[string]string{}, map[string]string{}, emulator.Redact(all)
	put := func(mark, secret string) {
		if _, twice := s.known[mark]; !twice && secret != "" {
			s.known[mark] = secret
		}
	}
	for _, c := range all {
		name := c.Vendor + "." + c.Name
		put("["+name+":secret]", c.Secret)
		if strings.EqualFold(c.Header, "Cookie") {
			for pair := range strings.SplitSeq(c.Value, ";") {
				cookie, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
				s.cookies["["+name+"]"+cookie] = value
				put("["+name+"]", value)
			}
			continue
		}
		word := c.Value
		if _, after, ok := strings.Cut(c.Value, " "); ok {
			word = after
		}
		put("["+name+"]", word)
	}
}

// unknown tells whether a call bears the name of a credential that nobody had when the credentials were asked for last.
func (s *secrets) unknown(e *entry) bool {
	texts := []string{e.Request.URL}
	if e.Request.PostData != nil {
		texts = append(texts, e.Request.PostData.Text)
	}
	for _, h := range e.Request.Headers {
		texts = append(texts, h.Value)
	}
	for _, t := range texts {
		for _, m := range mark.FindAllString(t, -1) {
			if _, ok := s.known[m]; !ok {
				return true
			}
		}
	}
	return false
}

var redactedMember = regexp.MustCompile(`"([^"\\]+)"\s*:\s*"\[redacted\]"`)

// learn keeps what an answer gave where the record of it has a secret.
func (s *secrets) learn(e *entry, header http.Header, body []byte) {
	for _, h := range e.Response.Headers {
		if !strings.Contains(h.Value, hidden) {
			continue
		}
		for _, got := range header.Values(h.Name) {
			if h.Name == "Set-Cookie" {
				pair, _, _ := strings.Cut(got, ";")
				name, value, _ := strings.Cut(pair, "=")
				s.learned["cookie "+name] = value
				continue
			}
			s.learned["header "+http.CanonicalHeaderKey(h.Name)] = got
		}
	}
	names := map[string]bool{}
	for _, m := range redactedMember.FindAllStringSubmatch(e.Response.Content.Text, -1) {
		names[m[1]] = true
	}
	var document any
	if len(names) > 0 && json.Unmarshal(body, &document) == nil {
		s.walk(document, names)
	}
}

func (s *secrets) walk(v any, names map[string]bool) {
	switch in := v.(type) {
	case map[string]any:
		for name, member := range in {
			text, ok := member.(string)
			if !ok || !names[name] {
				s.walk(member, names)
				continue
			}
			s.learned[name] = text
			if lower := strings.ToLower(name); strings.HasSuffix(lower, "token") && !strings.Contains(lower, "refresh") {
				s.token = text
			}
		}
	case []any:
		for _, e := range in {
			s.walk(e, names)
		}
	}
}

// filler puts secrets in again. What it had to make up it names.
type filler struct {
	secrets *secrets
	beside  []string // what else the body says
	guessed string
}

// guess is what was learned under a name, what a document holds under it, or a stand-in.
func (f *filler) guess(where, name string) string {
	if v, ok := f.secrets.learned[name]; ok {
		return v
	}
	if len(f.beside) > 0 {
		if v, ok := f.secrets.library.secret(name, f.beside); ok {
			return v
		}
	}
	if strings.HasSuffix(strings.ToLower(name), "token") && f.secrets.token != "" {
		return f.secrets.token
	}
	f.guessed = where
	return standIn
}

var (
	mark      = regexp.MustCompile(`\[[a-z-]+\.[^\]\s]+\]`)
	inMember  = regexp.MustCompile(`("?([\w.-]+)"?\s*[:=]\s*["']?)\[redacted\]`)
	loginMark = regexp.MustCompile(`^\[([^,\]]+), password redacted\]$`)
)

// marks puts known credentials in where their names stand. A name that nobody has is left as it is: it may be none.
func (f *filler) marks(where, s string, escape func(string) string) string {
	return mark.ReplaceAllStringFunc(s, func(m string) string {
		if secret, ok := f.secrets.known[m]; ok {
			return escape(secret)
		}
		f.guessed = where
		return m
	})
}

func plainly(s string) string { return s }

// text fills JSON, a form or YAML.
func (f *filler) text(where, s string) string {
	escape := func(s string) string { return s }
	if json.Valid([]byte(s)) {
		escape = func(s string) string {
			quoted, _ := json.Marshal(s)
			return string(quoted[1 : len(quoted)-1])
		}
	} else if !strings.ContainsAny(s, " \n\"") && strings.Contains(s, "=") {
		escape = url.QueryEscape
	}
	f.beside = besides(s)
	defer func() { f.beside = nil }()
	return f.fill(where, s, escape)
}

func (f *filler) fill(where, s string, escape func(string) string) string {
	s = f.marks(where, s, escape)
	s = inMember.ReplaceAllStringFunc(s, func(m string) string {
		parts := inMember.FindStringSubmatch(m)
		return parts[1] + escape(f.guess(where, parts[2]))
	})
	for strings.Contains(s, hidden) {
		s = strings.Replace(s, hidden, escape(f.guess(where, "")), 1)
	}
	return s
}

func (f *filler) path(s string) string { return f.fill("path", s, url.PathEscape) }

func (f *filler) query(s string) string { return f.fill("query", s, url.QueryEscape) }

// header fills the value of a header field.
func (f *filler) header(name, value string) string {
	name = http.CanonicalHeaderKey(name)
	where := "header " + name
	switch name {
	case "Authorization", "Proxy-Authorization":
		scheme, word, _ := strings.Cut(value, " ")
		if m := loginMark.FindStringSubmatch(word); m != nil {
			password, ok := f.secrets.library.password(m[1])
			if !ok {
				f.guessed, password = where, standIn
			}
			return scheme + " " + base64.StdEncoding.EncodeToString([]byte(m[1]+":"+password))
		}
		if word == hidden {
			return scheme + " " + f.guess(where, "token")
		}
	case "Cookie":
		pairs := strings.Split(value, ";")
		for i, pair := range pairs {
			cookie, told, _ := strings.Cut(strings.TrimSpace(pair), "=")
			secret, ok := f.secrets.cookies[told+cookie]
			if !ok && told == hidden {
				secret, ok = f.guess(where, "cookie "+cookie), true
			}
			if ok {
				pairs[i] = " " + cookie + "=" + secret
			}
		}
		return strings.TrimSpace(strings.Join(pairs, ";"))
	}
	if value == hidden {
		return f.guess(where, "header "+name)
	}
	return f.fill(where, value, plainly)
}
