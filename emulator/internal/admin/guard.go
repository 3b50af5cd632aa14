package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// local refuses a Host that is not loopback where the connection is: a page of another site whose name was made to
// lead here (DNS rebinding) would pass as of the same origin.
func local(c *api.Call) error {
	at, _ := c.Request.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if at == nil || !at.IP.IsLoopback() || c.Request.Host == "" || loopback(c.Request.Host) {
		return nil
	}
	return api.Fail(api.Forbidden, "the admin API does not answer for the host %q here; use localhost or 127.0.0.1", c.Request.Host)
}

// loopback tells whether a Host header, with or without a port, names this machine.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	at, err := netip.ParseAddr(host)
	return err == nil && at.Unmap().IsLoopback()
}

var origins = http.NewCrossOriginProtection()

func sameOrigin(c *api.Call) error {
	if err := origins.Check(c.Request); err != nil {
		return api.Fail(api.Forbidden, "pages of other origins may not write here")
	}
	return nil
}

func token(c *api.Call) error {
	want := hostOf(c).AdminToken()
	if want == "" || c.Op.ID == health {
		return nil
	}
	a, b := sha256.Sum256([]byte(api.Bearer(c.Header("Authorization")))), sha256.Sum256([]byte(want))
	if subtle.ConstantTimeCompare(a[:], b[:]) == 1 {
		return nil
	}
	return api.Fail(api.Unauthorized, "the admin API needs the admin token that the server was started with, as Authorization: Bearer TOKEN")
}

// media refuses what a form on a page of another site can send without asking first.
func media(c *api.Call) error {
	if len(c.Raw) == 0 {
		return nil
	}
	switch kind, _, _ := mime.ParseMediaType(c.Header("Content-Type")); kind {
	case "application/x-www-form-urlencoded", "multipart/form-data", "text/plain":
		return api.Fail(api.Media, "the body is sent as %s; send Content-Type: application/json (curl: --json instead of -d)", kind)
	}
	return nil
}
