#!/usr/bin/env bash
# A walk through portico with curl alone: a world, a call, a fault, what was asked, and the end of the world.
# It needs a portico that runs (portico serve), here unless PORTICO_URL says where, and curl 7.82 or later.
set -euo pipefail
root=${PORTICO_URL:-http://127.0.0.1:4780}
name=curl-$$-$RANDOM
world=$root/_world/$name
portal=$world/v2/portals/9f9fd312-a987-4628-b4c5-bb4f4fddd5f7 # Portal A of the fixture small
developer=$portal/developers/df120cb4-f60b-47bc-a2f8-6a28e6a3c63b

say() { printf '\n# %s\n' "$*"; }
call() { curl --globoff --silent --show-error --fail-with-body --write-out '\n%{http_code}\n' "$@"; }
admin() { call --header "Authorization: Bearer ${PORTICO_ADMIN_TOKEN:-}" "$@"; }
konnect() { call --header "Authorization: Bearer kpat_portico-admin" "$@"; }

say "A world of our own, which nobody else sees: $name"
admin "$root/_portico/worlds" --json "{\"name\": \"$name\", \"fixture\": \"small\", \"ttl\": \"10m\"}"
trap 'say "The world goes, with all that was done in it"; admin "$root/_portico/worlds/$name" -X DELETE' EXIT

say "Who waits for approval? Konnect's API is under $world/v2"
konnect "$portal/developers?filter[status]=pending&page[size]=1"

say "The next change shall be refused: 429, with Retry-After"
admin "$world/_portico/faults" --json '{"on": "konnect.update-developer", "times": 1, "give": {"error": "rate-limited", "retry_after": "1s"}}'

say "A client that knows Retry-After, as curl does, gets through"
konnect "$developer" -X PATCH --json '{"status": "approved"}' --retry 2

say "What was asked? One change was refused, one was made"
admin "$world/_portico/requests/verify" --json '{"operation": "konnect.update-developer", "status": 429, "times": 1}'
admin "$world/_portico/requests/verify" --json '{"operation": "konnect.update-developer", "status": 200, "times": 1}'

say "What is different from when the world was born?"
admin "$world/_portico/diff"
