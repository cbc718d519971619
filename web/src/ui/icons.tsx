import type { ReactNode } from "react";

/** 20 px line icons in the colour of the text around them; decoration, so hidden from screen readers. */
function icon(paths: ReactNode) {
  // biome-ignore lint/correctness/noComponentHookFactories: called once per icon, when this file is loaded
  return function Icon({ size = 20 }: { size?: number }) {
    return (
      <svg
        aria-hidden="true"
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      >
        {paths}
      </svg>
    );
  };
}

export const SendIcon = icon(<path d="M12 19V5M5.500 11.500 12 5l6.500 6.500" />);
export const BagIcon = icon(<path d="M6 8h12l1 12H5zM9 8V7a3 3 0 0 1 6 0v1" />);
export const NewIcon = icon(
  <path d="M12 5H7a2 2 0 0 0-2 2v10a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-5M18.500 3.500a1.700 1.700 0 0 1 2 2L13 13l-3 1 1-3z" />,
);
export const CloseIcon = icon(<path d="M6 6l12 12M18 6 6 18" />);
export const BackIcon = icon(<path d="M14.500 5 8 12l6.500 7" />);
export const DownIcon = icon(<path d="M12 5v14M6 13l6 6 6-6" />);
export const ClockIcon = icon(
  <>
    <circle cx="12" cy="12" r="8" />
    <path d="M12 8v4.500l3 1.500" />
  </>,
);
export const CheckIcon = icon(<path d="m5 12.500 4.500 4.500L19 7.500" />);
export const AlertIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.500" />
    <path d="M12 8v4.500M12 16v.01" />
  </>,
);
export const HeadsetIcon = icon(
  <path d="M4.500 14v-2a7.500 7.500 0 0 1 15 0v2M4.500 14a2 2 0 0 1 4 0v2.500a2 2 0 0 1-4 0zM15.500 14a2 2 0 0 1 4 0v2.500a2 2 0 0 1-4 0zM19.500 16.500c0 2-2 3.500-5 3.500" />,
);
export const UserIcon = icon(
  <>
    <circle cx="12" cy="8.500" r="3.500" />
    <path d="M5 19.500c1-3.500 3.700-5 7-5s6 1.500 7 5" />
  </>,
);
export const GlobeIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.500" />
    <path d="M3.500 12h17M12 3.500c5 5 5 12 0 17M12 3.500c-5 5-5 12 0 17" />
  </>,
);
export const PanelIcon = icon(<path d="M4 5.500h16v13H4zM14.500 5.500v13" />);
export const ReturnIcon = icon(<path d="M9 14 4.500 9.500 9 5M4.500 9.500H15a4.500 4.500 0 0 1 0 9h-3" />);
export const InboxIcon = icon(
  <path d="M4 13.500 6.500 5h11l2.500 8.500V19H4zM4 13.500h4.500l1.500 2.500h4l1.500-2.500H20" />,
);
export const BookIcon = icon(
  <path d="M12 6.500C10.500 5.300 8 5 4.500 5v13c3.500 0 6 .4 7.500 1.600 1.500-1.200 4-1.600 7.500-1.600V5C16 5 13.500 5.300 12 6.500zM12 6.500v13" />,
);
export const EditIcon = icon(
  <path d="M4.500 19.500 5.500 15 16 4.500a2 2 0 0 1 3.500 3.500L9 18.500zM14 6.500l3.500 3.500" />,
);
export const UndoIcon = icon(<path d="M8.500 5 4.500 9l4 4M4.500 9H14a5.500 5.500 0 0 1 0 11H9" />);
export const ThumbUpIcon = icon(
  <path d="M4.500 11h3v8.500h-3zM7.500 11.500 11 4.500a2 2 0 0 1 2 2V10h5a1.700 1.700 0 0 1 1.700 2l-1.200 6a1.800 1.800 0 0 1-1.800 1.500H7.500" />,
);
export const ThumbDownIcon = icon(
  <path d="M4.500 13h3V4.500h-3zM7.500 12.500 11 19.500a2 2 0 0 0 2-2V14h5a1.700 1.700 0 0 0 1.700-2l-1.200-6a1.800 1.800 0 0 0-1.800-1.500H7.500" />,
);
export const SearchIcon = icon(
  <>
    <circle cx="11" cy="11" r="6" />
    <path d="m15.500 15.500 4 4" />
  </>,
);
export const RefreshIcon = icon(<path d="M19 12a7 7 0 1 1-2.200-5.100M19.500 4v4h-4" />);
export const PlusIcon = icon(<path d="M12 5.500v13M5.500 12h13" />);
export const KeyboardIcon = icon(
  <>
    <rect x="3" y="6" width="18" height="12" rx="2" />
    <path d="M7 10h.01M11 10h.01M15 10h.01M8 14h8" />
  </>,
);
export const LockIcon = icon(<path d="M6 11h12v8.500H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3" />);
export const EyeIcon = icon(
  <>
    <path d="M2.500 12c2.500-4.500 6-6.500 9.500-6.500s7 2 9.500 6.500c-2.500 4.500-6 6.500-9.500 6.500S5 16.500 2.500 12" />
    <circle cx="12" cy="12" r="2.800" />
  </>,
);
export const SwitchIcon = icon(
  <path d="M8 4 4.500 7.500 8 11M4.500 7.500H18M16 13l3.500 3.500L16 20M19.500 16.500H6" />,
);

/** The mark of the assistant and of the product. */
export function Mark({ size = 20 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 24 24" fill="currentColor">
      <path
        fillRule="evenodd"
        d="M6.500 4A3.500 3.500 0 0 0 3 7.500v6A3.500 3.500 0 0 0 6.500 17H7v2.800c0 .8.900 1.200 1.500.700L12.700 17h4.800a3.500 3.500 0 0 0 3.500-3.500v-6A3.500 3.500 0 0 0 17.500 4zm2.300 5a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3m6.400 0a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3"
      />
    </svg>
  );
}
