package admin_test

import (
	"testing"
)

func TestStateRead(t *testing.T) {
	t.Parallel()
	run(t, newToy(t, ""),
		call{do: "GET /_portico/state", status: 200, want: `{"toy.author":1,"toy.book":1,"toy.mark":1,"toy.shelf":2}`},
		call{do: "GET /_portico/state/", status: 200, want: `{"toy.author":1,"toy.book":1,"toy.mark":1,"toy.shelf":2}`},
		call{do: "GET /_portico/state/toy.book", status: 200, want: `[{"id":"iliad","title":"Iliad","author":"homer","_id":"iliad","_in":["6f0d0000-0000-4000-8000-00000000000a"]}]`},
		call{do: "GET /_portico/state/toy.lamp", status: 200, want: `[]`},
		call{do: "GET /_portico/state/toy.shelf/" + shelfB, status: 200, want: `{"id":"6f0d0000-0000-4000-8000-00000000000b","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z","name":"plays","floor":0,"_id":"6f0d0000-0000-4000-8000-00000000000b","_in":[]}`},
		call{do: "GET /_portico/state/toy.mark/iliad%2F1~12", status: 200, want: `{"page":"1/2","note":"","_id":"iliad/1~12","_in":["6f0d0000-0000-4000-8000-00000000000a","iliad"]}`},
		call{do: "GET /_portico/state/toy.lamp/" + shelfB, status: 200, want: `{"on":false,"colour":"white","_id":"6f0d0000-0000-4000-8000-00000000000b","_in":["6f0d0000-0000-4000-8000-00000000000b"]}`},
		call{do: "GET /_portico/state/toy.bok", status: 404, want: `{"error":{"code":"unknown-kind","message":"no kind \"toy.bok\"; did you mean \"toy.book\"?"}}`},
		call{do: "GET /_portico/state/shelf", status: 404, want: `{"error":{"code":"unknown-kind","message":"no kind \"shelf\"; did you mean \"toy.shelf\"?"}}`},
		call{do: "GET /_portico/state/zebra", status: 404, want: `{"error":{"code":"unknown-kind","message":"no kind \"zebra\""}}`},
		call{do: "GET /_portico/state/toy.book/odyssey", status: 404, want: `{"error":{"code":"not-found","message":"no toy.book \"odyssey\""}}`},
		call{do: "GET /_portico/state/toy.bok/odyssey", status: 404, want: `{"error":{"code":"unknown-kind","message":"no kind \"toy.bok\"; did you mean \"toy.book\"?"}}`},
		call{do: "GET /_portico/state/toy.lamp/nowhere", status: 404, want: `{"error":{"code":"not-found","message":"no toy.lamp \"nowhere\""}}`},
		call{do: "PUT /_portico/state", status: 405, want: `{"error":{"code":"wrong-method","message":"/_portico/state does not answer PUT"}}`},
	)
}

func TestStateCreate(t *testing.T) {
	t.Parallel()
	const books, marks, shelves = "POST /_portico/state/toy.book", "POST /_portico/state/toy.mark", "POST /_portico/state/toy.shelf"
	run(t, newToy(t, ""),
		call{do: shelves, body: `{"document":{"name":"new"}}`, status: 201, want: `{"id":"47526757-130f-4f52-9818-1d633962584a","created_at":"2026-03-01T09:00:00Z","updated_at":"2026-03-01T09:00:00Z","name":"new","floor":0,"_id":"47526757-130f-4f52-9818-1d633962584a","_in":[]}`},
		call{do: shelves, body: `{"document":{"name":"old","id":"6F0D0000-0000-4000-8000-00000000000C","created_at":"2001-01-01T00:00:00Z"}}`, status: 201, want: `{"id":"6f0d0000-0000-4000-8000-00000000000c","created_at":"2001-01-01T00:00:00Z","updated_at":"2001-01-01T00:00:00Z","name":"old","floor":0,"_id":"6f0d0000-0000-4000-8000-00000000000c","_in":[]}`},
		call{do: books, body: `{"in":["` + shelfA + `"],"document":{"id":"odyssey"}}`, status: 201, want: `{"id":"odyssey","title":"untitled","author":null,"_id":"odyssey","_in":["6f0d0000-0000-4000-8000-00000000000a"]}`},
		call{do: marks, body: `{"in":["` + shelfA + `","iliad"],"document":{"page":"7"}}`, status: 201, want: `{"page":"7","note":"","_id":"iliad/7","_in":["6f0d0000-0000-4000-8000-00000000000a","iliad"]}`},
		call{do: marks, body: `{"in":["iliad"],"document":{"page":"8","_id":"iliad/7","_in":["x"]}}`, status: 201, want: `{"page":"8","note":"","_id":"iliad/8","_in":["6f0d0000-0000-4000-8000-00000000000a","iliad"]}`},
		call{do: "POST /_portico/state/toy.lamp", body: `{"in":["` + shelfA + `"],"document":{"on":true}}`, status: 201, want: `{"on":true,"colour":"white","_id":"6f0d0000-0000-4000-8000-00000000000a","_in":["6f0d0000-0000-4000-8000-00000000000a"]}`},
		call{do: "POST /_portico/state/toy.lamp", body: `{"in":["` + shelfA + `"],"document":{"on":true}}`, status: 409, want: `{"error":{"code":"conflict","message":"toy.lamp \"6f0d0000-0000-4000-8000-00000000000a\" exists already"}}`},
		call{do: marks, body: `{"in":["iliad"],"document":{"page":"8"}}`, status: 409, want: `{"error":{"code":"conflict","message":"toy.mark \"iliad/8\" exists already"}}`},
		call{do: shelves, body: `{"document":{"name":"poems"}}`, status: 409, want: `{"error":{"code":"conflict","message":"toy.shelf: name \"poems\" is taken"}}`},
		call{do: shelves, body: `{"document":{"name":7,"flor":1,"floor":"x","created_at":"soon"}}`, status: 400, want: `{"error":{"code":"invalid","message":"document.created_at: want a date-time (and 3 more)","details":[{"field":"document.created_at","rule":"format","message":"document.created_at: want a date-time"},{"field":"document.name","rule":"type","message":"document.name: want string"},{"field":"document.floor","rule":"type","message":"document.floor: want integer"},{"field":"document.flor","rule":"unknown","message":"there is no member document.flor; did you mean \"floor\"?"}]}}`},
		call{do: shelves, body: `{"document":{}}`, status: 400, want: `{"error":{"code":"invalid","message":"document.name is missing","details":[{"field":"document.name","rule":"required","message":"document.name is missing"}]}}`},
		call{do: shelves, body: `{"document":{"name":"a name that is too long"}}`, status: 400, want: `{"error":{"code":"invalid","message":"document.name: want at most 20 characters","details":[{"field":"document.name","rule":"maxLength","message":"document.name: want at most 20 characters"}]}}`},
		call{do: shelves, body: `{"documnt":{}}`, status: 400, want: `{"error":{"code":"invalid","message":"document is missing (and 1 more)","details":[{"field":"document","rule":"required","message":"document is missing"},{"field":"documnt","rule":"unknown","message":"there is no member documnt; did you mean \"document\"?"}]}}`},
		call{do: shelves, body: `{"document":[]}`, status: 400, want: `{"error":{"code":"invalid","message":"document: want object","details":[{"field":"document","rule":"type","message":"document: want object"}]}}`},
		call{do: shelves, body: `[]`, status: 400, want: `{"error":{"code":"malformed","message":"the body is not of type object","details":[{"field":"","rule":"type","message":"want object"}]}}`},
		call{do: shelves, body: ``, status: 400, want: `{"error":{"code":"malformed","message":"the operation needs a body"}}`},
		call{do: shelves, body: `{`, status: 400, want: `{"error":{"code":"malformed","message":"the body is not valid JSON"}}`},
		call{do: shelves, body: `{"in":["x"],"document":{"name":"n"}}`, status: 400, want: `{"error":{"code":"invalid","message":"in: toy.shelf has no parent: leave out \"in\"","details":[{"field":"in","rule":"other","message":"in: toy.shelf has no parent: leave out \"in\""}]}}`},
		call{do: books, body: `{"document":{}}`, status: 400, want: `{"error":{"code":"invalid","message":"in: toy.book belongs to a toy.shelf: give its id","details":[{"field":"in","rule":"other","message":"in: toy.book belongs to a toy.shelf: give its id"}]}}`},
		call{do: books, body: `{"in":["nowhere"],"document":{}}`, status: 400, want: `{"error":{"code":"invalid","message":"in: toy.book belongs to a toy.shelf, and there is no toy.shelf \"nowhere\"","details":[{"field":"in","rule":"other","message":"in: toy.book belongs to a toy.shelf, and there is no toy.shelf \"nowhere\""}]}}`},
		call{do: marks, body: `{"in":["` + shelfB + `","iliad"],"document":{"page":"9"}}`, status: 400, want: `{"error":{"code":"invalid","message":"in: toy.book \"iliad\" belongs to [\"6f0d0000-0000-4000-8000-00000000000a\"]","details":[{"field":"in","rule":"other","message":"in: toy.book \"iliad\" belongs to [\"6f0d0000-0000-4000-8000-00000000000a\"]"}]}}`},
		call{do: books, body: `{"in":["` + shelfA + `"],"document":{"author":"nobody"}}`, status: 400, want: `{"error":{"code":"invalid","message":"document.author: no toy.author with that id","details":[{"field":"document.author","rule":"reference","message":"document.author: no toy.author with that id"}]}}`},
		call{do: books, body: `{"in":["` + shelfA + `"],"document":{"title":"Index"}}`, status: 400, want: `{"error":{"code":"invalid","message":"document.title: is banned","details":[{"field":"document.title","rule":"other","message":"document.title: is banned"}]}}`},
		call{do: "POST /_portico/state/toy.boks", body: `{"document":{}}`, status: 404, want: `{"error":{"code":"unknown-kind","message":"no kind \"toy.boks\"; did you mean \"toy.book\"?"}}`},
		call{do: "GET /_portico/state", status: 200, want: `{"toy.author":1,"toy.book":2,"toy.lamp":1,"toy.mark":3,"toy.shelf":4}`},
	)
}

func TestStateChange(t *testing.T) {
	t.Parallel()
	run(t, newToy(t, ""),
		call{do: "PATCH /_portico/state/toy.shelf/" + shelfA, body: `{"floor":3}`, status: 200, want: `{"id":"6f0d0000-0000-4000-8000-00000000000a","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-03-01T09:00:00Z","name":"poems","floor":3,"_id":"6f0d0000-0000-4000-8000-00000000000a","_in":[]}`},
		call{do: "PATCH /_portico/state/toy.shelf/" + shelfA, body: `{"updated_at":"2020-01-01T00:00:00Z","_id":"x"}`, status: 200, want: `{"id":"6f0d0000-0000-4000-8000-00000000000a","created_at":"2026-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00Z","name":"poems","floor":3,"_id":"6f0d0000-0000-4000-8000-00000000000a","_in":[]}`},
		call{do: "PATCH /_portico/state/toy.shelf/" + shelfA, body: `{"created_at":null,"updated_at":null}`, status: 200, want: `{"id":"6f0d0000-0000-4000-8000-00000000000a","created_at":"2026-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00Z","name":"poems","floor":3,"_id":"6f0d0000-0000-4000-8000-00000000000a","_in":[]}`},
		call{do: "PATCH /_portico/state/toy.book/iliad", body: `{"author":null}`, status: 200, want: `{"id":"iliad","title":"Iliad","author":null,"_id":"iliad","_in":["6f0d0000-0000-4000-8000-00000000000a"]}`},
		call{do: "PATCH /_portico/state/toy.lamp/" + shelfA, body: `{"on":true}`, status: 200, want: `{"on":true,"colour":"white","_id":"6f0d0000-0000-4000-8000-00000000000a","_in":["6f0d0000-0000-4000-8000-00000000000a"]}`},
		call{do: "GET /_portico/state/toy.lamp", status: 200, want: `[{"on":true,"colour":"white","_id":"6f0d0000-0000-4000-8000-00000000000a","_in":["6f0d0000-0000-4000-8000-00000000000a"]}]`},
		call{do: "PATCH /_portico/state/toy.lamp/" + shelfA, body: `{"colour":"blue","onn":false}`, status: 400, want: `{"error":{"code":"invalid","message":"colour: want white or red (and 1 more)","details":[{"field":"colour","rule":"enum","message":"colour: want white or red"},{"field":"onn","rule":"unknown","message":"there is no member onn; did you mean \"on\"?"}]}}`},
		call{do: "PATCH /_portico/state/toy.shelf/" + shelfA, body: `{"name":"plays"}`, status: 409, want: `{"error":{"code":"conflict","message":"toy.shelf: name \"plays\" is taken"}}`},
		call{do: "PATCH /_portico/state/toy.shelf/" + shelfA, body: `{"name":null}`, status: 400, want: `{"error":{"code":"invalid","message":"name is missing","details":[{"field":"name","rule":"required","message":"name is missing"}]}}`},
		call{do: "PATCH /_portico/state/toy.shelf/" + shelfA, body: `{"id":"` + shelfB + `"}`, status: 400, want: `{"error":{"code":"invalid","message":"id: identifies the document and cannot change","details":[{"field":"id","rule":"other","message":"id: identifies the document and cannot change"}]}}`},
		call{do: "PATCH /_portico/state/toy.mark/iliad%2F1~12", body: `{"page":"3"}`, status: 400, want: `{"error":{"code":"invalid","message":"page: identifies the document and cannot change","details":[{"field":"page","rule":"other","message":"page: identifies the document and cannot change"}]}}`},
		call{do: "PATCH /_portico/state/toy.mark/iliad%2F1~12", body: `{"note":"!"}`, status: 200, want: `{"page":"1/2","note":"!","_id":"iliad/1~12","_in":["6f0d0000-0000-4000-8000-00000000000a","iliad"]}`},
		call{do: "PATCH /_portico/state/toy.book/odyssey", body: `{}`, status: 404, want: `{"error":{"code":"not-found","message":"no toy.book \"odyssey\""}}`},
		call{do: "PATCH /_portico/state/toy.book/iliad", body: `[]`, status: 400, want: `{"error":{"code":"malformed","message":"the body is not of type object","details":[{"field":"","rule":"type","message":"want object"}]}}`},
		call{do: "DELETE /_portico/state/toy.lamp/" + shelfB, status: 404, want: `{"error":{"code":"not-found","message":"toy.lamp \"6f0d0000-0000-4000-8000-00000000000b\" is not stored: it has the vendor's defaults"}}`},
		call{do: "DELETE /_portico/state/toy.lamp/" + shelfA, status: 204},
		call{do: "DELETE /_portico/state/toy.shelf/" + shelfA, status: 204},
		call{do: "DELETE /_portico/state/toy.shelf/" + shelfA, status: 404, want: `{"error":{"code":"not-found","message":"no toy.shelf \"6f0d0000-0000-4000-8000-00000000000a\"; a call of the admin API deleted it"}}`},
		call{do: "GET /_portico/state", status: 200, want: `{"toy.author":1,"toy.shelf":1}`},
	)
}
