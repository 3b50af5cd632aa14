package server_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/certs"
	"github.com/portico-emulator/portico/emulator/internal/fault"
	"github.com/portico-emulator/portico/emulator/internal/rest"
	"github.com/portico-emulator/portico/emulator/internal/server"
)

// patience is how long a test waits for what ought to come at once.
const patience = time.Minute

// logged collects what a server logs, debug messages left out.
type logged struct {
	mu       sync.Mutex
	messages []string
}

func (*logged) Enabled(_ context.Context, level slog.Level) bool { return level > slog.LevelDebug }
func (l *logged) WithAttrs([]slog.Attr) slog.Handler             { return l }
func (l *logged) WithGroup(string) slog.Handler                  { return l }

func (l *logged) Handle(_ context.Context, r slog.Record) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := r.Message
	r.Attrs(func(a slog.Attr) bool {
		text += " " + a.String()
		return true
	})
	l.messages = append(l.messages, text)
	return nil
}

func (l *logged) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.messages, "\n")
}

// listening is a server of the odd vendor behind a socket.
type listening struct {
	*server.Server
	logged *logged
	url    string
	client *http.Client
	begun  chan struct{} // gets something when a request reaches the server
	ended  chan struct{} // gets something when the server is done with a request
}

// listen serves HTTP/1.1, or HTTP/1.1 or HTTP/2 over TLS, until the test ends. It changes the odd vendor first.
func listen(t *testing.T, secure, two bool, change func(*api.Vendor)) *listening {
	t.Helper()
	l := &listening{Server: oddServer(t), logged: &logged{}, begun: make(chan struct{}, 16), ended: make(chan struct{}, 16)}
	l.Log = slog.New(l.logged)
	v := oddVendor()
	if change != nil {
		change(v)
	}
	plan, err := server.NewPlan(fstest.MapFS{"odd/odd.json": {Data: []byte(oddSchemas)}}, v)
	if err != nil {
		t.Fatal(err)
	}
	l.Plan = plan
	socket, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.url = "http://" + socket.Addr().String()
	transport := &http.Transport{Protocols: new(http.Protocols)}
	transport.Protocols.SetHTTP1(!two)
	transport.Protocols.SetHTTP2(two)
	if secure {
		made, err := certs.Make(time.Now(), certs.Hosts("127.0.0.1", net.IPv4(127, 0, 0, 1))...)
		if err != nil {
			t.Fatal(err)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
		transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(made.CA)
		socket = tls.NewListener(socket, &tls.Config{
			MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, Certificates: []tls.Certificate{made.Certificate},
		})
		l.url = "https://" + socket.Addr().String()
	}
	t.Cleanup(transport.CloseIdleConnections)
	l.client = &http.Client{Transport: transport}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { l.ended <- struct{}{} }()
		l.begun <- struct{}{}
		l.ServeHTTP(w, r)
	})
	go func() { served <- server.Serve(ctx, handler, l.Log, socket) }()
	t.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	return l
}

// arm arms a rule, given as JSON.
func (l *listening) arm(t *testing.T, rule string) {
	t.Helper()
	var operations []*api.Operation
	var names []string
	for i := range l.Plan.Vendors[0].Operations {
		op := &l.Plan.Vendors[0].Operations[i]
		operations, names = append(operations, op), append(names, op.Full)
	}
	r, err := fault.Read([]byte(rule), names)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Store.World(server.DefaultWorld).Faults.Arm(r, operations); err != nil {
		t.Fatal(err)
	}
}

// get calls as the boss and reads the whole answer.
func (l *listening) send(ctx context.Context, t *testing.T, method, path, body string) (status int, answer string, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, l.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("boss", "")
	res, err := l.client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return res.StatusCode, string(text), err
}

// wait waits for the server to be done with a request.
func (l *listening) wait(t *testing.T) {
	t.Helper()
	select {
	case <-l.ended:
	case <-time.After(patience):
		t.Fatal("the server is not done with the request")
	}
}

func TestNetworkFaultsLogNothing(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name        string
		secure, two bool
	}{{"HTTP/1.1", false, false}, {"HTTP/1.1 over TLS", true, false}, {"HTTP/2", true, true}} {
		for _, wire := range []string{"reset", "empty", "truncate", "malformed-chunk", "garbage", "dribble", "hang"} {
			t.Run(way.name+" "+wire, func(t *testing.T) {
				t.Parallel()
				l := listen(t, way.secure, way.two, nil)
				l.arm(t, `{"on": "odd.get-item", "give": {"wire": "`+wire+`"}}`)
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				if wire == "hang" {
					go func() {
						<-l.begun
						cancel()
					}()
				}
				status, body, err := l.send(ctx, t, "GET", "/odd/shops/corner/items/c/1", "")
				if whole := wire == "garbage" || wire == "dribble"; whole != (err == nil) || (wire == "hang") != errors.Is(err, context.Canceled) {
					t.Errorf("got %d %q %v", status, body, err)
				}
				l.wait(t)
				if got := l.logged.all(); got != "" {
					t.Errorf("the server logged:\n%s\nwant nothing: the rule asked for it", got)
				}
			})
		}
	}
}

// A panic that is not in the course of a transaction is answered as an internal error, or ends the connection; it is logged,
// and leaves nothing locked.
func TestPanicsLeaveNothingLocked(t *testing.T) {
	t.Parallel()
	boom := func() { panic("boom") }
	about := `{"on": "odd.get-item", "when": {"document": {"$.sku": "c"}}, "give": {"delay": "1ms"}}`
	words := `{"on": "odd.get-item", "give": {"error": "forbidden"}}`
	for _, tt := range []struct {
		name, rule, path string
		change           func(*api.Vendor)
		answered         bool
	}{
		{"the locator, for a rule about the document", about, "", func(v *api.Vendor) {
			v.Dialect.Locate = func(c *api.Call) error {
				if c.Caller.Doc == nil { // nobody has looked who calls: a rule asks
					boom()
				}
				return rest.Locate(c)
			}
		}, true},
		{"a lookup of the table, for a rule about the document", about, "", func(v *api.Vendor) {
			v.Names["rev"] = api.Ref{Kind: "odd.item", Find: func(*api.Call, *api.Doc, ...string) *api.Doc { panic("boom") }}
		}, true},
		{"the words of a refusal that a rule gives", words, "", func(v *api.Vendor) {
			v.Dialect.Fail = func(*api.Call, *api.Error) api.Answer { panic("boom") }
		}, false},
		{"reading the body", "", "", func(v *api.Vendor) {
			v.Operations[2].Body, v.Operations[2].Optional = "Item", true
			v.Dialect.Read = func(c *api.Call) ([]byte, error) {
				if c.Op.Method == "GET" {
					boom()
				}
				return c.Raw, nil
			}
		}, true},
		{"the words of a refusal", "", "/odd/shops/nowhere/items/c/1", func(v *api.Vendor) {
			v.Dialect.Fail = func(*api.Call, *api.Error) api.Answer { panic("boom") }
		}, false},
		{"the words for an unknown path", "", "/odd/nothing", func(v *api.Vendor) {
			v.Dialect.Fail = func(*api.Call, *api.Error) api.Answer { panic("boom") }
		}, false},
		{"an answer that has begun", "", "", func(v *api.Vendor) {
			v.Operations[2].Reply = ""
			v.Operations[2].Do = func(*api.Call) (any, error) {
				return api.Answer{Media: "text/plain", Stream: func(w http.ResponseWriter) {
					_, _ = io.WriteString(w, "half")
					_ = http.NewResponseController(w).Flush()
					boom()
				}}, nil
			}
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := listen(t, false, false, tt.change)
			if tt.rule != "" {
				l.arm(t, tt.rule)
			}
			path := tt.path
			if path == "" {
				path = "/odd/shops/corner/items/c/1"
			}
			ctx, cancel := context.WithTimeout(t.Context(), patience)
			defer cancel()
			status, body, err := l.send(ctx, t, "GET", path, "")
			l.wait(t)
			if tt.answered && (err != nil || status != 500 || body != `{"odd":"internal","problems":0}`) {
				t.Errorf("got %d %s %v, want an internal error", status, body, err)
			}
			if !tt.answered && (err == nil || ctx.Err() != nil) {
				t.Errorf("got %d %s %v, want a connection that ends", status, body, err)
			}
			if got := l.logged.all(); !strings.Contains(got, "boom") || !strings.Contains(got, "inject_test.go") {
				t.Errorf("the server logged %q, want the panic and where it was", got)
			}
			l.Store.World(server.DefaultWorld).Faults.Clear()
			if status, body, err := l.send(ctx, t, "POST", "/odd/shops/corner/items", `{"sku":"new"}`); status != 201 {
				t.Errorf("the next write: got %d %s %v", status, body, err)
			}
		})
	}
}

// A rule about the document looks the object up. Of a call that was refused before its body was read, the refusal keeps what the
// checks found: who calls.
func TestDocumentRuleKeepsWhoWasRefused(t *testing.T) {
	t.Parallel()
	l := listen(t, false, false, func(v *api.Vendor) {
		v.Dialect.Fail = func(c *api.Call, e *api.Error) api.Answer {
			return api.Answer{Status: 403, Media: "text/plain", Body: []byte(string(e.Code) + " " + c.Caller.Doc.ID + " " + c.Object.Str("name"))}
		}
	})
	l.arm(t, `{"on": "odd.create-item", "when": {"document": {"$.name": "corner"}}, "give": {"delay": "1ms"}}`)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, l.url+"/odd/shops/corner/items", strings.NewReader(`{"sku":"new"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("guest", "")
	res, err := l.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || string(body) != "forbidden guest corner" {
		t.Errorf("got %d %q %v, want the refusal of guest at corner", res.StatusCode, body, err)
	}
}
