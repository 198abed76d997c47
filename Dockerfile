# One image for every role: docker build $(node scripts/images.ts arguments) -t claire-de-binare . && docker run
# claire-de-binare risk. It holds Node, its libraries, the program and the packages it needs; no shell and no tool.
# Another base: node scripts/images.ts pin IMAGE@sha256:DIGEST. The digest is of the index, for amd64 and arm64.
ARG NODE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim@sha256:d6aa754f16b3197301076f047b5def2f02ea1dbbc2ca920407d46d7ec7f87b20

FROM ${NODE_IMAGE} AS packages
ARG CREATED=1970-01-01T00:00:00Z
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/.bin node_modules/.package-lock.json
COPY scripts/sbom.ts /build/
RUN npm sbom --sbom-format=cyclonedx --package-lock-only --omit=dev --omit=optional > /build/npm.json \
  && dpkg-query --show --showformat='${Package} ${Version} ${Architecture}\n' \
    base-files gcc-12-base libc6 libgcc-s1 libstdc++6 > /build/debian.txt \
  && node /build/sbom.ts /build/npm.json /build/debian.txt "$(node --print process.versions.node)" "$CREATED" \
    > /app/sbom.json
COPY LICENSE package.json /program/
COPY src /program/src
# A checkout may be its owner's alone, or a group's to write: all read the program, and only root writes it.
RUN chmod -R u=rwX,go=rX /program

# What Node is linked against, licenses, and what tells a scanner the release and the packages.
FROM ${NODE_IMAGE} AS system
RUN mkdir -p /image/etc /image/var/lib/dpkg/status.d /image/state /image/reports \
  && mkdir -m 1777 /image/tmp \
  && ldd /usr/local/bin/node | grep -o '/lib[^ ]*' | xargs cp --parents --dereference --target-directory=/image \
  && cp --parents --no-dereference /usr/local/bin/node /etc/debian_version /etc/os-release /usr/lib/os-release \
    /image \
  && for package in base-files gcc-12-base libc6 libgcc-s1 libstdc++6; do \
    dpkg-query --status "$package" > "/image/var/lib/dpkg/status.d/$package"; \
    if [ -f "/usr/share/doc/$package/copyright" ]; then \
      cp --parents --dereference "/usr/share/doc/$package/copyright" /image; fi; \
  done \
  && printf 'root:x:0:0:root:/root:/sbin/nologin\ncdb:x:10001:10001::/app:/sbin/nologin\n' > /image/etc/passwd \
  && printf 'root:x:0:\ncdb:x:10001:\n' > /image/etc/group \
  && printf 'passwd: files\ngroup: files\nhosts: files dns\n' > /image/etc/nsswitch.conf \
  # Folders of named volumes take the owner that they have here.
  && chown 10001:10001 /image/state /image/reports

FROM scratch
COPY --from=system /image/ /
COPY --from=packages /app/node_modules /app/node_modules
COPY --from=packages /program/ /app/
COPY --from=packages /app/sbom.json /app/
ENV PATH=/usr/local/bin NODE_ENV=production NODE_OPTIONS=--max-semi-space-size=4
WORKDIR /app
USER 10001:10001
ENTRYPOINT ["/usr/local/bin/node", "/app/src/cli/cdb.ts"]
CMD ["--help"]
ARG VERSION=0.0.0
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="Claire de Binare" \
  org.opencontainers.image.source="https://github.com/jannekbuengener/Claire_de_Binare" \
  org.opencontainers.image.licenses="MIT" \
  org.opencontainers.image.version="$VERSION" \
  org.opencontainers.image.revision="$REVISION" \
  org.opencontainers.image.created="$CREATED"
