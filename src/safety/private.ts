/** What masking left in the place of personal data marks a text as private: it goes to no cloud (M2). */
const PLACEHOLDER = /\[[a-z]+(?:-[a-z]+)*\]/;
export const isPrivate = (text: string): boolean => PLACEHOLDER.test(text);
