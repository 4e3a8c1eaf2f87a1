// Formats times for display.

const timeOfDay = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const dateAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** 12:00:03 */
export const clock = (at: Date | number): string => timeOfDay.format(at);

/** 21 Nov 2026, 12:00:03 */
export const moment = (at: Date | number): string => dateAndTime.format(at);

/** The two largest units: 7 s, 1 min 05 s, 2 h 10 min, 3 d 4 h. Rounds up, so that 0 s means that the time is over. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  const [minutes, hours, days] = [60, 3600, 86_400].map((unit) => Math.floor(seconds / unit)) as [
    number,
    number,
    number,
  ];
  const padded = (value: number) => String(value).padStart(2, '0');
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${padded(minutes % 60)} min`;
  if (minutes > 0) return `${minutes} min ${padded(seconds % 60)} s`;
  return `${seconds} s`;
}
