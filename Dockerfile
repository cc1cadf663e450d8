# One image for every part of the desk: `yuqing run [PART …]`, `yuqing health [PART …]`, `yuqing check`, …
#
# It runs as an unprivileged user (uid 10001) with a read-only root: only /data, /tmp and /dev/shm are written.
# `yuqing run` is fit to be process 1: it stops its parts at SIGTERM and buries orphans.

# The whole image to build in: it has a compiler for the innermost loops.
FROM python:3.11.15-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/yuqing
# What others wrote changes seldom: a layer of its own, every file checked against its hash.
COPY requirements.lock ./
RUN /opt/yuqing/bin/pip install --require-hashes -r requirements.lock
COPY compile.py pyproject.toml README.md LICENSE ./
COPY crawlers crawlers
COPY dashboards dashboards
COPY pipeline pipeline
COPY rules rules
# pip compiles while it installs: nothing is written where the desk runs.
RUN /opt/yuqing/bin/pip wheel --no-deps --wheel-dir /wheels . \
 && /opt/yuqing/bin/pip install --no-deps --no-index /wheels/*.whl

FROM python:3.11.15-slim-bookworm
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="yuqing" \
      org.opencontainers.image.description="区县网络舆情值班台 / a district's duty desk" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="docker.io/library/python:3.11.15-slim-bookworm"
RUN groupadd --gid 10001 yuqing \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin yuqing \
 && install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/yuqing /opt/yuqing
# In a container the page must answer on every address; who may reach it is said where the port is published.
ENV PATH=/opt/yuqing/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HOME=/data \
    YUQING_HOME=/data \
    YUQING_CONSOLE__HOST=0.0.0.0 \
    YUQING_METRICS__HOST=0.0.0.0
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8642 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["yuqing", "health"]
ENTRYPOINT ["yuqing"]
CMD ["run"]
