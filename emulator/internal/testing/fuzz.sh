#!/usr/bin/env bash
# Runs every fuzz target of the module, each for its share of FUZZTOTAL or for FUZZTIME: prints a line for each, then the sum, which
# goes into docs/reliability.md unless FUZZ picks targets by a pattern of folder and name. It fails if a target does; the input is then in
# testdata/fuzz beside the test. "fuzz.sh keep" runs nothing, but copies to the tests what the last run found.
set -euo pipefail
targets=$(grep -rHoE --include='*_test.go' --exclude-dir=testdata --exclude=scripts_test.go '^func Fuzz[[:alnum:]_]+\([[:alnum:]]+ \*testing\.F\)' . |
	sed -E 's|^\./(.*)/[^/]*:func ([[:alnum:]_]+).*|\1 \2|' | sort | grep -E -e "${FUZZ:-.}") || {
	echo "no fuzz target matches ${FUZZ:-.}" >&2
	exit 1
}
cache=$PWD/build/fuzz

if [ "${1:-}" = keep ]; then # up to 16 inputs of each target, none above 1 KiB, in the order of their names: those are hashes
	while read -r folder name; do
		mkdir -p "$folder/testdata/fuzz/$name"
		for input in $(find "$cache/$folder/$name" -type f -size -1025c 2>/dev/null | sort); do
			[ "$(ls "$folder/testdata/fuzz/$name" | wc -l)" -ge 16 ] || cp -n "$input" "$folder/testdata/fuzz/$name"
		done
	done <<<"$targets"
	exit
fi

count=$(wc -l <<<"$targets")
seconds=${FUZZTOTAL:-10m} seconds=${seconds//h/*3600+} seconds=${seconds//m/*60+} # as 1h30m
each=${FUZZTIME:-$(((${seconds//s/+} 0) * 1000 / count))ms}
echo "$((count)) targets, $each each"
export PORTICO_FUZZ_HEAP=$PWD/build/heap
mkdir -p build
: >build/fuzz.txt
while read -r folder name; do
	rm -rf "${cache:?}/$folder/$name" # what earlier runs found would take the time of what is new
	: >build/heap
	began=$SECONDS verdict=ok
	# Without a bound on making an input smaller, the search looks like a hang. A target whose time is up is at times reported
	# as failed, with no more than "context deadline exceeded".
	said=$(go test "./$folder" -run '^$' -fuzz "^$name\$" -fuzztime "$each" -fuzzminimizetime 10x \
		-args "-test.fuzzcachedir=$cache/$folder" 2>&1 </dev/null) ||
		grep -qxE ' +context deadline exceeded' <<<"$said" || verdict=FAIL
	counts=$(sed -nE 's/.*execs: ([0-9]+) .*new interesting: ([0-9]+).*/\1 \2/p; s/.*baseline coverage: ([0-9]+)\/.*/\1 0/p' <<<"$said" | tail -n 1)
	read -r inputs new <<<"${counts:-0 0}"
	printf '%-4s %-32s %-16s %4d s %8d inputs %5d new %6.1f MiB live\n' "$verdict" "$folder" "$name" \
		$((SECONDS - began)) "$inputs" "$new" "$(sort -n build/heap | awk 'END { print $1 / 2^20 }')" | tee -a build/fuzz.txt
	[ $verdict = ok ] || echo "$said"
done <<<"$targets"

awk '
	function add(g) { targets[g]++; inputs[g] += $6; failed[g] += $1 == "FAIL"; if ($10 > heap[g]) heap[g] = $10 }
	{ add("all"); add($2); if (targets[$2] == 1) folder[++n] = $2; time += $4 }
	END {
		printf "%d targets took %d inputs in %d s, building included. ", targets["all"], inputs["all"], time
		printf "A 500, a panic, an input of more than ten seconds, a refusal\nthat changed something: %d targets found one. ", failed["all"]
		printf "After collections at most %.1f MiB were live; 64 MiB may be.\n\n", heap["all"]
		print "| package                        | targets | inputs    | failed | live heap |"
		print "| ------------------------------ | ------- | --------- | ------ | --------- |"
		for (i = 1; i <= n; i++) {
			f = folder[i]
			printf "| %-30s | %7d | %9d | %6d | %5.1f MiB |\n", "`" f "`", targets[f], inputs[f], failed[f], heap[f]
		}
	}' build/fuzz.txt >build/fuzz.md
echo
cat build/fuzz.md
[ -n "${FUZZ:-}" ] || "$(dirname "$0")/section.sh" fuzz 'make fuzz' <build/fuzz.md
if grep -q ^FAIL build/fuzz.txt; then
	echo "the inputs that failed are in testdata/fuzz beside the tests; go test runs them from now on" >&2
	exit 1
fi
