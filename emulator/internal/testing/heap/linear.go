package heap

import (
	"testing"
	"time"
)

// Linear fails the test if do takes far more than in proportion for 32 times as much: by the square it would take 1,024 times
// as long, and 200 are allowed. The best of some tries counts, since others use the machine, too; and a millisecond at least.
func Linear(t testing.TB, what string, n int, do func(n int)) {
	t.Helper()
	small, large := time.Hour, time.Hour
	for range 6 {
		small, large = min(small, max(timed(n, do), time.Millisecond)), min(large, timed(32*n, do))
		if large <= 200*small {
			return
		}
	}
	t.Errorf("%s: %d took %s, %d took %s", what, n, small, 32*n, large)
}

func timed(n int, do func(n int)) time.Duration {
	began := time.Now()
	do(n)
	return time.Since(began)
}
