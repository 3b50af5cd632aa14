package emulator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

// TestWireFaultsOverTLS has each wire fault met by Go, curl and Node, over HTTP/1.1 and HTTP/2. Over HTTP/2 it hits its own
// stream alone: another, open all along, lives on on the same connection.
func TestWireFaultsOverTLS(t *testing.T) {
	t.Parallel()
	const stream = "stream error: stream ID" // Go's words for RST_STREAM
	type seen struct {
		err  error  // Go, HTTP/1.1
		text string // Go, HTTP/2
		curl [2]int // exit codes
		node [2]string
	}
	for wire, want := range map[string]seen{
		"reset":           {syscall.ECONNRESET, stream, [2]int{56, 92}, [2]string{"ECONNRESET", "ERR_HTTP2_STREAM_ERROR"}},
		"empty":           {io.EOF, stream, [2]int{52, 92}, [2]string{"UND_ERR_SOCKET", "ERR_HTTP2_STREAM_ERROR"}},
		"truncate":        {io.ErrUnexpectedEOF, stream, [2]int{18, 92}, [2]string{"UND_ERR_SOCKET", "ERR_HTTP2_STREAM_ERROR"}},
		"malformed-chunk": {errAny, stream, [2]int{56, 92}, [2]string{"HPE_INVALID_CHUNK_SIZE", "ERR_HTTP2_STREAM_ERROR"}},
		"garbage":         {nil, "", [2]int{0, 0}, [2]string{"SyntaxError", "SyntaxError"}},
		"dribble":         {nil, "", [2]int{0, 0}, [2]string{"ok", "ok"}},
		"hang":            {context.DeadlineExceeded, context.DeadlineExceeded.Error(), [2]int{28, 28}, [2]string{"TimeoutError", "TimeoutError"}},
	} {
		for i, two := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s over HTTP/%d", wire, i+1), func(t *testing.T) {
				t.Parallel()
				s := serveBoth(t, emulator.Config{})
				ca := filepath.Join(t.TempDir(), "ca.pem")
				if err := os.WriteFile(ca, s.pem, 0o600); err != nil {
					t.Fatal(err)
				}
				url := s.https + "/v2/portal-roles"
				_, whole := fetch(t, s.client(t, two), url)
				call(t, s, http.MethodPost, "/_portico/faults", `{"on":"konnect.list-portal-roles","give":{"wire":"`+wire+`"}}`, http.StatusCreated)
				client, dials := s.counted(t, two)
				events := listenTo(t, client, s.https+"/_portico/events")
				ctx, cancel := context.WithTimeout(t.Context(), patience(wire))
				status, body, err := try(ctx, client, url)
				cancel()
				switch {
				case two && want.text != "":
					if err == nil || !strings.Contains(err.Error(), want.text) {
						t.Errorf("got %d %q %v, want %s", status, body, err, want.text)
					}
				case errors.Is(want.err, errAny):
					if err == nil {
						t.Errorf("got %d %q and no error", status, body)
					}
				case !errors.Is(err, want.err):
					t.Errorf("got %v, want %v", err, want.err)
				}
				switch wire {
				case "dribble":
					if body != whole {
						t.Errorf("got %d %q", status, body)
					}
				case "garbage":
					if body == whole || len(body) != len(whole) {
						t.Errorf("got %d %q", status, body)
					}
				case "truncate", "malformed-chunk":
					if status != http.StatusOK || !strings.HasPrefix(whole, body) || len(body) != len(whole)/2 {
						t.Errorf("got %d %q, want half of %q", status, body, whole)
					}
				}
				if status, _ := fetch(t, client, s.https+"/v2/portals"); status != http.StatusOK {
					t.Errorf("the next call: got %d", status)
				}
				if got := events(2); !strings.Contains(got, `"/v2/portal-roles"`) || !strings.Contains(got, `"/v2/portals"`) {
					t.Errorf("the other stream got %s", got)
				}
				if n := dials.Load(); two && n != 1 {
					t.Errorf("got %d connections, want 1", n)
				}
				t.Run("curl", func(t *testing.T) {
					t.Parallel()
					if got := curl(t, ca, url, two, patience(wire)); got != want.curl[i] {
						t.Errorf("got exit code %d, want %d", got, want.curl[i])
					}
				})
				t.Run("node", func(t *testing.T) {
					t.Parallel()
					if got := node(t, ca, url, two, patience(wire)); got != want.node[i] {
						t.Errorf("got %s, want %s", got, want.node[i])
					}
				})
			})
		}
	}
}

// counted is a client that counts its connections.
func (s *served) counted(t testing.TB, two bool) (*http.Client, *atomic.Int32) {
	t.Helper()
	client, dials := s.client(t, two), new(atomic.Int32)
	client.Transport.(*http.Transport).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		dials.Add(1)
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	return client, dials
}

var errAny = errors.New("any error")

// patience is how long a client waits: little for an answer that never comes.
func patience(wire string) time.Duration {
	if wire == "hang" {
		return time.Second
	}
	return 30 * time.Second
}

// listenTo subscribes to events. What it gives waits for so many.
func listenTo(t *testing.T, client *http.Client, url string) func(n int) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	return reader(t, res.Body)
}

func curl(t *testing.T, ca, url string, two bool, most time.Duration) int {
	t.Helper()
	version := "--http1.1"
	if two {
		version = "--http2"
	}
	cmd := exec.CommandContext(t.Context(), "curl", "-s", "-o", os.DevNull, version, "--cacert", ca, "--max-time", fmt.Sprint(most.Seconds()),
		"-H", asAdmin, url)
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

// node gives the code of the error that Node meets, or ok. It trusts the CA by its environment.
func node(t *testing.T, ca, url string, two bool, most time.Duration) string {
	t.Helper()
	const one = `
const r = await fetch(url, {headers: {authorization}, signal: AbortSignal.timeout(+most)});
JSON.parse(await r.text());`
	const other = `
const {connect} = await import("node:http2");
const session = connect(url);
try {
  JSON.parse(await new Promise((done, failed) => {
    let text = "";
    session.on("error", failed);
    const stream = session.request({":path": new URL(url).pathname, authorization}, {signal: AbortSignal.timeout(+most)});
    stream.setEncoding("utf8").on("data", (s) => { text += s; }).on("end", () => done(text)).on("error", failed);
  }));
} finally { session.destroy(); }`
	script := one
	if two {
		script = other
	}
	script = "const [url, authorization, most] = process.argv.slice(1);\ntry {" + script + `
  console.log("ok");
} catch (e) {
  const late = [e, e.cause].some((one) => one?.name === "TimeoutError");
  console.log(late ? "TimeoutError" : e.cause?.code ?? e.code ?? e.name);
}`
	cmd := exec.CommandContext(t.Context(), "node", "--input-type=module", "-e", script, url, strings.TrimPrefix(asAdmin, "Authorization: "), fmt.Sprint(most.Milliseconds()))
	cmd.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+ca)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Fatalf("node: %v\n%s", err, out.String())
	}
	return strings.TrimSpace(out.String())
}
