# Tingxue in an image of its own: no root, no compiler, nothing to write to but TINGXUE_HOME and /tmp.
# No fonts: papers name the fonts of the reader's Word, and nothing in here draws letters.
FROM python:3.11.14-slim-bookworm AS built
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/tingxue
WORKDIR /src
COPY . .
RUN /opt/tingxue/bin/pip install --constraint constraints.txt '.[postgres]' \
    && /opt/tingxue/bin/pip uninstall --yes pip setuptools

FROM python:3.11.14-slim-bookworm
# openssl makes the certificates (deploy/prepare.sh): asked for here, so that an image without it is never built
RUN groupadd --gid 10001 tingxue \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin tingxue \
    && install --directory --owner=10001 --group=10001 --mode=0700 /var/lib/tingxue \
    && openssl version
COPY --from=built /opt/tingxue /opt/tingxue
ENV PATH=/opt/tingxue/bin:/usr/local/bin:/usr/bin:/bin \
    HOME=/tmp \
    TINGXUE_HOME=/var/lib/tingxue \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
USER 10001:10001
# the sign of life that `watch` leaves every second; docker-compose.yml has others for other commands
HEALTHCHECK --interval=20s --timeout=10s --retries=6 --start-period=60s \
    CMD test -n "$(find /var/lib/tingxue/heartbeat.json -mmin -1)"
ENTRYPOINT ["tingxue"]
CMD ["watch"]
