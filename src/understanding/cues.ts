/**
 * Words that settle what a clause does, in both languages at once because customers mix them. They only ever choose
 * between readings: nothing is executed on a cue without the customer's yes to a proposal.
 */
import type { RequestKind } from "../commerce/types.ts";

const any = (...sources: RegExp[]): RegExp => new RegExp(sources.map((source) => source.source).join("|"), "i");

/** Verbs of the three requests. Order matters: an exchange often mentions what it is not. */
export const REQUEST: Record<RequestKind, RegExp> = {
  exchange: any(
    /换(?!句|个说法|种说法|号|手机|地址|人)|调(?:换|成)|替换|(?:想)?要(?:大|小)[一两]?(?:号|码)/,
    /\b(?:exchang\w*|swap\w*(?! (?:the |two |some |a few |round )?(?:digits?|numbers?|letters?|figures?))|replac\w*|trad(?:e|ing) (?:it|this|these|them|the|my|in)|different (?:size|colou?r|one|model)|(?:bigger|smaller|larger|another) (?:size|one)|sizes? (?:up|down|larger|bigger|smaller)|in its place)\b/,
  ),
  cancel: any(
    /取[消肖销]|撤(?!诉|离)|退单|砍单|(?<!物流|快递|信息|更新|包裹|一直)(?:停|拦)(?:了|掉|一下|下来)|作废|(?:别|不要|不用|甭|停止|先别)(?:再)?(?:给我)?(?:发(?:货|出|了|来|过来)?|寄|配送)|拦(?:截|下)|(?:别|不用|甭)(?:再)?(?:给我)?送|少(?:要|发|寄)|减(?:掉|去|少)?(?=[一两二三四五\d])|只(?:发|寄|送)(?=[\d一两二三四五六])|不买了|不要了.*(?:没发|还没|备货)/,
    /\b(?:can[cs](?:el|le)\w*|call(?:ing)? off|(?:don'?t|do not|no need to|stop) (?:send|ship|deliver)\w*|stop (?:the|my|that) [\w ]{0,30}?(?:order|shipment|delivery|parcel)|drop (?:the|one|two|three|both|all|that|this)\b|(?:just|also|please|pls) bin\b|axe (?:it|the|my|that|both|all)|scrap (?:it|those|them|the|these)|stop (?:it|this)\b|abort|void (?:the|my)|remove (?:the|my|one|two|all|both|a|it|them|that)|take out|bin (?:it|them|the|my|that)|kill (?:it|the|my|that)|scrap|ditch (?:it|the|my|that)|(?:flick|knock|take|get|strike) [\w' -]{1,40} off (?:of )?(?:my|the|that|it)|(?:off|out of) (?:my|the|that|this) (?:\w+ )?order|reduce (?:the|my|it|that)|cut (?:it|the|my) [\w ]{0,20}down|(?:only|just) send me|take (?:.{1,30} off (?:the|my) order|(?:one|it|them|that) off))\b/,
  ),
  return: any(
    /退(?!单|出|步|休|烧|税|役|钱到|款到|款多|款几|款什么|款啥|款一般|款大)|(?:腿|推)货(?!车)|不想要|不要(?:了|$|啦|咯|哈|就行)|(?:不需要|用不[上着]|不想买)了?|寄回|送回/,
    /\b(?:re?t(?:u|ru)r?n(?:s|ed|ing)?|retrun\w*|refund\w*|money back|send(?:ing)? (?:it|this|that|these|those|them|one|both|the|my|everything|all)?[\w ]{0,30}?back|giv(?:e|ing) (?:it|this|them|up|back)[\w ]{0,20}|tak(?:e|ing) (?:it|this|these|them|the) ?[\w ]{0,20}?back|(?:go|goes|going|went) back|don'?t (?:want|need) (?:it|this|these|them|the|my)\b|no longer (?:need|want)\w*|not needed|back (?:they|it) go(?:es)?|(?:both|all|it|them|'em|em|one|two|three|four) back|(?:come|coming|comes) back to you|(?:needs?|has|have|ha[sd]|ought) to (?:come|go) back|(?:should|must|can|could) (?:come|go) back|be collected|shut of|chuck(?:ing)? [\w' -]{0,30}back)\b|^(?!.*\b(?:call|get|got|come|came|write|ring|hear|text|reply|be|i'm|im|welcome|paid)\b)[\w' -]{2,40} back(?: please| pls| thanks| and .*)?$/,
  ),
};

/** The verb is denied: "别换了", "don't exchange it". */
export const NEGATED_REQUEST = any(
  /(?:不|别|先别|先不|不用|甭|不想|没想|不打算|不是|并非)(?:要|想|用)?(?:再)?(?:给我)?(?:退货|换货|退款|退|换|取消|撤)(?!.*(?:吗|行吗|么))了?/,
  /\b(?:don'?t|do not|no longer|not going to|won'?t|rather not|not a|instead of (?:a )?)\s?(?:want to |need to )?(?:return|exchang|cancel|refund|swap|replac)\w*/,
);

export const HUMAN = any(
  /(?:转|找|要|叫|换|接|联系|喊|请)\s*(?:一下|个|一个|到|给我)?\s*(?:真)?(?:人工|真人|活人|客服人员|客服专员|人来|人跟我|经理|主管|负责人|店长|老板)|^人工|人工(?:客服|服务|坐席)|真人(?:客服)?(?:过来|来|在|服务|接待|处理)?|接真人|活人|(?:跟|和)(?:真人|人)(?:说|聊|谈)|有没有人(?:管|啊|呀|理)|别(?:用)?机器人|不(?:想|要)(?:跟|和|与)?机器人/,
  /\b(?:(?:real|actual|live|human) (?:person|human|agent|being|people)|human(?: agent| being| please)?|(?:speak|talk|chat|connect|transfer|put|pass|get)(?: \w+){0,3} (?:to|with|through to|onto)? ?(?:a |an |the |your |some)?(?:person|someone|somebody|human|agent|representative|rep|staff|manager|supervisor|operator|member of staff|advisor|colleague)|(?:need|want) (?:a |an |some )?(?:person|agent|representative|rep|manager|supervisor|operator|someone|member of staff)|customer service (?:rep|agent)|(?:not|no more|hate) (?:a |talking to )?(?:ro)?bots?)\b/,
);
export const NOT_HUMAN =
  /(?:不|别|不用|不要|先别|取消)(?:用|要|再)?(?:转|找|接)?人工|\b(?:no|don'?t|not) (?:need|want)?\s?(?:an? )?(?:human|agent|person)\b/i;

export const STATUS = any(
  /物流|快递(?!费|员|公司|用)|包裹|到哪|走到|哪(?:一)?站|到了(?:没|吗|么)|(?:发|寄|送)(?:出|货|过来|出来|了)*(?:了)?(?:没|吗|么|没有)|(?:啥|什么|几)(?:时候|时)(?:能|可以|会)?(?:到|发|送|收到)|多久(?:能|才|会)?(?:到|送|收到)|几号到|还没(?:到|收到|发货?|寄|送)|怎么还(?:没|不)|进度|运单|单号是|签收了(?:没|吗)|在路上|订单(?:状态|情况|详情|进展|呢|怎么样)|(?:那|这)(?:个|件|单|事)?(?:事儿?|现在|后来)?(?:怎么样|咋样|怎样|如何)了|查(?:一)?(?:下|查|询)?(?:我的|我)?(?:订单|单子|快递|物流)|\d\s*(?:帮我|麻烦)?查(?:一)?(?:下|查)/,
  /\b(?:track(?:ing)?|where(?:'s| is| are| has| have|'ve)? (?:\w+ ){0,4}?(?:order|parcel|package|delivery|stuff|shipment|it|my|got to|the)|whereabouts|(?:has|have|did|is|was|are|will|when).{0,40}?(?:ship(?:ped|s)?|dispatch\w*|arriv\w*|deliver(?:ed|y)?|land(?:s|ed)?|get here|come|on its way|left|sent|here yet)|status|eta|out for delivery|rundown|(?:state|news|update) (?:of|on)|what(?:'s| is) up with|(?:order|delivery) (?:update|progress)|shipped yet|still (?:hasn't|haven't|not|waiting)|how(?:'s| is) (?:that|it) (?:going|coming|looking)|any (?:news|updates?) (?:on|about) (?:that|it))\b/,
);

/** Policy and how-things-work: answered from the knowledge folder. */
export const POLICY = any(
  /运费|邮费|快递费|谁(?:出|付|掏|承担|负责|给)|多久|(?<![前这好])几天|多长时间|什么时候(?:到账|退款)|到账|政策|规则|规定|流程|怎么(?:算|收费|办|办理|申请|操作|弄|开|用|付)|如何|发票|保修|质保|维修|保价|优惠券|积分|会员|支付方式|付款|花呗|微信支付|货到付款|包邮|(?:能|可以|支持)(?:不能|不可以)?.{0,12}(?:开|支持)|还(?:能|让|可以|给|支持)(?:无理由)?(?:退|换)|支持.{0,8}(?:退|换|吗)|(?:拆|用|洗|穿|开)(?:封|过|开)?了?.{0,8}(?:能|可以|还).{0,4}(?:退|换)|有什么(?:要求|条件)|条件|地址在哪|营业|上班时间|几点/,
  /\b(?:polic(?:y|ies)|who pays|who covers|how (?:long|many days|soon|much|do (?:i|you|we)|does|can i|would)|what(?:'s| is| are) (?:your|the) (?:polic|return|refund|shipping|warranty|process|cost|fee|procedure|hours)|what happens|do you (?:ship|offer|accept|have|do|deliver|take|charge|sell)|are there (?:any )?(?:fees|costs)|is there (?:a )?(?:fee|charge|cost|warranty|way)|postage|shipping (?:cost|fee|free)|free (?:returns|shipping)|warranty|guarantee|invoice|receipt|vat|coupons?|voucher|points|loyalty|payment methods?|pay with|original (?:box|packaging|bag|receipt)|opening hours|gift ?wrap\w*|still allowed|am i allowed|within (?:\d+|seven|the) (?:days|week))\b/,
);

export const ASKS =
  /[?？]|(?:吗|么|呢|不|没|嘛|没得)$|([\u4e00-\u9fff])不\1|多久|多少(?:钱|天|运费)|几时|去边|为啥|咋|什么时候|怎么(?:办|弄|算|退|换)|\bwhen (?:it|they|will|does|do|is|are)\b|^(?:怎么|如何|为什么|请问|能不能|可不可以|是不是|有没有|什么|哪|谁|几|多)|^(?:(?:how|what|where|who|when)(?:'?s)?|why|which|can|could|do|does|is|are|will|would|should|may|any idea)\b/i;

export const INJECTION = any(
  /(?:忽略|无视|忘(?:掉|记))(?:.{0,8})(?:指令|规则|提示|设定|命令|要求)|系统提示|提示词|你现在是|从现在起你|开发者模式|扮演|管理员(?:模式|权限)/,
  /\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:instructions?|rules?|prompts?|polic(?:y|ies)|guidelines)|system prompt|you are now|developer mode|jailbreak|act as|pretend (?:to be|you)|as an? admin/,
);

export const ABANDON = any(
  /算了|不(?:退|换|取消|撤|办|弄|搞)了(?!吗)|(?:还是|那就|那)?(?:先)?(?:不用|甭)(?:了|退|换|取消|办)|先(?:不|别)(?:退|换|取消|办|弄)|别(?:退|换|取消|办|弄)(?:了)?(?!.*(?:直接|还是|改))|(?:我)?(?:还是)?留着(?:吧|用|穿|凑合|了)?$|不麻烦了|当我没说|照常(?:发|寄|给)|照(?:常|旧)|又(?:要|想要)了|继续(?:发|寄)|取消(?:申请|退货|退款|换货)/,
  /\b(?:never ?mind|nevermind|forget (?:it|about it|that|i asked)|(?:too much|so much) (?:faff|hassle|trouble)|drop the whole|stop all|scrap that|drop it|leave (?:it|that|the|this|my)(?: \w+)?(?: alone| as it is| as is| be)?(?:,|$| please|,? i'll)|(?:i'?ll|i will|i'm going to|gonna|i do|let me) (?:just )?(?:keep|hold on to|hang on to|want (?:it|the))|keep(?:ing)? (?:it|them|the order|this)|don'?t (?:bother|worry about it)|no need(?: then)?(?! (?:it|this|that|them|for|of)\b)|not (?:any ?more|needed)|doesn'?t matter any ?more|(?:stop|cancel) (?:that|the|this|my) (?:request|return|exchange)|on second thou?ght|send it anyway|i'll (?:wait|pass))\b/,
);

export const YES = any(
  /^(?:嗯+呐?|恩+|好+[滴哒嘞额的]?|行+|得行|对+头?(?!了)|是+|可得?以|要得|得嘞|没毛病|安排|可以|确认|确定|没问题|没错|没意见|同意|成|中|妥|要得|得嘞|ok|okk?|okay|yes|yep|yeah|y|1)(?:$|[的呀啊哦嘞滴吧了呢哈~,，。!！ ]|嗯|好|行|对|是|可以|确认|确定|没问题|没错|没意见|麻烦|请|给|就|办|提交|退|换|取消|帮|谢|可|无|要得|那)/,
  /(?:确认(?:办理|提交|退|换|取消)?|没问题|没错|没意见|(?:就)?这(?:么|样)(?:办|吧|定|弄)|办(?:了)?吧|办理吧|提交(?:就行|吧|了|一下)?$|弄吧|(?:给我|帮我)?(?:退|换|取消|撤)(?:了|掉)?吧$|就这样|(?:这[回下次]|就)对了|尽管(?:退|办|去)|照办|同意)/,
  /(?:^|\b)(?:yes+|yep|yeah?|yup|ya|yh|yea|aye|uh huh|mhm|kk?|sure|ok|okay|okey|correct|right|confirm(?:ed)?|go (?:ahead|for it|on)|do (?:it|that|so)|please do|proceed|submit|fine|sounds (?:good|right|great|fine)|absolutely|of course|definitely|certainly|perfect|great|exactly|agreed|put it through|that(?:'s| is) (?:right|correct|it|what i want|fine|good)|that(?:'ll| will| would) d(?:o|ae)|spot on|lovely)\b/,
);

export const NO = any(
  /^(?:不|别|先别|先不|错了|没有|不对|不行|不用|不要|不是|算了|否)|不(?:对|行|要|用|办|同意|确认|可以|是|退了|换了|取消)/,
  /^(?:no|nope|nah|not|don'?t|stop|wrong|(?:wait|hold on),? no)\b|\b(?:not yet|not now|no thanks|rather not|don'?t do (?:it|that)|that'?s (?:wrong|not right|not it))\b/,
);
/** Looks like a refusal and isn't: "没问题", "no problem". */
export const NOT_NO =
  /没有?(?:问题|错|意见|事)|不(?:错|客气|好意思|用再确认|用改)|可不(?:是|嘛)|\bno (?:problem|worries|issue|objections?)\b|\bwhy not\b/gi;
export const HEDGE = any(
  /但是|不过|但(?!愿)|可是|只是|除了|(?:先|等)(?:等|一下|问)|如果|要是|前提|除非|万一|的话|[?？]/,
  /\b(?:but|though|however|except|unless|if|only if|provided|wait|hold on|before (?:that|you)|first)\b|[?？]/,
);

export const DECLINE = any(
  /跳过|无需|(?:别|不用)(?:跟我)?(?:扯|问)|不想说|不(?:方便|愿意?|告诉|解释|说了)|没(?:什么|啥|有)?(?:特别的?)?(?:原因|理由|为什么)|无(?:理由|原因)?$|就是(?:想|要)(?:退|换)|你别管|别问|私人原因|不为什么|随便/,
  /\b(?:skip|no (?:particular |special |real )?reason|rather not|prefer (?:not|to keep)|to myself|none of your|not saying|won'?t say|don'?t want to say|no comment|private|just because|doesn'?t matter|prefer (?:to )?not(?: to)?|(?:just )?(?:cuz|cos|coz)$|idk|no idea|n\/a)\b/,
);

export const CORRECT = any(
  /说错了|搞错了|弄错了|不是.{0,12}(?:是|要)|不对|改(?:成|一下|为)|应该是|(?:另|别的)(?:外)?(?:一|那)[个件双台只条款把口副本瓶支根盒袋包套顶张块辆部样罐桶箱]|还是(?:直接)?(?:退|换|取消)|我(?:说|指)的是|要(?:退|换|取消)的是/,
  /\b(?:i mean(?:t)?|actually|oops|sorry,? (?:i|not|the)|instead|rather|the other|not (?:the|that|this|a)|wrong one|correction|make (?:it|that)|change (?:it|that) to|you know what|no,)\b/,
);
export const OTHER_ONE =
  /另(?:外)?(?:一|那)(?:个|件|双|台|只|条|款|把|口|副|本|瓶|单|笔)|别的那|\bthe other (?:one|pair|order|\w+)\b/i;
export const ADD = any(
  /也(?!许|好|行|可以|不|没)|还(?:有|要|想)|再加|加上|一起|一并|另外|顺便/,
  /\b(?:also|include|in the same box|together with|along with|as well|and also|in addition|plus|add)\b|\btoo\b(?=\s*(?:$|[,.!?，]))/,
);
export const ONLY = any(
  /只(?:要|退|换|取消|办|想|是)|就(?:退|换|取消)(?!吧|了吧)|单独/,
  /\b(?:only|just (?:the|that|this|one)|nothing else)\b/,
);
export const KEEP = any(
  /留(?!言|意|神|学)|(?:不|别)(?:要|用)?(?:退|换|取消|动)(?!货吗)|(?:还)?要的$|照(?:常|旧|发)|除了|其(?:他|它|余)|剩下|去掉|拿掉|划掉|不(?:包括|含|算)|(?:是|还|都)?(?:好的|没问题|没事|挺好的?)$/,
  /\b(?:keep(?:ing)?(?! \w+ing\b)|leave|spare|minus|forget the|drop the|hang on to|except|but not|not the|not my|the rest|everything else|apart from|other than|still (?:com(?:e|es|ing)|want\w*|send|arriv\w*|ship\w*|get)|live with|(?<!\b(?:it|that|this|all|everything))'s fine|stays?|(?:is|are|was|were)(?: all)? (?:fine|ok|okay|good|perfect|great|alright))\b/,
);
export const ALL = any(
  /全(?:部|都|退|换|取消|撤|要|不要)|所有|统统|通通|整(?:个|单|笔)|都(?=.{0,4}(?:退|换|取消|要|不要|撤|办|停|别|作废|寄|拦))|一(?:共|切)|一起/,
  /\b(?:all|everything|both|every|entire|whole|the lot|each)\b|\banything (?:that|which|not|still)\b/,
);
export const ORDER_WORD = /(?:那|这|整|一|大|笔)(?:一)?(?:大)?单|订单|\borders?\b|\bparcel\b|\bshipment\b/i;
export const UNSHIPPED = any(
  /(?:还)?(?:没|未|没有|没给)(?:有)?(?:发|寄|出库|出货|配送)|待发货|备货/,
  /\b(?:(?:hasn'?t|haven'?t|have not|has not|not|didn'?t|isn'?t)(?: been| yet)? (?:gone|ship\w*|sent|left|dispatch\w*|out)|unshipped|pending|haven'?t sent|not sent)\b/,
);
export const SAME_AGAIN =
  /(?:换|来|要)(?:个|一个|台|双|件|只)?(?:新的|一样的|同款|好的)|同款|一模一样|\b(?:same (?:one|thing|again|model|size)|new one|identical|replacement|like for like|one that works|working one)\b/i;
export const BECAUSE = /(?:因为|由于|原因是|理由是|毕竟)(.+)|\b(?:because|since|as it|due to|reason(?: is|:)?)\s+(.+)/i;
/** "It", "that one": what was talked about last. */
export const PRONOUN =
  /^(?:它|那(?:个|就)|这(?:个|就))|把它|(?:这|那)(?:个|件|双|台|只|条|款|把|本|瓶|单)(?:$|吧|呢|的|呗|嘛)|\b(?:it|that one|this one|them|those|these)\b|那.{0,4}它/i;
/** What is wanted instead, said without a verb of exchange: "想要42的", "I need a 10". */
export const WANTED =
  /想要|(?:给我)?(?:来|拿)(?:个|件|双|一)|要(?:个|件|双|一)?.{0,6}(?:的|码|号)|\b(?:want|need|prefer|rather have|could i have|can i have|give me|get me|version|i'?d like|would like|please|if possible|instead)\b/i;

/** "I don't want it any more" is a return of what has arrived and a cancellation of what has not. */
export const UNWANTED =
  /不要|不想要|不需要|用不[上着]|不想买|\bdon'?t (?:want|need)\b|\bno longer\b|\bnot needed\b|\bscrap\b/i;
export const THANKS =
  /谢|感谢|辛苦|多谢|太好了|\b(?:thanks?|thank you|thx|ty|cheers|appreciate|great|awesome|perfect)\b/i;
export const GOODBYE = /再见|拜拜|拜|回见|晚安|\b(?:bye|goodbye|see you|good night|later)\b/i;
/** "Everything apart from the scarf", "除了围巾": what follows is not meant. */
export const EXCEPT =
  /^(?:啊|哦|诶|哎|嗯|噢)?不是(?!退|换|取消|要|说|很|不)(.+)$|除(?:了|开|去)\s*(.+?)(?:以外|之外|外)?(?=其|别|都|全|剩|，|,|$)|\b(?:apart from|except(?: for)?|other than|besides|excluding|minus|but not|bar|not the|not my|(?<=\b(?:all|everything|lot|whole)\b.*)but (?=the|my))\s+(.+?)(?=\s+(?:i(?:'m| am|'d| would| want)?|please|can|could|should|needs? to|to return|go(?:es)? back)\b|$)/i;
/** "确定不要": a yes to cancelling, though a no is in it. */
export const SURE_UNWANTED = /^(?:(?:确定|确认|对|是的?|嗯)[\s,，]*)+(?:我)?(?:都)?不(?:要|想要|需要)了?[的啊呀哦]*$/;
/** "One size up": a variant named by how it differs. */
export const OTHER_SIZE =
  /[大小][一两]?(?:号|码)|\b(?:bigger|larger|smaller|sizes? (?:up|down)|(?:up|down) (?:a|one) size)\b/i;
/** "The rest": everything in the order but what was named as kept. */
export const REST = /其(?:余|他|它)|剩下|别的|\b(?:the rest|everything else|the others?|all the other)\b/i;
