package api_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// What reads and changes documents for whoever asks gets a Scope, so a Scope must not hold a request.
func TestScopeHoldsNoRequest(t *testing.T) {
	t.Parallel()
	for f := range reflect.TypeFor[api.Scope]().Fields() {
		if name := strings.TrimLeft(f.Type.String(), "*"); strings.HasPrefix(name, "http.") || f.Type == reflect.TypeFor[*api.Call]() {
			t.Errorf("Scope.%s is a %s, want nothing of HTTP", f.Name, f.Type)
		}
	}
	scope := reflect.TypeFor[*api.Scope]()
	for _, hook := range []reflect.Type{
		reflect.TypeOf(api.Resource{}.OnCreate), reflect.TypeOf(api.Resource{}.OnChange), reflect.TypeOf(api.Vendor{}.Credentials),
	} {
		if hook.In(0) != scope {
			t.Errorf("a hook takes a %s first, want a %s", hook.In(0), scope)
		}
	}
}

// Absolute URLs, ids and random numbers of a Scope depend on its own fields alone.
func TestScopeDependsOnItsFields(t *testing.T) {
	t.Parallel()
	a, b := api.Scope{Seed: 1, Number: 2, Origin: "https://host/_world/w"}, api.Scope{Seed: 1, Number: 2}
	if got := a.URL("/x"); got != "https://host/_world/w/x" {
		t.Errorf("got the URL %q", got)
	}
	draw := a.Chance("x").Uint64()
	if got := b.Chance("x").Uint64(); got != draw {
		t.Errorf("got %d, want %d: the same seed, number and purpose", got, draw)
	}
	b.Number = 3
	if b.Chance("x").Uint64() == draw || a.Chance("y").Uint64() == draw {
		t.Error("another number or purpose has the same draw")
	}
}
