package admin

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// host refuses a Host that a page of another site can have made to lead here (DNS rebinding), which would pass as of the
// same origin. Addresses and names of one label, such as those of compose services, belong to no site; further names are
// given with --admin-host. What comes without a connection comes from this process.
func host(c *api.Call) error {
	r := c.Request
	if r.Context().Value(http.LocalAddrContextKey) == nil || r.Host == "" || anywhere(r.Host) || slices.Contains(hostOf(c).AdminHosts(), hostname(r.Host)) {
		return nil
	}
	return api.Fail(api.Forbidden, "the admin API does not answer for the host %q: use localhost or an address, or start portico with --admin-host %s",
		clip(r.Host), clip(hostname(r.Host)))
}

// hostname is a Host header without port, brackets and dot at the end, in lower case.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// anywhere reports whether a Host header is an address, a name below localhost or a name of one label.
func anywhere(host string) bool {
	name := hostname(host)
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return !strings.Contains(name, ".") || strings.HasSuffix(name, ".localhost")
}

// HostName returns the form in which a name is kept for which the admin API answers, or an error that says what it lacks.
func HostName(name string) (string, error) {
	if !hostForm.MatchString(name) || len(name) > 253 {
		return "", fmt.Errorf("want the name of a host such as portico.ci.example, without scheme and port, got %q", name)
	}
	return hostname(name), nil
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?$`)

func clip(s string) string { return s[:min(len(s), 200)] }

var origins = http.NewCrossOriginProtection()

func sameOrigin(c *api.Call) error {
	if err := origins.Check(c.Request); err != nil {
		return api.Fail(api.Forbidden, "pages of other origins may not write here")
	}
	return nil
}

func token(c *api.Call) error {
	want := hostOf(c).AdminToken()
	if want == "" || c.Op != nil && c.Op.ID == health {
		return nil
	}
	a, b := sha256.Sum256([]byte(api.Bearer(c.Header("Authorization")))), sha256.Sum256([]byte(want))
	if subtle.ConstantTimeCompare(a[:], b[:]) == 1 {
		return nil
	}
	return api.Fail(api.Unauthorized, "the admin API needs the admin token that the server was started with, as Authorization: Bearer TOKEN")
}

// media refuses a body that is not declared as JSON or YAML, once: a page of another site can send any other, or none,
// without asking first.
func media(c *api.Call) error {
	if !c.Sends {
		return nil
	}
	declared := c.Request.Header["Content-Type"]
	if len(declared) == 1 {
		if kind, _, err := mime.ParseMediaType(declared[0]); err == nil && bodyMedia.MatchString(kind) {
			return nil
		}
	}
	what := "the body is sent as " + strings.Join(declared, " and as ")
	if len(declared) == 0 {
		what = "the body is sent without a Content-Type"
	}
	return api.Fail(api.Media, "%s; send Content-Type: application/json (curl: --json instead of -d) or application/yaml", clip(what))
}

// bodyMedia are the types of bodies that the admin API reads, parameters left aside.
var bodyMedia = regexp.MustCompile(`^(application/(.+\+)?(json|yaml)|application/x-yaml|text/(x-)?yaml)$`)
