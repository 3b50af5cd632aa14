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

// updateWebhook cannot switch on what has nowhere to send to.
func updateWebhook(c *api.Call) (any, error) {
	sent := rest.Accepted(c)
	old := rest.Settings(&c.Scope, "konnect.webhook", c.Object)
	next := old.Object()
	for _, m := range sent {
		next.Set(m.Name, m.Value)
	}
	if next.True("enabled") && next.Null("audit_log_destination_id") {
		return nil, badRequest("Required field missing",
			api.Violation{Path: []string{"audit_log_destination_id"}, Text: "cannot be blank"})
	}
	return rest.Update(&c.Scope, old, next, sent)
}

// deleteWebhook forgets the destination, and what became of deliveries to it.
func deleteWebhook(c *api.Call) (any, error) {
	for _, kind := range []string{"konnect.webhook", "konnect.webhook-status"} {
		if d := c.Tx.Get(kind, c.Object.ID); d != nil {
			c.Tx.Delete(d)
		}
	}
	return nil, nil
}

// webhookStatus is active while the webhook is on, unless the stored status knows of failures.
func webhookStatus(c *api.Call) (any, error) {
	hook := rest.Settings(&c.Scope, "konnect.webhook", c.Object)
	stored := rest.Settings(&c.Scope, "konnect.webhook-status", c.Object).Object()
	status := "inactive"
	if hook.Bool("enabled") {
		status = "active"
	}
	out := api.Object{{Name: "webhook_enabled", Value: api.Boolean(hook.Bool("enabled"))}}
	out.SetString("webhook_status", status)
	for _, m := range stored {
		out.Set(m.Name, m.Value)
	}
	return out, nil
}

// A replay job runs its course on the world's clock: how long after its acceptance each state is entered. A status that
// is given through the state API stays as it is.
var course = []struct {
	after  time.Duration
	status string
}{
	{2 * time.Minute, "completed"},
	{30 * time.Second, "running"},
	{10 * time.Second, "pending"},
	{0, "accepted"},
}

// replaySpan is how far back logs can be sent again.
const replaySpan = 7 * 24 * time.Hour

// replayJob is a job as it stands now. The zero time stands for a job that was never set up.
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
			for _, step := range course {
				if c.Now.Sub(since) >= step.after {
					status, changed = step.status, stamp(since.Add(step.after))
					break
				}
			}
		}
	}
	out.SetString("status", status)
	out.Set("updated_at", changed)
	return out
}

func getReplayJob(c *api.Call) (any, error) {
	return replayJob(c, rest.Settings(&c.Scope, "konnect.replay-job", c.Object)), nil
}

// putReplayJob accepts a span of the last seven days, unless a job runs.
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
	body := replayJob(c, d).JSON()
	return api.Answer{Status: http.StatusAccepted, Media: dialect.Media, Body: body}, nil
}

func outside(name, reason string) api.Violation {
	return api.Violation{Path: []string{name}, Rule: api.Other, Text: reason}
}
