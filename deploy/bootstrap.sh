#!/bin/sh
# What the search server must know before documents come, then the dashboards. Twice is once.
set -eu
tingxue index provision
tingxue kibana push
