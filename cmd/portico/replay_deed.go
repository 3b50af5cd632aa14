package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// delay is a member of a fault rule that only costs time.
var delay = regexp.MustCompile(`"delay":(?:"[^"]*"|\{(?:[^{}]|\{[^{}]*\})*\})`)

// repeatDeed does again what the test did through the admin API. What it made bears the time at which it was made, which
// is known but for the milliseconds that the call took where the clock ran: each is tried.
func (s *theatre) repeatDeed(d *deed) (outcome, string, error) {
	if err := s.learnCredentials(); err != nil {
		return "", "", err
	}
	fill := filler{secrets: s.secrets}
	body := fill.text("body", d.Body)
	s.secrets.library.forget()
	if d.Path == "/faults" {
		body = delay.ReplaceAllString(body, `"delay":"0s"`)
	}
	exact := strings.HasPrefix(d.Path, "/state/") && d.Status < http.StatusBadRequest && d.Answer != ""
	const mark, most = "portico-replay", 50
	if exact && d.Until.After(d.At) {
		if err := s.ask(http.MethodPut, "/snapshots/"+mark, nil, nil); err != nil {
			return "", "", err
		}
		defer func() { _, _, _ = s.admin(http.MethodDelete, "/snapshots/"+mark, nil) }()
	}
	var how string
	for try := range most {
		at := d.Until.Add(-time.Duration(try) * time.Millisecond)
		if try > 0 {
			if !exact || !d.Until.After(d.At) || at.Before(d.At.Add(-time.Millisecond)) {
				break
			}
			if err := s.ask(http.MethodPost, "/snapshots/"+mark+"/restore", nil, nil); err != nil {
				return "", "", err
			}
		}
		if err := s.setClock(at); err != nil {
			return "", "", err
		}
		var send any
		if body != "" {
			send = body
		}
		status, got, err := s.admin(d.Method, d.Path, send)
		if err != nil {
			return "", "", err
		}
		complain := ""
		switch {
		case status != d.Status:
			complain = fmt.Sprintf("got %d, recorded %d: %s", status, d.Status, complaint(status, got))
		case exact:
			complain = firstDifference(d.Answer, s.secrets.hide(string(got)))
		}
		if complain == "" {
			return same, "", nil
		}
		if how == "" {
			how = complain
		}
	}
	if fill.guessed != "" {
		return unrepeatable, "the " + fill.guessed + " is a secret that is nowhere told (" + how + ")", nil
	}
	return differs, how, nil
}
