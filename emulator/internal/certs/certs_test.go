package certs_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/certs"
)

func made(t *testing.T, now time.Time, names ...string) *certs.Made {
	t.Helper()
	m, err := certs.Make(now, names...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A self-made certificate stands for its names alone, leads to its CA alone, and lasts as long as browsers allow.
func TestMake(t *testing.T) {
	t.Parallel()
	now := time.Now()
	m := made(t, now, "build-7.example", "192.0.2.7", "localhost", "")
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(m.CA) {
		t.Fatalf("no CA in %s", m.CA)
	}
	leaf := m.Certificate.Leaf
	for _, name := range append([]string{"build-7.example", "192.0.2.7"}, certs.Names...) {
		if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "other.example"}); err == nil {
		t.Error("it stands for other.example, too")
	}
	if got := len(leaf.DNSNames) + len(leaf.IPAddresses); got != len(certs.Names)+2 {
		t.Errorf("got %q and %v", leaf.DNSNames, leaf.IPAddresses)
	}
	if got := leaf.NotAfter.Sub(leaf.NotBefore); got > 397*24*time.Hour || !leaf.NotBefore.Before(now) || leaf.NotAfter.Before(now.Add(365*24*time.Hour)) {
		t.Errorf("it holds from %s to %s", leaf.NotBefore, leaf.NotAfter)
	}
	if leaf.IsCA || !slices.Equal(leaf.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}) || len(leaf.AuthorityKeyId) == 0 {
		t.Errorf("CA %t, use %v, issuer's key %x", leaf.IsCA, leaf.ExtKeyUsage, leaf.AuthorityKeyId)
	}
	if key, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("the key is a %T", leaf.PublicKey)
	}
	if bytes.Contains(m.CA, []byte("PRIVATE")) {
		t.Error("the CA's key is told")
	}
	other := x509.NewCertPool()
	other.AppendCertsFromPEM(made(t, now).CA)
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: other}); err == nil {
		t.Error("a CA of another start signed it, too")
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	if got := certs.Hosts("build-7", net.IPv4(192, 0, 2, 7)); !slices.Equal(got, []string{"build-7", "192.0.2.7"}) {
		t.Errorf("got %q", got)
	}
	name, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	if got := certs.Hosts("", net.IPv4zero); !slices.Contains(got, name) || !slices.Contains(got, "127.0.0.1") {
		t.Errorf("of every address: got %q, want %s and 127.0.0.1 among them", got, name)
	}
}

// pair writes a self-made certificate and its key as files.
func pair(t *testing.T) (cert, key string) {
	t.Helper()
	m := made(t, time.Now())
	der, err := x509.MarshalPKCS8PrivateKey(m.Certificate.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	chain := append(block("CERTIFICATE", m.Certificate.Certificate[0]), m.CA...)
	return file(t, "cert.pem", chain), file(t, "key.pem", block("PRIVATE KEY", der))
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func file(t *testing.T, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestRead(t *testing.T) {
	t.Parallel()
	cert, key := pair(t)
	got, err := certs.Read(cert, key)
	if err != nil || len(got.Certificate) != 2 || got.Leaf == nil || got.PrivateKey == nil {
		t.Fatalf("got %d certificates, %v", len(got.Certificate), err)
	}
	// One file may hold both.
	both, err := os.ReadFile(cert)
	if err != nil {
		t.Fatal(err)
	}
	keyText, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	one := file(t, "both.pem", append(keyText, both...))
	if got, err := certs.Read(one, one); err != nil || len(got.Certificate) != 2 {
		t.Errorf("one file with both: got %d certificates, %v", len(got.Certificate), err)
	}
	_, otherKey := pair(t)
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sec1, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, cert, key string
		ofKey           bool
		want            string
	}{
		{"no such certificate", "/nowhere/c.pem", key, false, "no such file or directory"},
		{"no such key", cert, "/nowhere/k.pem", true, "no such file or directory"},
		{"a folder", t.TempDir(), key, false, "is a directory"},
		{"switched", key, cert, false, `holds no certificate in PEM, but "PRIVATE KEY"`},
		{"a certificate for a key", cert, cert, true, `holds no private key in PEM, but "CERTIFICATE"`},
		{"no PEM", file(t, "x", []byte("x")), key, false, "holds no certificate in PEM"},
		{"broken", file(t, "x", block("CERTIFICATE", []byte("x"))), key, false, "the certificate cannot be read: x509: malformed certificate"},
		{"another's key", cert, otherKey, true, "the key does not fit the certificate: private key does not match public key"},
		{"a broken key", cert, file(t, "x", block("PRIVATE KEY", []byte("x"))), true, "the key does not fit the certificate: failed to parse private key"},
		{"another's key in the older form", cert, file(t, "x", block("EC PRIVATE KEY", sec1)), true, "the key does not fit the certificate: private key does not match public key"},
		{"a locked key", cert, file(t, "x", block("ENCRYPTED PRIVATE KEY", []byte("x"))), true, "the key is locked by a password"},
	} {
		_, err := certs.Read(c.cert, c.key)
		f, ok := errors.AsType[*certs.File](err)
		if !ok || f.Key != c.ofKey || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
	}
}

func TestDoubt(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for at, want := range map[time.Duration]string{
		-time.Minute:          "",
		2 * time.Hour:         "holds only from 2026-03-01T10:00:00Z on",
		-397 * 24 * time.Hour: "expired on 2026-02-28T08:00:00Z",
	} {
		if got := certs.Doubt(made(t, now.Add(at)).Certificate.Leaf, now); got != want {
			t.Errorf("made %s later: got %q, want %q", at, got, want)
		}
	}
	if got := certs.Doubt(&x509.Certificate{NotBefore: now, NotAfter: now}, now); !strings.HasPrefix(got, "names no host") {
		t.Errorf("got %q", got)
	}
}

// A CA replaces an older one, and no other file.
func TestWriteCA(t *testing.T) {
	t.Parallel()
	m, old := made(t, time.Now()), made(t, time.Now())
	cert, key := pair(t)
	for _, c := range []struct{ name, file, want string }{
		{"a new file", filepath.Join(t.TempDir(), "ca.pem"), ""},
		{"an older CA", file(t, "ca.pem", old.CA), ""},
		{"an empty file", file(t, "ca.pem", nil), ""},
		{"a key", key, "is there and holds something else"},
		{"a chain", cert, "is there and holds something else"},
		{"several CAs", file(t, "ca.pem", append(old.CA, m.CA...)), "is there and holds something else"},
		{"text", file(t, "ca.pem", []byte("x")), "is there and holds something else"},
		{"no folder", filepath.Join(t.TempDir(), "none", "ca.pem"), "no such file or directory"},
		{"a folder", t.TempDir(), "is a directory"},
		{"no file", os.DevNull, ""},
	} {
		before, _ := os.ReadFile(c.file)
		err := certs.WriteCA(c.file, m.CA)
		after, _ := os.ReadFile(c.file)
		switch {
		case c.file == os.DevNull:
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		case c.want == "":
			if err != nil || !bytes.Equal(after, m.CA) || certs.CheckCA(c.file) != nil {
				t.Errorf("%s: got %v, %s", c.name, err, after)
			}
			if info, err := os.Stat(c.file); err != nil || info.Mode().Perm() != 0o644 {
				t.Errorf("%s: others cannot read it: %v", c.name, info.Mode())
			}
		case err == nil || !strings.HasPrefix(err.Error(), c.want) || !bytes.Equal(before, after):
			t.Errorf("%s: got %v, want %s", c.name, err, c.want)
		}
		if left, _ := filepath.Glob(filepath.Join(filepath.Dir(c.file), ".portico-ca-*")); len(left) > 0 {
			t.Errorf("%s: it leaves %q", c.name, left)
		}
	}
}

func TestCheckCA(t *testing.T) {
	t.Parallel()
	cert, key := pair(t)
	for _, c := range []struct{ file, want string }{
		{cert, ""},
		{key, `holds no certificate in PEM, but "PRIVATE KEY"`},
		{"/nowhere", "no such file or directory"},
		{file(t, "x", block("CERTIFICATE", []byte("x"))), "x509: malformed certificate"},
	} {
		err := certs.CheckCA(c.file)
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s: got %v, want %s", c.file, err, c.want)
		}
	}
}
