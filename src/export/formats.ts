/** How records are written: OpenAI's fine-tuning files and LLaMA-Factory's, and the configuration that trains on them. */
import type { KnowledgeLocale } from "../knowledge/types.ts";
import type { ExportFormat, ExportKind, Side, TrainingRecord, Turn } from "./types.ts";

/** What every example is told first, in its language; say the same when the tuned model is asked. */
export const SYSTEM: Record<KnowledgeLocale, string> = {
  zh: "你是一家网店的客服。请用简体中文准确、简短地回答客户的问题；不知道时如实说明，并提出转接同事。",
  en: "You are the customer service of an online shop. Answer the customer's question correctly and briefly; when you don't know, say so and offer a colleague.",
};

export const fileOf = (side: Side): string => `${side}.jsonl`;
const datasetOf = (kind: ExportKind, side: Side): string => `colloquy_${kind === "dpo" ? "dpo" : "sft"}_${side}`;

/** What is known of a record besides its words; no value is absent, so that loaders infer one type a field. */
export const metadataOf = ({ id, locale, source, intent, licence, basis, reviewedBy, date }: TrainingRecord) => ({
  ...{ id, locale, source, intent: intent ?? "", licence, consent: basis, reviewedBy: reviewedBy ?? "", date },
});

type Line = Record<string, unknown>;

/** https://developers.openai.com/api/docs/guides/supervised-fine-tuning and …/direct-preference-optimization; nothing else is allowed in a line. */
function openAiLine({ locale, prompt, answer, rejected }: TrainingRecord): Line {
  const messages = [{ role: "system", content: SYSTEM[locale] }, ...prompt];
  const said = (content: string): Turn => ({ role: "assistant", content });
  return rejected === undefined
    ? { messages: [...messages, said(answer)] }
    : { input: { messages }, preferred_output: [said(answer)], non_preferred_output: [said(rejected)] };
}

/** https://github.com/hiyouga/LLaMA-Factory/blob/main/data/README.md, "Sharegpt Format"; other columns are left alone. */
function llamaFactoryLine(record: TrainingRecord): Line {
  const { locale, prompt, answer, rejected } = record;
  const from = ({ role, content }: Turn) => ({ from: role === "user" ? "human" : "gpt", value: content });
  const said = (value: string) => ({ from: "gpt", value });
  const common = { system: SYSTEM[locale], metadata: metadataOf(record) };
  return rejected === undefined
    ? { conversations: [...prompt.map(from), said(answer)], ...common }
    : { conversations: prompt.map(from), chosen: said(answer), rejected: said(rejected), ...common };
}

export const lineOf = (format: ExportFormat, record: TrainingRecord): string =>
  `${JSON.stringify(format === "openai" ? openAiLine(record) : llamaFactoryLine(record))}\n`;

/** LLaMA-Factory's registry of the two files. It reads OpenAI's chat format as well, but not OpenAI's preferences. */
export function datasetInfo(kind: ExportKind, format: ExportFormat): Line {
  const columns =
    format === "openai"
      ? {
          columns: { messages: "messages" },
          tags: {
            ...{ role_tag: "role", content_tag: "content", user_tag: "user" },
            ...{ assistant_tag: "assistant", system_tag: "system" },
          },
        }
      : {
          columns: {
            ...{ messages: "conversations", system: "system" },
            ...(kind === "dpo" ? { chosen: "chosen", rejected: "rejected" } : {}),
          },
        };
  const of = (side: Side) => ({
    file_name: fileOf(side),
    formatting: "sharegpt",
    ...(kind === "dpo" ? { ranking: true } : {}),
    ...columns,
  });
  return { [datasetOf(kind, "train")]: of("train"), [datasetOf(kind, "test")]: of("test") };
}

/** Models of the tiers' class, with the names of their templates in LLaMA-Factory. */
const MODELS = [
  { file: "lora-qwen3-4b.yaml", model: "Qwen/Qwen3-4B-Instruct-2507", template: "qwen3_nothink", target: "all" },
  { file: "lora-chatglm3-6b.yaml", model: "THUDM/chatglm3-6b", template: "chatglm3", target: "query_key_value" },
] as const;

/** Files that train an adapter: `cd` into the export, then `llamafactory-cli train FILE`. Values are LLaMA-Factory's own examples'. */
export function trainingFiles(hasTest: boolean): Array<{ name: string; text: string }> {
  return MODELS.map(({ file, model, template, target }) => ({
    name: file,
    text: `# In this folder: llamafactory-cli train ${file}
### model
model_name_or_path: ${model}
trust_remote_code: true

### method
stage: sft
do_train: true
finetuning_type: lora
lora_rank: 8
lora_target: ${target}

### dataset
dataset_dir: .
dataset: ${datasetOf("lora", "train")}
template: ${template}
cutoff_len: 2048

### output
output_dir: saves/${file.replace(".yaml", "")}
logging_steps: 10
save_steps: 500
plot_loss: true
report_to: none

### train
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
learning_rate: 1.0e-4
num_train_epochs: 3.0
lr_scheduler_type: cosine
warmup_ratio: 0.1
bf16: true
${
  hasTest
    ? `
### eval
eval_dataset: ${datasetOf("lora", "test")}
per_device_eval_batch_size: 1
eval_strategy: steps
eval_steps: 100
`
    : ""
}`,
  }));
}
