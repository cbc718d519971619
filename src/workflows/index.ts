export { handoffWorkflow } from "./handoff.ts";
export { sessionWorkflow } from "./session.ts";
