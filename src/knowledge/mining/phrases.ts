/**
 * What people say in a support chat besides the matter: patterns of both languages at once, for texts of one sentence or message
 * without the marks at its ends.
 */
const any = (...sources: RegExp[]): RegExp => new RegExp(sources.map((source) => source.source).join("|"), "iu");

/** A whole sentence that says nothing: greetings, thanks, waiting, closing, offers. */
export const FILLER = any(
  /^(?:亲+(?:爱的)?|您好|你好|哈喽|嗨|在的?|在呢|我在|嗯+|哦+|好的?呢?|好嘞|收到|明白|了解|可以|没事|没关系|稍等|请稍等|请稍[等候].*|稍等.{0,10}|(?:麻烦|请)您?(?:再)?(?:耐心)?等.{0,12}|(?:这就|马上|立刻|现在就?)(?!发货|到账).{0,8}|久等.{0,4}|(?:不好意思|抱歉|对不起)?[,，]?让您久等.{0,4})$/,
  /^(?:(?:您好|你好|亲|hi|hello)?[,，~～! ]*)?(?:欢迎(?:光临|咨询).*|很高兴为您.*|.{0,12}为您服务.{0,4}|.{0,8}有什么(?:可以|能)(?:帮|为).*|.{0,6}请问有什么.*|我是.{0,12}(?:客服|专员|助理|号).{0,10}|感谢.{0,6}(?:咨询|支持|理解|等待|耐心|光临|惠顾|来电|反馈).*|谢谢.{0,6}(?:咨询|支持|理解|等待|耐心|反馈).*|不客气.*|不用(?:谢|客气).*|应该的.{0,4}|祝您.*|.*(?:生活|购物)愉快.*|还有(?:什么|其他|别的).*|.{0,6}(?:其他|别的)(?:问题|疑问).*(?:吗|随时).*|(?:麻烦|请|记得|辛苦|欢迎|期待).{0,12}(?:五星|好评|评价|打分).*|有(?:问题|需要|疑问).{0,6}随时.*|再见.*|拜拜.*|(?:不好意思|抱歉|对不起|非常抱歉).{0,2})$/,
  /^(?:好的|嗯|亲)?[,，~～ ]*(?:(?:我|这边|让我|帮您|给您|为您).{0,4})?(?:查|看|核实|确认|核对|问|了解)(?:一下|下|查|看|一看).{0,6}(?:稍等.{0,4})?$/,
  /^.{0,8}(?:核实|确认|查到|问到|问清楚|有结果)(?:后|了).{0,4}(?:给您|跟您|回复|电话|联系|通知).{0,8}$|^.{0,10}(?:稍后|晚点|一会儿?|马上|尽快)(?:给您|跟您)?(?:回复|答复|联系|回电).{0,6}$|^.{0,6}(?:咨询|排队|进线).{0,8}(?:多|忙).{0,6}$|^(?:去|我去|我)?问(?:一?下|问)(?:仓库|主管|同事|那边).{0,6}$|^(?:在|在的|在呢)[滴哦呀哈啊呢的]*$|^(?:呀|哦|哈|呢|啊|嗯)+$/,
  /^(?:正在|在)(?:帮您|为您|给您)?(?:查|核实|处理|确认).{0,8}$/,
  /^(?:hi+|hello|hey|hiya)(?: there| again)?(?:[, ]+\w+)?$|^good (?:morning|afternoon|evening|day)\b.*$|^(?:many )?thank(?:s| you)(?: so much| very much)?(?:$|[, ]+(?:for|again)\b.*$)|^welcome(?: to\b.*)?$/,
  /^(?:i'?m|i am|my name is|this is|you'?re (?:through to|speaking (?:to|with))) [\w' .-]{1,40}$|^.{0,20}how (?:can|may) i (?:help|assist).*$|^what can i (?:do|help).*$/,
  /^(?:just )?(?:give me )?(?:one|a|just a|1|two|2|a couple of) (?:moment|sec|second|minute|min|mo)s?\b.{0,30}$|^(?:(?:ok|okay|sure|right|hi|hello|of course),? )?(?:let me|i'?ll|i will|i'?m going to|i'?m) (?:just |quickly )?(?:check(?:ing)?|look(?:ing)?|find out|see|have a look|verify|confirm|pull)\b.{0,50}$|^(?:please )?(?:bear with me|hang on|hold on|please wait|wait a).{0,30}$|^thanks for (?:waiting|holding|your patience).*$/,
  /^(?:we|i|somebody|someone|a colleague)(?:'ll| will)(?: have to)? (?:check|ask|find out|look into (?:it|this|that)|get back|come back|call|contact|reach out|let you know|be in touch)\b.{0,40}$|^(?:we'?re|it'?s|things are) (?:a bit |a little |very |really |quite )?(?:swamped|busy|slow)\b.{0,30}$|^(?:just )?(?:checking|asking|looking)\b.{0,40}$|^(?:yes,? )?i'?m (?:still )?here\b.{0,20}$|^go ahead.{0,10}$|^(?:hope (?:that|this) helps|happy shopping).{0,10}$/,
  /^(?:you'?re|you are)(?: very| most)? welcome.*$|^no (?:problem|worries)(?: at all)?$|^(?:my pleasure|anytime|any time)$|^.{0,20}anything else\b.*$|^(?:let me know|feel free|don'?t hesitate|just (?:ask|shout|let)|please (?:feel free|don'?t hesitate|let)).*$|^have a (?:great|good|nice|lovely|wonderful).*$|^(?:bye|goodbye|take care|cheers|speak soon).*$|^(?:sure|ok(?:ay)?|of course|certainly|absolutely|right|great|good question|great question|got it|understood|i see|happy to help.*|glad .*|no worries.*|alright|perfect)$|^(?:i'?m )?(?:so |very |really )?(?:sorry|apologies)(?: for| about)?(?: the| your| any)?(?: wait| delay| inconvenience| trouble| that)?.{0,12}$|^(?:please|kindly|could you|we'?d (?:love|appreciate)|don'?t forget to|feel free to|if you have a moment).{0,40}\b(?:rate|survey|feedback|review)\b.*$|^i (?:understand|hope|appreciate)\b.*$/,
);

/** In front of what matters: "亲，", "Hi Anna,", "好的，". Not yes and no: they are the answer. */
export const LEAD =
  /^(?:(?:亲+(?:爱的)?(?![子密自])|您好|你好|哈喽|嗨|嗯+|好的?呢?(?=[,，~～!！])|这边|[额呃][,，]?(?= |…)|是这样的?(?=[,，])|请问一下|请问|麻烦问一下|想问一下|想问下|我想问(?:一下|下)?|问一下|问下|咨询一下|咨询下|打扰一下|(?:hi+|hello|hey|hiya)(?: there| \w+)?(?=[,.!])|hi+|hello|hey|hiya|good (?:morning|afternoon|evening)|ok(?:ay)?|sure|thanks for (?:asking|your (?:question|message))|quick question|just wondering|i was wondering|i have a question|sorry to bother you)(?: there)?[,，。.~～!！:：;\s]*)+/iu;
/** Behind it: "哦", "哈亲", "谢谢". */
export const TAIL =
  /(?:[,，~～\s]*(?:(?<=[\p{Script=Han}\d])(?:哦|哈|呢|呀|噢|啦|喔)?亲*(?:的)?(?=$)|谢谢(?:啦|了)?|多谢|麻烦了|急+|在线等|asap|thx|plz|kind of urgent|thanks(?: in advance| a lot)?|thank you|please|pls|cheers))+$/iu;

/** Customers acknowledge, wait, or ask whether anybody is there. */
export const ACK = any(
  /^(?:好+的?|嗯+|恩+|哦+|噢+|行|可以|ok+|okk?|收到|知道了?|明白了?|了解了?|谢+|谢谢.{0,8}|多谢.{0,4}|辛苦了?|麻烦了?|好吧|这样啊|原来如此|对的?|是的?|没事|没关系|不用了?|等你?|在吗|在么|在不在|有人吗|人呢|你好|您好|哈喽|[?？。.!！…~～\s]*|\[[a-z-]+\])[了啊呀哦呢吧哈啦的,，。.!！~～ ]*(?:谢+|谢谢.{0,4}|多谢)?$/,
  /^(?:ok(?:ay)?|k|yes|yep|yeah|no|nope|sure|great|perfect|cool|fine|right|got it|i see|ah|oh|alright|brilliant|lovely|thanks?.{0,30}|thank you.{0,30}|cheers|ty|thx|hi+|hello|hey|hello\?|anyone there|are you (?:still )?there|still there|waiting|no problem|take your time|good to know|that'?s (?:great|all|it|fine|helpful).*|understood|makes sense)(?:[,.! ]+(?:thanks?|thank you|great|then|perfect|cheers|got it|i see|will do).{0,20})*$/,
);

/** Words by which something is asked. */
export const ASKS = any(
  /[?？]|吗|么(?!样)|嘛|呢$|伐|不$|不(?=[，,])|没$|呗|(?:说|讲|介绍)一?下|谁|什么|啥|怎么|咋|如何|怎样|多少|多久|多长|多大|几[天个号点次时种日年]|哪[里儿些个种家]|能不能|可不可以|是不是|有没有|会不会|要不要|需不需要|是否|能否|可否|支不支持|(\p{Script=Han})不\1|为何|几时/u,
  /^(?:how|what|where|who|when|why|which|whose|can|could|do|does|did|is|are|am|will|would|should|may|must|has|have|any)\b|\b(?:how (?:long|much|many|do|does|can|to)|what(?:'s| is| are| if| happens)|(?:can|could|do|does|will|would|should|may) (?:i|you|it|we|they)|is (?:it|there)|are (?:there|you)|who pays|tell me (?:how|what|if|whether)|wonder(?:ing)? (?:if|how|what|whether)|know (?:if|how|what|whether|when))\b/,
);

/** Talk, not a question about the shop. */
export const SMALL_TALK = any(
  /^(?:(?:客服|亲|人|老板|店家)?.{0,2}(?:在|还在)(?:吗|么|不|嘛|没|吧)?(?:[呀啊哈]|了吗)?|有人(?:在)?(?:吗|么|不|嘛)|等(?:了|得)?(?:半天|好久|很久|这么久).{0,4}|你(?:是|们是)?(?:机器人|真人|人工).*|(?:转|找|要)?人工.{0,6}|转接.{0,6}|你叫什么.*|今天.{0,4}天气.*|吃了吗|忙吗|还在吗|人呢|能快点吗.*|什么时候(?:能)?回复.*|怎么不(?:说话|回).*)$/,
  /^(?:any(?:one|body)(?: (?:there|here|around))?|ya|are you (?:a )?(?:bot|robot|human|real|there|still).*|how are you.*|how's it going|is (?:anyone|anybody|someone) (?:there|here).*|can (?:i|you) (?:speak|talk|put me|transfer|connect).{0,40}(?:human|person|agent|someone|manager).*|what'?s your name|hello\?*|can you help(?: me)?|i have a question|can i ask(?: you)?(?: a question| something)?|quick question|could you help(?: me)?(?: out)?(?: with something)?)$/,
);

/** About one order and nobody else's: where it is, and what should be done with it now. */
export const PARTICULAR_QUESTION = any(
  /(?:快递|包裹|物流|货|东西|订单|单子).{0,6}(?:到哪|在哪|去哪|走到)|到哪(?:了|里|儿)|(?:我的|我那|帮我|给我|替我).{0,6}(?:查|改|取消|催|退|换|申请|处理|安排|拦截|备注|登记|补发)|(?:帮|麻烦).{0,3}(?:查|催|看)(?:一?下|查|看)?(?:我|物流|快递|订单|单)|我(?:的|这|那)个?(?:订单|快递|包裹)(?:怎么|为什么|为啥|啥)/,
  /(?<![A-Za-z])[A-Za-z]{1,4}-?\d{4,}|\d{8,}|\[(?:mobile|phone|landline|address|email|name|bank-card|national-id|passport|plate)\]/,
  /\bwhere(?:'s| is| are|s)? (?:my|the|our) (?:order|parcel|package|delivery|refund|stuff|item|things?|money)|\b(?:track|chase|check(?: on)?|look up|find|cancel|refund|change|update) (?:my|this|the) (?:order|parcel|package|delivery|refund|address)(?! (?:after|before|if|once|when))\b(?!.*\b(?:how|can i)\b)|\b(?:has|have|did) (?:my|it|you) .{0,20}(?:ship|sent|left|dispatch|deliver|refund)|\bwhen (?:will|is) (?:my|it|the) (?:order|parcel|package|delivery|it)?\b.{0,20}(?:arriv|com|deliver|get here|be here|ship)|\border (?:number|no\.?|#)/,
);
/** Wants something done, or tells what happened: no question as long as nothing in it asks. */
export const REQUESTS = any(
  /我要|我想|想要|不想要|不要了|给我|我收到|我买|我下|我的|我这|收到了|坏了|退了|换了|取消(?:了|吧|订单)?$|退货吧?$|换货吧?$|退款吧?$/,
  /\b(?:i (?:want|need|got|received|bought|ordered|have|had)|i'?(?:d|ve|m) |my |please (?:cancel|refund|return|exchange|change)|it(?:'s| is) (?:broken|faulty|damaged|late))/,
);
/** May be anybody's, if the answer is. */
export const PARTICULAR_ANSWER = any(
  /您(?:的|这|这个|那个)?(?:订单|包裹|快递|快件|退款|商品|货|单子)(?:已|正|目前|现在|在|还|显示|预计|今天|昨天|明天|是[昨今明])|已(?:经)?(?:为|帮|给)您|(?:我|这边)?(?:帮|给|为)您(?:申请|办理|办|登记|催|修改|改|取消|查到|备注|安排|拦截|处理|联系|反馈|补|下单|退|换|加急)|(?:这边|系统|物流)(?:显示|看到|查到|查询到)|预计(?:今|明|后)[天日]|(?:今|明|后)[天日](?:下午|上午|晚上|中午|内|之前|前)?(?:送|到|派|发|会)|正在(?:派送|运输|中转|配送)|(?:运单|快递单|物流单)号(?:是|为|[:：])|派件员|(?:已经?|刚)(?:发出|发货|签收|揽收|出库|退款|取消|提交|申请)了?$/,
  /(?<![A-Za-z])[A-Za-z]{1,4}-?\d{5,}|\d{9,}|\[(?:mobile|address|name|bank-card|national-id|passport|plate)\]/,
  /\byour (?:order|parcel|package|refund|delivery|return|request|shipment|item|replacement)s? (?:is|was|has|have|left|arrived|shows?|got|went|#)|\bi(?:'ve| have)(?: just| now| already)? (?:refunded|cancelled|canceled|changed|updated|requested|arranged|applied|sent|issued|booked|created|reset|escalated|added|processed|asked|contacted|put|raised|logged|made|noted)|\bi(?:'ll| will| can) (?:refund|cancel|change|update|arrange|book|process|escalate|issue|chase|contact|pass|put|raise|log|ask|get (?:this|that|it))|\btracking (?:number|shows|says|page shows)|\bi can see\b|\b(?:it|that)(?:'s| is| was) (?:currently|out for delivery|on its way|due|scheduled|in transit)|\b(?:arrive|deliver(?:ed)?|there|with you|come) (?:by )?(?:today|tomorrow|this (?:afternoon|evening|week))\b|\bcourier (?:has|says|tried|is)\b/,
);

/** An agent takes back what was said. */
export const CORRECTION = any(
  /更正|纠正|说错|看错|搞错|弄错|记错|讲错|写错|打错|(?:不好意思|抱歉|对不起).{0,8}(?:应该是|其实是|是[\d一二两三四五六七八九十百])|应该是.{1,12}(?:才对|不是)|(?:问|确认|核实)(?:了|过)(?:一?下)?(?:主管|同事|仓库|领导|经理|组长|店长|老员工).{0,8}(?:应该是|其实是|是)|刚才.{0,8}(?:不对|有误|错了)|有误/,
  /\bcorrection\b|\b(?:i was|i'm|that was|that's|my) (?:wrong|mistake(?:n)?|incorrect|bad)\b|\bmy mistake\b|\b(?:sorry|apologies),? (?:it'?s|that'?s|i meant?|it should|it is|actually)|\bi misspoke\b|\bi misread\b|\bi meant?\b|^actually,? (?:it'?s|that'?s|no)|\bscratch that\b|\blet me correct\b|\bi(?:'ve)?(?: just)? (?:asked|checked with) (?:my|the|a) [\w ]{1,20}[,;:.]? (?:and )?(?:it(?:'s| is| should)|that(?:'s| is))(?: actually)?|\bit'?s actually\b|\bcorrect(?:ing)? myself\b|\btypo\b/,
);
/** Words around a correction that aren't part of it. */
export const CORRECTION_WORDS = any(
  /(?:(?:刚|我)?(?:刚|去)?(?:问|确认|核实)(?:了|过)(?:一?下)?(?:主管|同事|仓库|领导|经理|组长|店长|老员工)[,，]?(?:应该是|其实是|是)?|应该是[:：]|不好意思|抱歉|对不起|非常抱歉|更正一?下|纠正一?下|(?:我)?(?:刚才|刚刚|之前|上面)?(?:我)?(?:说|看|搞|弄|记|讲|写|打)错(?:了)?|(?:刚才|刚刚|之前|上面).{0,8}(?:不对|有误|错了))[,，:：。.!！~～\s]*/,
  /(?:\b(?:i(?:'ve)?(?: just)? (?:asked|checked with) (?:my|the|a) [\w ]{1,20}[,;:.]? (?:and )?(?:it(?:'s| is)|that(?:'s| is))(?: actually)?|it'?s actually|sorry|apologies|oops|correction|actually|my mistake|my bad|i was wrong|i misspoke|i misread(?: that)?|scratch that|let me correct (?:that|myself)|that was (?:wrong|incorrect)|i was mistaken|typo)\b[,.:;!\s–—-]*)/,
);

/** A customer doubts the answer instead of asking something new. */
export const CHALLENGE = any(
  /^(?:不是(?!.{0,3}(?:质量|本人)).{1,30}(?:吗|么|嘛)|(?:可是|但是|但|不过|可).*|(?:你)?(?:确定|真的|是真的)(?:吗|么)?.{0,6}|不对吧.*|我(?:看|记得|听).{0,20}(?:说|写).*|.{0,12}(?:上|里|页面)(?:写|说)(?:的|着)?(?:是|不是|不一样).*|(?:上次|之前|刚才|昨天|另一?个).{0,8}(?:客服|你们|说).{0,12}|.{0,6}(?:说法|说的)?不一样.{0,6})[?？]*$/,
  /^(?:but\b.*|(?:are|r) (?:you|u) (?:sure|certain).*|really|isn'?t it .*|i thought .*|that'?s not what .*|(?:the|your) (?:web ?site|site|page|app|email) (?:says|said|states).*|someone told me.*|(?:the|your|an)(?:other|last| other| last) (?:agent|person|one|colleague) (?:said|told).*|that'?s (?:not|different).*|hm+,? .*)$/,
);

/** Leans on what was asked before. */
export const LEANS = any(
  /^(?:那|那么|然后|还有|另外|如果|要是|换成|改成|万一)?[,，]?.{0,8}呢[?？]*$|^(?:那|那么)(?:如果|要是|要)?.{0,10}[?？吗么]*$|^(?:它|这个|那个|这种|那种|这样|那样|这款|那款)(?!.{6,})/,
  /^(?:and|what about|how about|and what about|or|also|what if it|and if|then|so)\b.{0,40}$|^(?:is|does|can|will|do) (?:it|that|this|they|those|these|one)\b.{0,18}$|\b(?:that one|this one)\b/,
);

/** The agent doesn't know. */
export const HEDGED = any(
  /可能|也许|大概率|好像|不太?(?:清楚|确定|了解)|不知道|我猜|印象中|估计|一般情况下应该|没有?(?:相关)?(?:信息|资料)/,
  /\b(?:maybe|perhaps|probably|not (?:really |entirely |quite )?sure|i (?:think|guess|believe|suppose)|no idea|don'?t know|might be|as far as i know|afaik)\b/,
);
/** The agent asks for something. */
export const ASKS_BACK = any(
  /(?:订单号?|单号|截图|照片|图片|视频|手机号|型号).{0,8}$|(?:拍|发)(?:一?下|个|张|一?张)?(?:照|图|视频)|什么情况.{0,4}$/,
  /\b(?:order (?:number|no\.?|id)|photo|picture|screenshot|email address|model number)s?(?:,)? (?:please|pls)\b|^(?:a |your |the )?(?:photo|picture|screenshot|order number)\b.{0,20}$/,
  /(?:请|麻烦|方便|能).{0,8}(?:提供|发(?!货|票)|告诉|报|说|描述|截).{0,12}(?:订单|单号|号码|手机|截图|照片|图片|视频|情况|型号|一下)|^(?:请问)?您?(?:是|买的?是?|需要|说的是|指的是|要).{0,16}(?:哪|什么|吗).*$/,
  /\b(?:could|can|would|may|will) (?:you|i) (?:please |just |kindly )?(?:send|share|provide|tell|give|confirm|have|get|take|let me|describe|explain|upload|attach)\b|^(?:please |just |kindly )?(?:send|share|give|tell) me\b|\bwhat(?:'s| is) (?:your|the) (?:order|name|email|postcode|number)|\bwhich (?:product|item|one|model|order)\b/,
);
