package testkit_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/testkit"
)

// trace is a transport that would have sent what it got.
type trace struct{ sent []string }

var errSent = errors.New("sent")

func (x *trace) RoundTrip(r *http.Request) (*http.Response, error) {
	x.sent = append(x.sent, r.URL.Host)
	return nil, errSent
}

// Hosts of the vendors are refused, with their names and with what to do; nothing else is.
func TestGuard(t *testing.T) {
	t.Parallel()
	for host, real := range map[string]bool{
		"global.api.konghq.com": true, "us.api.konghq.com": true, "eu.api.konghq.com:443": true, "abc123.us.portal.konghq.com": true,
		"eu.api.konghq.tech": true, "US.API.KongHQ.com": true, "us.api.konghq.com.": true,
		"anypoint.mulesoft.com": true, "eu1.anypoint.mulesoft.com": true, "gov.anypoint.mulesoft.com": true, "ca1.platform.mulesoft.com": true,
		"platform-api-portal.us-east-a.apiconnect.automation.ibm.com": true, "api.us-south.apiconnect.cloud.ibm.com": true,
		"api.eu-de.apiconnect.ibmcloud.com": true, "portal.eu-de.containers.appdomain.cloud": true,
		"platform.axway.com": true, "manager.axwaycloud.com": true,
		"localhost:4780": false, "127.0.0.1:4780": false, "portico.invalid": false, "example.com": false,
		"konghq.com.example.com": false, "notkonghq.com": false, "mulesoft.example": false,
	} {
		next := &trace{}
		r := record(t, func(r *recorder) {
			c := &http.Client{Transport: testkit.Guard(r, next)}
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+host+"/v2/portals?token=secret", strings.NewReader("{}"))
			if err != nil {
				t.Error(err)
				return
			}
			answer, err := c.Do(request)
			if err == nil {
				_ = answer.Body.Close()
			}
			if sent := errors.Is(err, errSent); sent == real || sent != (len(next.sent) == 1) {
				t.Errorf("%s: got %v, sent %v", host, err, next.sent)
			}
		})
		want := ""
		if real {
			want = "portico: a client is about to call the real host " + host + " (/v2/portals); nothing was sent.\n" +
				"Give the client scheme, host and port of the emulator instead: w.URL(vendor) is its base URL, and w.Client() an HTTP client."
		}
		if got := r.said(); got != want {
			t.Errorf("%s: got %q, want %q", host, got, want)
		}
	}
}

// The default transport is guarded until the test ends.
func TestGuardDefault(t *testing.T) {
	before := http.DefaultTransport
	r := record(t, func(r *recorder) {
		testkit.GuardDefault(r)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://anypoint.mulesoft.com/accounts/api/me", http.NoBody)
		if err != nil {
			t.Error(err)
			return
		}
		if answer, err := http.DefaultClient.Do(request); err == nil {
			_ = answer.Body.Close()
			t.Error("it was sent")
		}
	})
	if got := r.said(); !strings.Contains(got, "the real host anypoint.mulesoft.com") {
		t.Errorf("got %q", got)
	}
	if http.DefaultTransport != before {
		t.Error("the guard is still there")
	}
}

// Over a network the client of a world is guarded; in this process it reaches the emulator, whatever the host.
func TestGuardedClient(t *testing.T) {
	t.Parallel()
	e, err := emulator.New(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(e)
	t.Cleanup(s.Close)
	get := func(c *http.Client, host, header string) (string, error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, host+"/v2/portals", http.NoBody)
		if err != nil {
			return "", err
		}
		r.Header.Set("Authorization", header)
		res, err := c.Do(r)
		if err != nil {
			return "", err
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		return string(body), err
	}
	r := record(t, func(r *recorder) {
		w := testkit.At(r, s.URL).World(r)
		if body, err := get(w.Client(), "https://us.api.konghq.com", w.Header("konnect", "admin")); err == nil {
			t.Errorf("it was sent: %s", body)
		}
	})
	if got := r.said(); !strings.HasPrefix(got, "portico: a client is about to call the real host us.api.konghq.com (/v2/portals)") {
		t.Errorf("got %q", got)
	}
	w := testkit.Start(t)
	if body, err := get(w.Client(), "https://us.api.konghq.com", w.Header("konnect", "admin")); err != nil || !strings.Contains(body, `"data"`) {
		t.Errorf("in this process: got %s, %v", body, err)
	}
	w.Calls("konnect.list-portals").Once()
}
