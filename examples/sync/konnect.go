package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	tries    = 8
	pageSize = 100 // the most that Konnect gives at a time

	never = time.Duration(-1)
)

// Konnect is the Portal Management API.
type Konnect struct {
	Base, Token string
	HTTP        *http.Client                               // its Timeout bounds one attempt
	Wait        func(context.Context, time.Duration) error // between attempts: sleep
}

// Call is something to ask for.
type Call struct {
	Method, Path string
	In, Out      any
	There        func() (bool, error) // what must not be done twice is looked for before it is asked for again
}

// Refusal is an answer of 400 and above, in Konnect's words.
type Refusal struct {
	Call     string `json:"-"`
	Status   int
	Detail   string
	Invalid  []struct{ Field, Reason string } `json:"invalid_parameters"`
	Instance string                           // what Kong's support asks for
}

func (r *Refusal) Error() string {
	text := []string{fmt.Sprintf("%s: %d %s", r.Call, r.Status, http.StatusText(r.Status)), r.Detail}
	for _, p := range r.Invalid {
		text = append(text, p.Field+": "+p.Reason)
	}
	if r.Status == http.StatusUnauthorized {
		text = append(text, "is the token current?")
	}
	text = append(text, r.Instance)
	return strings.Join(slices.DeleteFunc(text, func(s string) bool { return s == "" }), "; ")
}

func refused(err error, status int) bool {
	r, ok := errors.AsType[*Refusal](err)
	return ok && r.Status == status
}

// Do asks until there is an answer that stands. It gives up after some attempts, or when the context would end before the
// next one.
func (k *Konnect) Do(ctx context.Context, c Call) error {
	for try := 1; ; try++ {
		after, err := k.send(ctx, c)
		if err == nil || after == never || ctx.Err() != nil {
			return err
		}
		backoff := time.Second << try / 4
		pause := max(backoff+rand.N(backoff/2), after) //nolint:gosec // chance keeps clients apart, and no secret
		if end, ok := ctx.Deadline(); try == tries || ok && time.Until(end) < pause {
			return fmt.Errorf("gave up at attempt %d: %w", try, err)
		}
		if err := k.Wait(ctx, pause); err != nil {
			return err
		}
		if c.There != nil {
			if there, err := c.There(); there || err != nil {
				return err
			}
		}
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// send asks once. With an error it says how long to wait at least before asking again, or never to.
func (k *Konnect) send(ctx context.Context, c Call) (after time.Duration, err error) {
	var body bytes.Buffer
	if c.In != nil {
		if err := json.NewEncoder(&body).Encode(c.In); err != nil {
			return never, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, c.Method, k.Base+c.Path, &body)
	if err != nil {
		return never, err
	}
	r.Header.Set("Authorization", "Bearer "+k.Token)
	r.Header.Set("Content-Type", "application/json")
	res, err := k.HTTP.Do(r)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, fmt.Errorf("%s %s: half an answer: %w", c.Method, c.Path, err)
	}
	if res.StatusCode >= http.StatusBadRequest {
		refusal := &Refusal{}
		_ = json.Unmarshal(data, refusal) // the page of a gateway says no more than its status
		refusal.Call, refusal.Status = c.Method+" "+c.Path, res.StatusCode
		switch res.StatusCode {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			seconds, _ := strconv.Atoi(res.Header.Get("Retry-After"))
			return time.Duration(seconds) * time.Second, refusal
		}
		return never, refusal
	}
	if c.Out != nil {
		if err := json.Unmarshal(data, c.Out); err != nil {
			return 0, fmt.Errorf("%s %s: an answer that is no JSON: %w", c.Method, c.Path, err)
		}
	}
	return 0, nil
}

// list reads all pages of a list, and gives what is in it by its key.
func list[T any](ctx context.Context, k *Konnect, path string, key func(T) string) (map[string]T, error) {
	all := map[string]T{}
	for number, read := 1, 0; ; number++ {
		var page struct {
			Data []T
			Meta struct{ Page struct{ Total int } }
		}
		query := fmt.Sprintf("?page[size]=%d&page[number]=%d", pageSize, number)
		if err := k.Do(ctx, Call{Method: http.MethodGet, Path: path + query, Out: &page}); err != nil {
			return nil, err
		}
		for _, one := range page.Data {
			all[key(one)] = one
		}
		if read += len(page.Data); len(page.Data) == 0 || read >= page.Meta.Page.Total {
			return all, nil
		}
	}
}
