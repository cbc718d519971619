/**
 * The production shape can't be started where the tests run, so its files are checked instead: docker-compose.yml
 * against the Compose Specification's schema, and against what this project asks of every service.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { loadConfig, schema } from "../src/config.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Service {
  image: string;
  build?: { context: string; dockerfile: string };
  command?: string[];
  user?: string;
  read_only?: boolean;
  restart: string;
  environment?: Record<string, string | null>;
  ports?: string[];
  volumes?: string[];
  networks?: string[];
  healthcheck?: { test: string[] };
  "x-no-healthcheck"?: string;
  depends_on?: Record<string, { condition: string }>;
  deploy: { replicas?: number; resources: { limits: { cpus: string; memory: string } } };
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  volumes: Record<string, object>;
}

const composeText = read("docker-compose.yml");
const compose = parse(composeText, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.build !== undefined);

/** Errors of a Compose document by the schema. Its formats (ports, durations) are Docker's own words to Ajv. */
function schemaErrors(document: unknown): string[] {
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  const validate = ajv.compile(JSON.parse(read("tests/support/compose-spec.json")) as object);
  validate(document);
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** Names of the variables that `docker compose up` refuses to start without. */
function requiredVariables(text: string): string[] {
  return [...new Set([...text.matchAll(/\$\{(\w+):\?/g)].map((match) => match[1] as string))].sort();
}

/** What a container would see once every required variable is set to the given value. */
function resolved(environment: Record<string, string | null>, value: string): Record<string, string> {
  const set = Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries(
    set.map(([key, text]) => [
      key,
      text.replaceAll(/\$\{\w+(?::-(\w*)|:\?[^}]*)\}/g, (_, fallback?: string) => fallback ?? value),
    ]),
  );
}

describe("docker-compose.yml", () => {
  test("follows the Compose Specification", () => {
    expect(schemaErrors(compose)).toEqual([]);
  });

  test("the schema would catch a mistake", () => {
    const service = { ...compose.services.redis, imaeg: "redis", restart: 3 };
    const errors = schemaErrors({ ...compose, services: { redis: service } });
    expect(errors.join("\n")).toMatch(/additional properties/);
    expect(errors.join("\n")).toMatch(/restart must be string/);
  });

  test("has every part of the production shape", () => {
    const parts = ["api", "mongodb", "postgresql", "redis", "s3", "temporal", "temporal-ui", "worker"];
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(parts));
    expect(compose.services.worker?.deploy.replicas).toBe(2);
  });

  test.each(services)(
    "%s: pinned image, restart policy, limits, health check or the reason for none",
    (name, service) => {
      const pinned = service.build
        ? /^colloquy:\$\{COLLOQUY_VERSION:-\d+\.\d+\.\d+\}$/
        : /:v?\d+\.\d+\.\d+(-[\w.]+)?$|:\d+\.\d+-bookworm$/;
      expect(service.image).toMatch(pinned);
      expect(service.restart).toMatch(/^(unless-stopped|on-failure:\d+)$/);
      expect(service.deploy.resources.limits).toEqual({ cpus: expect.any(String), memory: expect.any(String) });
      expect([name, (service.healthcheck === undefined) === (service["x-no-healthcheck"] !== undefined)]).toEqual([
        name,
        true,
      ]);
    },
  );

  test.each(services)("%s: secrets come from the environment only", (_name, { environment = {} }) => {
    for (const [key, value] of Object.entries(environment)) {
      if (value === null) continue;
      if (/KEY|SECRET|PASSWORD|PWD|AUTH/.test(key)) expect(`${key}=${value}`).toMatch(/^\w+=\$\{\w+:\?set \w+\}$/);
      if (/:\/\/[^/]*@/.test(value)) expect(value).toMatch(/:\$\{\w+:\?set \w+\}@/);
    }
  });

  test.each(services)("%s: waits only for what can become true, mounts only what is there", (_name, service) => {
    for (const [other, { condition }] of Object.entries(service.depends_on ?? {})) {
      const target = compose.services[other];
      if (condition === "service_healthy") expect(target?.healthcheck).toBeDefined();
      else expect([condition, target?.restart]).toEqual(["service_completed_successfully", "on-failure:5"]);
    }
    for (const volume of service.volumes ?? []) {
      const source = volume.split(":")[0] as string;
      expect([source, source.startsWith("./") ? existsSync(join(root, source)) : source in compose.volumes]).toEqual([
        source,
        true,
      ]);
    }
    for (const network of service.networks ?? []) expect(Object.keys(compose.networks)).toContain(network);
  });

  test("nothing is published beyond the loopback address, and no database at all", () => {
    const published = services.filter(([, service]) => service.ports !== undefined);
    expect(published.map(([name]) => name)).toEqual(["api", "temporal-ui"]);
    for (const [, { ports = [] }] of published) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
    expect(compose.networks.data?.internal).toBe(true);
  });

  test("our containers are not root, can't write outside their volumes, and run what package.json runs", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    expect(ours.map(([name]) => name)).toEqual(["api", "worker"]);
    for (const [name, service] of ours) {
      expect(service).toMatchObject({ user: "node", read_only: true });
      expect(service.command?.join(" ")).toBe(scripts[name]);
    }
  });

  test.each(ours)("%s is given settings that src/config.ts knows and accepts", (_name, { environment = {} }) => {
    expect(Object.keys(schema.shape)).toEqual(expect.arrayContaining(Object.keys(environment)));
    const secret = "0123456789abcdef".repeat(4);
    const config = loadConfig(resolved(environment, secret));
    expect(config).toMatchObject({
      TEMPORAL_ADDRESS: "temporal:7233",
      LOG_LEVEL: "info",
      S3_SECRET_ACCESS_KEY: secret,
      DEMO: false,
    });
    expect(new URL(config.MONGODB_URI ?? "")).toMatchObject({
      hostname: "mongodb",
      pathname: "/colloquy",
      password: secret,
    });
    expect(new URL(config.REDIS_URL ?? "")).toMatchObject({ hostname: "redis", password: secret });
  });

  test(".env.example names every required variable without a value, and every optional one", () => {
    const example = read("deploy/.env.example");
    const named = [...example.matchAll(/^([A-Z]\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
    expect(named.map(([name]) => name).sort()).toEqual(requiredVariables(composeText));
    expect(named.every(([, value]) => value === "")).toBe(true);

    const optional = [...example.matchAll(/^#([A-Z]\w+)=/gm)].map((match) => match[1]);
    const passedOn = services.flatMap(([, { environment = {} }]) =>
      Object.keys(environment).filter((key) => environment[key] === null),
    );
    expect(optional).toEqual(expect.arrayContaining(passedOn));
  });
});

describe("deploy/", () => {
  test("the Dockerfile pins its image, has a build stage and ends as a plain user", () => {
    const dockerfile = read("deploy/Dockerfile");
    expect(dockerfile).toMatch(/^ARG NODE_IMAGE=node:24\.\d+\.\d+-\w+-slim$/m);
    expect(dockerfile.match(/^FROM \$\{NODE_IMAGE\}/gm)).toHaveLength(2);
    expect(dockerfile.match(/^USER (\w+)$/gm)?.at(-1)).toBe("USER node");
  });

  test("all that the Dockerfile copies out of the repository passes .dockerignore", () => {
    const copied = [...read("deploy/Dockerfile").matchAll(/--from=build \/app\/(\S+)/g)].map(
      (match) => match[1] as string,
    );
    const built = ["node_modules", "web/dist"];
    const passing = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"));
    for (const path of copied.filter((path) => !built.includes(path))) expect(passing).toContain(`!${path}`);
  });

  test.each(["deploy/temporal/schema.sh", "deploy/temporal/namespace.sh", "deploy/mongodb/user.sh", ".ci/run"])(
    "%s is valid shell",
    (path) => {
      expect(() => execFileSync("bash", ["-n", join(root, path)], { stdio: "pipe" })).not.toThrow();
    },
  );
});
