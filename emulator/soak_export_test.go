package emulator

import "github.com/portico-emulator/portico/emulator/internal/world"

// World is a world as the store keeps it, for tests that count what it counted.
func (e *Emulator) World(name string) *world.World { return e.server.Store.World(name) }
