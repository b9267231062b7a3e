// The view upload.
import { h } from "../dom.js";
import { empty } from "../parts/bits.js";

/** Show it. May give {update(ctx), leave()}: what to do when the address changes, and when another view is shown. */
export async function render(root, ctx) {
  root.append(h("header.view-head", {}, h("h1", {}, ctx.t("title"))), empty({ title: ctx.t("soon"), symbol: "upload" }));
}
