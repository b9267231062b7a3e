// Periods of the calendar, and which suit what is shown.
import { days } from "../charts.js";

export const INTERVALS = ["day", "week", "month", "quarter"];

/** How long the shown period is, in days. */
function lengthOf(ctx, dimensions) {
  const first = new Date(ctx.filters.get("since") ?? dimensions.first);
  const last = new Date(ctx.filters.get("until") ?? dimensions.last);
  return Math.max(1, (last - first) / 86_400_000 + 1);
}

/** The bucket that suits the period: two or three dozen points. */
export function coarse(ctx, dimensions) {
  const length = lengthOf(ctx, dimensions);
  return length <= 45 ? "day" : length <= 250 ? "week" : length <= 1500 ? "month" : "quarter";
}

/** Write a period so that it stands by itself. */
export const longBucket = (ctx, bucket, interval) => (interval === "day" || interval === "week" ? (interval === "week" ? days(bucket, interval).map(ctx.format.date).join(" – ") : ctx.format.date(bucket)) : ctx.format.bucket(bucket));
