export { archiveSweepWorkflow } from "./archive-sweep.ts";
export { handoffWorkflow } from "./handoff.ts";
export { sessionWorkflow } from "./session.ts";
