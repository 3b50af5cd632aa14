// Package emulator is portico: five vendors' developer-portal APIs on one port, with real state.
//
// The house, from the street inwards:
//
//	emulator        New, ServeHTTP: what a program embeds
//	konnect, ...    a vendor each: vendor.go is the table of its operations, dialect.go its words, a file per resource
//	internal/api    the vocabulary in which tables, resources and dialects are written
//	internal/rest   the plain verbs over resources: locate, birth, change, show, list, delete
//	internal/server routes, and the one function that carries a request from its row to state and back
//	internal/store  documents, indexes, transactions and states that share what they have in common
//	internal/world  what one test wants to itself: documents, clock, faults, scenarios, journal, coverage; and the set of worlds
//	internal/persist the file in which a world outlives the process
//	internal/schema JSON Schemas, and what they find as neutral violations
//	internal/seed   fixtures, grown into worlds
//	internal/files  the files that a user names
//	internal/fault  rules by which calls go wrong
//	internal/scenario scripts of faults, documents and steps, and what is expected of who calls
//	internal/clock  a world's time
//	internal/yaml   YAML in and out, within bounds
//	internal/openapi the document read off a table
//	internal/admin  /_portico: a table like the others
//	internal/near   the word that somebody meant
//	internal/probe  the client of the vendors' tests, and their fuzz targets; internal/gauge watches the heap, internal/fuzz runs them all
//
// Vendors import api and rest, and yaml where they speak it, and nothing else of the house; core speaks no vendor's words.
package emulator
