package testkit

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// realDomains are the domains of the vendors' own services, with their subdomains.
var realDomains = []string{
	"konghq.com", "konghq.tech", // Kong: global.api., us.api., eu.api. …, and portals
	"mulesoft.com",                // anypoint., eu1.anypoint., gov.anypoint., ca1.platform. …
	"axway.com", "axwaycloud.com", // Axway
	"ibmcloud.com", "ibm.com", "ibm.cloud", // IBM: apiconnect. …, us-east-a.apiconnect.automation.
	"appdomain.cloud", // portals that IBM Cloud hosts
}

// realHost reports whether a host is a vendor's own.
func realHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return slices.ContainsFunc(realDomains, func(d string) bool { return host == d || strings.HasSuffix(host, "."+d) })
}

// Guard is a transport that fails the test, and sends nothing, when a client is about to talk to a vendor's real host,
// such as us.api.konghq.com or anypoint.mulesoft.com. Everything else goes on to next, nil for http.DefaultTransport:
//
//	client := &http.Client{Transport: testkit.Guard(t, nil)}
//
// A client that dials by itself cannot be guarded.
func Guard(t TB, next http.RoundTripper) http.RoundTripper {
	return guard{t, next}
}

type guard struct {
	t    TB
	next http.RoundTripper // nil: http.DefaultTransport, as it is when a request is sent
}

// RoundTrip sends a request on, unless its host is real.
func (g guard) RoundTrip(r *http.Request) (*http.Response, error) {
	g.t.Helper()
	if realHost(r.URL.Hostname()) {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, refuseReal(g.t, r.URL)
	}
	next := g.next
	if next == nil {
		next = http.DefaultTransport
	}
	return next.RoundTrip(r)
}

// refuseReal fails the test for a request to a real host.
func refuseReal(t TB, u *url.URL) error {
	t.Helper()
	const how = "Give the client scheme, host and port of the emulator instead: w.URL(vendor) is its base URL, and w.Client() an HTTP client"
	t.Errorf("portico: a client is about to call the real host %s (%s); nothing was sent.\n%s.", u.Host, u.Path, how)
	return fmt.Errorf("the testkit's guard: %s is a vendor's real host", u.Host)
}

// GuardDefault guards http.DefaultTransport, and so every client that has no transport of its own, until the test ends. The
// variable is global: neither the test nor those that run at the same time may be parallel.
func GuardDefault(t TB) {
	t.Helper()
	before := http.DefaultTransport
	http.DefaultTransport = guard{t, before}
	t.Cleanup(func() { http.DefaultTransport = before })
}
