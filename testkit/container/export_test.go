package container

import "testing"

// Need is what Start asks before it runs an image; "" for an engine alone.
func Need(t testing.TB, img string) {
	t.Helper()
	engine(t.Context(), t, img)
}
