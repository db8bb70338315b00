import wgsl from "../../../../shaders/mask/maskedMap.wgsl?raw";
import { memo } from "../../../base/memo";
import type { BoundMap, MapDefinition } from "../map/map";
import { type BoundMask, bothOf, type MaskDefinition, numbersOfBoth } from "./mask";

/** A map within a mask; other elements are those of input 0, the base. */
export function maskedMap(map: BoundMap, mask: BoundMask): BoundMap {
  return { map: withinMask(map.map, mask.mask), ...numbersOfBoth(mask, map) };
}

const withinMask = memo((map: MapDefinition, mask: MaskDefinition): MapDefinition => {
  if (map.bits) throw new TypeError(`${map.name} takes bit patterns, and the mask ${mask.name} numbers.`);
  return {
    ...bothOf(mask, map),
    wgsl: [mask.wgsl, map.wgsl.replace(/\bfn map\b/, "fn map_within"), wgsl].join("\n"),
    reference(x, out, values, start, ofFibre) {
      map.reference(x, out, values, start, ofFibre);
      const chosen = new Uint8Array(out.length);
      mask.reference(x, chosen, values, start, ofFibre);
      for (let i = 0; i < chosen.length; i++) if (!chosen[i]) out[i] = x[0]?.[i] ?? 0;
    },
    ...(map.tiles && mask.tiles && { tiles: tilesOf(map.tiles, mask.tiles) }),
  };
});

function tilesOf(
  map: NonNullable<MapDefinition["tiles"]>,
  mask: NonNullable<MaskDefinition["tiles"]>,
): NonNullable<MapDefinition["tiles"]> {
  return (tiles, x, ...rest) => {
    const chosen = mask(tiles, x, ...rest);
    const outside = tiles.copy(x[0] ?? tiles.take()); // the map may write over it
    const made = map(tiles, x, ...rest);
    tiles.select(made, chosen, made, outside);
    return made;
  };
}
