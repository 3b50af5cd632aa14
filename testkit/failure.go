package testkit

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// verdict is what the journal says to an expectation.
type verdict struct {
	Count   int
	Dropped int
	Matched []miss
	Nearest []miss
	Calls   []Call

	Unmet bool `json:"-"`
}

type miss struct {
	ID, Method, Path string
	Status           int
	Differed         []string
}

// String says in words what calls are looked for.
func (x expectation) String() string {
	parts := []string{cmp.Or(x.Operation, "any operation")}
	for _, p := range []string{x.Method, x.Path} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if x.Status != 0 {
		parts = append(parts, fmt.Sprintf("answered %d", x.Status))
	}
	for i, at := range slices.Sorted(maps.Keys(x.Body)) {
		joint := "with"
		if i > 0 {
			joint = "and"
		}
		if m, ok := x.Body[at].(Matches); ok {
			parts = append(parts, fmt.Sprintf("%s %s matching %s", joint, at, m))
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %s = %s", joint, at, clipped(compact(x.Body[at]), 120)))
	}
	return strings.Join(parts, " ")
}

// failure returns the message of a test that finds too few calls, or too many.
func (c *Calls) failure(times span, v verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "calls of %s:\n    got  %s\n    want %s", c.x, counted(v.Count, "call"), times)
	for i, m := range v.Matched {
		if i == 0 {
			b.WriteString("\nThese were made")
			if v.Count > len(v.Matched) {
				fmt.Fprintf(&b, ", the newest %d of them", len(v.Matched))
			}
			b.WriteString(":")
		}
		b.WriteString("\n    " + m.call().String())
	}
	for i, m := range v.Nearest {
		if i == 0 {
			b.WriteString("\nNearest:")
		}
		b.WriteString("\n    " + m.call().String())
		c.differences(&b, m)
	}
	switch now, err := c.p.info(); {
	case v.Dropped > 0:
		fmt.Fprintf(&b, "\nOf the world's calls %d are kept no longer, and may have counted: portico serve --journal keeps more.", v.Dropped)
	case len(v.Nearest)+v.Count > 0 || err != nil:
	case now.Requests > 0:
		fmt.Fprintf(&b, "\nThe world was asked %s, but the journal keeps none of them.", counted(int(now.Requests), "call")) //nolint:gosec // not so many
	default:
		b.WriteString("\nThe world was asked nothing.")
	}
	return b.String()
}

func (m miss) call() Call { return Call{ID: m.ID, Method: m.Method, Path: m.Path, Status: m.Status} }

// differences writes how a call differs from the expectation, and why it was refused.
func (c *Calls) differences(b *strings.Builder, m miss) {
	var whole Call
	known := c.p.get("/requests/"+m.ID, &whole) == nil
	want, isWhole := c.x.Body["$"]
	for _, d := range m.Differed {
		if isWhole && known && strings.HasPrefix(d, "body $:") && len(whole.Body) > 0 {
			b.WriteString("\n        body (- want, + got):")
			for _, l := range lines(pretty(want), pretty(json.RawMessage(whole.Body))) {
				b.WriteString("\n            " + l)
			}
			continue
		}
		b.WriteString("\n        " + d)
	}
	for _, why := range whole.reasons() {
		b.WriteString("\n        why: " + why)
	}
}

func compact(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// pretty is a value as JSON of one member a line, in the order of names.
func pretty(v any) []string {
	data, err := json.Marshal(v)
	if err != nil {
		return []string{fmt.Sprint(v)}
	}
	var plain any
	if err := json.Unmarshal(data, &plain); err != nil {
		return []string{string(data)}
	}
	data, err = json.MarshalIndent(plain, "", "  ")
	if err != nil {
		return []string{fmt.Sprint(v)}
	}
	return strings.Split(string(data), "\n")
}

func clipped(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// maxLines is how many lines of each side are compared.
const maxLines = 400

// lines compares two texts by line: common lines, lines only of the first (-) and only of the second (+).
func lines(a, b []string) []string {
	a, b = a[:min(len(a), maxLines)], b[:min(len(b), maxLines)]
	longest := make([][]int, len(a)+1) // of what the rests have in common
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i, left := range slices.Backward(a) {
		for j, right := range slices.Backward(b) {
			if left == right {
				longest[i][j] = longest[i+1][j+1] + 1
			} else {
				longest[i][j] = max(longest[i+1][j], longest[i][j+1])
			}
		}
	}
	var out []string
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, "  "+a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			out = append(out, "- "+a[i])
			i++
		default:
			out = append(out, "+ "+b[j])
			j++
		}
	}
	return out
}
