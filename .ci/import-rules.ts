/**
 * Who may import whom (docs/architecture.md, "Arrows go one way"). A target is a path from the root, `npm:<package>`
 * or `node:<built-in>`. Cycles and dev dependencies are Biome's to judge (noImportCycles, noUndeclaredDependencies).
 */
export interface ImportRule {
  name: string;
  why: string;
  /** The modules it speaks of. */
  from: RegExp;
  /** Nothing but these may be imported. */
  only?: RegExp;
  /** These may not be imported … */
  never?: RegExp;
  /** … except these. */
  except?: RegExp;
  /** "value": what is still there at run time; "any": `import type` as well. */
  kind: "value" | "any";
  /** Holds for all that the module reaches, not only for what it imports itself. */
  reachable?: true;
}

/** The words that the parts agree on: types, and constants without dependencies. */
const vocabulary = /^src\/[^/]+\/types\.ts$/;
const any = (...patterns: RegExp[]): RegExp => new RegExp(patterns.map((pattern) => pattern.source).join("|"));

export const importRules: ImportRule[] = [
  {
    name: "dialogue-is-pure",
    why: "the dialogue machine is data in, data out, and runs inside workflows",
    from: /^src\/dialogue\//,
    only: /^src\/dialogue\//,
    kind: "value",
  },
  {
    name: "dialogue-types",
    why: "the dialogue machine knows the words of intents, commerce and models, not how they work",
    from: /^src\/dialogue\//,
    only: /^src\/(dialogue|intents)\/|^src\/(commerce|models)\/types\.ts$/,
    kind: "any",
  },
  {
    name: "workflow-bundle",
    why: "all that a workflow reaches is replayed: no Node built-ins, no zod, activities by `import type` only",
    from: /^src\/workflows\//,
    only: any(/^src\/(workflows|dialogue|intents)\//, vocabulary, /^npm:@temporalio\/(workflow|common)$/),
    kind: "value",
    reachable: true,
  },
  {
    name: "workflow-types",
    why: "workflows know the activities' types and the shared words, nothing below",
    from: /^src\/workflows\//,
    only: any(/^src\/(workflows|dialogue|intents|activities)\//, vocabulary, /^npm:@temporalio\/(workflow|common)$/),
    kind: "any",
  },
  {
    name: "api-not-activities",
    why: "the API signals workflows; the work is done by activities",
    from: /^src\/api\//,
    never: /^src\/activities\//,
    except: vocabulary,
    kind: "value",
  },
  {
    name: "api-not-models",
    why: "no request ever waits for a model in the API process",
    from: /^src\/api\//,
    never: /^src\/models\//,
    except: vocabulary,
    kind: "any",
  },
  {
    name: "activities-not-api",
    why: "the API stands above the activities",
    from: /^src\/activities\//,
    never: /^src\/(api|cli)\//,
    kind: "any",
  },
  {
    name: "leaves-stand-below",
    why: "models, memory, safety, commerce, knowledge, intents and webhooks are used by what orchestrates them, never the reverse",
    from: /^src\/(models|memory|safety|commerce|knowledge|intents|webhooks)\//,
    never: /^src\/(workflows|activities|api|cli)\//,
    kind: "any",
  },
  {
    name: "export-is-offline",
    why: "training data is made out of what is stored and reviewed; no model, workflow or request has a part in it",
    from: /^src\/export\//,
    never: /^src\/(workflows|activities|api|cli|models|understanding)\//,
    kind: "any",
  },
  {
    name: "embedded-is-for-the-cli",
    why: "embedded servers serve `npm start`, the tests and the benchmark; production is given addresses; weights are the worker's",
    from: /^(?!(src\/embedded|src\/cli|tests|bench)\/)/,
    never: /^src\/embedded\//,
    except: /^src\/embedded\/(weights|small-model)\.ts$/,
    kind: "any",
  },
  {
    name: "web-is-apart",
    why: "the pages know the public HTTP contract; of src they may import types",
    from: /^web\//,
    never: /^(src|tests|bench)\/|^worker\.ts$/,
    kind: "value",
  },
  {
    name: "src-stands-alone",
    why: "what runs in production needs neither the pages' sources nor the tests",
    from: /^src\/|^worker\.ts$/,
    never: /^(web|tests|bench)\//,
    kind: "any",
  },
];
