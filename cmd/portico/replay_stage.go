package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

// outcome is what came of repeating something.
type outcome string

const (
	same         outcome = "same"
	differs      outcome = "differs"
	unrepeatable outcome = "cannot be repeated"
)

// theatre is the world in which a bundle is repeated.
type theatre struct {
	ctx     context.Context //nolint:containedctx // it lives as long as the command
	client  *http.Client
	url     string
	token   string
	world   string
	info    *bundleInfo
	secrets *secrets
}

const (
	quickly = time.Second // to wait for an answer that there was none of
	slowly  = time.Minute
)

// openStage makes a world like the test's.
func openStage(ctx context.Context, url, token string, info *bundleInfo) (*theatre, error) {
	s := &theatre{
		ctx: ctx, url: url, token: token, info: info, world: info.World,
		// No connection is used twice, or a request could be sent twice by itself.
		client: &http.Client{
			Transport:     &http.Transport{DisableCompression: true, DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		secrets: newSecrets(),
	}
	name := info.World
	if s.world == "default" {
		name = "default-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	}
	birth := map[string]any{"name": name, "seed": info.Seed, "fixture": info.Fixture}
	if fixture, err := info.fixtureHere(); err == nil {
		birth["fixture"] = fixture
	}
	if info.Clock.Frozen {
		birth["clock"] = info.Clock.Now
	}
	s.world = ""
	status, body, err := s.admin(http.MethodPost, "/worlds", birth)
	if status == http.StatusConflict {
		name = "replay-" + strconv.FormatInt(time.Now().UnixNano(), 36)
		birth["name"] = name
		status, body, err = s.admin(http.MethodPost, "/worlds", birth)
	}
	switch {
	case err != nil:
		return nil, fmt.Errorf("no emulator answers at %s: %w", url, cause(err))
	case status != http.StatusCreated:
		return nil, fmt.Errorf("%s makes no world like the test's: %s", url, complaint(status, body))
	}
	s.world = name
	s.secrets.library.load = s.export
	return s, s.learnCredentials()
}

func (s *theatre) close() {
	name := s.world
	s.world = ""
	_, _, _ = s.admin(http.MethodDelete, "/worlds/"+name, nil)
}

// complaint is what an answer of the admin API says.
func complaint(status int, body []byte) string {
	var e struct{ Error struct{ Message string } }
	if json.Unmarshal(body, &e) == nil && e.Error.Message != "" {
		return e.Error.Message
	}
	return strconv.Itoa(status) + " " + string(body)
}

// admin calls the admin API of the world.
func (s *theatre) admin(method, path string, body any) (int, []byte, error) {
	var send []byte
	media := "application/json"
	switch b := body.(type) {
	case nil:
	case string:
		send = []byte(b)
		if !json.Valid(send) {
			media = "application/yaml"
		}
	default:
		var err error
		if send, err = json.Marshal(b); err != nil {
			return 0, nil, err
		}
	}
	r, err := http.NewRequestWithContext(s.ctx, method, s.url+emulator.AdminBase+path, bytes.NewReader(send))
	if err != nil {
		return 0, nil, err
	}
	if len(send) > 0 {
		r.Header.Set("Content-Type", media)
	}
	if s.world != "" {
		r.Header.Set("Portico-World", s.world)
	}
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(answer.Body)
	return answer.StatusCode, got, err
}

// ask calls the admin API for something that it must answer.
func (s *theatre) ask(method, path string, body, into any) error {
	status, got, err := s.admin(method, path, body)
	if err != nil {
		return fmt.Errorf("the emulator at %s answers no longer: %w", s.url, cause(err))
	}
	if status >= http.StatusBadRequest {
		return fmt.Errorf("%s %s%s: %s", method, emulator.AdminBase, path, complaint(status, got))
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(got, into)
}

// setClock lets the world's clock stand at an instant. Steps of a scenario that become due then may move it on; the
// instant that was recorded is the one after them.
func (s *theatre) setClock(at time.Time) error {
	var now struct{ Now time.Time }
	for range 2 {
		if err := s.ask(http.MethodPut, "/clock", map[string]any{"now": at, "frozen": true}, nil); err != nil {
			return err
		}
		if err := s.ask(http.MethodGet, "/clock", nil, &now); err != nil {
			return err
		}
		if now.Now.Equal(at) {
			break
		}
	}
	return nil
}

// play repeats a step and tells in a line what came of it.
func (s *theatre) play(one step) (line string, come outcome, err error) {
	var how, what string
	if one.deed != nil {
		what = fmt.Sprintf("%5s %s %s%s", "", one.deed.Method, emulator.AdminBase, one.deed.Path)
		come, how, err = s.repeatDeed(one.deed)
	} else {
		u, bad := url.Parse(one.entry.Request.URL)
		path := one.entry.Request.URL
		if bad == nil {
			path = strings.TrimPrefix(u.RequestURI(), "/_world/"+s.info.World)
		}
		what = fmt.Sprintf("%5s %s %s", one.entry.ID, one.entry.Request.Method, path)
		come, how, err = s.repeat(one.entry)
	}
	line = what + ": " + string(come)
	if how != "" {
		line += ": " + how
	}
	return line, come, err
}

// mostFilled is how many calls that are not in a bundle are made up for.
const mostFilled = 100_000

// count brings the world to count the next call by its number; calls that are not in the bundle are made up for, since
// ids and chance follow from the numbers.
func (s *theatre) count(number uint64) (why string, err error) {
	var world struct{ Requests uint64 }
	if err := s.ask(http.MethodGet, "/worlds/"+s.world, nil, &world); err != nil {
		return "", err
	}
	switch missing := number - 1 - world.Requests; {
	case world.Requests >= number:
		return fmt.Sprintf("the world has counted %d calls already", world.Requests), nil
	case missing > mostFilled:
		return fmt.Sprintf("%d calls before it are not in the bundle", missing), nil
	default:
		for range missing {
			r, err := http.NewRequestWithContext(s.ctx, http.MethodGet, s.url+"/_world/"+s.world+"/not-in-the-bundle", http.NoBody)
			if err != nil {
				return "", err
			}
			answer, err := s.client.Do(r)
			if err != nil {
				return "", err
			}
			_ = answer.Body.Close()
		}
	}
	return "", nil
}

// learnCredentials asks who is known now.
func (s *theatre) learnCredentials() error {
	var all []emulator.Credential
	if err := s.ask(http.MethodGet, "/credentials", nil, &all); err != nil {
		return err
	}
	s.secrets.know(all)
	return nil
}
