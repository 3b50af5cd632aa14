package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/spf13/pflag"

	"github.com/portico-emulator/portico/emulator/internal/app"
	"github.com/portico-emulator/portico/emulator/internal/certs"
	"github.com/portico-emulator/portico/emulator/internal/server"
)

// tlsFlags hold the flags of the HTTPS listener.
type tlsFlags struct{ listen, cert, key, caOut string }

func (f *tlsFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.listen, "tls-listen", "", "`host:port` on which HTTPS is spoken, too: HTTP/2 and HTTP/1.1, the same answers")
	flags.StringVar(&f.cert, "tls-cert", "", "PEM `file` with the certificate of --tls-listen (default: one is made at start)")
	flags.StringVar(&f.key, "tls-key", "", "PEM `file` with the key of --tls-cert")
	flags.StringVar(&f.caOut, "tls-ca-out", "", "`file` for the CA of the certificate that is made, for clients to trust; new at each start")
}

// secure is the configuration of an HTTPS listener; nil: there is none.
type secure struct {
	*tlsFlags
	address *net.TCPAddr
}

// resolve checks the flags against each other and against the address of the HTTP listener.
func (f *tlsFlags) resolve(plain *net.TCPAddr, expose bool) (*secure, error) {
	if f.listen == "" {
		for _, one := range []struct{ flag, value string }{{"--tls-cert", f.cert}, {"--tls-key", f.key}, {"--tls-ca-out", f.caOut}} {
			if one.value != "" {
				return nil, usage("%s needs --tls-listen, such as --tls-listen 127.0.0.1:4781", one.flag)
			}
		}
		return nil, nil //nolint:nilnil // no flag, no listener
	}
	switch {
	case f.cert != "" && f.key == "":
		return nil, usage("--tls-cert needs --tls-key, the file with its private key")
	case f.key != "" && f.cert == "":
		return nil, usage("--tls-key needs --tls-cert, the file with its certificate")
	case f.cert != "" && f.caOut != "":
		return nil, usage("--tls-ca-out is for the certificate that portico makes; with --tls-cert clients trust whoever signed that")
	}
	at, err := listenAddress("--tls-listen", f.listen, expose)
	if err != nil {
		return nil, err
	}
	if at.Port != 0 && at.Port == plain.Port && (at.IP.Equal(plain.IP) || at.IP.IsUnspecified() || plain.IP.IsUnspecified()) {
		return nil, usage("--listen and --tls-listen both want port %d: HTTPS needs one of its own", at.Port)
	}
	return &secure{f, at}, nil
}

// listen returns the listener, if any, and a line with its URL and how to trust its certificate.
func (s *secure) listen(ctx context.Context, log *slog.Logger) ([]net.Listener, string, error) {
	if s == nil {
		return nil, "", nil
	}
	certificate, ca, err := s.certificate(log)
	if err != nil {
		return nil, "", err
	}
	l, err := listen(ctx, "--tls-listen", s.address)
	if err != nil {
		return nil, "", err
	}
	url := reachable("https", l.Addr())
	try := fmt.Sprintf("%s%s/health", url, app.AdminBase)
	var trust string
	switch {
	case s.cert != "":
		trust = "with the certificate of --tls-cert"
	case s.caOut == "":
		trust = "trust: --tls-ca-out FILE writes the CA; without it, curl -k " + try
	default:
		if err := certs.WriteCA(s.caOut, ca); err != nil {
			return nil, "", errors.Join(fmt.Errorf("--tls-ca-out %s: %w", s.caOut, err), l.Close())
		}
		trust = "trust: curl --cacert " + quote(s.caOut) + " " + try
	}
	return []net.Listener{server.ListenTLS(l, certificate)}, url + "  (" + trust + ")", nil
}

// certificate reads the certificate of --tls-cert, or makes one and its CA (PEM).
func (s *secure) certificate(log *slog.Logger) (certificate tls.Certificate, ca []byte, err error) {
	if s.cert == "" {
		host, _, _ := net.SplitHostPort(s.tlsFlags.listen) // listenAddress has parsed it
		made, err := certs.Make(time.Now(), certs.Hosts(host, s.address.IP)...)
		if err != nil {
			return tls.Certificate{}, nil, fmt.Errorf("cannot make a certificate: %w", err)
		}
		return made.Certificate, made.CA, nil
	}
	certificate, err = certs.Read(s.cert, s.key)
	if err != nil {
		flag, name := "--tls-cert", s.cert
		if f, ok := errors.AsType[*certs.File](err); ok && f.Key {
			flag, name = "--tls-key", s.key
		}
		return certificate, nil, fmt.Errorf("%s %s: %w", flag, name, err)
	}
	if doubt := certs.Doubt(certificate.Leaf, time.Now()); doubt != "" {
		log.Warn("clients will refuse the certificate of --tls-cert", "file", s.cert, "why", doubt)
	}
	return certificate, nil, nil
}
