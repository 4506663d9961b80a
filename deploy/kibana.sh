#!/bin/bash
# kibana.sh SECRETS: Kibana reads no secret from a file, and the image puts settings from its own variables on the command
# line, where everybody on the machine can read them. Under these names kibana.yml alone takes them.
set -euo pipefail
KIBANA_PASSWORD=$(<"$1/kibana_password")
KIBANA_KEY=$(<"$1/kibana_key")
export KIBANA_PASSWORD KIBANA_KEY
exec kibana-docker
