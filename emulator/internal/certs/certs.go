// Package certs makes the certificate of an HTTPS listener, or reads one. It knows no listener and no flag.
package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"time"
)

const (
	// validFor is how long a self-made certificate holds: browsers refuse what holds for more than 397 days.
	validFor = 396 * 24 * time.Hour
	// early is how far a client's clock may be behind.
	early = time.Hour
)

// Names are the names under which clients on this machine, in its containers and in a compose network find the emulator.
var Names = []string{"localhost", "127.0.0.1", "::1", "portico", "host.docker.internal"}

// Made is a self-made certificate. Its CA signed nothing else, and the CA's key is gone.
type Made struct {
	Certificate tls.Certificate
	CA          []byte // PEM
}

// Make makes a CA and a certificate for Names and the further names and addresses, valid from an hour before now on.
func Make(now time.Time, names ...string) (*Made, error) {
	number, err := serial()
	if err != nil {
		return nil, err
	}
	// Clients that keep an older CA, too, tell the two apart by their names.
	ca := &x509.Certificate{
		SerialNumber: number, Subject: pkix.Name{CommonName: fmt.Sprintf("%s%08x", subject, number.Bytes()[:4])},
		NotBefore: now.Add(-early), NotAfter: now.Add(-early).Add(validFor),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	if err != nil {
		return nil, err
	}
	if ca, err = x509.ParseCertificate(caDER); err != nil {
		return nil, err
	}
	if number, err = serial(); err != nil {
		return nil, err
	}
	leaf := &x509.Certificate{
		SerialNumber: number, Subject: pkix.Name{CommonName: "portico"},
		NotBefore: ca.NotBefore, NotAfter: ca.NotAfter, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range unique(append(append([]string{}, Names...), names...)) {
		if at, err := netip.ParseAddr(name); err == nil {
			leaf.IPAddresses = append(leaf.IPAddresses, net.IP(at.Unmap().WithZone("").AsSlice()))
		} else {
			leaf.DNSNames = append(leaf.DNSNames, name)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), caKey)
	if err != nil {
		return nil, err
	}
	if leaf, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	return &Made{
		Certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf},
		CA:          pem.EncodeToMemory(&pem.Block{Type: certificate, Bytes: caDER}),
	}, nil
}

// subject is how the name of a self-made CA begins.
const subject = "portico CA "

// serial is a positive number of 127 bits, whose first byte is never zero.
func serial() (*big.Int, error) {
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		return nil, err
	}
	b[0] = b[0]&0x7f | 0x40
	return new(big.Int).SetBytes(b), nil
}

func unique(names []string) []string {
	seen := map[string]bool{"": true}
	var out []string
	for _, n := range names {
		if !seen[n] {
			seen[n] = true
			out = append(out, n)
		}
	}
	return out
}

// Hosts are the names by which clients reach what listens on an address: host as it was given, the address it stands
// for, and, where that is every address of this machine, all of them and the machine's name.
func Hosts(host string, at net.IP) []string {
	out := []string{host}
	if !at.IsUnspecified() {
		return append(out, at.String())
	}
	if name, err := os.Hostname(); err == nil {
		out = append(out, name)
	}
	if addresses, err := net.InterfaceAddrs(); err == nil {
		for _, a := range addresses {
			if n, ok := a.(*net.IPNet); ok {
				out = append(out, n.IP.String())
			}
		}
	}
	return out
}
