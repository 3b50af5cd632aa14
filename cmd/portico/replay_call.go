package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// repeat sends a call again and compares what the journal says of it.
func (s *theatre) repeat(e *entry) (outcome, string, error) {
	if why := e.unrepeatable(); why != "" {
		return unrepeatable, why, nil
	}
	if why, err := s.count(e.Number); why != "" || err != nil {
		return unrepeatable, why, err
	}
	if err := s.setClock(e.WorldAt); err != nil {
		return "", "", err
	}
	r, guessed, err := s.request(e)
	if err == nil && s.secrets.unknown(e) {
		if err := s.learnCredentials(); err != nil {
			return "", "", err
		}
		r, guessed, err = s.request(e)
	}
	if err != nil {
		return unrepeatable, err.Error(), nil
	}
	patience := slowly
	if e.Response.Status == 0 {
		patience = quickly
	}
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	answer, err := s.client.Do(r.WithContext(ctx))
	if err == nil {
		body, _ := io.ReadAll(answer.Body) // what faults of the wire leave of it
		_ = answer.Body.Close()
		s.secrets.learn(e, answer.Header, body)
	} else if err := s.ctx.Err(); err != nil {
		return "", "", err
	}
	var told bundle
	if err := s.ask(http.MethodGet, fmt.Sprintf("/requests.har?since=%d", e.Number-1), nil, &told); err != nil {
		return "", "", err
	}
	if len(told.Log.Entries) != 1 || told.Log.Entries[0].ID != e.ID {
		return unrepeatable, "the emulator was sent something else in between", nil
	}
	how := e.compare(s.recorded(told.Log.Entries[0], e))
	switch {
	case how == "":
		return same, "", nil
	case guessed != "":
		return unrepeatable, "the " + guessed + " is a secret that is nowhere told (" + how + ")", nil
	}
	return differs, how, nil
}

// maxKept is how many bytes of a body the journal keeps.
const maxKept = 64 << 10

// unrepeatable says why a call cannot be sent again, or nothing.
func (e *entry) unrepeatable() string {
	switch {
	case e.Request.BodySize > maxKept:
		return fmt.Sprintf("the journal keeps %d bytes of a body, and this one had %d", maxKept, e.Request.BodySize)
	case e.Request.PostData != nil && strings.ContainsRune(e.Request.PostData.Text, '\uFFFD'):
		return "its body is not text"
	case e.Request.PostData == nil && e.Request.BodySize > 0:
		return "its body was not kept"
	}
	return ""
}

var errNoURL = errors.New("its URL cannot be read")

// request is the call as it was sent, in the replay's world. Guessed names a place where a secret had to be made up.
func (s *theatre) request(e *entry) (r *http.Request, guessed string, err error) {
	_, after, ok := strings.Cut(e.Request.URL, "://")
	host, target, _ := strings.Cut(after, "/")
	if !ok || host == "" {
		return nil, "", errNoURL
	}
	path, query, _ := strings.Cut("/"+target, "?")
	if rest, ok := strings.CutPrefix(path, "/_world/"+s.info.World+"/"); ok {
		path = "/_world/" + s.world + "/" + rest
	}
	base, err := url.Parse(s.url)
	if err != nil {
		return nil, "", err
	}
	fill := filler{secrets: s.secrets}
	var body io.Reader = http.NoBody
	if e.Request.PostData != nil {
		body = strings.NewReader(fill.text("body", e.Request.PostData.Text))
	}
	r, err = http.NewRequestWithContext(s.ctx, e.Request.Method, s.url, body)
	if err != nil {
		return nil, "", err
	}
	r.URL = &url.URL{Scheme: base.Scheme, Host: base.Host, Opaque: fill.path(path), RawQuery: fill.query(query)}
	r.Host = host
	r.Header["User-Agent"] = []string{""} // none, unless it was sent
	for _, h := range e.Request.Headers {
		switch h.Name {
		case "Content-Length", "Connection", "Transfer-Encoding", "Portico-World":
			continue
		case "User-Agent":
			r.Header[h.Name] = nil
		}
		r.Header[h.Name] = append(r.Header[h.Name], fill.header(h.Name, h.Value))
	}
	if !strings.HasPrefix(path, "/_world/") {
		r.Header.Set("Portico-World", s.world)
	}
	return r, fill.guessed, nil
}

// recorded is an answer as it would have been recorded: under the world's name then, and with the scheme of then.
func (s *theatre) recorded(got, e *entry) *entry {
	var pairs []string
	if s.world != s.info.World {
		pairs = append(pairs, "/_world/"+s.world, "/_world/"+s.info.World)
	}
	if after, ok := strings.CutPrefix(e.Request.URL, "https://"); ok && strings.HasPrefix(s.url, "http://") {
		host, _, _ := strings.Cut(after, "/")
		pairs = append(pairs, "http://"+host, "https://"+host)
	}
	if pairs == nil {
		return got
	}
	then := strings.NewReplacer(pairs...)
	got.Response.Content.Text = then.Replace(got.Response.Content.Text)
	got.Response.Content.Size = e.Response.Content.Size
	for i := range got.Response.Headers {
		h := &got.Response.Headers[i]
		if h.Value = then.Replace(h.Value); h.Name == "Content-Length" {
			h.Value = e.header(h.Name)
		}
	}
	return got
}

func (e *entry) header(name string) string {
	for _, h := range e.Response.Headers {
		if h.Name == name {
			return h.Value
		}
	}
	return ""
}
