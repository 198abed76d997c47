# One image for every role: docker build -t claire-de-binare . && docker run claire-de-binare risk
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY src src
# Folders of named volumes take the owner that they have here.
RUN mkdir /state /reports && chown node:node /state /reports
USER node
ENTRYPOINT ["node", "/app/src/cli/cdb.ts"]
CMD ["--help"]
