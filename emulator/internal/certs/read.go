package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/files"
)

// maxFile is the largest file of certificates or keys in bytes.
const maxFile = 4 << 20

const (
	certificate     = "CERTIFICATE"
	certificateWord = "certificate"
)

// File is what is wrong with one of the files that were named.
type File struct {
	Key bool // the key's file, not the certificate's
	Err error
}

func (f *File) Error() string { return f.Err.Error() }

// Unwrap gives what is wrong.
func (f *File) Unwrap() error { return f.Err }

// Read reads a certificate, with those that lead to its root behind it, and its key, both in PEM. An error is a *File.
func Read(certFile, keyFile string) (tls.Certificate, error) {
	var out tls.Certificate
	chain, err := blocks(certFile)
	if err != nil {
		return out, &File{Err: err}
	}
	for _, b := range chain {
		if b.Type == certificate {
			out.Certificate = append(out.Certificate, b.Bytes)
		}
	}
	if len(out.Certificate) == 0 {
		return out, &File{Err: missing(certificateWord, chain)}
	}
	if out.Leaf, err = x509.ParseCertificate(out.Certificate[0]); err != nil {
		return out, &File{Err: fmt.Errorf("the certificate cannot be read: %w", err)}
	}
	keys, err := blocks(keyFile)
	if err != nil {
		return out, &File{Key: true, Err: err}
	}
	for _, b := range keys {
		switch {
		case b.Type == "ENCRYPTED PRIVATE KEY" || b.Headers["DEK-Info"] != "":
			return out, &File{Key: true, Err: errors.New("the key is locked by a password; openssl pkey -in FILE -out OPEN unlocks it")}
		case strings.HasSuffix(b.Type, "PRIVATE KEY"):
			chain := pem.EncodeToMemory(&pem.Block{Type: certificate, Bytes: out.Certificate[0]})
			pair, err := tls.X509KeyPair(chain, pem.EncodeToMemory(b))
			if err != nil {
				return out, &File{Key: true, Err: fmt.Errorf("the key does not fit the certificate: %s", strings.TrimPrefix(err.Error(), "tls: "))}
			}
			out.PrivateKey = pair.PrivateKey
			return out, nil
		}
	}
	return out, &File{Key: true, Err: missing("private key", keys)}
}

func missing(what string, found []*pem.Block) error {
	if len(found) == 0 {
		return fmt.Errorf("holds no %s in PEM", what)
	}
	return fmt.Errorf("holds no %s in PEM, but %q", what, found[0].Type)
}

func blocks(file string) ([]*pem.Block, error) {
	data, err := files.Read(file, maxFile)
	if err != nil {
		return nil, plain(err)
	}
	var out []*pem.Block
	for {
		b, rest := pem.Decode(data)
		if b == nil {
			return out, nil
		}
		out, data = append(out, b), rest
	}
}

// plain is an error without the name of the file, which the message has.
func plain(err error) error {
	if wrapped, ok := errors.AsType[*fs.PathError](err); ok {
		return wrapped.Err
	}
	return err
}

// Doubt says why clients will refuse a certificate now, or "".
func Doubt(c *x509.Certificate, now time.Time) string {
	switch {
	case now.After(c.NotAfter):
		return "expired on " + c.NotAfter.UTC().Format(time.RFC3339)
	case now.Before(c.NotBefore):
		return "holds only from " + c.NotBefore.UTC().Format(time.RFC3339) + " on"
	case len(c.DNSNames)+len(c.IPAddresses) == 0:
		return "names no host: clients look for subject alternative names"
	}
	return ""
}

// CheckCA refuses a file that clients could not read a CA from.
func CheckCA(file string) error {
	found, err := blocks(file)
	if err != nil {
		return err
	}
	for _, b := range found {
		if b.Type == certificate {
			_, err := x509.ParseCertificate(b.Bytes)
			return err
		}
	}
	return missing(certificateWord, found)
}

// maxCA is more than a CA of ours has, in bytes.
const maxCA = 64 << 10

// WriteCA writes a CA whole or not at all. It replaces an empty file and an older CA of ours, nothing else: the name of a
// file with other certificates is taken for a slip. A link is followed, and stays.
func WriteCA(file string, ca []byte) error {
	info, err := os.Stat(file)
	switch {
	case err == nil && !info.Mode().IsRegular(): // a pipe, a terminal
		return send(file, ca)
	case err == nil:
		if file, err = filepath.EvalSymlinks(file); err != nil {
			return plain(err)
		}
		old, err := os.Open(file)
		if err != nil {
			return plain(err)
		}
		content, err := io.ReadAll(io.LimitReader(old, maxCA+1))
		if err = errors.Join(err, old.Close()); err != nil {
			return plain(err)
		}
		if len(content) > maxCA || !ours(content) {
			return errors.New("is there and holds something else than a CA of portico; remove it or name another file")
		}
	case !errors.Is(err, fs.ErrNotExist):
		return plain(err)
	default:
		if _, err := os.Lstat(file); err == nil {
			return errors.New("is a link that leads nowhere; remove it or name another file")
		}
	}
	// The file's own folder: another may be on another disk, where a rename cannot reach.
	beside, err := os.CreateTemp(filepath.Dir(file), ".portico-ca-*")
	if err != nil {
		return plain(err)
	}
	defer os.Remove(beside.Name()) //nolint:errcheck // it is gone where all went well
	_, err = beside.Write(ca)
	err = errors.Join(err, beside.Chmod(0o644), beside.Close())
	if err == nil {
		err = os.Rename(beside.Name(), file)
	}
	return plain(err)
}

// send writes to what is no regular file. It waits for nobody: a pipe without a reader is refused.
func send(file string, ca []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|syscall.O_NONBLOCK, 0) //nolint:gosec // whoever starts the emulator names the file
	if errors.Is(err, syscall.ENXIO) {
		return errors.New("is a pipe that nobody reads; start its reader first, or name a file")
	}
	if err != nil {
		return plain(err)
	}
	_, err = f.Write(ca)
	return plain(errors.Join(err, f.Close()))
}

// ours tells whether a file's content may be replaced.
func ours(content []byte) bool {
	if len(bytes.TrimSpace(content)) == 0 {
		return true
	}
	b, rest := pem.Decode(content)
	if b == nil || len(bytes.TrimSpace(rest)) > 0 {
		return false
	}
	c, err := x509.ParseCertificate(b.Bytes)
	return err == nil && strings.HasPrefix(c.Subject.CommonName, subject)
}
