import { DefaultFailureConverter } from "@temporalio/common";

/** Part of the workflow bundle and loaded by path: messages and stacks of failures become payloads too, and are encrypted. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
