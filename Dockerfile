# The exporter's image. Two targets:
#   docker build .                  Ceph's HTTP APIs
#   docker build --target rados .   also librados, by Debian's python3-rados
# Both stand on Debian, whose python3-rados fits its own python3 and no other.

FROM docker.io/library/debian:trixie-slim AS base
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log

FROM base AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3-venv \
    && python3 -m venv /opt/build \
    && /opt/build/bin/pip install --no-cache-dir build \
    && python3 -m venv --system-site-packages --without-pip /opt/ceph_exporter
COPY pyproject.toml README.md LICENSE CHANGELOG.md /src/
COPY ceph_exporter /src/ceph_exporter
RUN /opt/build/bin/python -m build --wheel --outdir /dist /src \
    && wheel=$(ls /dist/*.whl) \
    && /opt/build/bin/pip --python /opt/ceph_exporter/bin/python install --no-cache-dir "$wheel[auth,isal,rgw]"

FROM base AS exporter
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="ceph_exporter" \
      org.opencontainers.image.description="Prometheus exporter for Ceph, from 0.67 to today" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=build /opt/ceph_exporter /opt/ceph_exporter
ENV PATH=/opt/ceph_exporter/bin:$PATH PYTHONDONTWRITEBYTECODE=1
# Nobody, by number, so that Kubernetes can see that it is not root. Nothing is ever written.
USER 65534:65534
WORKDIR /
EXPOSE 9128
STOPSIGNAL SIGTERM
# With TLS or another port give your own: --health-cmd, or `healthcheck` in compose.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["python3", "-c", \
    "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9128/-/healthy', timeout=4)"]
ENTRYPOINT ["ceph_exporter"]

FROM exporter AS rados
USER root
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3-rados \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/log/apt /var/log/dpkg.log
USER 65534:65534

# The one that is built when no target is named.
FROM exporter
