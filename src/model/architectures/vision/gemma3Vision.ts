import { gemma3 } from "../gemma";
import { visionLanguage } from "./visionLanguage";

/** Gemma 3 from 4B up, as published: with a vision tower, its head tied. */
export const gemma3Vision = visionLanguage({
  architectures: ["Gemma3ForConditionalGeneration"],
  layer: gemma3.layer,
  languages: gemma3.architectures,
  tiedByDefault: true,
  forward: gemma3.forward,
});
