package konnect

import (
	"net/http"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

var (
	webhooks        = setting("konnect.webhook", "StoredWebhook")
	webhookStatuses = setting("konnect.webhook-status", "StoredWebhookStatus")
	replayJobs      = setting("konnect.replay-job", "StoredReplayJob")
)

// updateWebhook merges the body into the webhook. One that is enabled needs a destination.
func updateWebhook(c *api.Call) (any, error) {
	sent := rest.Accepted(c)
	old := rest.Settings(&c.Scope, "konnect.webhook", c.Object)
	next := rest.Merged(old, sent)
	if next.True("enabled") && next.Null("audit_log_destination_id") {
		return nil, badRequest("Required field missing",
			api.Violation{Path: []string{"audit_log_destination_id"}, Text: "cannot be blank"})
	}
	return rest.Update(&c.Scope, old, next, sent)
}

// deleteWebhook deletes the webhook and the status of its deliveries.
func deleteWebhook(c *api.Call) (any, error) {
	for _, kind := range []string{"konnect.webhook", "konnect.webhook-status"} {
		if d := c.Tx.Get(kind, c.Object.ID); d != nil {
			c.Tx.Delete(d)
		}
	}
	return nil, nil
}

// webhookStatus returns active while the webhook is enabled, unless the stored status says otherwise.
func webhookStatus(c *api.Call) (any, error) {
	hook := rest.Settings(&c.Scope, "konnect.webhook", c.Object)
	enabled := hook.Bool("enabled")
	status := "inactive"
	if enabled {
		status = "active"
	}
	out := api.Object{{Name: "webhook_enabled", Value: api.Boolean(enabled)}, {Name: "webhook_status", Value: api.Quote(status)}}
	for _, m := range rest.Settings(&c.Scope, "konnect.webhook-status", c.Object).Object() {
		out.Set(m.Name, m.Value)
	}
	return out, nil
}

// replayStates are the states that a replay job enters by the world's clock, with the time since its acceptance, the last state
// first. Another status than accepted, which only the state API can set, stays as it is.
var replayStates = []struct {
	after  time.Duration
	status string
}{
	{2 * time.Minute, "completed"},
	{30 * time.Second, "running"},
	{10 * time.Second, "pending"},
	{0, "accepted"},
}

// replaySpan is the age of the oldest logs that can be sent again.
const replaySpan = 7 * 24 * time.Hour

// replayJob returns a job in its present state. A job that was never set up has the zero time.
func replayJob(c *api.Call, d *api.Doc) api.Object {
	never := []byte(`"0001-01-01T00:00:00Z"`)
	out := api.Object{{Name: "start_at", Value: never}, {Name: "end_at", Value: never}}
	for _, name := range []string{"start_at", "end_at"} {
		if t, ok := api.Instant(d.Get(name)); ok {
			out.Set(name, stamp(t))
		}
	}
	status, changed := d.Str("status"), never
	if since, ok := api.Instant(d.Get("updated_at")); ok {
		changed = stamp(since)
		if status == "accepted" {
			for _, step := range replayStates {
				if c.Now.Sub(since) >= step.after {
					status, changed = step.status, stamp(since.Add(step.after))
					break
				}
			}
		}
	}
	return append(out, api.Member{Name: "status", Value: api.Quote(status)}, api.Member{Name: "updated_at", Value: changed})
}

func getReplayJob(c *api.Call) (any, error) {
	return replayJob(c, rest.Settings(&c.Scope, "konnect.replay-job", c.Object)), nil
}

// putReplayJob accepts a time span within the last seven days, unless a job is running.
func putReplayJob(c *api.Call) (any, error) {
	old := rest.Settings(&c.Scope, "konnect.replay-job", c.Object)
	next := api.Object{}
	var times [2]time.Time
	var bad []api.Violation
	for i, name := range []string{"start_at", "end_at"} {
		times[i], _ = api.Instant(c.Body.Object.Get(name))
		next.Set(name, stamp(times[i]))
		switch {
		case times[i].After(c.Now):
			bad = append(bad, outside(name, "must not be in the future"))
		case times[i].Before(c.Now.Add(-replaySpan)):
			bad = append(bad, outside(name, "must be within the last 7 days"))
		}
	}
	if times[1].Before(times[0]) {
		bad = append(bad, outside("end_at", "must not be before start_at"))
	}
	if bad != nil {
		return nil, api.Refuse(bad...)
	}
	if replayJob(c, old).Str("status") == "running" {
		return nil, &api.Error{Code: api.Conflict, Vendor: problem{http.StatusConflict, "Resource Conflict", "A replay job is currently running"}}
	}
	next.SetString("status", "accepted")
	next.Set("updated_at", c.Stamp())
	d, err := rest.Update(&c.Scope, old, next, next)
	if err != nil {
		return nil, err
	}
	return replayJob(c, d), nil
}

func outside(name, reason string) api.Violation {
	return api.Violation{Path: []string{name}, Rule: api.Other, Text: reason}
}
