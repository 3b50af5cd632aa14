package apiconnect

import (
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Media types of the API.
const (
	mediaJSON  = "application/json"
	mediaYAML  = "application/yaml"
	mediaBytes = "application/octet-stream"
	mediaForm  = "application/x-www-form-urlencoded"
)

// Media types of each form of answer, the usual one first.
var (
	offersUsual    = []string{mediaJSON, mediaYAML}
	offersDocument = []string{
		mediaJSON, mediaYAML, "application/vnd.ibm-apim.swagger2+json", "application/vnd.ibm-apim.swagger2+yaml", mediaBytes,
	}
	offersWSDL = []string{
		mediaJSON, mediaYAML, mediaBytes, "application/wsdl", "application/wsdl+xml", "text/xml", "application/zip",
	}
)

// mediaRange is one element of an Accept header.
type mediaRange struct {
	kind string
	q    float64
}

// ranges reads all Accept headers of a request.
func ranges(h http.Header) []mediaRange {
	var out []mediaRange
	for part := range strings.SplitSeq(strings.Join(h.Values("Accept"), ","), ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil && kind == "" {
			continue
		}
		r := mediaRange{kind, 1}
		if text, ok := params["q"]; ok {
			if q, err := strconv.ParseFloat(text, 64); err == nil && q >= 0 && q <= 1 {
				r.q = q
			}
		}
		out = append(out, r)
	}
	return out
}

// fit returns how closely a range matches a media type: 3 exactly, 2 by type, 1 by */*, 0 not at all.
func (r mediaRange) fit(media string) int {
	switch {
	case r.kind == media:
		return 3
	case strings.HasSuffix(r.kind, "/*") && strings.HasPrefix(media, r.kind[:len(r.kind)-1]):
		return 2
	case r.kind == "*/*":
		return 1
	}
	return 0
}

// choose returns the offer that a request prefers, or "". The highest q wins, of equals the first in the header. The q of an
// offer is that of the range that matches it most closely; 0 excludes it.
func choose(h http.Header, offers []string) string {
	accepted := ranges(h)
	if len(accepted) == 0 && strings.TrimSpace(strings.Join(h.Values("Accept"), "")) == "" {
		return offers[0]
	}
	best, bestQ, bestAt := "", 0.0, 0
	for _, offer := range offers {
		q, at, closest := 0.0, 0, 0
		for i, r := range accepted {
			if f := r.fit(offer); f > closest {
				q, at, closest = r.q, i, f
			}
		}
		if q > bestQ || q == bestQ && q > 0 && at < bestAt {
			best, bestQ, bestAt = offer, q, at
		}
	}
	return best
}

// offers returns the media types that the row of a call can answer with.
func offers(c *api.Call) []string {
	if c.Op == nil || c.Op.Offers == nil {
		return offersUsual
	}
	return c.Op.Offers
}

// accept checks that the row can answer with a media type that the caller accepts.
func accept(c *api.Call) error {
	if choose(c.Request.Header, offers(c)) == "" {
		return api.Fail(api.NotAccepted, "the answer can be given as %s, and Accept names none of them", strings.Join(offers(c), ", "))
	}
	return nil
}
