#!/usr/bin/env bash
# Previews a stack and writes what a reviewer reads: preview.sh STACK FOLDER
# Ends as the preview ends. Writes nothing to SLS: its keys need to read only.
set -uo pipefail
stack="$1"
folder="$2"
mkdir -p "$folder"

pulumi preview --stack "$stack" --non-interactive --color never >"$folder/preview.txt" 2>&1
code=$?
cat "$folder/preview.txt"

# Where the preview has failed the plans still help to see why; where the plans fail, the preview still counts.
node "$(dirname "$0")/plans.mts" "$stack" "$folder" || echo "The plans could not be written." >"$folder/plans.md"
[ "$code" = 0 ] || printf '\n**The preview failed**: its text is in the artifact.\n' >>"$folder/plans.md"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$folder/plans.md" >>"$GITHUB_STEP_SUMMARY"; fi
exit "$code"
