// Ranks in each row of keys, from 0 for the smallest; equals by place. A stable radix sort of (key, place), four bits at a time: the threads
// of a row's workgroup count the digits in their shares of the row, agree on where each digit of each share goes, and move them there.
var<workgroup> counts: array<u32, 16u * THREADS>; // digit after digit, in each the shares in order
var<workgroup> sums: array<u32, THREADS>;

// `place` of the row as the passes before left it: key and place in the row.
fn sorted(passes: u32, row: u32, place: u32) -> vec2u {
  if (passes == 0u) { return vec2u(keys[row + place], place); }
  return order[2u * row + select(u.length, 0u, (passes & 1u) == 1u) + place];
}

fn kernel(group: u32, thread: u32) {
  if (group >= u.rows) { return; }
  let row = group * u.length;
  let share = (u.length + THREADS - 1u) / THREADS;
  let first = min(thread * share, u.length);
  let last = min(first + share, u.length);
  for (var passes = 0u; passes < 8u; passes++) {
    for (var digit = 0u; digit < 16u; digit++) { counts[digit * THREADS + thread] = 0u; }
    for (var i = first; i < last; i++) {
      counts[((sorted(passes, row, i).x >> (4u * passes)) & 15u) * THREADS + thread] += 1u;
    }
    workgroupBarrier();
    var total = 0u;
    for (var i = 0u; i < 16u; i++) { total += counts[16u * thread + i]; }
    sums[thread] = total;
    workgroupBarrier();
    var before = 0u;
    for (var i = 0u; i < thread; i++) { before += sums[i]; }
    for (var i = 0u; i < 16u; i++) {
      let count = counts[16u * thread + i];
      counts[16u * thread + i] = before;
      before += count;
    }
    workgroupBarrier();
    for (var i = first; i < last; i++) {
      let item = sorted(passes, row, i);
      let counter = ((item.x >> (4u * passes)) & 15u) * THREADS + thread;
      let to = counts[counter];
      counts[counter] = to + 1u;
      if (passes == 7u) {
        ranks[row + item.y] = to;
      } else {
        order[2u * row + select(0u, u.length, (passes & 1u) == 1u) + to] = item;
      }
    }
    storageBarrier();
    workgroupBarrier();
  }
}
