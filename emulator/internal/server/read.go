package server

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
)

// Limits of what a client may send.
const (
	MaxBody  = 1 << 20  // bytes of a body, unless the row says more
	MaxDrain = 16 << 20 // bytes read on of one that is refused, so that the client sees the refusal
	MaxURL   = 16 << 10
)

// Times in which the rest of a refused body may come.
const (
	glanceFor = 100 * time.Millisecond
	drainFor  = 5 * time.Second
)

// sends reports whether a request may have a body.
func sends(r *http.Request) bool {
	return r.ContentLength != 0 && r.Body != nil && r.Body != http.NoBody
}

// receive reads the body and checks it, outside the world's lock; the dialect decides when a fault in it counts.
func (x *exchange) receive(c *api.Call) {
	limit := c.Op.Limit
	if limit == 0 {
		limit = MaxBody
	}
	c.Raw, c.Problem = x.body(c.Request, limit)
	c.Sends = len(c.Raw) > 0 || x.unread
	if c.Problem != nil || c.Op.Body == "" {
		return
	}
	data := c.Raw
	if read := c.Vendor.Dialect.Read; read != nil {
		if data, c.Problem = read(c); c.Problem != nil {
			return
		}
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

// body reads a request's body of at most limit bytes. One that is announced to be longer is left unread.
func (x *exchange) body(r *http.Request, limit int64) ([]byte, error) {
	if !x.unread {
		return nil, nil
	}
	tooLarge := func() error { return api.Fail(api.TooLarge, "the body is longer than %d bytes", limit) }
	n := r.ContentLength
	if n > limit {
		return nil, tooLarge()
	}
	// A length is only a promise: what takes more than the usual body is not set aside before it has come.
	if n > 0 && n <= MaxBody {
		body := make([]byte, n)
		if _, err := io.ReadFull(r.Body, body); err != nil {
			return nil, cutOff(err)
		}
		x.unread = false
		return body, nil
	}
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, cutOff(err)
	}
	if n > limit {
		return nil, tooLarge()
	}
	x.unread = false
	return b.Bytes(), nil
}

func cutOff(err error) error {
	return &api.Error{Code: api.Malformed, Message: "the body did not arrive whole", Cause: err}
}

// glance reads the body of a call that is refused whatever the body holds, so that the journal can show it: one that is
// small and there already. The emulator's own calls, which are in no journal, are not even looked at.
func (x *exchange) glance(c *api.Call) {
	r := c.Request
	if c.Vendor.Quiet || !c.Sends || r.ContentLength > journal.MaxBody || r.Header.Get("Expect") != "" {
		return
	}
	_ = http.NewResponseController(x.ResponseWriter).SetReadDeadline(time.Now().Add(glanceFor))
	c.Raw, _ = x.body(r, journal.MaxBody)
}

// drain reads on what is left of a refused body, once the answer is on its way: a client that looks for an answer only
// when it has sent everything would see a broken connection instead.
func (x *exchange) drain(r *http.Request) {
	if r.ProtoMajor != 1 || r.Header.Get("Expect") != "" {
		return // HTTP/2 ends the stream; who expects 100 Continue has not begun to send
	}
	c := http.NewResponseController(x.ResponseWriter)
	_ = c.Flush()
	_ = c.SetReadDeadline(time.Now().Add(drainFor))
	_, _ = io.CopyN(io.Discard, r.Body, MaxDrain)
}

// large is the limit in bytes beyond which bodies are in memory one at a time.
const large = 16 << 20
