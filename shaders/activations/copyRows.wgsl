// y[places[i]] = x[sources[i]], one workgroup per row. Bits of `listed`: 1 sources are given, 2 places are; else they are i.
fn kernel(i: u32, thread: u32) {
  if (i >= u.m) { return; }
  var source = i;
  var place = i;
  if ((u.listed & 1u) != 0u) { source = sources[i]; }
  if ((u.listed & 2u) != 0u) { place = places[i]; }
  for (var j = thread; j < u.width; j += THREADS) { y[place * u.width + j] = x[source * u.width + j]; }
}
