#!/usr/bin/env bash
# Puts standard input into a section of docs/reliability.md, between the lines <!-- NAME --> and <!-- /NAME -->, below what measured it,
# on which machine and when: section.sh NAME COMMAND
set -euo pipefail
page=docs/reliability.md
for mark in "<!-- $1 -->" "<!-- /$1 -->"; do
	grep -qxF -e "$mark" "$page" || { echo "$page has no line $mark" >&2; exit 1; }
done
text=$(cat)
[ -n "$text" ] || { echo "there is nothing to put into section $1 of $page" >&2; exit 1; }
by=$(printf '`%s`, %s, %d processors, %s.' "$2" "$(go version | cut -d' ' -f3-)" "$(getconf _NPROCESSORS_ONLN)" "$(date -u +%F)")
new=$(text=$by$'\n\n'$text awk -v from="<!-- $1 -->" -v to="<!-- /$1 -->" \
	'$0 == to { inside = 0 } !inside; $0 == from { inside = 1; print ENVIRON["text"] }' "$page")
printf '%s\n' "$new" >"$page"
