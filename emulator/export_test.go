package emulator

// Plan is the vendors, linked and routed, for tests of their tables.
var Plan = plan
