package server

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Limits of what a client may send.
const (
	MaxBody  = 1 << 20  // bytes of a body, unless the row says more
	MaxDrain = 16 << 20 // bytes read on of a longer one, so that the client sees the refusal
	MaxURL   = 16 << 10
)

// receive reads query and body and checks them, outside the world's lock; the dialect decides when a fault counts.
func (s *Server) receive(c *api.Call) {
	if q := c.Request.URL.RawQuery; q != "" {
		c.Query, _ = url.ParseQuery(q) // pairs that cannot be read are left out
	}
	limit := c.Op.Limit
	if limit == 0 {
		limit = MaxBody
	}
	if c.Raw, c.Problem = readBody(c.Request, limit); c.Problem != nil {
		return
	}
	data := c.Raw
	if read := c.Vendor.Dialect.Read; read != nil {
		if data, c.Problem = read(c); c.Problem != nil {
			return
		}
	}
	if c.Op.Body == "" {
		return
	}
	if len(bytes.TrimSpace(data)) == 0 {
		if !c.Op.Optional {
			c.Problem = &api.Error{Code: api.Malformed, Message: "the operation needs a body", Cause: api.ErrNoBody}
		}
		return
	}
	if !c.Body.Sent() {
		body, err := api.Parse(data)
		if err != nil {
			c.Problem = &api.Error{Code: api.Malformed, Message: "the body is " + err.Error(), Cause: err}
			return
		}
		c.Body = body
	}
	bad, err := c.Vendor.Check(c.Op.Body, c.Body.JSON)
	switch {
	case err != nil:
		c.Problem = err
	case len(bad) > 0 && len(bad[0].Path) == 0 && bad[0].Rule == api.Type:
		c.Problem = &api.Error{Code: api.Malformed, Message: "the body is not of type " + strings.Trim(fmt.Sprint(bad[0].Want), "[]"), Violations: bad}
	case len(bad) > 0:
		c.Problem = api.Refuse(bad...)
	}
}

func readBody(r *http.Request, limit int64) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	// A length is only a promise: what takes more than the usual body is not set aside before it has come.
	if n := r.ContentLength; n > 0 && n <= min(limit, MaxBody) {
		body := make([]byte, n)
		if _, err := io.ReadFull(r.Body, body); err != nil {
			return nil, &api.Error{Code: api.Malformed, Message: "the body did not arrive whole", Cause: err}
		}
		return body, nil
	}
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, &api.Error{Code: api.Malformed, Message: "the body did not arrive whole", Cause: err}
	}
	if n > limit {
		_, _ = io.CopyN(io.Discard, r.Body, MaxDrain)
		return nil, api.Fail(api.TooLarge, "the body is longer than %d bytes", limit)
	}
	return b.Bytes(), nil
}
