export { archiveSweepWorkflow } from "./archive-sweep.ts";
export { deliverWebhookWorkflow } from "./deliver-webhook.ts";
export { handoffWorkflow } from "./handoff.ts";
export { knowledgeGapsWorkflow } from "./knowledge-gaps.ts";
export { sessionWorkflow } from "./session.ts";
