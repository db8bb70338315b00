// Stands in a skeleton for `//#terms`: the terms of the eight neighbouring elements `i`, of the first four (`lo`) and of the others (`hi`).
let at = vec4u(0u, 1u, 2u, 3u) + 8u * i;
//#each k
let w$k = load_$k(i);
//#end
let lo = terms(at,
  //#each k
  from_bits(w$k.lo),
  //#end
);
let hi = terms(at + 4u,
  //#each k
  from_bits(w$k.hi),
  //#end
);
