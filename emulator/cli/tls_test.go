package cli

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// secureServer is portico serve with HTTPS.
type secureServer struct {
	*process
	https, ca string
	pool      *x509.CertPool
}

// startSecure runs portico serve with HTTPS until both listeners are told.
func startSecure(t *testing.T, ca string) *secureServer {
	t.Helper()
	s := &secureServer{process: start(t, nil, "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--tls-ca-out", ca), ca: ca}
	var banner strings.Builder
	for !strings.Contains(banner.String(), "\ntry: ") {
		var b [256]byte
		n, err := s.stdout.Read(b[:])
		if err != nil {
			t.Fatal(err)
		}
		banner.Write(b[:n])
	}
	m := regexp.MustCompile(`(?m)^HTTPS: +(https://127\.0\.0\.1:\d+)  \(trust: curl --cacert '` + regexp.QuoteMeta(ca) + `' https://127\.0\.0\.1:\d+/_portico/health\)$`).FindStringSubmatch(banner.String())
	if m == nil {
		t.Fatalf("no HTTPS in\n%s", banner.String())
	}
	s.https = m[1]
	data, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	s.pool = x509.NewCertPool()
	if !s.pool.AppendCertsFromPEM(data) || bytes.Contains(data, []byte("PRIVATE")) {
		t.Fatalf("the CA is %s", data)
	}
	return s
}

// TestServeTLS lets real clients trust the CA by the means that portico env names, and stops with connections open.
func TestServeTLS(t *testing.T) {
	t.Parallel()
	s := startSecure(t, filepath.Join(t.TempDir(), "the ca.pem"))
	code, env, stderr := do(t, nil, "env", "konnect", "--url", s.https, "--ca", s.ca)
	if code != 0 || stderr != "" {
		t.Fatalf("env: exit %d, %s", code, stderr)
	}
	const health = `{"status":"ok","version":"` + app.Version + `"}`
	byName := strings.Replace(s.https, "127.0.0.1", "localhost", 1)
	for _, c := range []struct{ client, want string }{
		{"curl -s '" + s.https + "/_portico/health'", health},
		{"curl -s --http1.1 -w ' %{http_version}' '" + byName + "/_portico/health'", health + " 1.1"},
		{"curl -s -o /dev/null -w '%{http_code} %{http_version} %{ssl_verify_result}' -H \"Authorization: Bearer $KONNECT_TOKEN\" \"$KONNECT_SERVER_URL/v2/portals\"", "200 2 0"},
		{`node -e 'fetch(process.env.KONNECT_SERVER_URL + "/_portico/health").then((r) => r.text()).then(console.log)'`, health},
	} {
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", env+c.client)
		out, err := cmd.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != c.want {
			t.Errorf("%s: got %s, %v, want %s", c.client, got, err, c.want)
		}
	}
	if code, stdout, stderr := do(t, []string{"SSL_CERT_FILE=" + s.ca}, "health", "--url", s.https); code != 0 {
		t.Errorf("portico health: exit %d, %s%s", code, stdout, stderr)
	}
	if code, _, stderr := do(t, nil, "health", "--url", s.https); code != 1 || !strings.Contains(stderr, "x509: certificate signed by unknown authority") {
		t.Errorf("portico health, which does not know the CA: exit %d, %s", code, stderr)
	}
	if out, err := exec.CommandContext(t.Context(), "curl", "-s", "-o", os.DevNull, s.https).CombinedOutput(); err == nil {
		t.Errorf("curl trusts a CA that it was not told of: %s", out)
	}
	for _, two := range []bool{false, true} { // both stay open
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.pool, MinVersion: tls.VersionTLS12}, Protocols: new(http.Protocols)}
		transport.Protocols.SetHTTP1(!two)
		transport.Protocols.SetHTTP2(two)
		answer, err := (&http.Client{Transport: transport}).Get(s.https + "/_portico/events") //nolint:noctx // it ends with the server
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
	}
	began := time.Now()
	if _, stderr := s.stop(t, syscall.SIGTERM); !strings.Contains(stderr, "msg=stopped") || time.Since(began) > 4*time.Second {
		t.Errorf("it took %s to stop: %s", time.Since(began), stderr)
	}
	if status, _, _ := do(t, []string{"SSL_CERT_FILE=" + s.ca}, "health", "--url", s.https); status != 1 {
		t.Error("the port is still open")
	}
	// The next start makes another CA, and the file follows.
	if next := startSecure(t, s.ca); next.pool.Equal(s.pool) {
		t.Error("the CA outlives its server")
	}
}

// TestLimitsOverTLS meets the bounds of HTTP over HTTPS, too.
func TestLimitsOverTLS(t *testing.T) {
	t.Parallel()
	s := startSecure(t, filepath.Join(t.TempDir(), "the ca.pem"))
	for _, two := range []bool{false, true} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.pool, MinVersion: tls.VersionTLS12}, Protocols: new(http.Protocols)}
		transport.Protocols.SetHTTP1(!two)
		transport.Protocols.SetHTTP2(two)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.https+"/v2/portals", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 17 {
			r.Header.Set(fmt.Sprintf("X-Big-%d", i), strings.Repeat("x", 4<<10))
		}
		answer, err := transport.RoundTrip(r)
		switch {
		case err == nil:
			_ = answer.Body.Close()
			if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("HTTP/2 %t: got %s, want 431", two, answer.Status)
			}
		case !two || !strings.Contains(err.Error(), "request header list larger than peer's advertised limit"): // the client knows
			t.Errorf("HTTP/2 %t: %v", two, err)
		}
		transport.CloseIdleConnections()
	}
	// Who speaks HTTP where HTTPS is spoken is told so.
	if status, body := get(t, strings.Replace(s.https, "https:", "http:", 1)); status != http.StatusBadRequest || !strings.Contains(body, "HTTPS") {
		t.Errorf("got %d %s", status, body)
	}
	conn, err := tls.Dial("tcp", strings.TrimPrefix(s.https, "https://"), &tls.Config{RootCAs: s.pool, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}) //nolint:noctx // it fails at once
	if err == nil {
		_ = conn.Close()
		t.Error("TLS 1.1 is spoken")
	}
}

// TestServeGivenCertificate serves a certificate of one's own, and says so where clients will refuse it.
func TestServeGivenCertificate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	given(t, cert, key, 30)
	s := start(t, nil, "--listen", "127.0.0.1:0", "--tls-listen", "localhost:0", "--tls-cert", cert, "--tls-key", key)
	stdout, stderr := s.stop(t, syscall.SIGTERM)
	if !regexp.MustCompile(`(?m)^HTTPS: +https://127\.0\.0\.1:\d+  \(with the certificate of --tls-cert\)$`).MatchString(stdout) || strings.Contains(stderr, "WARN") {
		t.Errorf("got\n%s%s", stdout, stderr)
	}
	given(t, cert, key, -1)
	s = start(t, nil, "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key)
	if _, stderr := s.stop(t, syscall.SIGTERM); !strings.Contains(stderr, `level=WARN msg="clients will refuse the certificate of --tls-cert" file=`+cert+` why="expired on 20`) {
		t.Errorf("got %s", stderr)
	}
	s = start(t, nil, "--listen", "127.0.0.1:0", "--tls-listen", "127.0.0.1:0")
	if stdout, _ := s.stop(t, syscall.SIGTERM); !regexp.MustCompile(`(?m)^HTTPS: +https://127\.0\.0\.1:\d+  \(trust: --tls-ca-out FILE writes the CA; without it, curl -k https://127\.0\.0\.1:\d+/_portico/health\)$`).MatchString(stdout) {
		t.Errorf("got\n%s", stdout)
	}
}

// TestTLSRefusals are the mistakes that the flags can hold.
func TestTLSRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key, other := filepath.Join(dir, "c"), filepath.Join(dir, "k"), filepath.Join(dir, "o")
	given(t, filepath.Join(dir, "x"), other, 30)
	given(t, cert, key, 30)
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	const both = "serve --listen 127.0.0.1:0 --tls-listen 127.0.0.1:0 "
	for _, c := range []struct {
		args string
		code int
		want string
	}{
		{"serve --tls-cert " + cert, 2, "--tls-cert needs --tls-listen, such as --tls-listen 127.0.0.1:4781"},
		{"serve --tls-key " + key, 2, "--tls-key needs --tls-listen, such as --tls-listen 127.0.0.1:4781"},
		{"serve --tls-ca-out x", 2, "--tls-ca-out needs --tls-listen, such as --tls-listen 127.0.0.1:4781"},
		{both + "--tls-cert " + cert, 2, "--tls-cert needs --tls-key, the file with its private key"},
		{both + "--tls-key " + key, 2, "--tls-key needs --tls-cert, the file with its certificate"},
		{both + "--tls-ca-out x --tls-cert " + cert + " --tls-key " + key, 2, "--tls-ca-out is for the certificate that portico makes; with --tls-cert clients trust whoever signed that"},
		{"serve --tls-listen 4781", 2, "--tls-listen 4781: want host:port such as 127.0.0.1:4780"},
		{"serve --tls-listen 0.0.0.0:4781", 2, "--tls-listen 0.0.0.0:4781 is open to other machines: add --expose to allow that, or use --tls-listen 127.0.0.1:4781"},
		{"serve --listen 127.0.0.1:4780 --tls-listen localhost:4780", 2, "--listen and --tls-listen both want port 4780: HTTPS needs one of its own"},
		{"serve --listen 127.0.0.1:0 --tls-listen " + taken.Addr().String(), 1, taken.Addr().String() + " is in use: stop what listens there, or take a free port with --tls-listen 127.0.0.1:0"},
		{both + "--tls-cert /nowhere --tls-key " + key, 1, "--tls-cert /nowhere: no such file or directory"},
		{both + "--tls-cert " + cert + " --tls-key /nowhere", 1, "--tls-key /nowhere: no such file or directory"},
		{both + "--tls-cert " + key + " --tls-key " + cert, 1, "--tls-cert " + key + `: holds no certificate in PEM, but "PRIVATE KEY"`},
		{both + "--tls-cert " + cert + " --tls-key " + other, 1, "--tls-key " + other + ": the key does not fit the certificate: private key does not match public key"},
		{both + "--tls-ca-out " + key, 1, "--tls-ca-out " + key + ": is there and holds something else than a CA of portico; remove it or name another file"},
		{both + "--tls-ca-out /nowhere/ca.pem", 1, "--tls-ca-out /nowhere/ca.pem: no such file or directory"},
		{"env konnect --ca " + cert, 2, "--ca is for a URL with https, such as --url https://127.0.0.1:4781"},
		{"env konnect --url https://x --ca /nowhere", 1, "--ca /nowhere: no such file or directory; portico serve --tls-listen ... --tls-ca-out /nowhere writes it"},
		{"env konnect --url https://x --ca " + key, 1, "--ca " + key + `: holds no certificate in PEM, but "PRIVATE KEY"; portico serve --tls-listen ... --tls-ca-out ` + key + " writes it"},
	} {
		t.Run(c.args, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := do(t, nil, strings.Fields(c.args)...)
			if want := "portico: " + c.want + "\n"; code != c.code || stdout != "" || stderr != want {
				t.Errorf("exit %d, stdout %q, stderr\n got %swant %s, exit %d", code, stdout, stderr, want, c.code)
			}
		})
	}
}

// given writes a certificate and its key as a person would bring them, good for some days from now on or until then.
func given(t *testing.T, cert, key string, days int) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	from, to := time.Now().Add(-time.Hour), time.Now().AddDate(0, 0, days)
	if days < 0 {
		from, to = to, from
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestEnvTrust has every vendor's usual clients told of a CA.
func TestEnvTrust(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	given(t, ca, filepath.Join(dir, "key.pem"), 30)
	for vendor, want := range map[string]string{
		"konnect":        "# Terraform provider kong/konnect, decK, Go and OpenSSL (not Go on macOS and Windows); it replaces the system's CAs\nexport SSL_CERT_FILE=",
		"axway":          "# Axway's API Manager CLI, Java: keytool -importcert -noprompt -alias portico -file ",
		"apiconnect":     "# IBM's toolkit apic, Go and OpenSSL (not Go on macOS and Windows); it replaces the system's CAs\nexport SSL_CERT_FILE=",
		"experience-hub": "# Anypoint CLI, Node.js\nexport NODE_EXTRA_CA_CERTS=",
		"exchange":       "# Anypoint CLI, Node.js\nexport NODE_EXTRA_CA_CERTS=",
	} {
		code, stdout, stderr := do(t, nil, "env", vendor, "--url", "https://127.0.0.1:4781", "--ca", ca)
		if code != 0 || !strings.Contains(stdout, want+ca) {
			t.Errorf("%s: exit %d %s, got\n%s", vendor, code, stderr, stdout)
		}
		cmd := exec.CommandContext(t.Context(), "sh", "-ec", stdout+`printf %s "$SSL_CERT_FILE$NODE_EXTRA_CA_CERTS$CURL_CA_BUNDLE$REQUESTS_CA_BUNDLE"`)
		if out, err := cmd.Output(); err != nil || string(out) != strings.Repeat(ca, 4) {
			t.Errorf("%s: a shell reads %s, %v", vendor, out, err)
		}
		if _, plain, _ := do(t, nil, "env", vendor, "--url", "https://127.0.0.1:4781"); strings.Contains(plain, "CERT") {
			t.Errorf("%s: without --ca got\n%s", vendor, plain)
		}
	}
}
