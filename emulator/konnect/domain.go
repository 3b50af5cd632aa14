package konnect

import (
	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// domainStatuses are the state of verification of portals' custom domains. One that a fixture or the state API gives is held:
// asking for it does not advance it.
var domainStatuses = func() *api.Resource {
	r := setting("konnect.domain-status", "StoredDomainStatus")
	r.OnCreate = checkCertificate
	r.OnChange = func(s *api.Scope, _ *api.Doc, d *api.Draft) error { return checkCertificate(s, d) }
	return r
}()

// checkCertificate requires a verified name for an issued certificate, and marks what comes from outside as held.
func checkCertificate(s *api.Scope, d *api.Draft) error {
	if s.Privileged && !d.Sent.Has("held") {
		d.SetBool("held", true)
	}
	if d.True("is_ssl_issued") && !d.True("is_cname_verified") {
		return api.Refuse(api.Violation{Path: []string{"is_ssl_issued"}, Rule: api.Other, Text: "can be true only once is_cname_verified is"})
	}
	return nil
}

// verifyDomains returns the state of a custom domain. The first call after it was set finds the name verified, later ones the
// certificate issued as well.
func verifyDomains(c *api.Call) (any, error) {
	if c.Object.Str("custom_domain") == "" {
		return nil, api.Refuse(api.Violation{Path: []string{"custom_domain"}, Text: "portal needs a custom_domain to be verified"})
	}
	old := rest.Settings(&c.Scope, "konnect.domain-status", c.Object)
	next := old.Object()
	if !next.True("held") {
		next.SetBool("is_ssl_issued", next.True("checked"))
		next.SetBool("is_cname_verified", true)
		next.SetBool("checked", true)
	}
	d, err := rest.Update(&c.Scope, old, next, next)
	if err != nil {
		return nil, err
	}
	return api.Object{
		{Name: "is_cname_verified", Value: d.Raw("is_cname_verified")},
		{Name: "is_ssl_issued", Value: d.Raw("is_ssl_issued")},
	}, nil
}

// forgetDomain restarts the verification if the portal has another domain.
func forgetDomain(s *api.Scope, old *api.Doc, d *api.Draft) {
	if api.Same(old.Raw("custom_domain"), d.Raw("custom_domain")) {
		return
	}
	if status := s.Tx.Get("konnect.domain-status", d.ID); status != nil {
		s.Tx.Delete(status)
	}
}
