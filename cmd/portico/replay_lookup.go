package main

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

// library is the documents of the world as they were after what was last done to it from behind. Some hold secrets that GET /_portico/credentials does not list,
// such as those of an OAuth client.
type library struct {
	load      func() ([]byte, error) // an export
	read      bool
	documents []map[string]any
}

// forget lets the documents be read again.
func (l *library) forget() { l.read, l.documents = false, nil }

func (l *library) open() {
	if l.read || l.load == nil {
		return
	}
	l.read = true
	data, err := l.load()
	if err != nil {
		return // whoever needs a secret does without
	}
	var export struct{ Documents map[string][]map[string]any }
	if json.Unmarshal(data, &export) != nil {
		return
	}
	for _, kind := range export.Documents {
		l.documents = append(l.documents, kind...)
	}
}

// secret is what a member holds in the document that something else of the same message names: client_secret in the
// document of that client_id.
func (l *library) secret(member string, beside []string) (string, bool) {
	l.open()
	for _, d := range l.documents {
		if value := valueOf(d, member); value != "" && mentions(d, beside) {
			return value, true
		}
	}
	return "", false
}

// password is the secret of whoever has a login.
func (l *library) password(login string) (string, bool) {
	for _, member := range []string{"password", "client_secret", "secret"} {
		if secret, ok := l.secret(member, []string{login}); ok {
			return secret, true
		}
	}
	return "", false
}

// valueOf is the text of a member, whether it is spelt client_secret or clientSecret.
func valueOf(d map[string]any, member string) string {
	for name, v := range d {
		if text, ok := v.(string); ok && strings.EqualFold(strings.ReplaceAll(name, "_", ""), strings.ReplaceAll(member, "_", "")) {
			return text
		}
	}
	return ""
}

func mentions(d map[string]any, some []string) bool {
	for _, v := range d {
		for _, one := range some {
			if v == one {
				return true
			}
		}
	}
	return false
}

// besides are the texts of a JSON body or a form.
func besides(body string) []string {
	var out []string
	var object map[string]any
	if json.Unmarshal([]byte(body), &object) == nil {
		for _, v := range object {
			if text, ok := v.(string); ok && text != hidden {
				out = append(out, text)
			}
		}
		return out
	}
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil
	}
	for _, values := range form {
		out = append(out, values...)
	}
	return out
}

// export is all documents of the world.
func (s *theatre) export() ([]byte, error) {
	var raw json.RawMessage
	err := s.ask(http.MethodGet, "/export", nil, &raw)
	return raw, err
}
