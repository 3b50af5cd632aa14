package admin_test

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestWorlds(t *testing.T) {
	t.Parallel()
	const create = "POST /_portico/worlds"
	inMine := map[string]string{"Portico-World": "mine"}
	run(t, newToy(t, ""),
		call{do: "GET /_portico/worlds", status: 200, want: `[{"name":"default","seed":42,"fixture":"small","clock":{"now":"2026-03-01T09:00:00Z","frozen":true},"documents":5,"requests":0}]`},
		call{do: create, body: `{"name":"mine","seed":18446744073709551615,"ttl":"90m","clock":"2030-01-01T00:00:00+01:00"}`, status: 201, want: `{"name":"mine","seed":18446744073709551615,"fixture":"small","clock":{"now":"2029-12-31T23:00:00Z","frozen":true},"ttl":"1h30m0s","documents":5,"requests":0}`},
		call{do: create, body: `{"name":"mine"}`, status: 409, want: `{"error":{"code":"conflict","message":"world \"mine\" exists already"}}`},
		call{do: "POST /_portico/state/toy.author", header: inMine, body: `{"document":{"id":"sappho"}}`, status: 201, want: `{"id":"sappho","_id":"sappho","_in":[]}`},
		call{do: "POST /toy/shelves", header: inMine, body: `{"name":"new"}`, status: 201, want: `{"id":"382ff84c-b272-41e9-86c4-5d188009454f","created_at":"2029-12-31T23:00:00Z","updated_at":"2029-12-31T23:00:00Z","name":"new","floor":0}`},
		call{do: create, body: `{"name":"copy","from":"mine"}`, status: 201, want: `{"name":"copy","seed":18446744073709551615,"fixture":"small","clock":{"now":"2029-12-31T23:00:00Z","frozen":true},"documents":7,"requests":0}`},
		call{do: create, body: `{"name":"copy2","from":"mine","seed":0,"clock":"2031-01-01T00:00:00Z"}`, status: 201, want: `{"name":"copy2","seed":0,"fixture":"small","clock":{"now":"2031-01-01T00:00:00Z","frozen":true},"documents":7,"requests":0}`},
		call{do: create, body: `{"name":"bare","fixture":"empty"}`, status: 201, want: `{"name":"bare","seed":42,"fixture":"empty","clock":{"now":"2026-03-01T09:00:00Z","frozen":true},"documents":0,"requests":0}`},
		call{do: create, body: `{"name":"own","fixture":"own.yaml"}`, status: 201, want: `{"name":"own","seed":42,"fixture":"own.yaml","clock":{"now":"2026-03-01T09:00:00Z","frozen":true},"documents":1,"requests":0}`},
		call{do: "GET /_portico/worlds/mine", status: 200, want: `{"name":"mine","seed":18446744073709551615,"fixture":"small","clock":{"now":"2029-12-31T23:00:00Z","frozen":true},"ttl":"1h30m0s","documents":7,"requests":1}`},
		call{do: "GET /_world/mine/_portico/state/toy.author/sappho", status: 200, want: `{"id":"sappho","_id":"sappho","_in":[]}`},
		call{do: "GET /_portico/state/toy.author/sappho", status: 404, want: `{"error":{"code":"not-found","message":"no toy.author \"sappho\""}}`},
		call{do: "POST /_world/mine/_portico/reset", status: 204},
		call{do: "GET /_portico/worlds/mine", status: 200, want: `{"name":"mine","seed":18446744073709551615,"fixture":"small","clock":{"now":"2029-12-31T23:00:00Z","frozen":true},"ttl":"1h30m0s","documents":5,"requests":0}`},
		call{do: "DELETE /_portico/worlds/mine", status: 204},
		call{do: "DELETE /_portico/worlds/mine", status: 404, want: `{"error":{"code":"unknown-world","message":"no world \"mine\""}}`},
		call{do: "GET /_portico/state", header: inMine, status: 404, want: `{"error":{"code":"unknown-world","message":"there is no world \"mine\"; create it with POST /_portico/worlds {\"name\": ...}"}}`},
		call{do: "GET /_portico/worlds/mine", status: 404, want: `{"error":{"code":"unknown-world","message":"no world \"mine\""}}`},
		call{do: "GET /_portico/worlds/bear", status: 404, want: `{"error":{"code":"unknown-world","message":"no world \"bear\"; did you mean \"bare\"?"}}`},
		call{do: "DELETE /_portico/worlds/default", status: 409, want: `{"error":{"code":"conflict","message":"the world \"default\" always exists; POST /_portico/reset makes it as it was born"}}`},
		call{do: "GET /_world/bare/_portico/state", header: map[string]string{"Portico-World": "own"}, status: 400, want: `{"error":{"code":"two-worlds","message":"the URL names the world \"bare\", the header Portico-World \"own\"; use one of them"}}`},
	)
}

func TestWorldsRefused(t *testing.T) {
	t.Parallel()
	const create = "POST /_portico/worlds"
	run(t, newToy(t, ""),
		call{do: create, body: `{}`, status: 400, want: `{"error":{"code":"invalid","message":"name is missing","details":[{"field":"name","rule":"required","message":"name is missing"}]}}`},
		call{do: create, body: `{"name":"x","sede":7}`, status: 400, want: `{"error":{"code":"invalid","message":"there is no member sede; did you mean \"seed\"?","details":[{"field":"sede","rule":"unknown","message":"there is no member sede; did you mean \"seed\"?"}]}}`},
		call{do: create, body: `{"name":"no spaces"}`, status: 400, want: `{"error":{"code":"invalid","message":"name: want text that matches ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$","details":[{"field":"name","rule":"pattern","message":"name: want text that matches ^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"}]}}`},
		call{do: create, body: `{"name":"x","fixture":"smal","seed":-1,"ttl":"soon","clock":"now"}`, status: 400, want: `{"error":{"code":"invalid","message":"seed: want at least 0 (and 1 more)","details":[{"field":"seed","rule":"minimum","message":"seed: want at least 0"},{"field":"clock","rule":"format","message":"clock: want a date-time"}]}}`},
		call{do: create, body: `{"name":"x","fixture":"smal","seed":1e3,"ttl":"-1s","clock":"0001-01-01T00:00:00Z"}`, status: 400, want: `{"error":{"code":"invalid","message":"fixture: no fixture \"smal\"; there are empty, small, and the one that the server was started with; did you mean \"small\"? (and 3 more)","details":[{"field":"fixture","rule":"other","message":"fixture: no fixture \"smal\"; there are empty, small, and the one that the server was started with; did you mean \"small\"?"},{"field":"seed","rule":"other","message":"seed: want a whole number from 0 to 18446744073709551615"},{"field":"clock","rule":"other","message":"clock: want an instant in the years 1678 to 2261"},{"field":"ttl","rule":"other","message":"ttl: want a duration above 0 such as 30m"}]}}`},
		call{do: create, body: `{"name":"x","fixture":"/etc/passwd"}`, status: 400, want: `{"error":{"code":"invalid","message":"fixture: no fixture \"/etc/passwd\"; there are empty, small, and the one that the server was started with","details":[{"field":"fixture","rule":"other","message":"fixture: no fixture \"/etc/passwd\"; there are empty, small, and the one that the server was started with"}]}}`},
		call{do: create, body: `{"name":"x","from":"defautl"}`, status: 404, want: `{"error":{"code":"unknown-world","message":"no world \"defautl\"; did you mean \"default\"?"}}`},
		call{do: create, body: `{"name":"x","from":"default","fixture":"empty"}`, status: 400, want: `{"error":{"code":"invalid","message":"fixture: a world that is copied from another has its documents; leave fixture or from out","details":[{"field":"fixture","rule":"other","message":"fixture: a world that is copied from another has its documents; leave fixture or from out"}]}}`},
		call{do: create, body: `{"name":"default"}`, status: 409, want: `{"error":{"code":"conflict","message":"world \"default\" exists already"}}`},
		call{do: "GET /_portico/worlds", status: 200, want: `[{"name":"default",…`},
	)
}

func TestWorldGoesWhenIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newToy(t, "")
		run(t, h, call{do: "POST /_portico/worlds", body: `{"name":"brief","ttl":"1m"}`, status: 201, want: `{"name":"brief",…`})
		<-time.After(40 * time.Second)
		run(t, h, call{do: "GET /_world/brief/_portico/clock", status: 200, want: `{"now":"2026-03-01T09:00:00Z","frozen":true}`})
		<-time.After(40 * time.Second)
		run(t, h, call{do: "GET /_world/brief/_portico/clock", status: 200, want: `{"now":"2026-03-01T09:00:00Z","frozen":true}`})
		<-time.After(61 * time.Second)
		run(t, h, call{do: "GET /_portico/worlds/brief", status: 404, want: `{"error":{"code":"unknown-world",…`})
	})
}

func TestClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // real time stands still, too
		const clock, advance = "PUT /_portico/clock", "POST /_portico/clock/advance"
		run(t, newToy(t, ""),
			call{do: "GET /_portico/clock", status: 200, want: `{"now":"2026-03-01T09:00:00Z","frozen":true}`},
			call{do: advance, body: `{"by":"24h30m"}`, status: 200, want: `{"now":"2026-03-02T09:30:00Z","frozen":true}`},
			call{do: advance, body: `{"by":"-30m"}`, status: 200, want: `{"now":"2026-03-02T09:00:00Z","frozen":true}`},
			call{do: clock, body: `{"now":"2027-01-01T00:00:00.5+02:00"}`, status: 200, want: `{"now":"2026-12-31T22:00:00.5Z","frozen":true}`},
			call{do: clock, body: `{"frozen":false}`, status: 200, want: `{"now":"2026-12-31T22:00:00.5Z","frozen":false}`},
			call{do: advance, body: `{"by":"1h"}`, status: 200, want: `{"now":"2026-12-31T23:00:00.5Z","frozen":false}`},
			call{do: clock, body: `{"now":"2028-01-01T00:00:00Z","frozen":true}`, status: 200, want: `{"now":"2028-01-01T00:00:00Z","frozen":true}`},
			call{do: clock, body: `{}`, status: 200, want: `{"now":"2028-01-01T00:00:00Z","frozen":true}`},
			call{do: clock, body: `{"now":"2028","frozen":"yes","froze":1}`, status: 400, want: `{"error":{"code":"invalid","message":"now: want a date-time (and 2 more)","details":[{"field":"now","rule":"format","message":"now: want a date-time"},{"field":"frozen","rule":"type","message":"frozen: want boolean"},{"field":"froze","rule":"unknown","message":"there is no member froze; did you mean \"frozen\"?"}]}}`},
			call{do: clock, body: `{"now":"9999-12-31T23:59:59Z"}`, status: 400, want: `{"error":{"code":"invalid","message":"now: want an instant in the years 1678 to 2261","details":[{"field":"now","rule":"other","message":"now: want an instant in the years 1678 to 2261"}]}}`},
			call{do: advance, body: `{}`, status: 400, want: `{"error":{"code":"invalid","message":"by is missing","details":[{"field":"by","rule":"required","message":"by is missing"}]}}`},
			call{do: advance, body: `{"by":"tomorrow"}`, status: 400, want: `{"error":{"code":"invalid","message":"by: want a duration such as 24h","details":[{"field":"by","rule":"other","message":"by: want a duration such as 24h"}]}}`},
			call{do: advance, body: `{"by":"2562047h"}`, status: 400, want: `{"error":{"code":"invalid","message":"by: want an instant in the years 1678 to 2261","details":[{"field":"by","rule":"other","message":"by: want an instant in the years 1678 to 2261"}]}}`},
			call{do: clock, body: `{"now":"1700-01-01T00:00:00Z","frozen":false}`, status: 200, want: `{"now":"1700-01-01T00:00:00Z","frozen":false}`},
			call{do: "GET /_portico/clock", status: 200, want: `{"now":"1700-01-01T00:00:00Z","frozen":false}`},
			call{do: advance, body: `{"by":"2400000h"}`, status: 200, want: `{"now":"1973-10-17T00:00:00Z","frozen":false}`},
			call{do: advance, body: `{"by":"2400000h"}`, status: 200, want: `{"now":"2247-08-02T00:00:00Z","frozen":false}`},
			call{do: advance, body: `{"by":"2400000h"}`, status: 400, want: `{"error":{"code":"invalid","message":"by: want an instant in the years 1678 to 2261",…`},
			call{do: "GET /_portico/clock", status: 200, want: `{"now":"2247-08-02T00:00:00Z","frozen":false}`},
			call{do: clock, body: `{"now":"1677-01-01T00:00:00Z","frozen":false}`, status: 400, want: `{"error":{"code":"invalid","message":"now: want an instant in the years 1678 to 2261",…`},
			call{do: clock, body: `{"now":"1677-01-01T00:00:00Z","frozen":true}`, status: 400, want: `{"error":{"code":"invalid","message":"now: want an instant in the years 1678 to 2261",…`},
			call{do: "PUT /_portico/snapshots/s", status: 204},
			call{do: clock, body: `{"now":"2028-01-01T00:00:00Z","frozen":true}`, status: 200, want: `{"now":"2028-01-01T00:00:00Z","frozen":true}`},
			call{do: "POST /_portico/snapshots/s/restore", status: 204},
			call{do: "GET /_portico/clock", status: 200, want: `{"now":"2247-08-02T00:00:00Z","frozen":false}`},
			call{do: clock, body: `{"now":"2028-01-01T00:00:00Z","frozen":true}`, status: 200, want: `{"now":"2028-01-01T00:00:00Z","frozen":true}`},
			call{do: "POST /toy/shelves", body: `{"name":"dated"}`, status: 201, want: `{"id":"28efe333-b266-4103-98c1-096df007bcb9","created_at":"2028-01-01T00:00:00Z","updated_at":"2028-01-01T00:00:00Z","name":"dated","floor":0}`},
			call{do: "GET /_portico/clock/advance", status: 405, want: `{"error":{"code":"wrong-method","message":"/_portico/clock/advance does not answer GET"}}`},
		)
	})
}
