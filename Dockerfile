# `make image` builds the binary first; nothing here needs a network.
FROM scratch

# The files before all else: Docker's old builder takes an image that has only settings yet for one of the engine's own
# architecture, and would refuse to build on it for another one.
COPY LICENSE build/portico /
# An empty folder of the user's own, so that a volume mounted there takes what --state writes.
COPY --chown=65532:65532 build/state /state/

LABEL org.opencontainers.image.title="portico" \
      org.opencontainers.image.description="An emulator of developer-portal APIs: one port, real state" \
      org.opencontainers.image.source="https://github.com/portico-emulator/portico" \
      org.opencontainers.image.documentation="https://github.com/portico-emulator/portico/blob/main/docs/container.md" \
      org.opencontainers.image.licenses="Apache-2.0"

# A number, not a name: there is no /etc/passwd, and Kubernetes' runAsNonRoot wants to see that it is not 0.
USER 65532:65532
# Inside a container the port is reachable only as far as it is published. As variables, they hold for every `serve`.
ENV PORTICO_LISTEN=0.0.0.0:4780 \
    PORTICO_EXPOSE=true
EXPOSE 4780
# Another port needs PORTICO_URL, too, for this check to find it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["/portico", "health"]
ENTRYPOINT ["/portico"]
CMD ["serve"]

# Last, since they change with every commit; empty where the build does not know them.
ARG VERSION=
ARG REVISION=
ARG CREATED=
LABEL org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED"
