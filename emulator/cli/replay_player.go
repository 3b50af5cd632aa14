package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// player repeats the calls of a bundle in a world of its own.
type player struct {
	ctx     context.Context //nolint:containedctx // it lives as long as the command
	client  *http.Client
	base    string // scheme and host of the emulator
	token   string // of its admin API
	world   string // "": not made yet
	bundle  *bundle
	secrets map[string]string // by what the bundle has in their place
	madeUp  string            // says where the last call that was built holds a secret that is not known; "": nowhere
}

// reply is the answer to a request. If err is set, there is none or its body is not whole.
type reply struct {
	status int
	header http.Header
	body   string
	err    error
}

// Limits of what is sent and read.
const (
	maxAnswer = 64 << 20 // bytes of an answer that are read
	maxKept   = 64 << 10 // bytes of a body that the journal keeps
	maxGap    = 10_000   // calls in a row that are not in the bundle
	patience  = time.Minute
	silence   = time.Second // to wait if there was no answer
)

// newPlayer makes a world like the test's. No name of the bundle's choice is used: it could be another's.
func newPlayer(ctx context.Context, base, token string, b *bundle, fixture string) (*player, error) {
	p := &player{
		ctx: ctx, base: base, token: token, bundle: b, secrets: map[string]string{},
		client: &http.Client{
			Transport:     &http.Transport{DisableCompression: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	name := "replay-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	world := map[string]any{"name": name, "seed": b.Seed, "fixture": fixture, "ttl": "1h"}
	if b.Clock.Frozen {
		world["clock"] = b.Clock.Now
	}
	body, _ := json.Marshal(world)
	if err := p.ask(http.MethodPost, "/worlds", string(body), nil); err != nil {
		return nil, fmt.Errorf("%s makes no world like the test's: %w", base, err)
	}
	p.world = name
	return p, nil
}

// close deletes the world.
func (p *player) close() {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), healthWithin)
	defer cancel()
	p.ctx = ctx
	_ = p.ask(http.MethodDelete, "/worlds/"+p.world, "", nil) // if that fails, its ttl ends it
}

// request makes a request to the player's world. Target is path and query as they are sent.
func (p *player) request(method, target, body string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(p.ctx, method, p.base, strings.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.URL.RawPath, r.URL.RawQuery, _ = strings.Cut(target, "?")
	if r.URL.Path, err = url.PathUnescape(r.URL.RawPath); p.world != "" {
		r.Header.Set("Portico-World", p.world)
	}
	if strings.HasPrefix(target, app.AdminBase) {
		r.Header.Set("Content-Type", "application/yaml")
		if json.Valid([]byte(body)) {
			r.Header.Set("Content-Type", "application/json")
		}
		if p.token != "" {
			r.Header.Set("Authorization", "Bearer "+p.token)
		}
	}
	return r, err
}

func (p *player) send(r *http.Request, within time.Duration) reply {
	ctx, cancel := context.WithTimeout(p.ctx, within)
	defer cancel()
	a, err := p.client.Do(r.WithContext(ctx))
	if err != nil {
		return reply{err: err}
	}
	defer func() { _ = a.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	return reply{a.StatusCode, a.Header, string(body), err}
}

// ask makes a call of the admin API that the player itself needs.
func (p *player) ask(method, path, body string, into any) error {
	r, err := p.request(method, app.AdminBase+path, body)
	if err != nil {
		return err
	}
	switch a := p.send(r, patience); {
	case a.err != nil:
		return fmt.Errorf("no emulator answers at %s: %w", p.base, cause(a.err))
	case a.status >= http.StatusBadRequest:
		return fmt.Errorf("%s %s%s: %s", method, app.AdminBase, path, a.problem())
	case into != nil:
		return json.Unmarshal([]byte(a.body), into)
	}
	return nil
}

// problem is what a refusal of the admin API says.
func (a *reply) problem() string {
	var e struct{ Error struct{ Message string } }
	if json.Unmarshal([]byte(a.body), &e) == nil && e.Error.Message != "" {
		return e.Error.Message
	}
	return strconv.Itoa(a.status) + " " + clip(a.body)
}

// repeat sends a call again. It returns nil if the answer is the same.
func (p *player) repeat(c *recordedCall) error {
	if err := p.learnCredentials(); err != nil { // the calls so far may have made some
		return err
	}
	p.madeUp = ""
	r, err := p.build(c)
	if err != nil {
		return err
	}
	if c.ID > 0 {
		if err := p.count(c.ID - 1); err != nil {
			return err
		}
	}
	clock := fmt.Sprintf(`{"now": %q, "frozen": true}`, c.WorldAt.Format(time.RFC3339Nano))
	for range 2 { // steps of a scenario that become due may move the clock on; then they are done
		if err := p.ask(http.MethodPut, "/clock", clock, nil); err != nil {
			return err
		}
	}
	within := patience
	if c.Response.Status == 0 {
		within = silence
	}
	p.client.CloseIdleConnections() // on a new connection no call is sent twice by itself
	a := p.send(r, within)
	if err := p.ctx.Err(); err != nil {
		return err
	}
	madeUp := p.madeUp
	how := p.compare(a, c)
	if how != nil && madeUp != "" {
		return fmt.Errorf("%w: %s (%s)", errCannot, madeUp, how.Error())
	}
	return how
}

// ownHeaders are headers that the player sets by itself.
var ownHeaders = []string{
	"Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Portico-World", "Proxy-Connection", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade",
}

// build makes the request of a call.
func (p *player) build(c *recordedCall) (*http.Request, error) {
	body, admin := c.Request.PostData.Text, c.ID == 0
	switch {
	case c.Request.BodySize > maxKept && !admin:
		return nil, fmt.Errorf("%w: the journal keeps %d bytes of a body, and this one had %d", errCannot, maxKept, c.Request.BodySize)
	case strings.ContainsRune(body, '\uFFFD') || body == "" && c.Request.BodySize > 0:
		return nil, fmt.Errorf("%w: its body is not text", errCannot)
	}
	origin, target, prefixed := p.bundle.split(c)
	here := renamer(origin, p.bundle.World, p.base, p.world)
	path, query, asks := strings.Cut(target, "?")
	if admin { // takes no query
		path, query, asks = target, "", false
	}
	path = p.fill("path", path, url.PathEscape)
	if err := allow(c.Request.Method, path, admin); err != nil {
		return nil, err
	}
	if prefixed {
		path = "/_world/" + p.world + path
	}
	body = here.Replace(p.fill("body", body, escapeOf(body)))
	if admin && strings.HasSuffix(path, "/faults") {
		body = withoutDelay(body)
	}
	r, err := p.request(c.Request.Method, path, body)
	if err != nil {
		return nil, fmt.Errorf("%w: %s", errCannot, err.Error())
	}
	r.URL.RawQuery, r.URL.ForceQuery = here.Replace(p.fill("query", query, url.QueryEscape)), asks
	r.Header["User-Agent"] = []string{""} // none, unless it was sent
	for _, h := range c.Request.Headers {
		name := http.CanonicalHeaderKey(h.Name)
		if admin || slices.Contains(ownHeaders, name) {
			continue
		}
		if name == "User-Agent" {
			r.Header.Del(name)
		}
		r.Header.Add(name, here.Replace(p.fill("header "+name, h.Value, plainly)))
	}
	return r, nil
}

// renamer replaces the URL of an emulator and the prefix of a world by others.
func renamer(base, world, newBase, newWorld string) *strings.Replacer {
	world, newWorld = "/_world/"+world, "/_world/"+newWorld
	return strings.NewReplacer(base+world, newBase+newWorld, base+"/", newBase+"/", world, newWorld)
}

// withoutDelay returns a fault rule without its delay.
func withoutDelay(rule string) string {
	var whole, give map[string]json.RawMessage
	if json.Unmarshal([]byte(rule), &whole) != nil || json.Unmarshal(whole["give"], &give) != nil || give["delay"] == nil {
		return rule
	}
	give["delay"] = json.RawMessage(`"0s"`)
	whole["give"], _ = json.Marshal(give)
	out, _ := json.Marshal(whole)
	return string(out)
}

// count brings the world to have counted so many calls: ids and chance follow from the numbers of calls, those included that
// are not in the bundle or cannot be repeated.
func (p *player) count(to uint64) error {
	var world struct{ Requests uint64 }
	if err := p.ask(http.MethodGet, "/worlds/"+p.world, "", &world); err != nil {
		return err
	}
	missing := to - world.Requests // huge, if the world has counted more
	if missing > maxGap {
		return fmt.Errorf("%w: it comes after %d calls, but the world has counted %d", errCannot, to, world.Requests)
	}
	for range missing {
		r, err := p.request(http.MethodGet, "/not-in-the-bundle", "")
		if err != nil {
			return err
		}
		if a := p.send(r, patience); a.err != nil {
			return a.err
		}
	}
	return nil
}
