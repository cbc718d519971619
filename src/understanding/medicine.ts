/** Goods and words that touch health: what is said about them isn't guessed (M6). */
export const MEDICINE =
  /药(?!箱|盒|膏盒|房地址)|处方|剂量|用量|副作用|过敏|禁忌|孕妇|哺乳|胰岛素|血压|血糖|\b(?:medicines?|medications?|drugs?|pills?|tablets?|capsules?|dos(?:e|age|ing)|prescriptions?|side effects?|allerg\w+|pregnan\w+|breastfeed\w*|insulin|antibiotics?|painkillers?|ibuprofen|paracetamol)\b/i;
