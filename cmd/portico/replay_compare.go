package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// ignored are headers of answers that are not compared.
var ignored = []string{"Portico-Request"}

// compare says how an answer differs from the recorded one, or nothing.
func (e *entry) compare(got *entry) string {
	was, is := &e.Response, &got.Response
	secret := strings.Contains(was.Content.Text, hidden)
	switch {
	case was.Status != is.Status:
		return fmt.Sprintf("got %s, recorded %s", statusText(is.Status), statusText(was.Status))
	case was.Content.MimeType != is.Content.MimeType:
		return fmt.Sprintf("media type: got %s, recorded %s", is.Content.MimeType, was.Content.MimeType)
	case !slices.Equal(e.Faults, got.Faults):
		return fmt.Sprintf("faults that acted: got %q, recorded %q", got.Faults, e.Faults)
	}
	if how := firstDifference(was.Content.Text, is.Content.Text); how != "" {
		return how
	}
	before, after := byName(was.Headers), byName(is.Headers)
	for _, name := range slices.Sorted(maps.Keys(merged(before, after))) {
		if slices.Contains(ignored, name) || name == "Content-Length" && secret {
			continue
		}
		if !slices.Equal(before[name], after[name]) {
			return fmt.Sprintf("header %s: got %s, recorded %s", name, listed(after[name]), listed(before[name]))
		}
	}
	if was.Content.Size != is.Content.Size && !secret {
		return fmt.Sprintf("got %d bytes, recorded %d", is.Content.Size, was.Content.Size)
	}
	return ""
}

func statusText(status int) string {
	if status == 0 {
		return "no answer"
	}
	return strconv.Itoa(status)
}

func byName(headers []pair) map[string][]string {
	out := map[string][]string{}
	for _, h := range headers {
		out[h.Name] = append(out[h.Name], h.Value)
	}
	return out
}

func merged(a, b map[string][]string) map[string][]string {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

func listed(values []string) string {
	if len(values) == 0 {
		return "none"
	}
	return clip(strings.Join(values, ", "))
}

func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// firstDifference says where two bodies differ first: by a JSON path where both are JSON, else by the byte.
func firstDifference(was, is string) string {
	if was == is {
		return ""
	}
	a, okA := decode(was)
	b, okB := decode(is)
	if okA && okB {
		if how := unlike("$", a, b); how != "" {
			return how
		}
	}
	n := 0
	for n < len(was) && n < len(is) && was[n] == is[n] {
		n++
	}
	from := max(n-20, 0)
	return fmt.Sprintf("byte %d: got %q, recorded %q", n, clip(strings.ToValidUTF8(is[from:], "")), clip(strings.ToValidUTF8(was[from:], "")))
}

func decode(s string) (v any, ok bool) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	return v, d.Decode(&v) == nil
}

// unlike is the first place at which a value is not what it was.
func unlike(path string, was, is any) string {
	a, okA := was.(map[string]any)
	b, okB := is.(map[string]any)
	if okA && okB {
		for _, name := range slices.Sorted(maps.Keys(a)) {
			m, there := b[name]
			if !there {
				return fmt.Sprintf("body %s.%s: got none, recorded %s", path, name, shown(a[name]))
			}
			if how := unlike(path+"."+name, a[name], m); how != "" {
				return how
			}
		}
		for _, name := range slices.Sorted(maps.Keys(b)) {
			if _, there := a[name]; !there {
				return fmt.Sprintf("body %s.%s: got %s, recorded none", path, name, shown(b[name]))
			}
		}
		return ""
	}
	x, okX := was.([]any)
	y, okY := is.([]any)
	if okX && okY {
		for i := range min(len(x), len(y)) {
			if how := unlike(path+"["+strconv.Itoa(i)+"]", x[i], y[i]); how != "" {
				return how
			}
		}
		if len(x) != len(y) {
			return fmt.Sprintf("body %s: got %d elements, recorded %d", path, len(y), len(x))
		}
		return ""
	}
	if shown(was) != shown(is) {
		return fmt.Sprintf("body %s: got %s, recorded %s", path, shown(is), shown(was))
	}
	return ""
}

func shown(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil {
		return fmt.Sprint(v)
	}
	return clip(strings.TrimSpace(b.String()))
}
