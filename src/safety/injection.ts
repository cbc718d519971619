/**
 * Words that speak to the machine rather than to a shop: markers of roles, tags and JSON of prompts, orders to forget
 * rules, to skip the confirmation or to answer a given way. Patterns come first, the model judges the rest (P3).
 */
const PATTERNS: readonly RegExp[] = [
  /<\/?\s*(?:system|message|assistant|user|instructions?|earlier|ordered|passage|question)\s*>/i,
  /["']?role["']?\s*[:=]\s*["']?(?:system|assistant|developer)/i,
  /(?:^|[\s。.!?;；])(?:system|assistant|user|developer)\s*[:：]/i,
  /系统(?:消息|指令|管理员)\s*[:：]|(?:^|[。；\s])(?:助手|用户|管理员)[:：]/,
  /(?:忽略|无视|忘(?:掉|记)).{0,10}(?:指令|规则|提示|设定|要求)|(?:系统)?提示词|调试模式|(?:开发者|上帝|越狱)模式|没有(?:任何)?限制的?(?:助手|ai|模型)|跳过确认|逐字.{0,6}(?:指令|提示)/i,
  /\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instructions?|rules?|prompts?|polic(?:y|ies)|guidelines)\b|\b(?:system|full|initial) prompt\b|\b(?:debug|developer|god|jailbreak) mode\b|\bwithout (?:any )?(?:limits|restrictions)\b|\bskip (?:the )?confirmation\b/i,
  /\b(?:answer|confirmed|confidence|intent|acts)["']?\s*(?:=|:|must be|必须是|应为|设为)\s*["']?(?:yes|true|return|refund|cancel|\d)/i,
  /(?:翻译|总结).{0,12}(?:并|然后)?照做|\bdo (?:what|as) it says\b|\bexecute the (?:decoded|following)\b/i,
];

export const looksInjected = (text: string): boolean => {
  const plain = text.normalize("NFKC").replace(/\p{Cf}/gu, "");
  return PATTERNS.some((pattern) => pattern.test(plain));
};
