package journal

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/portico-emulator/portico/emulator/internal/object"
)

// har is an archive as HAR 1.2 wants it. Browsers' network panels open it.
type (
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Encoding string `json:"encoding,omitempty"`
	}
	harPost struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
	}
	harRequest struct {
		Method      string    `json:"method"`
		URL         string    `json:"url"`
		HTTPVersion string    `json:"httpVersion"`
		Cookies     []harPair `json:"cookies"`
		Headers     []harPair `json:"headers"`
		QueryString []harPair `json:"queryString"`
		PostData    *harPost  `json:"postData,omitempty"`
		HeadersSize int       `json:"headersSize"`
		BodySize    int       `json:"bodySize"`
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []harPair  `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
	}
	harEntry struct {
		Started  time.Time          `json:"startedDateTime"`
		Time     float64            `json:"time"`
		Request  harRequest         `json:"request"`
		Response harResponse        `json:"response"`
		Cache    struct{}           `json:"cache"`
		Timings  map[string]float64 `json:"timings"`
		Comment  string             `json:"comment,omitempty"`
		Why      []string           `json:"_why,omitempty"`
		Name     string             `json:"_operation,omitempty"`
		ID       string             `json:"_id"`
		World    string             `json:"_world"`
		WorldAt  time.Time          `json:"_world_at"`
		Faults   []string           `json:"_faults,omitempty"`
	}
)

// HAR is entries as an HTTP archive 1.2, the oldest first. Secrets without a name are numbered in it, so that a reader sees
// which calls send what an earlier answer gave: "[redacted:1]" is the same secret wherever it stands. The Redactor is not used
// by anybody else.
func HAR(entries []*Entry, r *Redactor, known *Knowledge, version string) ([]byte, error) {
	r.numbers = map[string]string{}
	out := make([]harEntry, 0, len(entries))
	for _, e := range slices.Backward(entries) {
		out = append(out, e.har(r, known))
	}
	return object.Encode(map[string]any{"log": map[string]any{
		"version": "1.2", "creator": map[string]string{"name": "portico", "version": version}, "entries": out,
	}})
}

func (e *Entry) har(r *Redactor, known *Knowledge) harEntry {
	t := e.Tell(r, known)
	ms := float64(e.Took.Microseconds()) / 1000
	h := harEntry{
		Started: t.At, Time: ms, Timings: map[string]float64{"send": 0, "wait": ms, "receive": 0},
		Comment: strings.Join(t.Why, "; "), Why: t.Why, Name: t.Operation, ID: t.ID, World: t.World, WorldAt: t.WorldAt, Faults: t.Faults,
		Request: harRequest{
			Method: e.Method, URL: r.Text(e.absolute()), HTTPVersion: e.Proto, Cookies: []harPair{},
			Headers: pairs(t.Headers), QueryString: pairs(t.Query), HeadersSize: -1, BodySize: e.Length,
		},
		Response: harResponse{
			Status: e.Status, StatusText: http.StatusText(e.Status), HTTPVersion: e.Proto, Cookies: []harPair{},
			Headers: pairs(t.Response.Headers), RedirectURL: t.Response.Headers.Get("Location"), HeadersSize: -1, BodySize: e.AnswerLength,
			Content: harContent{Size: e.AnswerLength, MimeType: media(e.AnswerHeader)},
		},
	}
	if len(e.Body) > 0 {
		h.Request.PostData = &harPost{media(e.Header), strings.ToValidUTF8(r.text(e.Body), "\uFFFD")}
	}
	if len(e.Answer) > 0 {
		h.Response.Content.Text = r.text(e.Answer)
		if !utf8.ValidString(h.Response.Content.Text) {
			h.Response.Content.Text = base64.StdEncoding.EncodeToString([]byte(h.Response.Content.Text))
			h.Response.Content.Encoding = "base64"
		}
	}
	return h
}

// absolute is the URL as the client addressed it.
func (e *Entry) absolute() string {
	scheme := "http://"
	if e.Secure {
		scheme = "https://"
	}
	host := e.Host
	if host == "" {
		host = "localhost"
	}
	return scheme + host + e.URL
}

// media is a content type, with the name that archives have for none.
func media(h Header) string {
	if m := h.Value("Content-Type"); m != "" {
		return m
	}
	return "x-unknown"
}

func pairs(m map[string][]string) []harPair {
	out := []harPair{}
	for _, name := range sorted(m) {
		for _, v := range m[name] {
			out = append(out, harPair{name, v})
		}
	}
	return out
}
