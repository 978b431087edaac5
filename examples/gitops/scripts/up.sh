#!/usr/bin/env bash
# Applies what was merged: up.sh STACK
# An earlier run may have been interrupted. Its lock and its pending creates are cleared first; no other run of this
# stack may be under way, which the workflow takes care of. Nothing that was written is written again.
set -euo pipefail
stack="$1"

pulumi cancel --stack "$stack" --yes --non-interactive || true
pulumi refresh --stack "$stack" --yes --clear-pending-creates --non-interactive --color never
pulumi up --stack "$stack" --yes --skip-preview --non-interactive --color never
