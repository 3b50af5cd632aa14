package emulator_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/emulator"
	"github.com/portico-emulator/portico/emulator/internal/certs"
	"github.com/portico-emulator/portico/emulator/internal/server"
)

// served is an emulator behind two sockets, as portico serve is.
type served struct {
	*emulator.Emulator
	http, https string
	ca          *x509.CertPool
	pem         []byte
}

// serveBoth listens for HTTP and HTTPS until the test ends, and then wants a clean end.
func serveBoth(t testing.TB, config emulator.Config) *served {
	t.Helper()
	e := start(t, config)
	identity, err := certs.Make(time.Now(), "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	var c net.ListenConfig
	var listeners [2]net.Listener
	for i := range listeners {
		if listeners[i], err = c.Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	s := &served{Emulator: e, http: "http://" + listeners[0].Addr().String(), https: "https://" + listeners[1].Addr().String(), ca: x509.NewCertPool(), pem: identity.CA}
	if !s.ca.AppendCertsFromPEM(identity.CA) {
		t.Fatal("the CA is none")
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- e.Serve(ctx, listeners[0], server.ListenTLS(listeners[1], identity.Certificate)) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ends with %v", err)
		}
	})
	return s
}

// client speaks HTTP/1.1, or HTTP/2 where it is asked for and TLS is spoken. It follows no redirect.
func (s *served) client(t testing.TB, two bool) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.ca, MinVersion: tls.VersionTLS12}, Protocols: new(http.Protocols), DisableCompression: true}
	transport.Protocols.SetHTTP1(!two)
	transport.Protocols.SetHTTP2(two)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// wires are the ways to an emulator.
var wires = []struct {
	name        string
	secure, two bool
	proto       string
}{{"http", false, false, "HTTP/1.1"}, {"https", true, false, "HTTP/1.1"}, {"h2", true, true, "HTTP/2.0"}}

func (s *served) url(secure bool) string {
	if secure {
		return s.https
	}
	return s.http
}

// TestSameAnswers replays every recorded conversation over HTTP, over HTTPS and over HTTP/2: the answers are the recorded
// ones to the byte, but for the scheme of links and the mark of cookies that TLS has carried.
func TestSameAnswers(t *testing.T) {
	t.Parallel()
	s := serveBoth(t, emulator.Config{Clock: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), Prove: true})
	conversations := recorded(t)
	for _, wire := range wires {
		t.Run(wire.name, func(t *testing.T) {
			t.Parallel()
			client := s.client(t, wire.two)
			links, cookies := 0, 0
			for i, c := range conversations {
				world := fmt.Sprintf("%s-%d", wire.name, i)
				call(t, s, http.MethodPost, "/_portico/worlds", `{"name":"`+world+`"}`, http.StatusCreated)
				for n, one := range c.steps {
					got := one.play(t, client, s.url(wire.secure), world)
					if got.proto != wire.proto {
						t.Fatalf("got %s, want %s", got.proto, wire.proto)
					}
					status, header, body := one.want(t)
					if wire.secure {
						links += strings.Count(body, "http://example.com")
						body = strings.ReplaceAll(body, "http://example.com", "https://example.com")
						for _, values := range header {
							for i := range values {
								values[i] = strings.ReplaceAll(values[i], "http://example.com", "https://example.com")
							}
						}
						for i := range header["Set-Cookie"] {
							header["Set-Cookie"][i] += "; Secure"
							cookies++
						}
					}
					if got.status != status || got.body != body {
						t.Errorf("%s.%s, request %d: got %s %s, want %s %s", c.vendor, c.operation, n+1, got.status, got.body, status, body)
					}
					if d := cmp.Diff(header, got.header); d != "" {
						t.Errorf("%s.%s, request %d (-want +got):\n%s", c.vendor, c.operation, n+1, d)
					}
				}
				call(t, s, http.MethodDelete, "/_portico/worlds/"+world, "", http.StatusNoContent)
			}
			if wire.secure && (links < 100 || cookies < 6) {
				t.Errorf("got %d links and %d cookies", links, cookies)
			}
		})
	}
}

type played struct {
	proto, status, body string
	header              http.Header // but what the place, the time and the wire say
}

// play sends a request as to example.com, as the conversations were recorded.
func (s step) play(t testing.TB, client *http.Client, url, world string) played {
	t.Helper()
	var content io.Reader = http.NoBody
	if s.body != "" {
		content = strings.NewReader(s.body)
	}
	r, err := http.NewRequestWithContext(t.Context(), s.method, url+s.path, content)
	if err != nil {
		t.Fatal(err)
	}
	r.Host, r.Header = "example.com", s.header.Clone()
	if strings.HasPrefix(s.path, "/_portico/") { // which answers on loopback for loopback names alone
		r.Host = "localhost"
	}
	r.Header.Set("Portico-World", world)
	if s.header.Get("User-Agent") == "" {
		r.Header["User-Agent"] = nil
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", s.method, s.path, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", s.method, s.path, err)
	}
	got := played{proto: res.Proto, status: strconv.Itoa(res.StatusCode), body: string(body), header: res.Header}
	for _, name := range []string{"Date", "Content-Length", "Portico-Request"} {
		got.header.Del(name)
	}
	return got
}

// TestSecureLinks holds what the emulator says of itself to the scheme, the host and the world of the request.
func TestSecureLinks(t *testing.T) {
	t.Parallel()
	s := serveBoth(t, emulator.Config{})
	client := s.client(t, true)
	for _, one := range []struct{ path, want string }{
		{"/_portico", s.https + `/v2"`},
		{"/_portico/openapi/konnect.json", s.https},
		{"/_world/default/consumer-api/products", `"` + s.https + `/_world/default/consumer-api/`},
		{"/_portico/requests.har", `"` + s.https + `/_world/default/consumer-api/products"`},
	} {
		status, body := fetch(t, client, s.https+one.path)
		if status != http.StatusOK || !strings.Contains(body, one.want) || strings.Contains(body, s.http) {
			t.Errorf("%s: got %d %.600s, want %s", one.path, status, body, one.want)
		}
	}
}

// fetch gets a URL as IBM's administrator.
func fetch(t testing.TB, client *http.Client, url string) (status int, body string) {
	t.Helper()
	status, body, err := try(t.Context(), client, url)
	if err != nil {
		t.Fatal(err)
	}
	return status, body
}

func try(ctx context.Context, client *http.Client, url string) (status int, body string, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("Authorization", "Bearer portico-admin")
	r.Header.Set("X-IBM-Consumer-Context", "ibm-emu.sandbox")
	if strings.Contains(url, "/v2/") {
		r.Header.Set("Authorization", "Bearer kpat_portico-admin")
	}
	res, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return res.StatusCode, string(data), err
}
