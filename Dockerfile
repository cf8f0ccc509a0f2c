# One container with everything: the server, its embedded PostgreSQL, and a redis-server for whoever wants it.
#
#   docker build -t rosfleet .
#   docker run -d --name rosfleet -p 8080:8080 -v rosfleet:/data -e PUBLIC_URL=https://fleet.example.net rosfleet
#   docker logs rosfleet          # the administrator's one-time password, on the first start
#   docker exec rosfleet rosfleet token create --email admin@rosfleet.local
#
# The database and the keys lie in /data. With DATABASE_URL set, PostgreSQL is not started. Tasks need no Redis in one
# container; several of them share one: set REDIS_URL in each, for example to a container of this image run as
# `docker run … rosfleet redis-server --appendonly yes`.
#
# The management tunnel needs more rights: `docker run --cap-add NET_ADMIN --device /dev/net/tun -p 8443:8443 …`. Without
# them it is left out, and the log says so. docs/management-tunnel.md tells more.

FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --include=dev --no-audit --no-fund
COPY . .
RUN node tools/build.mjs

FROM node:22-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:22-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server openvpn nftables libcap2-bin \
 && setcap cap_net_admin+ep /usr/sbin/openvpn \
 && setcap cap_net_admin+ep /usr/sbin/nft \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
# The account may not run as root: PostgreSQL refuses to. It owns /data and nothing else.
RUN groupadd --system rosfleet \
 && useradd --system --gid rosfleet --home-dir /data --shell /usr/sbin/nologin rosfleet \
 && install -d -o rosfleet -g rosfleet -m 700 /data \
 && printf '#!/bin/sh\nexec node /app/dist/src/cli/main.js "$@"\n' > /usr/local/bin/rosfleet \
 && chmod 755 /usr/local/bin/rosfleet
USER rosfleet
VOLUME /data
EXPOSE 8080 8022 8443
# Docker waits ten seconds after SIGTERM; the server needs about one.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# V8 starts four threads of its own by default; with 0 it leaves a core to the one that answers (docs/decisions/0016).
CMD ["node", "--v8-pool-size=0", "dist/src/main.js"]
