package konnect_test

import "testing"

// A webhook sends to a destination, is watched, and is taken away.
func TestWebhookLife(t *testing.T) {
	t.Parallel()
	c := connect(t)
	hook := portalPath + "/audit-log-webhook"
	stand := func(webhook, status string) {
		t.Helper()
		c.Get(hook).Check(t, "@this", webhook)
		c.Get(hook+"/status").Check(t, "@this", status)
	}
	const (
		unset   = `{"enabled":false}`
		idle    = `{"webhook_enabled":false,"webhook_status":"inactive"}`
		ready   = `{"webhook_enabled":true,"webhook_status":"active"}`
		enabled = `{"enabled":true,"audit_log_destination_id":"` + siem + `"}`
		parked  = `{"enabled":false,"audit_log_destination_id":"` + siem + `"}`
	)
	stand(unset, idle)
	c.Must(400, "PATCH", hook, `{"enabled": true}`).Check(t, "detail", "Required field missing")
	c.Must(400, "PATCH", hook, `{"enabled": true, "audit_log_destination_id": "SIEM"}`)
	stand(unset, idle)
	c.Must(200, "PATCH", hook, `{"enabled": false}`).Check(t, "@this", unset)
	c.Must(200, "PATCH", hook, `{"audit_log_destination_id": "`+siem+`"}`).Check(t, "@this", parked)
	stand(parked, idle)
	c.Must(200, "PATCH", hook, `{"enabled": true}`).Check(t, "@this", enabled)
	stand(enabled, ready)

	// Its fortunes come from outside.
	const attempt = `"last_attempt_at":"2026-03-01T08:59:00.000Z","last_response_code":401,"last_response_message":"Unauthorized"}`
	c.Add("konnect.webhook-status", portalA, `{"webhook_status":"inactive",`+attempt)
	stand(enabled, `{"webhook_enabled":true,"webhook_status":"inactive",`+attempt)
	c.Must(200, "PATCH", "/_portico/state/konnect.webhook-status/"+portalA, `{"webhook_status": null}`)
	stand(enabled, `{"webhook_enabled":true,"webhook_status":"active",`+attempt)
	c.Must(200, "PATCH", hook, `{"enabled": false}`)
	stand(parked, `{"webhook_enabled":false,"webhook_status":"inactive",`+attempt)
	c.Must(200, "PATCH", hook, `{"enabled": true}`)

	if a := c.Must(204, "DELETE", hook, ""); a.Body != "" || a.Header.Get("Content-Type") != "" {
		t.Errorf("deleted: got %q (%s), want no body", a.Body, a.Header.Get("Content-Type"))
	}
	stand(unset, idle)
	c.Must(400, "PATCH", hook, `{"enabled": true}`)
	c.Must(204, "DELETE", hook, "")
	c.Get("/_portico/state/konnect.audit-log-destination/"+siem).Check(t, "name", "SIEM")
	c.Get(publicPath+"/audit-log-webhook").Check(t, "@this", unset)
}

// A replay job runs its course on the world's clock, within the span that logs are kept.
func TestReplayJobLife(t *testing.T) {
	t.Parallel()
	c := connect(t) // it is nine o'clock on the first of March
	job := portalPath + "/audit-log-replay-job"
	body := func(from, to string) string { return `{"start_at": "` + from + `", "end_at": "` + to + `"}` }
	stand := func(status, since string) {
		t.Helper()
		a := c.Get(job)
		a.Check(t, "status", status)
		a.Check(t, "updated_at", since)
	}
	const never = "0001-01-01T00:00:00Z"
	c.Get(job).Check(t, "@this", `{"start_at":"`+never+`","end_at":"`+never+`","status":"unconfigured","updated_at":"`+never+`"}`)
	for _, wrong := range []struct{ from, to, fields string }{
		{"2026-02-22T08:59:59.999Z", "2026-02-28T00:00:00Z", `["start_at"]`},
		{"2026-02-28T00:00:00Z", "2026-03-01T09:00:00.001Z", `["end_at"]`},
		{"2026-03-01T09:00:01Z", "2026-03-01T09:00:02Z", `["start_at","end_at"]`},
		{"2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", `["start_at","end_at"]`},
		{"2026-02-28T00:00:00Z", "2026-02-27T23:59:59Z", `["end_at"]`},
		{"2026-02-28T00:00:00+01:00", "2026-02-27T23:30:00+01:00", `["end_at"]`},
	} {
		a := c.Must(400, "PUT", job, body(wrong.from, wrong.to))
		a.Check(t, "title", "Invalid Request")
		a.Check(t, "invalid_parameters.#.field", wrong.fields)
		if got := a.Get(`invalid_parameters.#(rule!="invalid")`); got.Exists() {
			t.Errorf("%v: got %s, want the rule invalid alone", wrong, got.Raw)
		}
	}
	stand("unconfigured", never)

	a := c.Must(202, "PUT", job, body("2026-02-22T10:00:00+01:00", "2026-03-01T09:00:00Z"))
	a.Check(t, "@this", `{"start_at":"2026-02-22T09:00:00.000Z","end_at":"2026-03-01T09:00:00.000Z","status":"accepted","updated_at":"2026-03-01T09:00:00.000Z"}`)
	c.Get(job).Check(t, "@this", a.Body)
	later(c, "9s")
	stand("accepted", "2026-03-01T09:00:00.000Z")
	later(c, "1s")
	stand("pending", "2026-03-01T09:00:10.000Z")
	c.Must(202, "PUT", job, body("2026-02-28T00:00:00Z", "2026-02-28T00:00:00Z"))
	stand("accepted", "2026-03-01T09:00:10.000Z")
	later(c, "29s")
	stand("pending", "2026-03-01T09:00:20.000Z")
	later(c, "1s")
	stand("running", "2026-03-01T09:00:40.000Z")
	busy := c.Must(409, "PUT", job, body("2026-02-28T00:00:00Z", "2026-02-28T01:00:00Z"))
	busy.Check(t, "title", "Resource Conflict")
	busy.Check(t, "detail", "A replay job is currently running")
	c.Get(job).Check(t, "end_at", "2026-02-28T00:00:00.000Z")
	c.Must(202, "PUT", publicPath+"/audit-log-replay-job", body("2026-02-28T00:00:00Z", "2026-02-28T01:00:00Z"))
	later(c, "90s")
	stand("completed", "2026-03-01T09:02:10.000Z")
	later(c, "72h")
	stand("completed", "2026-03-01T09:02:10.000Z")
	c.Must(400, "PUT", job, body("2026-02-22T10:00:00Z", "2026-03-01T09:00:00Z"))
	c.Must(202, "PUT", job, body("2026-03-01T00:00:00Z", "2026-03-01T09:00:00Z"))

	// A state that is given from outside stays.
	for _, status := range []string{"running", "failed", "pending", "completed"} {
		c.Must(200, "PATCH", "/_portico/state/konnect.replay-job/"+portalA, `{"status": "`+status+`"}`)
		later(c, "5m")
		c.Get(job).Check(t, "status", status)
		want := 202
		if status == "running" {
			want = 409
		}
		c.Must(want, "PUT", job, body("2026-03-02T00:00:00Z", "2026-03-02T09:00:00Z"))
	}
	other := c.Must(201, "POST", "/v2/portals", `{"name": "Other"}`).Get("id").Str
	c.Add("konnect.replay-job", other, `{"status": "running"}`)
	c.Must(409, "PUT", portalsPath+other+"/audit-log-replay-job", body("2026-03-02T00:00:00Z", "2026-03-02T09:00:00Z"))
}
