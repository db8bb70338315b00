/** What the browser tests of the Hub load into their page. */
export * as bare from "@huggingface/hub";
export { createHub } from "../../src/hub/hubClient";
