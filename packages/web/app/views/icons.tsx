/**
 * The few signs of the page, drawn with one pen.
 */
import type { JSX } from 'preact';

const PATHS = {
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5',
  star: 'M12 3l2.7 5.8 6.3.8-4.6 4.3 1.2 6.3L12 17l-5.6 3.2 1.2-6.3L3 9.6l6.3-.8z',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5',
  reply: 'M10 6L4 11l6 5v-3c5 0 8 1.5 10 5 0-6-4-9-10-9z',
  pen: 'M4 20l1-5L16 4l4 4L9 19zM14 6l4 4',
  clip: 'M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.3a3 3 0 0 1 4.3 4.2l-7.6 7.6a1.5 1.5 0 0 1-2.1-2.1L14 7.5',
  down: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M14 5l-7 7 7 7',
  queue: 'M4 6h16M4 12h16M4 18h10',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2',
  help: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5v.5',
  unread: 'M4 6h16v12H4zM4 7l8 6 8-6',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01',
  phone: 'M8 3h8v18H8zM11 18h2',
  tablet: 'M5 4h14v16H5zM11 17h2',
  desktop: 'M3 5h18v11H3zM9 20h6M12 16v4',
  moon: 'M20 14A8.5 8.5 0 0 1 10 4a8.5 8.5 0 1 0 10 10z',
  check: 'M5 12l5 5 9-10',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, isFilled = false }: { readonly name: IconName; readonly isFilled?: boolean }): JSX.Element {
  return (
    <svg class={`icon${isFilled ? ' is-filled' : ''}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** A button that is only a sign; `label` is what it does. */
export function IconButton({ name, label, onClick, keys, isOn = false, testid }: {
  readonly name: IconName; readonly label: string; readonly onClick: () => void; readonly keys?: string; readonly isOn?: boolean; readonly testid?: string;
}): JSX.Element {
  return (
    <button type="button" class={`icon-button${isOn ? ' is-on' : ''}`} aria-label={label} aria-pressed={isOn} title={keys === undefined ? label : `${label} (${keys})`} onClick={onClick} data-testid={testid}>
      <Icon name={name} isFilled={isOn && name === 'star'} />
    </button>
  );
}
