import type { KnowledgeLocale } from "../types.ts";

/**
 * What any shop's log is about, as questions and answers of many topics. The mean of a large log is what all its sentences share; the
 * mean of a small one is its few topics, and taking it out would take out what tells them apart. These are mixed in.
 */
export const BACKGROUND: Record<KnowledgeLocale, { questions: string[]; answers: string[] }> = {
  zh: {
    questions: [
      ...["退货要怎么申请", "换货几天能寄出来", "发票怎么开", "什么时候发货", "支持哪些付款方式", "会员有什么好处"],
      ...["这个尺码偏大吗", "是什么材质的", "可以机洗吗", "电池能用多久", "怎么连接手机", "有现货吗", "能送到国外吗"],
      ...[
        "客服几点上班",
        "实体店在哪里",
        "怎么修改密码",
        "账号怎么注销",
        "说明书在哪里下载",
        "滤芯多久换一次",
        "能装在墙上吗",
      ],
      ...[
        "适合几岁的孩子",
        "有没有其他颜色",
        "怎么安装",
        "坏了怎么修",
        "噪音大吗",
        "功率是多少",
        "能用优惠券吗",
        "快递是哪家",
      ],
    ],
    answers: [
      ...[
        "在订单页点申请售后就可以",
        "一般三到五个工作日寄出",
        "电子发票会发到您的邮箱",
        "工作日下午四点前的订单当天发货",
      ],
      ...[
        "支持微信、支付宝和银行卡",
        "会员有生日礼和专属客服",
        "尺码标准，按平时的买就行",
        "是纯棉的，亲肤透气",
        "建议冷水手洗，不要暴晒",
      ],
      ...[
        "充满可以用八个小时左右",
        "打开手机蓝牙搜索设备名称就能连上",
        "目前有现货",
        "暂时只送国内",
        "客服每天九点到晚上九点在线",
      ],
      ...[
        "在设置里的账号安全里修改",
        "官网支持页面可以下载",
        "需要打孔，包装里有螺丝",
        "适合三岁以上",
        "还有白色和灰色",
        "保修期内免费维修",
      ],
      ...[
        "低档位基本听不到声音",
        "默认发顺丰或中通",
        "收到后请当面检查",
        "可以联系人工登记",
        "请放在阴凉干燥的地方",
        "先长按电源键重启",
      ],
    ],
  },
  en: {
    questions: [
      ...[
        "how do I apply for a return",
        "how long does an exchange take",
        "can I get an invoice",
        "when do you dispatch orders",
      ],
      ...[
        "which payment methods do you accept",
        "what do members get",
        "does this run large",
        "what is it made of",
        "can I machine wash it",
      ],
      ...[
        "how long does the battery last",
        "how do I connect it to my phone",
        "is it in stock",
        "do you ship abroad",
        "what are your opening hours",
      ],
      ...[
        "where is your shop",
        "how do I change my password",
        "how do I delete my account",
        "where is the manual",
        "how often do I change the filter",
      ],
      ...[
        "can it be mounted on the wall",
        "what age is it for",
        "are there other colours",
        "how do I put it together",
        "how loud is it",
        "what is the wattage",
      ],
    ],
    answers: [
      ...[
        "Go to your order and choose return.",
        "It usually takes three to five working days.",
        "The invoice is sent to your email.",
      ],
      ...[
        "Orders before 4 pm on weekdays leave the same day.",
        "We take cards, WeChat and Alipay.",
        "Members get a birthday gift.",
      ],
      ...[
        "It is true to size.",
        "Pure cotton, soft and breathable.",
        "Cold hand wash, keep it out of the sun.",
        "About eight hours on a full charge.",
      ],
      ...[
        "Turn on Bluetooth and look for the device's name.",
        "It is in stock at the moment.",
        "We only deliver within the country for now.",
      ],
      ...[
        "We are here every day from nine to nine.",
        "Change it under account security.",
        "You can download it on the support page.",
      ],
      ...[
        "Screws are in the box.",
        "From three years on.",
        "It also comes in white and grey.",
        "Repairs are free within the warranty.",
      ],
      ...[
        "You can hardly hear it on low.",
        "Please check the parcel when it arrives.",
        "Keep it somewhere cool and dry.",
        "Hold the power button to restart it.",
      ],
    ],
  },
};
