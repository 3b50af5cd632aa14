package app

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/certs"
)

// Identity is the certificate by which an HTTPS listener shows who it is.
type Identity struct {
	CA    []byte // PEM, of a self-made certificate; nil for one that was read
	Doubt string // why clients will refuse the certificate, or ""

	certificate tls.Certificate
}

// NewIdentity makes a certificate for an address to listen on, under the host name that the address was given as. It is
// good for localhost, 127.0.0.1, ::1, portico and host.docker.internal, too, holds for 396 days, and is signed by a CA
// made with it, whose key is kept nowhere.
func NewIdentity(host string, at net.IP) (*Identity, error) {
	made, err := certs.Make(time.Now(), certs.Hosts(host, at)...)
	if err != nil {
		return nil, fmt.Errorf("a certificate could not be made: %w", err)
	}
	return &Identity{CA: made.CA, certificate: made.Certificate}, nil
}

// ReadIdentity reads a certificate, with those between it and its root behind it, and its key, both in PEM. Errors begin with
// the command line's flag of the file that is wrong.
func ReadIdentity(certFile, keyFile string) (*Identity, error) {
	read, err := certs.Read(certFile, keyFile)
	if err != nil {
		if f, ok := errors.AsType[*certs.File](err); ok && f.Key {
			return nil, fmt.Errorf("--tls-key %s: %w", keyFile, err)
		}
		return nil, fmt.Errorf("--tls-cert %s: %w", certFile, err)
	}
	return &Identity{Doubt: certs.Doubt(read.Leaf, time.Now()), certificate: read}, nil
}

// WriteCA writes the CA for clients to read, whole or not at all. It replaces an older CA of portico, and no other file.
func (i *Identity) WriteCA(file string) error { return certs.WriteCA(file, i.CA) }

// CheckCA refuses a file from which clients could read no certificate.
func CheckCA(file string) error { return certs.CheckCA(file) }

// Trust gives the environment variables by which a vendor's usual clients, and scripts, are told to trust a CA. A variable without
// a name is a remark.
func (e *Emulator) Trust(vendor, ca string) ([]Variable, error) {
	v := e.server.Plan.Vendor(vendor)
	if v == nil || v.Clients == nil {
		return nil, fmt.Errorf("no client of %q is known", vendor)
	}
	of := func(runtime api.Runtime, others string) string {
		if own := v.Runtimes[runtime]; own != "" {
			return own + ", " + others
		}
		return others
	}
	return []Variable{
		{Name: "SSL_CERT_FILE", Value: ca, Why: of(api.Go, "Go and OpenSSL (not Go on macOS and Windows); it stands in for the system's CAs")},
		{Name: "NODE_EXTRA_CA_CERTS", Value: ca, Why: of(api.Node, "Node.js")},
		{Name: "CURL_CA_BUNDLE", Value: ca, Why: "curl"},
		{Name: "REQUESTS_CA_BUNDLE", Value: ca, Why: "Python's requests"},
		{Why: of(api.Java, "Java") + ": keytool -importcert -noprompt -alias portico -file " + ca + " -keystore portico.p12 -storepass portico; " +
			"then java -Djavax.net.ssl.trustStore=portico.p12 -Djavax.net.ssl.trustStorePassword=portico"},
	}, nil
}

// Listen speaks TLS (1.2 and later) on a listener: HTTP/2 with clients that know it, else HTTP/1.1.
func (i *Identity) Listen(l net.Listener) net.Listener {
	return tls.NewListener(l, &tls.Config{
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
		Certificates: []tls.Certificate{i.certificate},
	})
}
