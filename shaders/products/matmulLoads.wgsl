// Elements of w at an index in units of one, four or eight of them, widened: those that a kernel reads, of the dtype that it is for.

//#each one
fn w1(i: u32) -> f32 {
  return widen_word(w[word_of(i, DTYPE)], i, DTYPE);
}
//#end

//#each four
fn w4(i: u32) -> vec4f {
  //#each F32
  return w[i];
  //#end
  //#each BF16
  return bf16x4(w[i]);
  //#end
  //#each F16
  return f16x4(w[i]);
  //#end
}
//#end

//#each eight
fn w8(i: u32) -> Eight {
  //#each F32
  return Eight(w[2u * i], w[2u * i + 1u]);
  //#end
  //#each BF16
  let p = w[i];
  return Eight(bf16x4(p.xy), bf16x4(p.zw));
  //#end
  //#each F16
  let p = w[i];
  return Eight(f16x4(p.xy), f16x4(p.zw));
  //#end
}
//#end
