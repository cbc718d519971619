import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { mayAnswer } from "../../knowledge/entries.ts";
import { readKnowledgeFiles } from "../../knowledge/files.ts";

import { createKnowledgeStore } from "../../knowledge/store.ts";
import type { KnowledgeEntry } from "../../knowledge/types.ts";
import { requireClaims } from "../auth.ts";
import type { ApiDeps } from "../deps.ts";
import { ProblemError } from "../problems.ts";
import { problem } from "../schemas.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
/** An edited file is read again after so long. */
const FILES_KEPT_MS = 5_000;

const passage = z.object({
  id: z.string(),
  question: z.string(),
  answer: z.string(),
  /** The title of the article it stands in. */
  source: z.string().nullable(),
  updatedAt: z.string(),
});
type Passage = z.infer<typeof passage>;

/** What the citations of a reply lead to. */
export const knowledgeRoutes =
  ({ store, tokens, config }: ApiDeps): FastifyPluginAsyncZod =>
  async (app) => {
    const entries = createKnowledgeStore(store);
    const files = keptFiles(resolve(root, config.KNOWLEDGE_DIR));

    /** A tenant's own entry, unless it is a draft, stands instead of the files' one with its id. */
    async function find(tenant: string, id: string): Promise<Passage | null> {
      const own = await entries.get(tenant, id);
      if (own?.status === "live" && mayAnswer(own)) return toPassage(own, own.updatedAt);
      if (own?.status === "retired") return null;
      const shared = (await files()).get(id);
      return shared ? toPassage(shared.entry, shared.updatedAt) : null;
    }

    app.get(
      "/v1/knowledge/entries/:id",
      {
        schema: {
          tags: ["conversations"],
          summary: "The passage that a reply cites, as it answers now; its id is URL-encoded",
          params: z.strictObject({ id: z.string().min(1).max(200) }),
          response: { 200: passage, 401: problem, 404: problem },
        },
      },
      async (request) => {
        const { tenant } = await requireClaims(request, tokens);
        const found = await find(tenant, request.params.id);
        if (!found) throw new ProblemError(404, "There is no such entry.");
        return found;
      },
    );
  };

const toPassage = ({ id, question, answer, source }: KnowledgeEntry, updatedAt: Date): Passage => ({
  ...{ id, question, answer, source },
  updatedAt: updatedAt.toISOString(),
});

/** The shop's files, by id. */
function keptFiles(dir: string): () => ReturnType<typeof byId> {
  let kept: { at: number; files: ReturnType<typeof byId> } | null = null;
  return () => {
    if (kept === null || Date.now() - kept.at > FILES_KEPT_MS) kept = { at: Date.now(), files: byId(dir) };
    return kept.files;
  };
}

const byId = async (dir: string) =>
  new Map((await readKnowledgeFiles(dir)).map((file) => [file.entry.id, file] as const));
