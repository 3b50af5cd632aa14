// Package emulator is portico: five vendors' developer-portal APIs on one port, with real state.
//
// The house, from the street inwards:
//
//	emulator        New, ServeHTTP: what a program embeds
//	cli             the commands of portico; cmd/portico is their main function
//	internal/app    joins vendors, admin API, fixtures, scenarios and the state file into one emulator
//	konnect, ...    a vendor each: vendor.go is the table of its operations, dialect.go its words, a file per resource
//	internal/api    the vocabulary in which tables, resources and dialects are written
//	internal/object JSON: read, written, compared, merged and patched without decoding it
//	internal/rest   the plain verbs over resources: locate, insert, update, render, list, delete
//	internal/server routes, and the one function that carries a request from its row to state and back
//	internal/store  worlds: documents and indexes as copy-on-write trees, transactions
//	internal/ledger the file in which a world outlives the process
//	internal/schema JSON Schemas, and what they find as neutral violations; proof spares valid documents the validator
//	internal/fixture fixtures and templates, and how their documents are created
//	internal/files  the files that a user names
//	internal/fault  rules by which calls go wrong
//	internal/scenario scripts of faults, documents and steps, and what is expected of who calls
//	internal/clock  a world's time
//	internal/yaml   YAML in and out, within bounds
//	internal/openapi the document read off a table
//	internal/admin  /_portico: a table like the others
//	internal/suggest the word that a user probably meant
//	internal/testing what serves tests only: the client and fuzz targets of vendors' tests, recorded conversations, limits of inputs, figures
//
// Vendors import api, object and rest, and yaml where they speak it, and nothing else of the house; core speaks no vendor's words.
package emulator
