# The image of one Node process: services/rooms-api, services/messages-api, services/ws-gateway, or infra/database (the
# job that migrates). From the root of the repository:
#   docker build -f infra/docker/node.Dockerfile --build-arg SERVICE=services/rooms-api -t farmgate/rooms-api .
#
# Both bases are pinned by digest and can be replaced by argument. The first only runs npm: Node itself, like everything
# else, comes out of the lock file. The second has a C library and no shell.
ARG BUILD_IMAGE=docker.io/library/node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f

FROM ${BUILD_IMAGE} AS build
ARG SERVICE
WORKDIR /farmgate
COPY . .
RUN npm run --silent setup -- --prod --filter-prod . --filter-prod "{./${SERVICE}}..."
RUN mkdir -p /image/farmgate /image/usr/local/bin /data \
  && cp node_modules/node-linux-*/bin/node /image/usr/local/bin/node \
  && rm -rf node_modules/node-linux-* node_modules/.pnpm/node-linux-* \
  && cp -a --parents package.json node_modules packages services/*/migrations "${SERVICE}" infra/docker/src/healthy.ts /image/farmgate/ \
  && chmod -R a+rX /image/farmgate

FROM ${RUNTIME_IMAGE}
ARG SERVICE
COPY --from=build /image/ /
# A volume that is mounted here belongs to the user of the process.
COPY --from=build --chown=65532:65532 /data /data
# The last two: glibc gives back what decoding a photo took (infra/start/src/config.ts).
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=131072
WORKDIR /farmgate/${SERVICE}
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["/usr/local/bin/node", "/farmgate/infra/docker/src/healthy.ts"]
ENTRYPOINT ["/usr/local/bin/node"]
CMD ["src/main.ts"]
