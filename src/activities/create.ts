import type { CommerceBackend } from "../commerce/types.ts";
import type { AnswerWriter } from "../knowledge/answer.ts";
import type { LiveBus } from "../live/bus.ts";
import type { Memory } from "../memory/index.ts";
import type { Report } from "../memory/report.ts";
import type { Embedder } from "../models/types.ts";
import type { Audit } from "../safety/audit.ts";
import type { Moderator } from "../safety/moderation.ts";
import type { OutputScreen } from "../safety/output.ts";
import type { Store } from "../store/mongo.ts";
import type { Sealer } from "../store/sealed.ts";
import type { Understander } from "../understanding/index.ts";
import type { WebhookActivities, WebhookPublisher } from "../webhooks/types.ts";
import { createArchive } from "./archive.ts";
import { createExecute } from "./execute.ts";
import { createGaps } from "./gaps.ts";
import { createSaveWarm } from "./memory.ts";
import { createOpenSession } from "./open-session.ts";
import { createProjectHandoff } from "./project-handoff.ts";
import { createRespond } from "./respond.ts";
import type { Activities, ArchiveActivities, GapActivities } from "./types.ts";
import { createUnderstand, createUnderstandByModel } from "./understand.ts";
import { createWriteAnswers } from "./write-answers.ts";

export interface ActivityDeps {
  store: Store;
  sealer: Sealer;
  commerce: CommerceBackend;
  recentOrders: CommerceBackend["orders"];
  understander: Understander;
  answers: AnswerWriter;
  bus: LiveBus;
  memory: Memory;
  /** Tells operators what went wrong with memory. */
  report: Report;
  audit: Audit;
  moderator: Moderator;
  output: OutputScreen;
  webhooks: WebhookPublisher & WebhookActivities;
  modelTimeoutMs: number;
  /** For comparing questions: the embedder, and the mean of its vectors. */
  embedding: { embedder: Embedder; mean: Float32Array };
  now?: () => Date;
}

/** All activities over one set of dependencies; one worker process makes them once. */
export function createActivities({
  now = () => new Date(),
  ...given
}: ActivityDeps): Activities & ArchiveActivities & GapActivities & WebhookActivities {
  const deps = { ...given, now };
  return {
    openSession: createOpenSession(deps),
    understand: createUnderstand(deps),
    understandByModel: createUnderstandByModel(deps),
    writeAnswers: createWriteAnswers(deps),
    execute: createExecute(deps),
    respond: createRespond(deps),
    saveWarm: createSaveWarm(deps),
    projectHandoff: createProjectHandoff(deps),
    deliverWebhook: deps.webhooks.deliverWebhook,
    ...createArchive(deps),
    ...createGaps({ ...deps, ...deps.embedding }),
  };
}
