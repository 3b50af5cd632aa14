package main

// With this import PORTICO_MODE=container lets the same tests run against portico in Docker. It is worth a line of its own,
// since it brings testcontainers along.
import _ "github.com/portico-emulator/portico/testkit/container"
