/**
 * The formats of fine-tuning files as JSON schemas, after their documentation: OpenAI's guides to supervised fine-tuning and direct
 * preference optimization, and data/README.md of LLaMA-Factory.
 */
const text = { type: "string", minLength: 1 };
const object = (properties: object, required = Object.keys(properties), more = false) => ({
  ...{ type: "object", properties, required, additionalProperties: more },
});

const message = (...roles: string[]) => object({ role: { enum: roles }, content: text });
const prompt = { type: "array", minItems: 1, items: message("system", "user", "assistant") };
const oneAnswer = { type: "array", minItems: 1, maxItems: 1, items: message("assistant") };

export const openAiChat = object({ messages: { ...prompt, minItems: 2, contains: message("assistant") } });
export const openAiPreference = object({
  input: object({ messages: prompt }),
  preferred_output: oneAnswer,
  non_preferred_output: oneAnswer,
});

const said = (...from: string[]) => object({ from: { enum: from }, value: text });
const metadata = object(
  Object.fromEntries(
    ["id", "locale", "source", "intent", "licence", "consent", "reviewedBy", "date"].map((name) => [
      name,
      { type: "string" },
    ]),
  ),
);
const conversations = { type: "array", minItems: 1, items: said("human", "gpt") };
export const shareGpt = object({ conversations: { ...conversations, minItems: 2 }, system: text, metadata });
export const shareGptPreference = object({
  ...{ conversations, chosen: said("gpt"), rejected: said("gpt"), system: text, metadata },
});

/** Of LLaMA-Factory's registry: what its keys may be, and that columns name what a line has. */
const columns = object({ messages: text, system: text, chosen: text, rejected: text }, ["messages"]);
const tags = object({ role_tag: text, content_tag: text, user_tag: text, assistant_tag: text, system_tag: text }, []);
export const datasetInfo = {
  type: "object",
  minProperties: 1,
  additionalProperties: object(
    { file_name: text, formatting: { enum: ["alpaca", "sharegpt"] }, ranking: { type: "boolean" }, columns, tags },
    ["file_name", "formatting", "columns"],
  ),
};
