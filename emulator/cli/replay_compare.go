package cli

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// uncompared are headers of answers that are not compared: they belong to the connection, or follow from the number or the body.
var uncompared = []string{"Connection", "Content-Length", "Date", "Portico-Request", "Transfer-Encoding"}

// compare returns how an answer differs from the recorded one, or nil. Of the admin API's answers the testkit keeps documents alone.
func (p *player) compare(got reply, c *recordedCall) error {
	origin, _, _ := p.bundle.split(c)
	there := renamer(p.base, p.world, origin, p.bundle.World)
	kept := &c.Response.Content
	body := there.Replace(got.body)
	if kept.Encoding == "base64" {
		body = base64.StdEncoding.EncodeToString([]byte(got.body[:min(len(got.body), maxKept)]))
	}
	is, was := map[string]string{}, map[string]string{} // headers
	for name, values := range got.header {
		is[name] = there.Replace(strings.Join(values, ", "))
	}
	for _, h := range c.Response.Headers {
		name := http.CanonicalHeaderKey(h.Name)
		was[name] = strings.TrimPrefix(was[name]+", "+h.Value, ", ")
	}
	p.learn(kept.Text, body)
	for name, value := range was {
		p.learn(value, is[name])
	}
	if got.status != c.Response.Status {
		why := ""
		switch {
		case got.status == 0:
			why = ": " + cause(got.err).Error()
		case c.ID == 0:
			why = ": " + got.problem()
		}
		return fmt.Errorf("%w: got %s, recorded %s%s", errDiffers, statusText(got.status), statusText(c.Response.Status), why)
	}
	if got.err == nil && (c.ID > 0 || kept.Text != "") { // a fault did not cut it off, and it was kept
		want := p.fill("", kept.Text, escapeOf(kept.Text))
		if body != want && (kept.Size <= maxKept || !strings.HasPrefix(body, want)) {
			return fmt.Errorf("%w: body %s", errDiffers, difference(body, want))
		}
	}
	if c.ID == 0 || got.status == 0 {
		return nil
	}
	for _, name := range uncompared {
		is[name] = was[name]
	}
	names := maps.Clone(was)
	maps.Copy(names, is)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if want := p.fill("", was[name], plainly); is[name] != want {
			return fmt.Errorf("%w: header %s: got %s, recorded %s", errDiffers, name, cmp.Or(clip(is[name]), "none"), cmp.Or(clip(want), "none"))
		}
	}
	return nil
}

func statusText(status int) string {
	if status == 0 {
		return "no answer"
	}
	return strconv.Itoa(status)
}

// difference shows the JSON member, the element or the line in which two texts differ first.
func difference(got, want string) string {
	n := 0
	for n < len(got) && n < len(want) && got[n] == want[n] {
		n++
	}
	from := 1 + strings.LastIndexAny(want[:n], "{[,\n")
	piece := func(s string) string {
		if rest := min(n+1, len(s)); strings.ContainsAny(s[rest:], "}],\n") {
			s = s[:rest+strings.IndexAny(s[rest:], "}],\n")]
		}
		return cmp.Or(clip(s[from:]), "nothing")
	}
	return fmt.Sprintf("at byte %d: got %s, recorded %s", n, piece(got), piece(want))
}

// clip cuts a text that may be long.
func clip(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
