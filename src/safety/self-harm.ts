/**
 * Words that leave no doubt: a person speaks of ending their life, or of somebody near them. The model judges what is said around
 * it; these never wait for it. Things that die ("手机自杀式关机", "my phone committed suicide") are none.
 */
const PATTERNS: readonly RegExp[] = [
  /(?:想|要|准备|打算|决定|就去|试过|总是?|说)(?:着|要|去|过)?(?:自[杀尽鲨缢]|轻生|寻死|寻短见|割腕|上吊|跳(?:楼(?!价|梯)|河|江|海|桥)|烧炭|了结自己|结束(?:自己的?)?生命)/u,
  /自杀(?:倾向|念头|的(?:念头|想法|方法|事))|想死(?:的心|了算|算了|得没有)|(?:写|留)(?:好)?了?.{0,4}遗书|自残|我.{0,3}自杀/u,
  /(?:我|俺|偶|老子|阿拉|他|她|女儿|儿子|妈|爸|朋友|同学)[^，。！]{0,6}(?:[不唔弗勿]想(?:再)?(?:活(?!动)|做人)|活(?:够|腻)了|活不下去)/u,
  /(?:^|[，。！\s])(?:不想(?:再)?活(?!动)|唔想做人)(?:了|下去|啦|咯|$)/u,
  /(?:吞|吃|喝)(?:了|下).{0,5}(?:整瓶|一瓶|半瓶|一把|几十[片颗]|很多).{0,3}(?:药|安定|农药|百草枯)/u,
  /(?<!\d ?)\bkms\b|\b(?:kill|killing|hang|hanging|shoot|drown|off|offing|unalive|unaliving) (?:myself|my self|himself|herself|themsel\w+)\b/,
  /\b(?:end|ending|take|taking) (?:my|his|her|their) (?:own )?life\b|\bsuicidal\b|\bsuicide note\b|\bcommit(?:ting)? suicide\b/,
  /\b(?:want|wants|wanting|ready) to (?:die|be dead)\b(?! (?:of|from|for|laughing))|\bwanna die\b(?! (?:of|from|laughing))|\bwish (?:i|that i) (?:was|were) dead\b/,
  /\b(?:don'?t|do not|doesn'?t|no longer) (?:want|wanna|wish) ?(?:to )?(?:live|be alive|exist)(?: any ?more| any longer)?(?:$|[,.!;?])/,
  /\b(?:swallowed|took|taken) (?:all (?:my|the|of)|a (?:whole )?bottle of|the whole bottle|\d\d+)\b.{0,12}\b(?:pills|tablets|paracetamol|medicine)\b/,
];

/** Expects an undisguised text. */
export const speaksOfSelfHarm = (plain: string): boolean => PATTERNS.some((pattern) => pattern.test(plain));
