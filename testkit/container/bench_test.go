package container_test

import (
	"testing"

	"github.com/testcontainers/testcontainers-go"

	"github.com/portico-emulator/portico/testkit/container"
)

// BenchmarkRun is from the call of Run until portico answers; the image is there. That the container ends does not count.
func BenchmarkRun(b *testing.B) {
	img := image(b)
	for b.Loop() {
		c, err := container.Run(b.Context(), img)
		b.StopTimer()
		if err != nil {
			b.Error(err)
		}
		if err := testcontainers.TerminateContainer(c); err != nil {
			b.Error(err)
		}
		b.StartTimer()
	}
}
