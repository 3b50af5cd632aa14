package fault

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"net/http"
	"strconv"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Chance is the source of what the decision draws beside itself: a delay, garbage.
func (d *Decision) Chance() *rand.Rand {
	r := chance(d.seed, d.Rule.Name, d.Match)
	r.Uint64() // the odds took the first
	return r
}

// says is what a refusal says where the vendor has no words of its own for it.
var says = map[api.Code]string{
	api.Unauthorized: "authentication is required", api.Forbidden: "permission denied", api.NotFound: "not found",
	api.Conflict: "conflict", api.Invalid: "the request is not valid", api.RateLimited: "too many requests",
	api.Timeout: "the request timed out", api.Internal: "internal error", api.Unavailable: "the service is unavailable",
}

// Answer returns what the client sees instead of the true answer, in the vendor's envelope if the rule names an error, and that error.
func (d *Decision) Answer(c *api.Call) (api.Answer, *api.Error) {
	g := &d.Rule.Response
	var out api.Answer
	var refusal *api.Error
	switch {
	case g.Gateway != 0:
		return gateway(g.Gateway, d.headers(nil)), nil
	case g.Code != "":
		refusal = &api.Error{Code: g.Code, Message: says[g.Code], Cause: fmt.Errorf("the fault rule %q says so", d.Rule.Name)}
		out = c.Vendor.Dialect.Fail(c, refusal)
	default:
		out = api.Answer{Status: http.StatusOK}
	}
	if g.Status != 0 {
		out.Status = g.Status
	}
	if g.Body != nil {
		out.Body, out.Media = g.Body, "text/plain; charset=utf-8"
		if gjson.ValidBytes(g.Body) {
			out.Media = "application/json"
		}
	}
	out.Header = d.headers(out.Header)
	if media := out.Header.Get("Content-Type"); media != "" {
		out.Media = media
	}
	return out, refusal
}

// headers adds the rule's headers to those of an answer.
func (d *Decision) headers(h http.Header) http.Header {
	out := h.Clone()
	if out == nil {
		out = http.Header{}
	}
	maps.Copy(out, d.Rule.Response.Headers)
	if after := d.Rule.Response.RetryAfter; after > 0 {
		out.Set("Retry-After", strconv.Itoa(int(math.Ceil(after.Seconds()))))
	}
	return out
}

// Amend changes the true answer: headers are added, the patch is applied. A patch that does not fit leaves the body as it
// is; the error says so.
func (d *Decision) Amend(answer api.Answer) (api.Answer, error) {
	answer.Header = d.headers(answer.Header)
	if d.Rule.Response.Patch == nil {
		return answer, nil
	}
	p, err := jsonpatch.DecodePatch(d.Rule.Response.Patch)
	if err != nil {
		return answer, fmt.Errorf("fault %s: %w", d.Rule.Name, err)
	}
	options := jsonpatch.NewApplyOptions()
	options.AccumulatedCopySizeLimit = maxCopied
	body, err := p.ApplyWithOptions(answer.Body, options)
	if err != nil {
		return answer, fmt.Errorf("fault %s: patch: %w", d.Rule.Name, err)
	}
	answer.Body = body
	return answer, nil
}

// maxCopied bounds what a patch may copy, in bytes: copies of copies grow without end.
const maxCopied = 16 << 20

// Garbled is as many bytes as a body has, none of them what they were.
func (d *Decision) Garbled(body []byte) []byte {
	r := d.Chance()
	out := make([]byte, len(body))
	for i := range out {
		out[i] = body[i] ^ byte(1+r.IntN(255)) //nolint:gosec // fits a byte
	}
	return out
}

// gateway is the page that a proxy in front of the vendor would send.
func gateway(status int, h http.Header) api.Answer {
	title := strconv.Itoa(status) + " " + http.StatusText(status)
	h.Set("Server", "nginx")
	return api.Answer{
		Status: status, Media: "text/html", Header: h,
		Body: []byte("<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
			"</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"),
	}
}
