# `make image` builds the binary first; nothing here needs a network.
FROM scratch

LABEL org.opencontainers.image.title="portico" \
      org.opencontainers.image.description="An emulator of developer-portal APIs: one port, real state" \
      org.opencontainers.image.source="https://github.com/portico-emulator/portico" \
      org.opencontainers.image.documentation="https://github.com/portico-emulator/portico#readme" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY LICENSE /LICENSE
COPY build/portico /portico

USER 65532:65532
EXPOSE 4780
# Another port needs PORTICO_URL, too, for this check to find it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s --retries=3 CMD ["/portico", "health"]

# Inside a container the port is reachable only as far as it is published.
ENTRYPOINT ["/portico"]
CMD ["serve", "--listen", "0.0.0.0:4780", "--expose"]
