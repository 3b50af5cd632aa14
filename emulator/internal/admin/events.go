package admin

import (
	"fmt"
	"net/http"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/journal"
)

// watchRequests sends an event for each call from now on, until the client, the world or the server ends it. Headers are
// flushed once nothing will be missed.
func watchRequests(c *api.Call) (any, error) {
	return api.Answer{
		Media:  "text/event-stream",
		Header: http.Header{"Cache-Control": {"no-cache"}},
		Stream: func(w http.ResponseWriter) {
			watch := worldOf(c).Journal.Watch()
			defer watch.Stop()
			flush := http.NewResponseController(w)
			if flush.Flush() != nil {
				return
			}
			for {
				entries, missed, ok := watch.Next(c.Request.Context())
				if !ok || send(c, w, entries, missed) != nil || flush.Flush() != nil {
					return
				}
			}
		},
	}, nil
}

// send writes an event for each entry. The credentials are those of the moment: there may be new ones.
func send(c *api.Call, w http.ResponseWriter, entries []*journal.Entry, missed int) error {
	redactor, knowledge, err := teller(c, entries)
	if err != nil {
		return err
	}
	for _, e := range entries {
		data, err := api.Encode(e.Tell(redactor, knowledge))
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "id: %s\ndata: %s\n\n", e.ID, data); err != nil {
			return err
		}
	}
	if missed > 0 {
		_, err = fmt.Fprintf(w, "event: missed\ndata: {\"missed\":%d}\n\n", missed)
	}
	return err
}
