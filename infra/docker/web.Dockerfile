# The image of the one origin: the web app, built, and the process that serves it. From the root of the repository:
#   docker build -f infra/docker/web.Dockerfile -t farmgate/web .
# Its bases and its second half are those of node.Dockerfile.
ARG BUILD_IMAGE=docker.io/library/node:24-bookworm-slim@sha256:6f7b03f7c2c8e2e784dcf9295400527b9b1270fd37b7e9a7285cf83b6951452d
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian12:nonroot@sha256:9dac0a79194e45a7da0158a9c6da57b217585af0786db3845d1f0ec1a0dd182f

FROM ${BUILD_IMAGE} AS build
WORKDIR /farmgate
COPY . .
RUN npm run --silent setup -- --filter . --filter "{./services/web}..." \
  && PATH="/farmgate/node_modules/.bin:$PATH" npm run --silent --if-present --prefix services/web build
# What only built it stays behind.
RUN rm -rf node_modules packages/*/node_modules services/web/node_modules \
  && npm run --silent setup -- --prod --filter-prod . --filter-prod "{./services/web}..."
RUN mkdir -p /image/farmgate /image/usr/local/bin \
  && cp node_modules/node-linux-*/bin/node /image/usr/local/bin/node \
  && rm -rf node_modules/node-linux-* node_modules/.pnpm/node-linux-* services/web/app \
  && cp -a --parents package.json node_modules packages services/web infra/docker/src/healthy.ts /image/farmgate/ \
  && chmod -R a+rX /image/farmgate

FROM ${RUNTIME_IMAGE}
COPY --from=build /image/ /
ENV NODE_ENV=production \
    HOST=0.0.0.0
WORKDIR /farmgate/services/web
USER 65532:65532
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD ["/usr/local/bin/node", "/farmgate/infra/docker/src/healthy.ts"]
ENTRYPOINT ["/usr/local/bin/node"]
CMD ["src/main.ts"]
